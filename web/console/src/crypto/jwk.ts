import { pem, toBase64url } from "./encoding";

export type Jwk = JsonWebKey & { kid?: string; x5c?: string[] };

export const signingAlgs = ["ES256", "PS256", "RS256", "Ed25519"] as const;
export type SigningAlg = (typeof signingAlgs)[number];

const parameters: Record<SigningAlg, RsaHashedKeyGenParams | EcKeyGenParams | Algorithm> = {
  ES256: { name: "ECDSA", namedCurve: "P-256" } as EcKeyGenParams,
  PS256: {
    name: "RSA-PSS",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  } as RsaHashedKeyGenParams,
  RS256: {
    name: "RSASSA-PKCS1-v1_5",
    hash: "SHA-256",
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  } as RsaHashedKeyGenParams,
  Ed25519: { name: "Ed25519" },
};

/** The thumbprint of a key (RFC 7638), by which it is named. */
export async function thumbprint(jwk: Jwk): Promise<string> {
  const members: Record<string, (keyof Jwk)[]> = {
    EC: ["crv", "kty", "x", "y"],
    RSA: ["e", "kty", "n"],
    OKP: ["crv", "kty", "x"],
  };
  const names = members[jwk.kty ?? ""];
  if (!names) {
    throw new Error("unknown key type");
  }
  const canonical = JSON.stringify(Object.fromEntries(names.map((name) => [name, jwk[name]])));
  return toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical))));
}

/** Only what everybody may know of a key. */
export async function publicJwk(jwk: Jwk, alg?: string): Promise<Jwk> {
  const { kty, crv, x, y, n, e, x5c } = jwk;
  const bare = Object.fromEntries(
    Object.entries({ kty, crv, x, y, n, e, x5c }).filter(([, value]) => value !== undefined),
  ) as Jwk;
  return {
    ...bare,
    use: "sig",
    ...((alg ?? jwk.alg) ? { alg: alg ?? jwk.alg } : {}),
    kid: jwk.kid ?? (await thumbprint(bare)),
  };
}

export interface KeyPair {
  publicJwk: Jwk;
  privatePem: string;
}

/** Makes a key pair here in the browser. The private half is returned as PEM and is sent nowhere. */
export async function generateKeyPair(alg: SigningAlg): Promise<KeyPair> {
  const pair = (await crypto.subtle.generateKey(parameters[alg], true, ["sign", "verify"])) as CryptoKeyPair;
  const jwk = (await crypto.subtle.exportKey("jwk", pair.publicKey)) as Jwk;
  const secret = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey));
  return { publicJwk: await publicJwk({ ...jwk, alg: undefined }, alg), privatePem: pem("PRIVATE KEY", secret) };
}

const curves = ["P-256", "P-384", "P-521"];

/** Reads a public key in its DER form (SubjectPublicKeyInfo), whatever kind it is. */
export async function jwkOfSPKI(der: Uint8Array<ArrayBuffer>): Promise<Jwk> {
  const tries: (RsaHashedImportParams | EcKeyImportParams | Algorithm)[] = [
    ...curves.map((namedCurve) => ({ name: "ECDSA", namedCurve })),
    { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
    { name: "Ed25519" },
  ];
  for (const algorithm of tries) {
    try {
      const key = await crypto.subtle.importKey("spki", der, algorithm, true, ["verify"]);
      const { key_ops: _, ext: __, alg: ___, ...jwk } = (await crypto.subtle.exportKey("jwk", key)) as Jwk;
      return jwk;
    } catch {
      // It is of another kind.
    }
  }
  throw new Error("unknown key type");
}

/** What a key is, in a few letters: EC P-256, RSA 2048. */
export function describeJwk(jwk: Jwk): string {
  if (jwk.kty === "RSA" && jwk.n) {
    const bytes = Math.floor((jwk.n.length * 3) / 4);
    return `RSA ${bytes * 8}`;
  }
  return [jwk.kty, jwk.crv].filter(Boolean).join(" ");
}
