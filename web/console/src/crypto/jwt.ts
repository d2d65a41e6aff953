import { fromBase64 } from "./encoding";
import type { Jwk } from "./jwk";

export interface Jwt {
  header: Record<string, unknown>;
  claims: Record<string, unknown>;
  signed: Uint8Array<ArrayBuffer>;
  signature: Uint8Array<ArrayBuffer>;
}

const part = (encoded: string): Record<string, unknown> => {
  const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(fromBase64(encoded)));
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    throw new Error("not an object");
  }
  return value as Record<string, unknown>;
};

/** Takes a compact JWT apart; null where it is none. */
export function readJwt(source: string): Jwt | null {
  const parts = source
    .trim()
    .replace(/^Bearer\s+/i, "")
    .split(".");
  const [header, claims, signature] = parts;
  if (parts.length !== 3 || !header || !claims || signature === undefined) {
    return null;
  }
  try {
    return {
      header: part(header),
      claims: part(claims),
      signed: new TextEncoder().encode(`${header}.${claims}`),
      signature: fromBase64(signature),
    };
  } catch {
    return null;
  }
}

interface Algorithms {
  key: EcKeyImportParams | RsaHashedImportParams | Algorithm;
  verify: EcdsaParams | RsaPssParams | Algorithm;
}

const algorithms: Record<string, Algorithms> = {
  ES256: { key: { name: "ECDSA", namedCurve: "P-256" }, verify: { name: "ECDSA", hash: "SHA-256" } },
  RS256: { key: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, verify: { name: "RSASSA-PKCS1-v1_5" } },
  PS256: { key: { name: "RSA-PSS", hash: "SHA-256" }, verify: { name: "RSA-PSS", saltLength: 32 } },
  Ed25519: { key: { name: "Ed25519" }, verify: { name: "Ed25519" } },
  EdDSA: { key: { name: "Ed25519" }, verify: { name: "Ed25519" } },
};

export type Verdict = "valid" | "invalid" | "unknown-key" | "unsupported";

/** Whether one of the keys has signed the token. */
export async function verifyJwt(jwt: Jwt, keys: Jwk[]): Promise<Verdict> {
  const found = algorithms[String(jwt.header.alg)];
  if (!found) {
    return "unsupported";
  }
  const jwk = keys.find((key) => key.kid === jwt.header.kid);
  if (!jwk) {
    return "unknown-key";
  }
  try {
    const { kty, crv, x, y, n, e } = jwk;
    const key = await crypto.subtle.importKey("jwk", { kty, crv, x, y, n, e }, found.key, false, ["verify"]);
    return (await crypto.subtle.verify(found.verify, key, jwt.signature, jwt.signed)) ? "valid" : "invalid";
  } catch {
    return "unsupported";
  }
}
