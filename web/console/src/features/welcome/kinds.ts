import type { Schemas } from "~/api/client";
import type { IconName } from "~/ui/Icon";

export const kinds = ["machine", "web", "spa", "native"] as const;
export type Kind = (typeof kinds)[number];

export const kindIcon: Record<Kind, IconName> = { machine: "machine", web: "server", spa: "window", native: "mobile" };

export const isPublic = (kind: Kind) => kind === "spa" || kind === "native";

export const suggestedRedirect: Record<Kind, string> = {
  machine: "",
  web: "http://localhost:3000/callback",
  spa: "http://localhost:3000/callback",
  native: "http://127.0.0.1:3000/callback",
};

/** Which kind an application that is registered has come to be. */
export function kindOf(client: Schemas["Client"]): Kind {
  if (!client.grant_types.includes("authorization_code")) {
    return "machine";
  }
  if (client.application_type === "native") {
    return "native";
  }
  return client.token_endpoint_auth_method === "none" ? "spa" : "web";
}

/** The methods to begin with, the quickest first. */
export const methodsFor = (kind: Kind) => [
  "client_secret_basic",
  "private_key_jwt",
  kind === "machine" ? "client_secret_jwt" : "client_secret_post",
];

/** What is registered for each kind of application. */
export function registrationOf(
  kind: Kind,
  name: string,
  redirectURI: string,
  method: string,
  jwk?: object,
  alg?: string,
): Schemas["ClientInput"] {
  const common = {
    client_name: name,
    ...(jwk ? { jwks: { keys: [jwk] }, token_endpoint_auth_signing_alg: alg } : {}),
  };
  if (kind === "machine") {
    return {
      ...common,
      grant_types: ["client_credentials"],
      token_endpoint_auth_method: method,
    };
  }
  return {
    ...common,
    application_type: kind === "native" ? "native" : "web",
    grant_types: ["authorization_code", "refresh_token"],
    redirect_uris: [redirectURI],
    scope: "openid profile email offline_access",
    token_endpoint_auth_method: isPublic(kind) ? "none" : method,
  };
}
