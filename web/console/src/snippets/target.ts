import type { Schemas } from "~/api/client";
import type { Jwk } from "~/crypto/jwk";
import { algFor } from "~/crypto/privateKey";
import type { Target } from "./types";

const forPeople = ["openid", "profile", "email"];

/** What the snippets for a client are made of. Those for people ask for what the client may ask for. */
export function targetOf(workspace: Schemas["Workspace"], client: Schemas["Client"], more?: Partial<Target>): Target {
  const key = (client.jwks as { keys?: Jwk[] } | undefined)?.keys?.at(-1);
  const allowed = client.scope.split(" ");
  const usual = forPeople.filter((scope) => allowed.includes(scope));
  return {
    issuer: workspace.issuer,
    clientID: client.client_id,
    method: client.token_endpoint_auth_method,
    alg: client.token_endpoint_auth_signing_alg ?? (key && algOfKey(key)),
    kid: key?.kid,
    redirectURIs: client.redirect_uris,
    scope: usual.length > 0 ? usual.join(" ") : client.scope,
    idTokenAlg: client.id_token_signed_response_alg ?? (workspace.profile === "oidc_core" ? "RS256" : "ES256"),
    ...more,
  };
}

function algOfKey(key: Jwk): string | undefined {
  try {
    return key.alg ?? algFor(key, []);
  } catch {
    return undefined;
  }
}
