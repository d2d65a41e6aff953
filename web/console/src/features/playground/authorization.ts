import type { Schemas } from "~/api/client";
import type { Field } from "~/oauth/wire";
import { formEncode } from "~/oauth/wire";
import { linesOf } from "~/ui/fields";

export const callbackPath = "/console/playground/callback";
export const grants = ["authorization_code", "client_credentials", "refresh_token"] as const;
export type Grant = (typeof grants)[number];

/** What an authorization request says, in the order in which it is explained. */
export const parameterNames = [
  "response_type",
  "client_id",
  "redirect_uri",
  "scope",
  "state",
  "nonce",
  "code_challenge",
  "code_challenge_method",
  "prompt",
  "login_hint",
  "resource",
] as const;
export type Parameters = Record<(typeof parameterNames)[number], string>;

/** Parameters that somebody typed, each as name=value on a line of its own; null where one is not so. */
export function extraOf(source: string): Field[] | null {
  const fields = linesOf(source).map((line) => ({
    name: line.slice(0, Math.max(0, line.indexOf("="))).trim(),
    value: line.slice(line.indexOf("=") + 1).trim(),
  }));
  return fields.every(({ name }) => name !== "") ? fields : null;
}

/** What of it is sent: an empty one stays out, and of several resources each goes by itself. */
export function fieldsOf(parameters: Partial<Parameters>, extra: Field[]): Field[] {
  const own = Object.entries(parameters).flatMap(([name, value]) =>
    (name === "resource" ? value.split(/\s+/) : [value])
      .filter((one) => one !== "")
      .map((one) => ({ name, value: one })),
  );
  return [...own, ...extra];
}

export const queryOf = (fields: Field[]) =>
  fields.map(({ name, value }) => `${formEncode(name)}=${formEncode(value)}`).join("&");

/** What is registered for trying things out: a public client for people, or one for itself. */
export function throwAway(grant: Grant, publicURL: string, allowed: readonly string[]): Schemas["ClientInput"] {
  if (grant === "client_credentials") {
    const method = ["client_secret_basic", "client_secret_post", "client_secret_jwt"].find((name) =>
      allowed.includes(name),
    );
    return {
      client_name: throwAwayName,
      grant_types: ["client_credentials"],
      token_endpoint_auth_method: method ?? "client_secret_basic",
    };
  }
  return {
    client_name: throwAwayName,
    application_type: "web",
    grant_types: ["authorization_code", "refresh_token"],
    redirect_uris: [publicURL + callbackPath],
    scope: "openid profile email offline_access",
    token_endpoint_auth_method: "none",
  };
}

export const throwAwayName = "Playground";

// The answer arrives in another window of the same origin, which hands it to
// the page that asked. Only that page knows what it sent, so it does the checks.

export const channelName = "signet-playground";

/** What the windows say to each other. */
export type Message = { kind: "answer"; window: string; answer: string } | { kind: "taken"; window: string };

const longest = 32 * 1024;

export function messageOf(data: unknown): Message | null {
  const { kind, window, answer } = (data ?? {}) as Record<string, unknown>;
  if (typeof window !== "string") {
    return null;
  }
  if (kind === "taken") {
    return { kind, window };
  }
  return kind === "answer" && typeof answer === "string" && answer.length <= longest ? { kind, window, answer } : null;
}

/** Whether an answer is for the page that opened the window, or at least bears its state. */
export const isFor = (message: Extract<Message, { kind: "answer" }>, name: string, state: string) =>
  message.window === name || (state !== "" && new URLSearchParams(message.answer).get("state") === state);

/** The authorization response in an address, be it in its query or its fragment. */
export function answerIn(href: string): string {
  const { search, hash } = new URL(href);
  return search.length > 1 ? search.slice(1) : hash.slice(1);
}
