import type { components } from "./schema";

export type ProblemBody = components["schemas"]["Problem"];

/** What the service said in place of an answer (RFC 9457). */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly traceID: string;
  readonly findings: { pointer?: string; parameter?: string; detail: string }[];

  constructor(body: Partial<ProblemBody>, status: number, traceID = "") {
    super(body.detail ?? body.title ?? `HTTP ${status}`);
    this.name = "Problem";
    this.status = status;
    this.code = body.code ?? (status === 0 ? "unreachable" : "unknown");
    this.title = body.title ?? "";
    this.traceID = body.request_id || traceID;
    this.findings = body.errors ?? [];
  }
}

/** A JSON pointer as the path of a form's field: /owner/email is owner.email. */
export function fieldOf(pointer: string): string {
  return pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .join(".");
}

/** One thing that is wrong: within what, by the service's name for it, and why, in the service's words. */
export interface Fault {
  at: string;
  detail: string;
}

/**
 * Sorts the findings of a problem: those that belong to one of the fields, by
 * field, and the rest, which stand above the form. A finding within a field
 * (/redirect_uris/0) belongs to the field.
 */
export function sortFindings(problem: Problem, fields: readonly string[], within = "") {
  const errors: Record<string, Fault[]> = {};
  const rest: Fault[] = [];
  for (const { pointer, parameter, detail } of problem.findings) {
    const full = pointer ? fieldOf(pointer) : "";
    const path = within && full.startsWith(`${within}.`) ? full.slice(within.length + 1) : full;
    const field = fields.find((name) => path === name || path.startsWith(`${name}.`));
    if (field) {
      errors[field] = [...(errors[field] ?? []), { at: path.slice(field.length + 1), detail }];
    } else {
      rest.push({ at: path || (parameter ?? ""), detail });
    }
  }
  return { errors, rest };
}

export const isProblem = (error: unknown): error is Problem => error instanceof Problem;
