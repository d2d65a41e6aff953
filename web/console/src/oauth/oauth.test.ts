import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { generateKeyPair, type Jwk, signingAlgs } from "~/crypto/jwk";
import { readJwt, verifyJwt } from "~/crypto/jwt";
import { algFor, readPrivateKey } from "~/crypto/privateKey";
import { assertionClaims, assertionType, authenticate, makeAssertion } from "./authenticate";
import { challengeOf, randomValue } from "./pkce";
import { printAnswer, send } from "./send";
import { checkAccessToken, checkAnswer, checkIDToken, halfHash } from "./verify";
import { basicCredentials, bodyOf, curl, headersOf, mask, printWire, shellQuote, type Wire } from "./wire";

const party = { clientID: "shop", issuer: "https://id.example/acme/default" };
const wire: Wire = {
  method: "POST",
  url: "https://id.example/acme/default/oauth2/introspect",
  form: [{ name: "token", value: "x" }],
};
const parameterOf = (of: Wire, name: string) => of.form?.find((field) => field.name === name)?.value;

// Everything that a shell, curl or a form could take for more than a letter.
const hostile = `a'b"c$HOME\`id\`\\;|&<>(){}[]*?!#~ %+=:@\n; rm -rf /; $(touch /tmp/no)ü€`;

/** What a POSIX shell makes of a command: the arguments that curl would get. */
function argumentsOf(command: string, environment: Record<string, string> = {}): string[] {
  const told = execFileSync("/bin/sh", ["-c", `curl() { printf '%s\\0' "$@"; }\n${command}`], {
    env: { PATH: "/nowhere", ...environment },
  });
  return told.toString().split("\0").slice(0, -1);
}

describe("HTTP Basic of a client", () => {
  it("form-urlencodes id and secret before it joins them", () => {
    const encoded = basicCredentials({ id: "a:b c", secret: "p%+ü/" }).replace("Basic ", "");
    expect(atob(encoded)).toBe("a%3Ab+c:p%25%2B%C3%BC%2F");
  });

  it("does not touch the form", async () => {
    const sent = await authenticate(wire, party, { method: "client_secret_basic", secret: hostile });
    expect(bodyOf(sent)).toBe("token=x");
    expect(headersOf(sent).map(({ name }) => name)).toEqual(["Authorization", "Content-Type"]);
    const [, secret = ""] = atob((headersOf(sent)[0]?.value ?? "").slice(6)).split(":");
    expect(decodeURIComponent(secret.replaceAll("+", " "))).toBe(hostile);
  });
});

describe("a client assertion", () => {
  it("names the client, the issuer alone, and ends within a minute", () => {
    expect(assertionClaims(party, 1_000_999, "once")).toEqual({
      iss: "shop",
      sub: "shop",
      aud: party.issuer,
      jti: "once",
      iat: 1000,
      exp: 1060,
    });
  });

  it("has another jti every time", async () => {
    const proof = { method: "client_secret_jwt", secret: "s" } as const;
    const ids = await Promise.all([1, 2].map(async () => readJwt(await makeAssertion(party, proof))?.claims.jti));
    expect(ids[0]).not.toBe(ids[1]);
  });

  it.each([
    ["HS256", "sha256"],
    ["HS512", "sha512"],
  ])("is signed with the secret by %s", async (alg, hash) => {
    const sent = await authenticate(wire, party, { method: "client_secret_jwt", secret: "ünsafe", alg });
    const [header, claims, signature] = (parameterOf(sent, "client_assertion") ?? "").split(".");
    expect(createHmac(hash, "ünsafe").update(`${header}.${claims}`).digest("base64url")).toBe(signature);
    expect(readJwt(`${header}.${claims}.${signature}`)?.header).toEqual({ alg, typ: "client-authentication+jwt" });
    expect(parameterOf(sent, "client_assertion_type")).toBe(assertionType);
    expect(parameterOf(sent, "client_secret")).toBeUndefined();
  });

  it.each(signingAlgs)("is signed with a key made for %s, by the name it is registered under", async (alg) => {
    const pair = await generateKeyPair(alg);
    const registered: Jwk = { ...pair.publicJwk, kid: "mine" };
    const key = await readPrivateKey(pair.privatePem, [], [registered]);
    const sent = await authenticate(wire, party, { method: "private_key_jwt", key });
    const jwt = readJwt(parameterOf(sent, "client_assertion") ?? "");
    expect(jwt?.header).toEqual({ alg, typ: "client-authentication+jwt", kid: "mine" });
    expect(key.registered).toBe(true);
    expect((await readPrivateKey(pair.privatePem)).registered).toBe(false);
    expect(await verifyJwt(jwt as never, [registered])).toBe("valid");
  });
});

