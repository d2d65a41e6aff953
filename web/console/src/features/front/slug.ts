const ligatures: Record<string, string> = { ä: "ae", ö: "oe", ü: "ue", ß: "ss", æ: "ae", ø: "o", å: "a" };

/** The short name that an organisation's name suggests. */
export function slugOf(name: string): string {
  return name
    .toLowerCase()
    .replace(/[äöüßæøå]/g, (letter) => ligatures[letter] ?? letter)
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, 40)
    .replace(/-+$/, "");
}

/** Whether a text has the form of a short name; the service judges the same. */
export const isSlug = (text: string) => text.length >= 2 && text.length <= 40 && /^[a-z0-9](-?[a-z0-9])*$/.test(text);
