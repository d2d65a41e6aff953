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
  redirectURIs?: string[];
  /** The algorithm that its ID tokens are signed with. */
  idTokenAlg?: string;
  scope?: string;
}

export interface SnippetFile {
  name: string;
  lang: Lang;
  code: string;
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
  /** A second file that belongs to it. */
  beside?: SnippetFile;
  /** The redirect URI that it needs and that the client does not have yet. */
  unregistered?: string;
}

export const tokenURL = (target: Target) =>
  target.method.includes("tls_client_auth") && target.mtlsTokenURL
    ? target.mtlsTokenURL
    : `${target.issuer}/oauth2/token`;

export const usesSecret = (method: string) => method.startsWith("client_secret_");

/** Text as a literal of JavaScript, Python, Go, C# and YAML alike. */
export const quoted = (value: string) => JSON.stringify(value);

/** Text as one word of a shell. */
export const word = (value: string) => `'${value.replaceAll("'", "'\\''")}'`;

/** Whether a program on this machine can listen there, without a certificate. */
export function isLoopback(uri: string): boolean {
  try {
    const { protocol, hostname } = new URL(uri);
    return protocol === "http:" && ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
  } catch {
    return false;
  }
}
