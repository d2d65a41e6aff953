/** Lines of a text, without the empty ones. */
export const linesOf = (value: string) =>
  value
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");

/**
 * The merge patch that turns one state into the other (RFC 7396): what has
 * changed, with null for what has been emptied.
 */
export function mergePatch<T extends Record<string, unknown>>(before: T, after: T): Partial<T> {
  const patch: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(after)) {
    const old = before[name];
    const empty = value === "" || value === undefined || value === null;
    const wasEmpty = old === "" || old === undefined || old === null;
    if (empty && wasEmpty) {
      continue;
    }
    if (JSON.stringify(value) !== JSON.stringify(old)) {
      patch[name] = empty ? null : value;
    }
  }
  return patch as Partial<T>;
}
