import { toBase64url } from "~/crypto/encoding";
import type { Jwk } from "~/crypto/jwk";
import { type Jwt, readJwt, verifyJwt } from "~/crypto/jwt";

/** What a client looks at before it believes a token, or an answer. */
export type Rule =
  | "signature"
  | "typ"
  | "iss"
  | "aud"
  | "audience"
  | "azp"
  | "exp"
  | "iat"
  | "nonce"
  | "at_hash"
  | "client_id"
  | "state";

export interface Finding {
  rule: Rule;
  ok: boolean;
  expected: string;
  actual: string;
  rfc: string;
}

interface Expectation {
  issuer: string;
  clientID: string;
  keys: Jwk[];
  now: number;
}

const core = "OpenID Connect Core 1.0, section 3.1.3.7";
const skew = 60;

const said = (value: unknown) => (value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value));
const audiences = (jwt: Jwt): string[] => {
  const { aud } = jwt.claims;
  return (Array.isArray(aud) ? aud : [aud]).filter((one): one is string => typeof one === "string");
};

async function common(jwt: Jwt, { issuer, keys, now }: Expectation): Promise<Finding[]> {
  const { iss, exp, iat } = jwt.claims;
  const seconds = Math.floor(now / 1000);
  const verdict = await verifyJwt(jwt, keys);
  return [
    {
      rule: "signature",
      ok: verdict === "valid",
      expected: keys.map((key) => `${key.alg ?? key.kty} ${key.kid ?? ""}`).join(", "),
      actual: `${said(jwt.header.alg)} ${said(jwt.header.kid)}: ${verdict}`,
      rfc: "RFC 7515, section 5.2",
    },
    { rule: "iss", ok: iss === issuer, expected: issuer, actual: said(iss), rfc: "RFC 7519, section 4.1.1" },
    {
      rule: "exp",
      ok: typeof exp === "number" && exp > seconds - skew,
      expected: `> ${seconds}`,
      actual: said(exp),
      rfc: "RFC 7519, section 4.1.4",
    },
    {
      rule: "iat",
      ok: typeof iat === "number" && iat <= seconds + skew,
      expected: `≤ ${seconds}`,
      actual: said(iat),
      rfc: "RFC 7519, section 4.1.6",
    },
  ];
}

/** The left half of the access token's hash, by the hash of the signature's algorithm (OpenID Connect Core 1.0, section 3.1.3.6). */
export async function halfHash(token: string, alg: string): Promise<string> {
  const bits = /(256|384|512)$/.exec(alg)?.[1] ?? "512"; // Ed25519 hashes with SHA-512
  const hash = new Uint8Array(await crypto.subtle.digest(`SHA-${bits}`, new TextEncoder().encode(token)));
  return toBase64url(hash.slice(0, hash.length / 2));
}

/** Holds an ID token to what a client must check (OpenID Connect Core 1.0, section 3.1.3.7). */
export async function checkIDToken(
  token: string,
  expect: Expectation & { nonce?: string; accessToken?: string },
): Promise<Finding[] | null> {
  const jwt = readJwt(token);
  if (!jwt) {
    return null;
  }
  const { clientID, nonce, accessToken } = expect;
  const { azp, at_hash } = jwt.claims;
  const aud = audiences(jwt);
  const findings = await common(jwt, expect);
  findings.push({ rule: "aud", ok: aud.includes(clientID), expected: clientID, actual: aud.join(", "), rfc: core });
  if (azp !== undefined) {
    findings.push({ rule: "azp", ok: azp === clientID, expected: clientID, actual: said(azp), rfc: core });
  }
  if (nonce) {
    const actual = said(jwt.claims.nonce);
    findings.push({ rule: "nonce", ok: actual === nonce, expected: nonce, actual, rfc: core });
  }
  if (accessToken && at_hash !== undefined) {
    const expected = await halfHash(accessToken, said(jwt.header.alg));
    findings.push({
      rule: "at_hash",
      ok: at_hash === expected,
      expected,
      actual: said(at_hash),
      rfc: "OpenID Connect Core 1.0, section 3.1.3.6",
    });
  }
  return findings;
}

/** Holds a JWT access token to what an API must check (RFC 9068, section 4); null for an opaque one. */
export async function checkAccessToken(token: string, expect: Expectation): Promise<Finding[] | null> {
  const jwt = readJwt(token);
  if (!jwt) {
    return null;
  }
  const typ = said(jwt.header.typ);
  const aud = audiences(jwt);
  const clientID = said(jwt.claims.client_id);
  return [
    {
      rule: "typ",
      ok: /^(application\/)?at\+jwt$/i.test(typ),
      expected: "at+jwt",
      actual: typ,
      rfc: "RFC 9068, section 2.1",
    },
    ...(await common(jwt, expect)),
    { rule: "audience", ok: aud.length > 0, expected: "≥ 1", actual: aud.join(", "), rfc: "RFC 9068, section 3" },
    {
      rule: "client_id",
      ok: clientID === expect.clientID,
      expected: expect.clientID,
      actual: clientID,
      rfc: "RFC 9068, section 2.2",
    },
  ];
}

/** Holds an authorization response to the request that it answers (RFC 6749, section 10.12; RFC 9207). */
export function checkAnswer(answer: URLSearchParams, sent: { state: string; issuer: string }): Finding[] {
  const state = answer.getAll("state");
  const iss = answer.getAll("iss");
  return [
    {
      rule: "state",
      ok: sent.state === "" ? state.length === 0 : state.length === 1 && state[0] === sent.state,
      expected: sent.state,
      actual: state.join(", "),
      rfc: "RFC 6749, section 10.12",
    },
    {
      rule: "iss",
      ok: iss.length === 1 && iss[0] === sent.issuer,
      expected: sent.issuer,
      actual: iss.join(", "),
      rfc: "RFC 9207, section 2.4",
    },
  ];
}
