import { pemBlocks } from "./encoding";
import { type Jwk, thumbprint } from "./jwk";
import { algorithmOf } from "./jwt";

/** A private key in the memory of this page, which can sign and cannot be read out again. */
export interface SigningKey {
  alg: string;
  kid: string;
  /** Whether its other half is among the keys that the client has registered. */
  registered: boolean;
  sign: (data: Uint8Array<ArrayBuffer>) => Promise<Uint8Array<ArrayBuffer>>;
}

export type PrivateKeyError = "empty" | "public" | "encrypted" | "traditional" | "unknown";

export class PrivateKeyProblem extends Error {
  readonly code: PrivateKeyError;

  constructor(code: PrivateKeyError) {
    super(code);
    this.code = code;
  }
}

const ofCurve: Record<string, string[]> = {
  "P-256": ["ES256"],
  "P-384": ["ES384"],
  "P-521": ["ES512"],
  Ed25519: ["Ed25519", "EdDSA"],
};
const ofRSA = ["PS256", "RS256", "PS384", "RS384", "PS512", "RS512"];

/** The algorithm for a key: the first of the wanted that it can do, else the first that it can do. */
export function algFor(jwk: Jwk, wanted: readonly (string | undefined)[]): string {
  const able = jwk.kty === "RSA" ? ofRSA : (ofCurve[jwk.crv ?? ""] ?? []);
  const alg = wanted.find((name) => name !== undefined && able.includes(name)) ?? able[0];
  if (!alg) {
    throw new PrivateKeyProblem("unknown");
  }
  return alg;
}

/**
 * Reads a private key in PEM (PKCS #8) or as a JWK. `registered` are the
 * client's public keys: the key goes by the name that it has among them.
 */
export async function readPrivateKey(
  source: string,
  wanted: readonly (string | undefined)[] = [],
  registered: readonly Jwk[] = [],
): Promise<SigningKey> {
  const text = source.trim();
  if (text === "") {
    throw new PrivateKeyProblem("empty");
  }
  const jwk = text.startsWith("{") ? privateJwkOf(text) : await jwkOfPEM(text);
  const print = await thumbprint(jwk).catch(() => {
    throw new PrivateKeyProblem("unknown");
  });
  let named: Jwk | undefined;
  for (const each of registered) {
    if ((await thumbprint(each).catch(() => "")) === print) {
      named = each;
      break;
    }
  }
  const alg = algFor(jwk, [named?.alg, ...wanted, jwk.alg]);
  const { key_ops: _, ext: __, use: ___, alg: ____, ...bare } = jwk;
  const algorithm = algorithmOf(alg);
  const key =
    algorithm && (await crypto.subtle.importKey("jwk", bare, algorithm.key, false, ["sign"]).catch(() => null));
  if (!key) {
    throw new PrivateKeyProblem("unknown");
  }
  return {
    alg,
    kid: named?.kid ?? jwk.kid ?? print,
    registered: named !== undefined,
    sign: async (data) => new Uint8Array(await crypto.subtle.sign(algorithm.use, key, data)),
  };
}

function privateJwkOf(text: string): Jwk {
  let value: Jwk & { keys?: Jwk[] };
  try {
    value = JSON.parse(text) as Jwk & { keys?: Jwk[] };
  } catch {
    throw new PrivateKeyProblem("unknown");
  }
  const jwk = Array.isArray(value.keys) ? (value.keys.find((key) => key?.d) ?? value.keys[0]) : value;
  if (!jwk || typeof jwk !== "object" || typeof jwk.kty !== "string") {
    throw new PrivateKeyProblem("unknown");
  }
  if (!jwk.d) {
    throw new PrivateKeyProblem(jwk.kty === "oct" ? "unknown" : "public");
  }
  return jwk;
}

// What the platform can import, to learn which kind a key of PKCS #8 is.
const kinds: (RsaHashedImportParams | EcKeyImportParams | Algorithm)[] = [
  ...["P-256", "P-384", "P-521"].map((namedCurve) => ({ name: "ECDSA", namedCurve })),
  { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" },
  { name: "Ed25519" },
];

async function jwkOfPEM(text: string): Promise<Jwk> {
  const block = pemBlocks(text)[0];
  const label = block?.label ?? /-----BEGIN ([A-Z ]+)-----/.exec(text)?.[1] ?? "";
  if (label === "ENCRYPTED PRIVATE KEY" || text.includes("Proc-Type: 4,ENCRYPTED")) {
    throw new PrivateKeyProblem("encrypted");
  }
  if (label === "RSA PRIVATE KEY" || label === "EC PRIVATE KEY") {
    throw new PrivateKeyProblem("traditional");
  }
  if (label === "PUBLIC KEY" || label === "CERTIFICATE") {
    throw new PrivateKeyProblem("public");
  }
  if (!block || label !== "PRIVATE KEY") {
    throw new PrivateKeyProblem("unknown");
  }
  for (const kind of kinds) {
    try {
      const key = await crypto.subtle.importKey("pkcs8", block.der, kind, true, ["sign"]);
      const { alg: _, ...jwk } = (await crypto.subtle.exportKey("jwk", key)) as Jwk;
      return jwk;
    } catch {
      // It is of another kind.
    }
  }
  throw new PrivateKeyProblem("unknown");
}