describe("a private key", () => {
  it("is read from a JWK, and keeps its private half to itself", async () => {
    const made = (await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, true, [
      "sign",
      "verify",
    ])) as CryptoKeyPair;
    const key = await readPrivateKey(JSON.stringify(await crypto.subtle.exportKey("jwk", made.privateKey)));
    expect(key.alg).toBe("ES384");
    expect(JSON.stringify(key)).not.toContain('"d"');
  });

  it.each([
    ["nothing", " ", "empty"],
    ["a public key", '{"kty":"EC","crv":"P-256","x":"a","y":"b"}', "public"],
    ["a public key in PEM", "-----BEGIN PUBLIC KEY-----\nMIGH\n-----END PUBLIC KEY-----", "public"],
    [
      "an encrypted key",
      "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIGH\n-----END ENCRYPTED PRIVATE KEY-----",
      "encrypted",
    ],
    [
      "a key in the form of PKCS #1",
      "-----BEGIN RSA PRIVATE KEY-----\nMIGH\n-----END RSA PRIVATE KEY-----",
      "traditional",
    ],
    ["a broken key", "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----", "unknown"],
    ["a shared secret", '{"kty":"oct","k":"c2VjcmV0"}', "unknown"],
    ["half of a JSON", '{"kty":', "unknown"],
    ["a list", "[1]", "unknown"],
    ["prose", "hello", "unknown"],
  ])("is refused where it is %s", async (_what, source, code) => {
    await expect(readPrivateKey(source)).rejects.toMatchObject({ code });
  });

  it("signs by the first wanted algorithm that fits its kind", () => {
    expect(algFor({ kty: "RSA" }, [undefined, "ES256", "RS256", "PS256"])).toBe("RS256");
    expect(algFor({ kty: "EC", crv: "P-256" }, ["RS256"])).toBe("ES256");
    expect(() => algFor({ kty: "EC", crv: "secp256k1" }, ["ES256"])).toThrow();
  });
});

it("a code_challenge is the one of RFC 7636, appendix B", async () => {
  expect(await challengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")).toBe(
    "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
  );
  expect(randomValue()).toMatch(/^[A-Za-z0-9_-]{43}$/);
});

describe("a request that is shown", () => {
  const secret = "s3cr3t-of-the-shop";
  it.each(["client_secret_basic", "client_secret_post", "client_secret_jwt"] as const)(
    "by %s has nothing of its secret in it until that is asked for",
    async (method) => {
      const sent = await authenticate(wire, party, { method, secret });
      const proof =
        headersOf(sent).find(({ name }) => name === "Authorization")?.value ?? sent.form?.at(-1)?.value ?? "";
      for (const text of [printWire(sent, false), curl(sent, false)]) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain(proof.replace("Basic ", ""));
      }
      expect(printWire(sent, false)).toContain(mask);
      expect(printWire(sent, true)).toContain(proof);
    },
  );

  it("keeps the scheme of a masked header", () => {
    const bearer: Wire = {
      method: "GET",
      url: "https://id.example/userinfo",
      headers: [{ name: "Authorization", value: "Bearer abc", secret: true, variable: "ACCESS_TOKEN" }],
    };
    expect(printWire(bearer, false)).toContain(`Authorization: Bearer ${mask}`);
    expect(argumentsOf(curl(bearer, false), { ACCESS_TOKEN: "abc" })).toEqual([
      bearer.url,
      "-H",
      "Authorization: Bearer abc",
    ]);
  });

  it("is encoded as it is sent", () => {
    expect(printWire({ ...wire, form: [{ name: "a b", value: "c&d=é" }] }, false)).toContain("a+b=c%26d%3D%C3%A9");
  });

  it("and its answer shows no token until that is asked for", () => {
    const answer = {
      status: 200,
      headers: [] as [string, string][],
      body: "",
      json: { access_token: "at-1", refresh_token: "rt-1", id_token: "it-1", expires_in: 5 },
      traceID: "",
    };
    expect(printAnswer(answer, false)).not.toMatch(/[ari]t-1/);
    expect(printAnswer(answer, true)).toContain("rt-1");
  });
});

describe("a curl command", () => {
  it.each([hostile, "'", "''", "\\'", "$(id)", "`id`", "@/etc/passwd", "-o", ""])(
    "gives %j to curl to the letter",
    (value) => {
      expect(argumentsOf(`curl ${shellQuote(value)}`)).toEqual([value]);
      const sent: Wire = { method: "POST", url: `https://id.example/${value}`, form: [{ name: value, value }] };
      const [url, , parameter = ""] = argumentsOf(curl(sent, false));
      expect(url).toBe(sent.url);
      // curl takes what follows the first "=" for the value, whatever it begins with.
      const [name = "", ...rest] = parameter.split("=");
      expect(decodeURIComponent(name.replaceAll("+", " "))).toBe(value);
      expect(rest.join("=")).toBe(value);
    },
  );

  it("takes a masked secret from the environment, and no other word from anywhere", async () => {
    const sent = await authenticate(
      wire,
      { ...party, clientID: hostile },
      { method: "client_secret_basic", secret: "s" },
    );
    const args = argumentsOf(curl(sent, false), { CLIENT_SECRET: hostile });
    expect(args).toEqual([wire.url, "--user", `${hostile}:${hostile}`, "--data-urlencode", "token=x"]);
    const posted = await authenticate(wire, party, { method: "client_secret_post", secret: "s" });
    expect(argumentsOf(curl(posted, false), { CLIENT_SECRET: hostile }).at(-1)).toBe(`client_secret=${hostile}`);
  });

  it("is a POST even without a form", () => {
    expect(argumentsOf(curl({ method: "POST", url: "https://a.example" }, false))).toEqual([
      "https://a.example",
      "-X",
      "POST",
    ]);
  });
});

