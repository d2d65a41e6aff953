import type { Lang } from "~/ui/highlight";

/** What a snippet is made for: one client of one workspace. */
export interface Target {
  issuer: string;
  /** The token endpoint that a client certificate is shown to, if there is one. */
  mtlsTokenURL?: string;
  clientID: string;
  /** Known only where it has just been shown; a snippet reads it from the environment otherwise. */
  secret?: string;
  method: string;
  alg?: string;
  kid?: string;
  redirectURI?: string;
  scope?: string;
}

export interface Snippet {
  id: string;
  label: string;
  lang: Lang;
  /** The file to save it as, where it is one. */
  file?: string;
  /** The command that runs it. */
  run?: string;
  code: string;
}

export const tokenURL = (target: Target) =>
  target.method.includes("tls_client_auth") && target.mtlsTokenURL
    ? target.mtlsTokenURL
    : `${target.issuer}/oauth2/token`;

export const usesSecret = (method: string) => method.startsWith("client_secret_");
