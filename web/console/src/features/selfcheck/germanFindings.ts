// What the self-check expected and found, in German, by the service's English words;
// app/phrases.ts tells what the holes are. A test holds the table against the
// service's sources.

export const germanFindings: Record<string, string> = {
  // The words that stand alone, or in a hole.
  required: "verlangt",
  possible: "möglich",
  refused: "abgelehnt",
  active: "aktiv",
  "not active": "nicht aktiv",
  suspended: "gesperrt",
  on: "an",
  off: "aus",
  yes: "ja",
  no: "nein",
  nothing: "nichts",
  missing: "fehlt",
  "as it must be": "wie es sein muss",
  "{=} is not as it must be": "{=} ist nicht, wie es sein muss",
  "at most {}": "höchstens {}",
  "{=} days": "{=} Tage",
  "{=} h": "{=} Std.",
  "{=} min": "{=} Min.",
  "{=} keys": "{=} Schlüssel",
  "{}, then {}": "{}, dann {}",
  "201, a code, then {}": "201, ein Code, dann {}",
  "for {=}: {}": "für {=}: {}",
  "{=}: {}": "{=}: {}",
  "{}, {}": "{}, {}",
  "{}, section {=}": "{}, Abschnitt {=}",
  "{}, sections {=} and {=}": "{}, Abschnitte {=} und {=}",

  // Why something was not tried, or could not be judged.
  "The run ended before this could be tried.": "Der Durchgang endete, bevor dies versucht werden konnte.",
  "The authorization server gave no answer.": "Der Autorisierungsserver gab keine Antwort.",
  "This builds on signing in, which does not work.": "Dies baut auf der Anmeldung auf, und die gelingt nicht.",
  "The workspace is suspended.": "Der Arbeitsbereich ist gesperrt.",
  "The workspace allows no method of client authentication that could be used from here: only certificates.":
    "Der Arbeitsbereich erlaubt keine Methode der Client-Authentifizierung, die sich von hier aus benutzen ließe: nur Zertifikate.",
  "The workspace allows no method of confidential clients that could be used from here.":
    "Der Arbeitsbereich erlaubt keine Methode vertraulicher Clients, die sich von hier aus benutzen ließe.",
  "The workspace allows no public clients.": "Der Arbeitsbereich erlaubt keine öffentlichen Clients.",
  "A client certificate cannot be presented from here: the self-check reaches the server from within, where no TLS connection of a client is.":
    "Ein Client-Zertifikat lässt sich von hier aus nicht vorlegen: Die Selbstprüfung erreicht den Server von innen, wo es keine TLS-Verbindung eines Clients gibt.",
  "Only your authority can make the certificate that this needs.":
    "Das Zertifikat, das es hierfür braucht, kann nur Ihre Zertifizierungsstelle ausstellen.",
  "No form was sent in this run.": "In diesem Durchgang wurde kein Formular gesendet.",
  "No code could be had: {}.": "Es war kein Code zu bekommen: {}.",
  "No code could be had for this: {}.": "Hierfür war kein Code zu bekommen: {}.",
  "No tokens could be had for a code: {}.": "Für einen Code waren keine Tokens zu bekommen: {}.",
  "A refresh token gave no tokens: {}.": "Ein Refresh-Token gab keine Tokens: {}.",
  "The discovery document cannot be read: {}.": "Das Discovery-Dokument ist nicht lesbar: {}.",
  "The JWK set cannot be read: {}.": "Das JWK-Set ist nicht lesbar: {}.",

  // Where a request led.
  "a code was issued": "ein Code wurde ausgestellt",
  "refused with {}": "abgelehnt mit {}",
  "a redirect to {}": "eine Weiterleitung zu {}",
  "a page, status 200": "eine Seite, Status 200",
  "an error page, status {=}": "eine Fehlerseite, Status {=}",
  "an error page, and no redirect": "eine Fehlerseite, und keine Weiterleitung",
  "{}, no redirect": "{}, keine Weiterleitung",
  "response_type {}: {}": "response_type {}: {}",
  "a code": "ein Code",

  // Discovery.
  "200, JSON, with the issuer as it was asked for": "200, JSON, mit dem Aussteller, nach dem gefragt wurde",
  "no JSON: {}": "kein JSON: {}",
  "issuer {=}": "Aussteller {=}",
  "the same document in each form": "in jeder Form dasselbe Dokument",
  "another one, or none, at {=}": "ein anderes, oder keines, unter {=}",
  "the same in four forms": "dasselbe in vier Formen",
  "endpoints below the issuer": "Endpunkte unter dem Aussteller",
  "all below {=}": "alle unter {=}",
  "https, or http on a loopback address": "https, oder http auf einer Loopback-Adresse",
  "http, on a loopback address": "http, auf einer Loopback-Adresse",
  "the same document, whatever X-Forwarded-Host and its like say":
    "dasselbe Dokument, was auch immer X-Forwarded-Host und seinesgleichen sagen",
  "the same document": "dasselbe Dokument",
  "another document, or none": "ein anderes Dokument, oder keines",
  "distinct kid, alg and use in every key, and no private part":
    "in jedem Schlüssel ein eigener kid, alg und use, und kein privater Teil",
  "a key has the private member {=}": "ein Schlüssel hat den privaten Teil {=}",
  "a kid is missing or stands there twice": "ein kid fehlt oder steht zweimal da",
  "a key lacks alg, or its use is not sig": "einem Schlüssel fehlt alg, oder sein use ist nicht sig",
  "the workspace's token_endpoint_auth_methods": "die token_endpoint_auth_methods des Arbeitsbereichs",
  "response_types_supported is code alone, and no grant type password or implicit":
    "response_types_supported ist allein code, und keine Grant-Art password oder implicit",
  "authorization_response_iss_parameter_supported is true": "authorization_response_iss_parameter_supported ist true",
  "no such header": "kein solcher Header",
  "both say *": "beide sagen *",

  // Signing in.
  "the browser arrives at the redirect URI with a code": "der Browser kommt mit einem Code bei der Redirect-URI an",
  "the same state": "dasselbe state",
  "iss is the issuer": "iss ist der Aussteller",
  "303 after a form": "303 nach einem Formular",
  "200 with access_token, token_type Bearer, a number of seconds, and an ID token":
    "200 mit access_token, token_type Bearer, einer Zahl von Sekunden und einem ID-Token",
  "without {}": "ohne {}",
  "200, all there": "200, alles da",
  "no Cache-Control": "kein Cache-Control",
  "signature, iss, aud, exp, nonce and at_hash as they must be":
    "Signatur, iss, aud, exp, nonce und at_hash, wie sie sein müssen",
  "typ at+jwt, and iss, aud, client_id, exp as they must be":
    "typ at+jwt, und iss, aud, client_id, exp, wie sie sein müssen",
  "signed by {=}, all as it must be": "signiert mit {=}, alles, wie es sein muss",
  "opaque: it says nothing to anybody else": "opak: Es sagt niemand anderem etwas",
  "the published keys cannot be used": "die veröffentlichten Schlüssel sind nicht zu gebrauchen",
  "no JWT": "kein JWT",
  "no published key verifies it": "kein veröffentlichter Schlüssel bestätigt die Signatur",
  "its claims cannot be read": "seine Claims sind nicht lesbar",
  "the key of the ID token is the first of the set": "der Schlüssel des ID-Tokens ist der erste im Set",
  "the ID token is no JWT": "das ID-Token ist kein JWT",
  "it does": "so ist es",
  "another key stands first": "ein anderer Schlüssel steht vorn",
  "sub of the ID token": "sub des ID-Tokens",
  "the same user": "derselbe Benutzer",
  "another user": "ein anderer Benutzer",
  "400 invalid_grant for the other, tokens for the owner": "400 invalid_grant für den anderen, Tokens für den Besitzer",
  "the stranger was refused, and the code was spoilt for its owner":
    "der Fremde wurde abgelehnt, und der Code war für seinen Besitzer verdorben",
  "{}, and the owner got tokens": "{}, und der Besitzer bekam Tokens",
  "400 invalid_grant the second time": "400 invalid_grant beim zweiten Mal",
  "access and refresh token are dead": "Access- und Refresh-Token sind tot",
  "the access token still opens UserInfo": "das Access-Token öffnet UserInfo noch",
  "the refresh token still gives tokens": "das Refresh-Token gibt noch Tokens",
  "both are dead": "beide sind tot",
  "refused, in each combination": "abgelehnt, in jeder Kombination",
  "refused, in either order": "abgelehnt, in beiden Reihenfolgen",

  // PKCE.
  "a code, as pkce is required_for_public": "ein Code, da pkce auf required_for_public steht",
  "400 invalid_grant, though the challenge fits": "400 invalid_grant, obwohl die Challenge passt",
  "no code is issued without a challenge": "ohne Challenge wird kein Code ausgestellt",
  "pkce is required": "pkce ist verlangt",

  // Client authentication.
  "200 for a sound code": "200 für einen richtigen Code",
  "400 unauthorized_client, or 401 invalid_client": "400 unauthorized_client oder 401 invalid_client",
  "200, then 401 invalid_client": "200, dann 401 invalid_client",
  "200, as client_assertion_audience is issuer_or_endpoint":
    "200, da client_assertion_audience auf issuer_or_endpoint steht",
  "401 invalid_client, as client_assertion_audience is issuer_only":
    "401 invalid_client, da client_assertion_audience auf issuer_only steht",

  // Tokens.
  "200, with another refresh token": "200, mit einem anderen Refresh-Token",
  "200, with another one": "200, mit einem anderen",
  "200, with the same one or none": "200, mit demselben oder keinem",
  "400 invalid_grant, for the old one and from then on for the newest":
    "400 invalid_grant, für das alte und von da an auch für das neueste",
  "the old one was refused, and the newest lives on": "das alte wurde abgelehnt, und das neueste lebt weiter",
  "both refused": "beide abgelehnt",
  "the stranger was refused, and the owner's tokens were ended":
    "der Fremde wurde abgelehnt, und die Tokens des Besitzers wurden beendet",
  "200, active": "200, aktiv",
  '200 and nothing but {"active":false}': '200 und nichts als {"active":false}',
  "more than that it is not active": "mehr, als dass es nicht aktiv ist",
  "refused, and the token is live": "abgelehnt, und das Token lebt",
  "{}, and the token is live": "{}, und das Token lebt",
  "the token is dead": "das Token ist tot",
  "200, and the token opens nothing any more": "200, und das Token öffnet nichts mehr",
  "200, and it is dead": "200, und es ist tot",
  "200, and it still opens UserInfo": "200, und es öffnet UserInfo noch",
  "401 with WWW-Authenticate: Bearer": "401 mit WWW-Authenticate: Bearer",
  "401 with the header": "401 mit dem Header",
  "no WWW-Authenticate": "kein WWW-Authenticate",
  "Access-Control-Allow-Origin for the client's origin alone, and none at the authorization endpoint":
    "Access-Control-Allow-Origin allein für den Origin des Clients, und keines am Autorisierungs-Endpunkt",
  "the authorization endpoint lets pages read": "der Autorisierungs-Endpunkt lässt Seiten lesen",

  // The profile and the settings.
  "201, a code, and an error page after that": "201, ein Code, und danach eine Fehlerseite",
  "issuer_only, where clients sign assertions": "issuer_only, wo Clients Assertions signieren",
  "no client signs assertions here": "hier signiert kein Client Assertions",
  "private_key_jwt or a certificate among the methods": "private_key_jwt oder ein Zertifikat unter den Methoden",
  "no shared secrets": "keine geteilten Secrets",
  "nothing but {}": "nichts als {}",
  "yes, beside {}": "ja, neben {}",
  "an algorithm besides RS256, RS384 and RS512": "ein Algorithmus außer RS256, RS384 und RS512",
  "all that are served": "alle, die bedient werden",
  "ES256, Ed25519 or PS256": "ES256, Ed25519 oder PS256",
  "a choice: required is the stricter": "eine Wahl: Strenger ist, es zu verlangen",
  "authorities, and what they revoked, where tls_client_auth is allowed":
    "Zertifizierungsstellen, und was sie widerrufen haben, wo tls_client_auth erlaubt ist",
  "tls_client_auth is not allowed": "tls_client_auth ist nicht erlaubt",
  "no authority: nobody gets in by tls_client_auth":
    "keine Zertifizierungsstelle: Mit tls_client_auth kommt niemand herein",
  "authorities, and no revocation list": "Zertifizierungsstellen, und keine Sperrliste",
  "authorities, and revocation lists": "Zertifizierungsstellen, und Sperrlisten",
};
