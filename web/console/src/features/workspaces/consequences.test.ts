import { describe, expect, it } from "vitest";
import type { Schemas } from "~/api/client";
import { methodsMissed, rulesBroken } from "./consequences";

const client = (client_name: string, method: string, previous?: string) =>
  ({
    client_id: `c_${client_name}`,
    client_name,
    token_endpoint_auth_method: method,
    token_endpoint_auth_method_previous: previous && { method: previous, until: "2030-01-01T00:00:00Z" },
  }) as Schemas["Client"];

describe("a method taken away", () => {
  const clients = [
    client("Billing", "client_secret_basic"),
    client("Shop", "private_key_jwt", "client_secret_basic"),
    client("Phone", "none"),
  ];
  const from = ["client_secret_basic", "client_secret_post", "none", "private_key_jwt"];

  it("is missed by whoever uses it, and by whoever still may", () => {
    expect(methodsMissed(from, ["none", "private_key_jwt"], clients, false)).toEqual([
      { what: "method", method: "client_secret_basic", applications: ["Billing", "Shop"], more: false },
    ]);
  });
  it("is told of even where nobody is known to use it, as long as not all were looked through", () => {
    expect(methodsMissed(from, ["client_secret_basic", "none", "private_key_jwt"], clients, true)).toEqual([
      { what: "method", method: "client_secret_post", applications: [], more: true },
    ]);
  });
  it("is none where methods are only added", () => {
    expect(methodsMissed(["none"], from, clients, true)).toEqual([]);
  });
});

describe("a rule", () => {
  const loose = {
    state: "active",
    pkce: "required_for_public",
    require_pushed_authorization_requests: false,
    client_assertion_audience: "issuer_or_endpoint",
    access_token_format: "jwt",
    access_token_signing_alg: "ES256",
    profile: "oidc_core",
  } as Parameters<typeof rulesBroken>[0];
  const strict = {
    ...loose,
    state: "suspended",
    pkce: "required",
    require_pushed_authorization_requests: true,
    client_assertion_audience: "issuer_only",
    profile: "default",
  } as typeof loose;

  it("that becomes stricter is told of", () => {
    expect(rulesBroken(loose, strict).map(({ what }) => what)).toEqual([
      "suspended",
      "par",
      "pkce",
      "audience",
      "profile",
    ]);
  });
  it("that becomes looser, or stays, is not", () => {
    expect(rulesBroken(strict, loose)).toEqual([]);
    expect(rulesBroken(strict, strict)).toEqual([]);
  });
});
