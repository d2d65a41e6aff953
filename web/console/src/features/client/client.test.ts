import { describe, expect, it } from "vitest";
import { methodsInForce, proofOf } from "~/oauth/proof";
import type { Client } from "./context";
import { claimsOf, federationOf, keySetOf } from "./federation";
import { keysPatch } from "./KeySource";

const empty = { preset: "", issuer: "", audience: "", claims: "", jwks_uri: "", jwks: "", single_use: "" } as const;

describe("a workload that is trusted", () => {
  it("is registered without what was left empty", () => {
    expect(federationOf({ ...empty, name: "ci", subject: "repo:a/b" })).toEqual({ name: "ci", subject: "repo:a/b" });
  });

  it("brings its claims, its keys and whether its tokens serve once", () => {
    const typed = {
      claims: "repository_id=4711\n ref = a=b ",
      jwks: '{"keys":[{"kty":"EC"}]}',
      single_use: "no",
    } as const;
    expect(federationOf({ ...empty, ...typed, name: "ci", subject: "s", issuer: "https://i.example" })).toEqual({
      name: "ci",
      subject: "s",
      issuer: "https://i.example",
      claims: { repository_id: "4711", ref: "a=b" },
      jwks: { keys: [{ kty: "EC" }] },
      single_use: false,
    });
  });

  it.each(["a", "=b", "a=1\na=2", " = "])("is not trusted by the claims %j", (source) => {
    expect(claimsOf(source)).toBeNull();
  });

  it("may be asked for a claim of any name", () => {
    expect(claimsOf("__proto__=x")).toEqual(Object.fromEntries([["__proto__", "x"]]));
  });

  it.each(["", "{}", '{"keys":[]}', '{"keys":{}}', "[]", "x"])("has no keys in %j", (source) => {
    expect(keySetOf(source)).toBeNull();
  });
});

describe("the keys of a client", () => {
  const found = [{ jwk: { kty: "EC", kid: "new" }, from: "jwk" as const }];
  const client = { jwks: { keys: [{ kty: "EC", kid: "old" }] } } as unknown as Client;

  it("are added beside the others", () => {
    expect(keysPatch(client, found, "")).toEqual({ jwks: { keys: [{ kty: "EC", kid: "old" }, found[0]?.jwk] } });
  });

  it("and their address take each other's place", () => {
    expect(keysPatch(client, [], "https://a.example")).toEqual({ jwks_uri: "https://a.example", jwks: null });
    expect(keysPatch({ jwks_uri: "https://a.example" } as Client, found, "")).toEqual({
      jwks: { keys: [found[0]?.jwk] },
      jwks_uri: null,
    });
  });
});

describe("the methods of a client in force", () => {
  const client = (until: string) =>
    ({
      token_endpoint_auth_method: "private_key_jwt",
      token_endpoint_auth_method_previous: { method: "client_secret_basic", until },
    }) as Client;

  it("have the previous one among them as long as the overlap lasts", () => {
    const now = Date.parse("2026-06-01T00:00:00Z");
    expect(methodsInForce(client("2026-06-02T00:00:00Z"), now)).toEqual(["private_key_jwt", "client_secret_basic"]);
    expect(methodsInForce(client("2026-05-31T00:00:00Z"), now)).toEqual(["private_key_jwt"]);
  });

  it.each([
    ["client_secret_basic", "secretMissing"],
    ["client_secret_jwt", "secretMissing"],
    ["private_key_jwt", "key_empty"],
  ])("%s asks for what it needs", async (method, code) => {
    await expect(proofOf(method, { secret: "", key: "" }, client(""), [])).rejects.toMatchObject({ code });
  });

  it("take a signed assertion as it is", async () => {
    const assertion = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJrOHMifQ.c2ln";
    expect(await proofOf("private_key_jwt", { secret: "", key: ` ${assertion}\n` }, client(""), [])).toEqual({
      method: "private_key_jwt",
      assertion,
    });
  });
});
