import { toBase64url } from "~/crypto/encoding";
import type { SigningKey } from "~/crypto/privateKey";
import { type Field, formOf, type Wire } from "./wire";

/** By what a client proves itself in one request. */
export type Proof =
  | { method: "none" }
  | { method: "client_secret_basic" | "client_secret_post"; secret: string }
  | { method: "client_secret_jwt"; secret: string; alg?: string }
  | { method: "private_key_jwt"; key: SigningKey }
  // A token of another issuer that the client trusts, or one that was signed elsewhere.
  | { method: "private_key_jwt"; assertion: string };

export interface Party {
  clientID: string;
  issuer: string;
}

export const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const life = 60;

/** What a client says when it proves itself by a signature (RFC 7523, section 3; RFC 10070). */
export function assertionClaims({ clientID, issuer }: Party, now: number, jti: string) {
  const iat = Math.floor(now / 1000);
  return { iss: clientID, sub: clientID, aud: issuer, jti, iat, exp: iat + life };
}

const part = (value: unknown) => toBase64url(new TextEncoder().encode(JSON.stringify(value)));

const macs: Record<string, string> = { HS256: "SHA-256", HS384: "SHA-384", HS512: "SHA-512" };

async function signWithSecret(input: string, secret: string, alg: string): Promise<string> {
  const bytes = new TextEncoder().encode(secret);
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: macs[alg] ?? "SHA-256" }, false, [
    "sign",
  ]);
  return toBase64url(new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(input))));
}

/** Signs an assertion that serves once, with the secret or the private key. */
export async function makeAssertion(
  party: Party,
  proof: Extract<Proof, { method: "client_secret_jwt" } | { key: SigningKey }>,
  now = Date.now(),
  jti: string = crypto.randomUUID(),
): Promise<string> {
  const typ = "client-authentication+jwt";
  const claims = part(assertionClaims(party, now, jti));
  if (proof.method === "client_secret_jwt") {
    const alg = proof.alg && macs[proof.alg] ? proof.alg : "HS256";
    const input = `${part({ alg, typ })}.${claims}`;
    return `${input}.${await signWithSecret(input, proof.secret, alg)}`;
  }
  const { key } = proof;
  const input = `${part({ alg: key.alg, typ, kid: key.kid })}.${claims}`;
  return `${input}.${toBase64url(await key.sign(new TextEncoder().encode(input)))}`;
}

/** The same request, with the client's proof in it. */
export async function authenticate(wire: Wire, party: Party, proof: Proof): Promise<Wire> {
  const id: Field = { name: "client_id", value: party.clientID };
  const form = (wire.form ?? []).filter(({ name }) => name !== "client_id");
  switch (proof.method) {
    case "none":
      return { ...wire, form: [...form, id] };
    case "client_secret_basic":
      return { ...wire, form: wire.form, basic: { id: party.clientID, secret: proof.secret } };
    case "client_secret_post":
      return { ...wire, form: formOf([...form, id, { name: "client_secret", value: proof.secret, secret: true }]) };
    default: {
      const assertion = "assertion" in proof ? proof.assertion : await makeAssertion(party, proof);
      return {
        ...wire,
        form: [
          ...form,
          id,
          { name: "client_assertion_type", value: assertionType },
          { name: "client_assertion", value: assertion, secret: true },
        ],
      };
    }
  }
}
