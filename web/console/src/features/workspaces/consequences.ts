import { api, type Schemas, take } from "~/api/client";
import { type AuthMethod, isMethod } from "../client/methods";

// Before a change of settings is kept, whoever makes it is told whom it concerns.

/** What stops, or changes for somebody who relies on it as it is. */
export type Consequence =
  | { what: "method"; method: AuthMethod; applications: string[]; more: boolean }
  | { what: "suspended" | "par" | "pkce" | "audience" | "opaque" | "jwt" | "alg" | "profile" };

/** The settings that others rely on. */
export type Rules = Pick<
  Schemas["Workspace"],
  | "state"
  | "token_endpoint_auth_methods"
  | "require_pushed_authorization_requests"
  | "pkce"
  | "client_assertion_audience"
  | "access_token_format"
  | "access_token_signing_alg"
  | "profile"
>;

/** What can be said without a look at the applications. */
export function rulesBroken(before: Rules, after: Rules): Consequence[] {
  const changed = (name: keyof Rules) => before[name] !== after[name];
  const found: [boolean, Consequence["what"]][] = [
    [changed("state") && after.state === "suspended", "suspended"],
    [changed("require_pushed_authorization_requests") && after.require_pushed_authorization_requests === true, "par"],
    [changed("pkce") && after.pkce === "required", "pkce"],
    [changed("client_assertion_audience") && after.client_assertion_audience === "issuer_only", "audience"],
    [changed("access_token_format"), after.access_token_format === "opaque" ? "opaque" : "jwt"],
    [changed("access_token_signing_alg"), "alg"],
    [changed("profile") && after.profile === "default", "profile"],
  ];
  return found.filter(([holds]) => holds).map(([, what]) => ({ what }) as Consequence);
}

/** Which of the methods are taken away, and from which applications. */
export function methodsMissed(
  before: readonly string[],
  after: readonly string[],
  clients: readonly Schemas["Client"][],
  more: boolean,
): Consequence[] {
  return before
    .filter((method) => !after.includes(method))
    .filter(isMethod)
    .map((method) => ({
      what: "method" as const,
      method,
      applications: clients
        .filter(
          (client) =>
            client.token_endpoint_auth_method === method ||
            client.token_endpoint_auth_method_previous?.method === method,
        )
        .map((client) => client.client_name || client.client_id),
      more,
    }))
    .filter(({ applications }) => more || applications.length > 0);
}

// Enough for most; whoever has more is told that there are more.
const pageSize = 100;
const mostPages = 4;

async function firstClients(tid: string, aid: string) {
  const clients: Schemas["Client"][] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const { items, next_cursor } = await take(
      api.GET("/tenants/{tid}/workspaces/{aid}/clients", {
        params: { path: { tid, aid }, query: { limit: pageSize, cursor } },
      }),
    );
    clients.push(...items);
    if (!next_cursor) {
      return { clients, more: false };
    }
    cursor = next_cursor;
  }
  return { clients, more: true };
}

/** Everything that whoever changes the settings so must know of first. */
export async function consequencesOf(tid: string, aid: string, before: Rules, after: Rules) {
  const [old, kept] = [before.token_endpoint_auth_methods ?? [], after.token_endpoint_auth_methods ?? []];
  const broken = rulesBroken(before, after);
  if (old.every((method) => kept.includes(method))) {
    return broken;
  }
  const { clients, more } = await firstClients(tid, aid);
  return [...methodsMissed(old, kept, clients, more), ...broken];
}
