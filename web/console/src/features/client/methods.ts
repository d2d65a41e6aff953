import { text } from "~/app/text";

export const authMethods = [
  "client_secret_basic",
  "client_secret_post",
  "client_secret_jwt",
  "private_key_jwt",
  "tls_client_auth",
  "self_signed_tls_client_auth",
  "none",
] as const;

export type AuthMethod = (typeof authMethods)[number];

/** How hard it is to pass for the application: 0 proves nothing, 4 is best. */
export const strengthOf: Record<AuthMethod, 0 | 1 | 2 | 3 | 4> = {
  none: 0,
  client_secret_post: 1,
  client_secret_basic: 2,
  client_secret_jwt: 3,
  private_key_jwt: 4,
  tls_client_auth: 4,
  self_signed_tls_client_auth: 4,
};

export const isMethod = (name: string): name is AuthMethod => (authMethods as readonly string[]).includes(name);

export const methodText = text(
  "methods",
  {
    client_secret_basic: "Secret in the header",
    client_secret_basic_body:
      "The application sends its id and secret in the Authorization header. Simple and understood everywhere; whoever reads the request has the secret.",
    client_secret_post: "Secret in the form",
    client_secret_post_body:
      "The secret travels in the body of the request, where logs and proxies see it more easily. For software that can do no better.",
    client_secret_jwt: "Signed with the secret",
    client_secret_jwt_body:
      "The application signs a short-lived statement with its secret. The secret itself never travels; both sides still know it.",
    private_key_jwt: "Signed with a private key",
    private_key_jwt_body:
      "The application signs a short-lived statement with a key that only it has. Signet knows the public half: nothing here could be stolen and used.",
    tls_client_auth: "Certificate of an authority",
    tls_client_auth_body:
      "The application shows a certificate of an authority that the workspace trusts, as the connection is made.",
    self_signed_tls_client_auth: "Its own certificate",
    self_signed_tls_client_auth_body: "The application shows a certificate that it made itself and registered here.",
    none: "Public: no proof",
    none_body:
      "For applications in browsers and on devices, which cannot keep a secret. PKCE protects each sign-in instead.",
    strength_0: "Proves nothing",
    strength_1: "Weak",
    strength_2: "Fair",
    strength_3: "Good",
    strength_4: "Strong",
    quickest: "Quickest start",
    strongest: "Strongest",
    recommended: "Recommended",
    startingHelp:
      "A secret is the quickest start, a private key the strongest. You can change over later, without a gap.",
  },
  {
    client_secret_basic: "Geheimnis im Header",
    client_secret_basic_body:
      "Die Anwendung sendet ID und Geheimnis im Authorization-Header. Einfach und überall verstanden; wer die Anfrage liest, hat das Geheimnis.",
    client_secret_post: "Geheimnis im Formular",
    client_secret_post_body:
      "Das Geheimnis reist im Rumpf der Anfrage, wo Logs und Proxys es leichter sehen. Für Software, die es nicht besser kann.",
    client_secret_jwt: "Mit dem Geheimnis signiert",
    client_secret_jwt_body:
      "Die Anwendung signiert mit ihrem Geheimnis eine kurzlebige Aussage. Das Geheimnis selbst reist nie; beide Seiten kennen es dennoch.",
    private_key_jwt: "Mit privatem Schlüssel signiert",
    private_key_jwt_body:
      "Die Anwendung signiert eine kurzlebige Aussage mit einem Schlüssel, den nur sie hat. Signet kennt die öffentliche Hälfte: Hier ließe sich nichts stehlen, das nützt.",
    tls_client_auth: "Zertifikat einer Stelle",
    tls_client_auth_body:
      "Die Anwendung zeigt beim Verbindungsaufbau das Zertifikat einer Stelle, der der Arbeitsbereich vertraut.",
    self_signed_tls_client_auth: "Eigenes Zertifikat",
    self_signed_tls_client_auth_body:
      "Die Anwendung zeigt ein Zertifikat, das sie selbst ausgestellt und hier registriert hat.",
    none: "Öffentlich: kein Nachweis",
    none_body:
      "Für Anwendungen in Browsern und auf Geräten, die kein Geheimnis bewahren können. Stattdessen schützt PKCE jede Anmeldung.",
    strength_0: "Weist nichts nach",
    strength_1: "Schwach",
    strength_2: "Ordentlich",
    strength_3: "Gut",
    strength_4: "Stark",
    quickest: "Schnellster Anfang",
    strongest: "Am stärksten",
    recommended: "Empfohlen",
    startingHelp:
      "Mit einem Geheimnis fängt man am schnellsten an, ein privater Schlüssel ist am stärksten. Wechseln können Sie später, ohne Unterbrechung.",
  },
);
