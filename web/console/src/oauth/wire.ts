// A request as it is sent, kept apart far enough that it can be shown with its
// secrets masked, printed as a command, and sent.

/** A header or a parameter. What is secret is masked until somebody asks to see it. */
export interface Field {
  name: string;
  value: string;
  secret?: boolean;
  /** The variable that stands for a secret in a command; by its name where absent. */
  variable?: string;
}

export interface Wire {
  method: "GET" | "POST";
  url: string;
  headers?: Field[];
  form?: Field[];
  /** The client's id and secret, where they travel in the Authorization header. */
  basic?: { id: string; secret: string };
}

export const mask = "••••••••";

/** One value in application/x-www-form-urlencoded (RFC 6749, appendix B). */
export const formEncode = (value: string) => new URLSearchParams([["", value]]).toString().slice(1);

/** The form without what was left empty, in its order. */
export const formOf = (fields: Field[]): Field[] => fields.filter(({ value }) => value !== "");

/**
 * HTTP Basic for a client: both halves are form-urlencoded before they are
 * joined (RFC 6749, section 2.3.1), which is why all of it is ASCII.
 */
export const basicCredentials = ({ id, secret }: { id: string; secret: string }) =>
  `Basic ${btoa(`${formEncode(id)}:${formEncode(secret)}`)}`;

/** Every header that is sent, the ones that follow from the rest among them. */
export function headersOf(wire: Wire): Field[] {
  return [
    ...(wire.basic ? [{ name: "Authorization", value: basicCredentials(wire.basic), secret: true }] : []),
    ...(wire.headers ?? []),
    ...(wire.form ? [{ name: "Content-Type", value: "application/x-www-form-urlencoded" }] : []),
  ];
}

export const bodyOf = (wire: Wire) =>
  wire.form?.map(({ name, value }) => `${formEncode(name)}=${formEncode(value)}`).join("&");

/** The scheme of a header stays readable, what follows it does not. */
const schemeOf = (field: Field) => /^(Basic|Bearer) /.exec(field.value)?.[0] ?? "";

const shownValue = (field: Field, reveal: boolean) =>
  field.secret && !reveal ? `${schemeOf(field)}${mask}` : field.value;

/** The request as text: each parameter of its form stands on a line of its own. */
export function printWire(wire: Wire, reveal: boolean): string {
  const lines = [
    `${wire.method} ${wire.url}`,
    ...headersOf(wire).map((field) => `${field.name}: ${shownValue(field, reveal)}`),
  ];
  if (wire.form) {
    const fields = wire.form.map(
      (field) =>
        `${formEncode(field.name)}=${field.secret && !reveal ? shownValue(field, false) : formEncode(field.value)}`,
    );
    lines.push("", fields.join("\n&"));
  }
  return lines.join("\n");
}

export const hasSecrets = (wire: Wire) =>
  wire.basic !== undefined || [...(wire.headers ?? []), ...(wire.form ?? [])].some((field) => field.secret);

/**
 * A word that no shell reads anything into. Within single quotes only the quote
 * itself ends them, so it is written outside.
 */
export const shellQuote = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

const variableOf = (field: Field) => field.variable ?? field.name.toUpperCase().replace(/[^A-Z0-9]+/g, "_");

/** `before` to the letter, and then the secret or the variable that holds it. */
const shellWord = (before: string, field: Field, value: string, reveal: boolean) =>
  field.secret && !reveal ? `${shellQuote(before)}"$${variableOf(field)}"` : shellQuote(before + value);

/**
 * The same request as a curl command. Where secrets are masked, variables of the
 * shell stand for them, so that neither a screen nor a history gets to hold one.
 */
export function curl(wire: Wire, reveal: boolean, options: string[] = []): string {
  const parts = [`curl ${shellQuote(wire.url)}`, ...options];
  if (wire.basic && !reveal) {
    parts.push(`--user ${shellQuote(`${wire.basic.id}:`)}"$CLIENT_SECRET"`);
  } else if (wire.basic) {
    parts.push(`-H ${shellQuote(`Authorization: ${basicCredentials(wire.basic)}`)}`);
  }
  for (const field of wire.headers ?? []) {
    const scheme = schemeOf(field);
    parts.push(`-H ${shellWord(`${field.name}: ${scheme}`, field, field.value.slice(scheme.length), reveal)}`);
  }
  for (const field of wire.form ?? []) {
    // curl encodes what follows the first "=", and takes what stands before it for encoded.
    parts.push(`--data-urlencode ${shellWord(`${formEncode(field.name)}=`, field, field.value, reveal)}`);
  }
  if (wire.method === "POST" && !wire.form?.length) {
    parts.push("-X POST");
  }
  return parts.join(" \\\n  ");
}
