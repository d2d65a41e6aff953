import { type Certificate, readCertificate } from "./certificate";
import { pemBlocks, toBase64 } from "./encoding";
import { type Jwk, jwkOfSPKI, publicJwk } from "./jwk";

/** One key that somebody pasted or uploaded, understood. */
export interface PastedKey {
  jwk: Jwk;
  from: "jwk" | "pem" | "certificate";
  certificate?: Certificate;
}

export type PasteError = "private" | "secret" | "unknown" | "empty" | "request";

export class PasteProblem extends Error {
  readonly code: PasteError;

  constructor(code: PasteError) {
    super(code);
    this.code = code;
  }
}

/**
 * Understands public keys in the forms in which people have them: PEM, an
 * X.509 certificate, a JWK or a set of them. A private key is refused, and the
 * caller tells its owner; nothing of it leaves the page.
 */
export async function readPasted(source: string): Promise<PastedKey[]> {
  const text = source.trim();
  if (text === "") {
    throw new PasteProblem("empty");
  }
  return text.startsWith("{") || text.startsWith("[") ? readJSON(text) : readPEM(text);
}

async function readJSON(text: string): Promise<PastedKey[]> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new PasteProblem("unknown");
  }
  const set = Array.isArray(value) ? value : ((value as { keys?: unknown }).keys ?? [value]);
  if (!Array.isArray(set) || set.length === 0) {
    throw new PasteProblem("unknown");
  }
  return Promise.all(
    set.map(async (jwk: Jwk): Promise<PastedKey> => {
      if (jwk.kty === "oct" || jwk.k) {
        throw new PasteProblem("secret");
      }
      if (jwk.d || jwk.p || jwk.q) {
        throw new PasteProblem("private");
      }
      return { jwk: await publicJwk(jwk).catch(unknown), from: "jwk" };
    }),
  );
}

async function readPEM(text: string): Promise<PastedKey[]> {
  const blocks = pemBlocks(text);
  if (blocks.length === 0) {
    throw new PasteProblem("unknown");
  }
  const keys: PastedKey[] = [];
  for (const { label, der } of blocks) {
    if (label.endsWith("PRIVATE KEY")) {
      throw new PasteProblem("private");
    }
    if (label.endsWith("CERTIFICATE REQUEST")) {
      throw new PasteProblem("request");
    }
    if (label === "CERTIFICATE") {
      const certificate = await Promise.resolve(der).then(readCertificate).catch(unknown);
      const jwk = await jwkOfSPKI(certificate.spki).catch(unknown);
      keys.push({ jwk: await publicJwk({ ...jwk, x5c: [toBase64(der)] }), from: "certificate", certificate });
    } else if (label === "PUBLIC KEY") {
      keys.push({ jwk: await publicJwk(await jwkOfSPKI(der).catch(unknown)), from: "pem" });
    } else {
      throw new PasteProblem("unknown");
    }
  }
  return keys;
}

function unknown(): never {
  throw new PasteProblem("unknown");
}
