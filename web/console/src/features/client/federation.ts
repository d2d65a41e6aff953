import type { Schemas } from "~/api/client";
import { objectOf } from "~/oauth/send";
import { linesOf } from "~/ui/fields";

export const presets = ["kubernetes", "github_actions", "spiffe", ""] as const;
export type Preset = (typeof presets)[number];
export const singleUses = ["", "yes", "no"] as const;
export type SingleUse = (typeof singleUses)[number];

/** Claims that somebody typed, each as name=value on a line of its own; null where one is not so. */
export function claimsOf(source: string): Record<string, string> | null {
  const claims = new Map<string, string>();
  for (const line of linesOf(source)) {
    const at = line.indexOf("=");
    const name = line.slice(0, at).trim();
    if (at < 1 || name === "" || claims.has(name)) {
      return null;
    }
    claims.set(name, line.slice(at + 1).trim());
  }
  return Object.fromEntries(claims);
}

/** A JWK set that somebody pasted; null where it is none. */
export function keySetOf(source: string): { keys: unknown[] } | null {
  const set = objectOf(source);
  return set && Array.isArray(set.keys) && set.keys.length > 0 ? (set as { keys: unknown[] }) : null;
}

/** The workload as it is registered: what was left empty is left out. */
export function federationOf(values: {
  preset: Preset;
  name: string;
  issuer: string;
  subject: string;
  audience: string;
  claims: string;
  jwks_uri: string;
  jwks: string;
  single_use: SingleUse;
}): Schemas["FederatedCredential"] {
  const { name, subject, claims, jwks, single_use, ...rest } = values;
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== ""));
  const exact = claimsOf(claims) ?? {};
  const keys = keySetOf(jwks);
  return {
    name,
    subject,
    ...given,
    ...(Object.keys(exact).length > 0 ? { claims: exact } : {}),
    ...(keys ? { jwks: keys as unknown as Record<string, unknown> } : {}),
    ...(single_use !== "" ? { single_use: single_use === "yes" } : {}),
  };
}
