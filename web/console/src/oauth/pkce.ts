import { toBase64url } from "~/crypto/encoding";

/** 256 bits nobody can guess, as letters that fit into an address. */
export const randomValue = () => toBase64url(crypto.getRandomValues(new Uint8Array(32)));

/** The code_challenge of a code_verifier by S256 (RFC 7636, section 4.2). */
export async function challengeOf(verifier: string): Promise<string> {
  return toBase64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}
