// What the checks expected and found, in German, by the service's English words;
// app/phrases.ts tells what the holes are. A test holds the tables against the
// service's sources.

export const germanFindings: Record<string, string> = {
  // The words that stand alone, or in a hole.
  none: "nichts",
  missing: "fehlt",
  "not found": "nicht gefunden",
  enabled: "eingeschaltet",
  disabled: "ausgeschaltet",
  matches: "stimmt",
  current: "das neueste",
  another: "ein anderes",
  "another client": "ein anderer Client",
  "another client's": "gehört einem anderen Client",
  "another's": "gehört einem anderen",
  "not so": "trifft nicht zu",
  "first use": "erste Verwendung",
  "used before": "schon verwendet",
  "one came": "eines kam mit",
  "it was removed since": "seither entfernt",
  "{=} s ahead": "{=} s in der Zukunft",
  "{=} s ago": "vor {=} s",
  "{=} s late": "{=} s zu spät",
  "this very second": "genau jetzt",
  "{=} bytes": "{=} Bytes",
  "{=} to {=}": "{=} bis {=}",
  "{=} or {=}": "{=} oder {=}",
  "{=}, or {=} until {=}": "{=}, oder bis {=} noch {=}",
  "{=}: {}": "{=}: {}",
  "{}, section {=}": "{}, Abschnitt {=}",
  "{}; {}": "{}; {}",

  // Which client, and by which method.
  "the credentials of exactly one method, well formed": "die Zugangsdaten genau eines Verfahrens, wohlgeformt",
  "few failed attempts": "wenige Fehlversuche",
  "too many from this source": "zu viele von dieser Quelle",
  "a client registered in this workspace": "ein Client, der in diesem Arbeitsbereich registriert ist",
  "an enabled client of this workspace": "ein eingeschalteter Client dieses Arbeitsbereichs",
  "a confidential client": "ein vertraulicher Client",
  "a public client": "ein öffentlicher Client",
  "the client's certificate alone": "allein das Zertifikat des Clients",
  "credentials beside it: {}": "Zugangsdaten daneben: {}",
  "one of the client's live secrets": "eines der gültigen Geheimnisse des Clients",
  "no secret matches": "kein Geheimnis stimmt",
  "matches a secret that has expired": "stimmt mit einem abgelaufenen Geheimnis überein",
  "a MAC under one of the client's live secrets": "ein MAC mit einem der gültigen Geheimnisse des Clients",
  "the client has no secret that can key a MAC": "der Client hat kein Geheimnis, das für einen MAC taugt",

  // Assertions.
  "strings, and whole seconds": "Zeichenketten, und ganze Sekunden",
  "{=} is not a whole number of seconds": "{=} ist keine ganze Zahl von Sekunden",
  "{=} is neither a string nor an array of strings": "{=} ist weder eine Zeichenkette noch ein Array aus solchen",
  "client-authentication+jwt, JWT, or none": "client-authentication+jwt, JWT oder nichts",
  "JWT, JOSE, or none": "JWT, JOSE oder nichts",
  "iss {}, sub {}": "iss {}, sub {}",
  "a jti of up to 512 bytes": "eine jti von höchstens 512 Bytes",
  "a jti of up to 512 bytes, another in every assertion":
    "eine jti von höchstens 512 Bytes, in jeder Assertion eine andere",
  "RFC 10070 wants the issuer; profiles that follow it will refuse this":
    "RFC 10070 verlangt den Aussteller; Profile, die sich danach richten, werden dies ablehnen",
  "an exp in the future": "ein exp in der Zukunft",
  "an exp at most {} ahead": "ein exp höchstens {} in der Zukunft",
  "an nbf at most {} ahead": "ein nbf höchstens {} in der Zukunft",
  "an iat at most {} ahead": "ein iat höchstens {} in der Zukunft",
  "first use of its jti": "erste Verwendung ihrer jti",
  "an assertion younger than the memory of uses": "eine Assertion, die jünger ist als das Gedächtnis der Verwendungen",
  "older: whether it was used is not known": "älter: ob sie verwendet wurde, ist nicht bekannt",
  "a signature by one of the keys": "eine Signatur mit einem der Schlüssel",
  "key {}": "Schlüssel {}",
  "kid {}; the keys are {}": "kid {}; die Schlüssel sind {}",
  "no keys: {}": "keine Schlüssel: {}",

  // Codes.
  "the client that asked for the code": "der Client, der den Code verlangt hat",
  "redeemed within its lifetime": "eingelöst, solange er gilt",
  "within its lifetime": "solange er gilt",
  "a registered redirect URI": "eine registrierte Redirect-URI",
  "no code_verifier, as there was no code_challenge": "kein code_verifier, da es keine code_challenge gab",
  "code_verifier present": "code_verifier vorhanden",
  "the code_verifier behind the code_challenge": "der code_verifier hinter der code_challenge",
  "present, no match": "vorhanden, passt nicht",
  "used before; its tokens are now revoked": "schon verwendet; seine Tokens sind jetzt widerrufen",
  "one access token, in the Authorization header or the body of a POST":
    "genau ein Access-Token, im Header Authorization oder im Rumpf eines POST",
  "the token of a user's login": "das Token aus der Anmeldung eines Benutzers",
  "a client's own token": "das Token eines Clients selbst",
  "a user of this workspace": "ein Benutzer dieses Arbeitsbereichs",
  "nobody has the name that was entered": "niemand trägt den eingegebenen Namen",
  "a user with a password": "ein Benutzer mit Passwort",
  "the user has none": "der Benutzer hat keines",
  "the user's password": "das Passwort des Benutzers",
  "too many; not even the right password counts now": "zu viele; jetzt zählt nicht einmal das richtige Passwort",
  "few logins at once": "wenige Anmeldungen zugleich",
  "too many at once": "zu viele zugleich",
  "the user's yes": "das Ja des Benutzers",
  no: "nein",
  "no to every scope": "nein zu jedem Scope",
  "an enabled user with a live session": "ein eingeschalteter Benutzer mit bestehender Sitzung",
  "one of them has ended": "eines davon besteht nicht mehr",
  "a code issued by this workspace and not expired": "ein Code dieses Arbeitsbereichs, der nicht abgelaufen ist",
  "unknown or expired": "unbekannt oder abgelaufen",

  // Grants, scopes, resources.
  "a grant type of the metadata": "eine Grant-Art aus den Metadaten",
  "one of the client's grant_types": "einer der grant_types des Clients",
  "scope values separated by single spaces": "Scope-Werte, durch einzelne Leerzeichen getrennt",
  "a scope of the workspace": "ein Scope des Arbeitsbereichs",
  "no openid, no offline_access": "weder openid noch offline_access",
  "nothing of it": "nichts davon",
  "a resource of the authorization request, or a service of the granted scope":
    "eine Ressource der Autorisierungsanfrage oder eine API des gewährten Scopes",
  "the audience of a service that the client has scopes of": "der Adressat einer API, von der der Client Scopes hat",
  "a certificate to bind the access token to": "ein Zertifikat, an welches das Access-Token gebunden wird",
  "a refresh token of this workspace": "ein Refresh-Token dieses Arbeitsbereichs",
  "not one of ours": "keines von hier",
  "the newest of its family": "das neueste seiner Familie",
  "used before; the family is now revoked": "schon verwendet; die Familie ist jetzt widerrufen",
  "the certificate that the refresh token is bound to": "das Zertifikat, an welches das Refresh-Token gebunden ist",
  "a live grant of this client, an enabled user": "ein bestehender Grant dieses Clients, ein eingeschalteter Benutzer",
  "ended, expired or another client's": "beendet, abgelaufen oder der eines anderen Clients",

  // Introspection and revocation.
  "a live access token of this workspace": "ein gültiges Access-Token dieses Arbeitsbereichs",
  "a client's own token whose audience is the issuer":
    "das eigene Token eines Clients, mit dem Aussteller als Adressaten",
  "a live token of this workspace": "ein gültiges Token dieses Arbeitsbereichs",
  "its own token, or one for a service it stands for": "sein eigenes Token, oder eines für eine API, für die er steht",
  "the caller's own, current and live": "das des Aufrufers selbst, das neueste und gültig",
  "the caller's own token": "das Token des Aufrufers selbst",
  "no: nothing to revoke": "nein: nichts zu widerrufen",

  // Authorization requests.
  "one form of parameters that do not repeat": "ein Formular, dessen Parameter sich nicht wiederholen",
  "well-encoded parameters, in the query or in the body": "richtig kodierte Parameter, in der Query oder im Rumpf",
  "the request itself, not a request_uri": "die Anfrage selbst, keine request_uri",
  "the client_id of the client that authenticated": "die client_id des Clients, der sich ausgewiesen hat",
  "one of the client's redirect_uris, byte for byte": "eine der redirect_uris des Clients, Byte für Byte",
  "query, fragment or form_post, as the client allows; form_post to http and https only":
    "query, fragment oder form_post, wie der Client es erlaubt; form_post nur zu http und https",
  "each parameter once": "jeder Parameter einmal",
  "a request_uri of the pushed authorization request endpoint":
    "eine request_uri vom Endpunkt für vorab eingereichte Anfragen",
  "no request, request_uri or registration": "weder request noch request_uri noch registration",
  "authorization_code among the client's grant_types, code among its response_types":
    "authorization_code unter den grant_types des Clients, code unter seinen response_types",
  "at most 8192 bytes of state, 1024 of nonce": "höchstens 8192 Bytes state, 1024 Bytes nonce",
  "scopes that the client registered": "Scopes, die der Client registriert hat",
  "audiences of services that the client has scopes of": "Adressaten von APIs, von denen der Client Scopes hat",
  "code_challenge with code_challenge_method S256": "code_challenge mit code_challenge_method S256",
  "none, login, consent or select_account; none alone": "none, login, consent oder select_account; none nur allein",
  "a number of seconds": "eine Zahl von Sekunden",
  "the JSON object of OpenID Connect Core, section 5.5": "das JSON-Objekt aus OpenID Connect Core, Abschnitt 5.5",
  "an ID token of this workspace": "ein ID-Token dieses Arbeitsbereichs",
  "a request_uri of this workspace, opened for the client that pushed it, in time and before it led to a code":
    "eine request_uri dieses Arbeitsbereichs, vom Client geöffnet, der sie eingereicht hat, rechtzeitig und bevor sie zu einem Code führte",

  // Certificates.
  "a client certificate": "ein Client-Zertifikat",
  "one X.509 certificate": "ein einzelnes X.509-Zertifikat",
  "a beginning in the past": "ein Beginn in der Vergangenheit",
  "an end in the future": "ein Ende in der Zukunft",
  "no signature with MD5 or SHA-1": "keine Signatur mit MD5 oder SHA-1",
  "a chain to one of tls_client_auth_root_cas, for client authentication":
    "eine Kette zu einer der tls_client_auth_root_cas, für Client-Authentifizierung",
  "on no list of its authority, and lists that are current":
    "auf keiner Liste der Zertifizierungsstelle, und Listen auf dem neuesten Stand",
  "not revoked": "nicht widerrufen",
  "revoked: the number {=} is on the list of its authority":
    "widerrufen: die Nummer {=} steht auf der Liste der Zertifizierungsstelle",
  "not known: the list in the name of {} is not signed by it":
    "nicht bekannt: Die Liste im Namen von {} ist nicht von dort signiert",
  "not known: the list of {} is out of date; the next one was due {}":
    "nicht bekannt: Die Liste von {} ist veraltet; fällig war die nächste {}",
  "exactly one registered name": "genau ein registrierter Name",
  "none, or several": "keiner, oder mehrere",
  "a certificate of the client's JWK set, as x5c or x5t#S256":
    "ein Zertifikat aus dem JWK-Set des Clients, als x5c oder x5t#S256",
  "another than those of the keys {}": "ein anderes als die der Schlüssel {}",
};
