import { describe, expect, it } from "vitest";
import type { Schemas } from "~/api/client";
import { kindOf, kinds, methodsFor, registrationOf } from "./kinds";

describe("an application that the guide makes", () => {
  it.each(kinds)("is known again as a %s", (kind) => {
    const made = registrationOf(kind, "App", "http://localhost:3000/callback", "client_secret_basic");
    expect(kindOf(made as Schemas["Client"])).toBe(kind);
  });

  it.each(["machine", "web"] as const)("has its key from the beginning, as a %s", (kind) => {
    const jwk = { kty: "EC", kid: "k" };
    expect(methodsFor(kind)).toContain("private_key_jwt");
    expect(registrationOf(kind, "App", "", "private_key_jwt", jwk, "ES256")).toMatchObject({
      token_endpoint_auth_method: "private_key_jwt",
      jwks: { keys: [jwk] },
      token_endpoint_auth_signing_alg: "ES256",
    });
  });
});
