// Where what a check found wanting is changed. The checks are named as the
// service names them; what depends on the caller alone has no place here.

/** A page, and the field on it, by its name in the admin API. */
export interface Place {
  page: "proof" | "client" | "workspace" | "scopes" | "services";
  field?: string;
  /** Where to go instead where the API is there that the check found no way to. */
  reach?: Omit<Place, "reach">;
}

export const places: Record<string, Place> = {
  "client enabled": { page: "client", field: "disabled" },
  "method allowed by the workspace": { page: "workspace", field: "token_endpoint_auth_methods" },
  "certificate is not revoked": { page: "workspace", field: "tls_client_auth_crls" },
  "code is fresh": { page: "workspace", field: "code_ttl" },
  "code is known": { page: "workspace", field: "code_ttl" },
  "refresh token is current": { page: "workspace", field: "refresh_grace" },
  "pushed request found": { page: "workspace", field: "par_ttl" },
  "request was pushed where it must be": { page: "client", field: "require_pushed_authorization_requests" },
  "redirect URI registered": { page: "client", field: "redirect_uris" },
  "redirect URI still registered": { page: "client", field: "redirect_uris" },
  "grant allowed for the client": { page: "client", field: "grant_types" },
  "client may use the code flow": { page: "client", field: "grant_types" },
  "scope allowed": { page: "client", field: "scope" },
  "scope registered": { page: "client", field: "scope" },
  "granted scope still registered": { page: "client", field: "scope" },
  "scope known": { page: "scopes" },
  "resource known": { page: "services", reach: { page: "client", field: "scope" } },
  "caller may ask about the token": { page: "services" },
  "secret matched": { page: "proof" },
  "method is the registered one": { page: "proof" },
  "federated credential": { page: "proof" },
  "subject matches": { page: "proof" },
};

/** Where to go for a check that did not hold; what rests on a client's credentials leads to them. */
export function placeOf(check: string): Place | undefined {
  return places[check] ?? (/^(assertion|certificate|token is of) /.test(check) ? { page: "proof" } : undefined);
}
