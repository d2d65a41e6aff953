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
  use: EcdsaParams | RsaPssParams | Algorithm;
}

const curves: Record<string, string> = { "256": "P-256", "384": "P-384", "512": "P-521" };

/** How the platform is asked for an algorithm of RFC 7518 or RFC 9864; null for one that it does not know. */
export function algorithmOf(alg: string): Algorithms | null {
  if (alg === "Ed25519" || alg === "EdDSA") {
    return { key: { name: "Ed25519" }, use: { name: "Ed25519" } };
  }
  const [, family, bits = ""] = /^(ES|RS|PS)(256|384|512)$/.exec(alg) ?? [];
  const hash = `SHA-${bits}`;
  switch (family) {
    case "ES":
      return { key: { name: "ECDSA", namedCurve: curves[bits] ?? "" }, use: { name: "ECDSA", hash } };
    case "RS":
      return { key: { name: "RSASSA-PKCS1-v1_5", hash }, use: { name: "RSASSA-PKCS1-v1_5" } };
    case "PS":
      return { key: { name: "RSA-PSS", hash }, use: { name: "RSA-PSS", saltLength: Number(bits) / 8 } };
    default:
      return null;
  }
}

export type Verdict = "valid" | "invalid" | "unknown-key" | "unsupported";

/** Whether one of the keys has signed the token. */
export async function verifyJwt(jwt: Jwt, keys: Jwk[]): Promise<Verdict> {
  const found = algorithmOf(String(jwt.header.alg));
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
    return (await crypto.subtle.verify(found.use, key, jwt.signature, jwt.signed)) ? "valid" : "invalid";
  } catch {
    return "unsupported";
  }
}
