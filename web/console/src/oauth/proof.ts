import type { Schemas } from "~/api/client";
import { readJwt } from "~/crypto/jwt";
import { PrivateKeyProblem, readPrivateKey, type SigningKey } from "~/crypto/privateKey";
import { keysOf } from "~/features/client/context";
import type { Proof } from "./authenticate";

/** What somebody typed to prove the client with. It lives as long as the part of the page that holds it. */
export interface Held {
  secret: string;
  key: string;
}

export const nothingHeld: Held = { secret: "", key: "" };

const anyAlg: readonly string[] = [];

/** The algorithms by which the workspace lets a client sign; any where it names none. */
export const algsAllowed = (workspace: Schemas["Workspace"]): readonly string[] =>
  workspace.token_endpoint_auth_signing_alg_values ?? anyAlg;

export const isTLS = (method: string) => method === "tls_client_auth" || method === "self_signed_tls_client_auth";

/** The methods by which the client may prove itself now: its own, and in an overlap the previous one. */
export function methodsInForce(client: Schemas["Client"], now = Date.now()): string[] {
  const previous = client.token_endpoint_auth_method_previous;
  const methods = [client.token_endpoint_auth_method ?? "client_secret_basic"];
  if (previous && Date.parse(previous.until) > now) {
    methods.push(previous.method);
  }
  return methods;
}

export class ProofProblem extends Error {
  readonly code: "secretMissing" | `key_${PrivateKeyProblem["code"]}`;

  constructor(code: ProofProblem["code"]) {
    super(code);
    this.code = code;
  }
}

/** Understands the key that was pasted, in the light of what the client has registered and the workspace allows. */
export async function signingKeyOf(
  source: string,
  client: Schemas["Client"],
  allowed: readonly string[],
): Promise<SigningKey> {
  try {
    return await readPrivateKey(source, [client.token_endpoint_auth_signing_alg, ...allowed], keysOf(client));
  } catch (error) {
    throw new ProofProblem(error instanceof PrivateKeyProblem ? `key_${error.code}` : "key_unknown");
  }
}

/** Makes of what is held the proof that the method asks for. */
export async function proofOf(
  method: string,
  held: Held,
  client: Schemas["Client"],
  allowed: readonly string[],
): Promise<Proof> {
  switch (method) {
    case "client_secret_basic":
    case "client_secret_post":
    case "client_secret_jwt":
      if (held.secret === "") {
        throw new ProofProblem("secretMissing");
      }
      return { method, secret: held.secret, alg: client.token_endpoint_auth_signing_alg };
    case "private_key_jwt": {
      const assertion = held.key.trim();
      return readJwt(assertion)
        ? { method, assertion }
        : { method, key: await signingKeyOf(held.key, client, allowed) };
    }
    default:
      return { method: "none" };
  }
}