describe("a request that is sent", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("takes no cookie along, and follows no redirect", async () => {
    const fetched = vi.fn(async (_url: string, _init: RequestInit) =>
      Response.json({ active: false }, { headers: { "X-Trace-Id": "4f" } }),
    );
    vi.stubGlobal("fetch", fetched);
    const { answer } = await send(await authenticate(wire, party, { method: "client_secret_post", secret: "s" }));
    expect(fetched.mock.calls[0]?.[1]).toMatchObject({
      credentials: "omit",
      redirect: "error",
      body: "token=x&client_id=shop&client_secret=s",
    });
    expect(answer).toMatchObject({ status: 200, json: { active: false }, traceID: "4f" });
  });

  it("has no answer where none came", async () => {
    vi.stubGlobal("fetch", async () => {
      throw new TypeError("refused");
    });
    expect((await send(wire)).answer).toBeNull();
  });
});

describe("a token that came", () => {
  const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = 2_000_000_000_000;
  async function issue(claims: object, header: object = {}) {
    const pair = await generateKeyPair("ES256");
    const key = await readPrivateKey(pair.privatePem);
    const input = `${b64({ alg: "ES256", kid: key.kid, ...header })}.${b64(claims)}`;
    const signature = await key.sign(new TextEncoder().encode(input));
    return {
      token: `${input}.${Buffer.from(signature).toString("base64url")}`,
      expect: { ...party, keys: [pair.publicJwk], now },
    };
  }
  const good = { iss: party.issuer, aud: "shop", sub: "u", exp: 2_000_000_100, iat: 2_000_000_000, nonce: "n" };
  const failed = (findings: { rule: string; ok: boolean }[] | null) =>
    findings?.filter(({ ok }) => !ok).map(({ rule }) => rule);

  it("is believed when all of it fits", async () => {
    const at_hash = await halfHash("at", "ES256");
    const { token, expect: known } = await issue({ ...good, at_hash });
    expect(failed(await checkIDToken(token, { ...known, nonce: "n", accessToken: "at" }))).toEqual([]);
  });

  it.each([
    ["signature", {}, { kid: "another" }],
    ["iss", { iss: "https://evil.example" }, {}],
    ["aud", { aud: ["another"] }, {}],
    ["azp", { azp: "another" }, {}],
    ["exp", { exp: 1_999_999_000 }, {}],
    ["iat", { iat: 2_000_001_000 }, {}],
    ["nonce", { nonce: "old" }, {}],
    ["nonce", { nonce: undefined }, {}],
    ["at_hash", { at_hash: "AAAA" }, {}],
  ])("is doubted for its %s alone", async (rule, claims, header) => {
    const { token, expect: known } = await issue({ ...good, ...claims }, header);
    expect(failed(await checkIDToken(token, { ...known, nonce: "n", accessToken: "at" }))).toEqual([rule]);
  });

  it("at an API is no access token because an ID token would be", async () => {
    const { token, expect: known } = await issue({ ...good, client_id: "shop" }, { typ: "JWT" });
    expect(failed(await checkAccessToken(token, known))).toEqual(["typ"]);
    const access = await issue({ ...good, client_id: "shop" }, { typ: "at+jwt" });
    expect(failed(await checkAccessToken(access.token, access.expect))).toEqual([]);
    expect(await checkAccessToken("opaque", known)).toBeNull();
  });

  it("has an at_hash as in OpenID Connect Core 1.0, appendix A.4", async () => {
    expect(await halfHash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", "RS256")).toBe("77QmUPtjPfzWtF2AnpK9RQ");
  });
});

describe("an authorization response", () => {
  const sent = { state: "mine", issuer: party.issuer };
  const iss = encodeURIComponent(party.issuer);
  it.each([
    [`state=mine&iss=${iss}`, []],
    [`state=yours&iss=${iss}`, ["state"]],
    [`iss=${iss}`, ["state"]],
    [`state=mine&state=mine&iss=${iss}`, ["state"]],
    ["state=mine", ["iss"]],
    ["state=mine&iss=https://evil.example", ["iss"]],
  ])("%s is doubted for %j", (query, rules) => {
    const findings = checkAnswer(new URLSearchParams(query), sent);
    expect(findings.filter(({ ok }) => !ok).map(({ rule }) => rule)).toEqual(rules);
  });
});
