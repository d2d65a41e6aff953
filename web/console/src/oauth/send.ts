import { bodyOf, headersOf, mask, type Wire } from "./wire";

export interface Answer {
  status: number;
  /** Those that say something here. */
  headers: [string, string][];
  body: string;
  /** The body, where it is a JSON object. */
  json: Record<string, unknown> | null;
  /** Under which the explanation of the request is kept. */
  traceID: string;
}

/** A request and what became of it; no answer where none came. */
export interface Exchange {
  wire: Wire;
  began: number;
  ms: number;
  answer: Answer | null;
}

const told = ["content-type", "cache-control", "www-authenticate", "location", "retry-after", "x-trace-id"];
const patience = 20_000;
const longest = 64 * 1024;

/**
 * Sends the request from this page straight to the issuer. No cookie of the
 * console goes with it: the request proves what its own credentials prove.
 */
export async function send(wire: Wire): Promise<Exchange> {
  const began = Date.now();
  const clock = performance.now();
  const took = () => Math.round(performance.now() - clock);
  try {
    const response = await fetch(wire.url, {
      method: wire.method,
      headers: headersOf(wire).map(({ name, value }): [string, string] => [name, value]),
      body: bodyOf(wire),
      credentials: "omit",
      cache: "no-store",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: AbortSignal.timeout(patience),
    });
    const body = (await response.text()).slice(0, longest);
    return {
      wire,
      began,
      ms: took(),
      answer: {
        status: response.status,
        headers: told.flatMap((name): [string, string][] => {
          const value = response.headers.get(name);
          return value === null ? [] : [[name, value]];
        }),
        body,
        json: objectOf(body),
        traceID: response.headers.get("X-Trace-Id") ?? "",
      },
    };
  } catch {
    return { wire, began, ms: took(), answer: null };
  }
}

export function objectOf(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body);
    return value !== null && typeof value === "object" && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null;
  } catch {
    return null;
  }
}

const bearers = ["access_token", "refresh_token", "id_token", "client_secret"];

/** The answer as text, its tokens masked unless they are asked for. */
export function printAnswer(answer: Answer, reveal: boolean): string {
  const head = answer.headers.map(([name, value]) => `${name}: ${value}`);
  const body = answer.json
    ? JSON.stringify(
        answer.json,
        (name, value: unknown) => (!reveal && bearers.includes(name) && typeof value === "string" ? mask : value),
        2,
      )
    : answer.body;
  return [`HTTP ${answer.status}`, ...head, ...(body ? ["", body] : [])].join("\n");
}

export const answeredSecrets = (answer: Answer) => bearers.some((name) => typeof answer.json?.[name] === "string");

/** A member of the answer that is a string, or an empty one. */
export const textIn = (answer: Answer | null | undefined, name: string): string => {
  const value = answer?.json?.[name];
  return typeof value === "string" ? value : "";
};
