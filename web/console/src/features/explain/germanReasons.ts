// Why requests were refused, in German, by the service's English words;
// app/phrases.ts tells what the holes are. A test holds the table against the
// service's sources.

export const germanReasons: Record<string, string> = {
  // Proving the client.
  "unknown client": "unbekannter Client",
  "the client is disabled": "der Client ist ausgeschaltet",
  "the client registered another authentication method": "der Client hat ein anderes Verfahren registriert",
  "the workspace does not allow the authentication method": "der Arbeitsbereich erlaubt das Verfahren nicht",
  "the credentials do not prove the client": "die Zugangsdaten weisen den Client nicht aus",
  "the assertion was used before": "die Assertion wurde schon verwendet",
  "too many failed client authentications from this source":
    "zu viele fehlgeschlagene Client-Authentifizierungen von dieser Quelle",
  "client look-up failed": "der Client konnte nicht nachgeschlagen werden",
  "the certificate proves the client, and credentials of another method came beside it":
    "das Zertifikat weist den Client aus, und daneben kamen Zugangsdaten eines anderen Verfahrens",
  "the assertion is older than the memory of those that were used":
    "die Assertion ist älter als das Gedächtnis der verwendeten",
  "whether the assertion was used before cannot be known now":
    "ob die Assertion schon verwendet wurde, lässt sich gerade nicht sagen",
  "credentials stand in more than one place": "Zugangsdaten stehen an mehr als einer Stelle",
  "more than one client authentication method was presented: {}":
    "mehr als ein Verfahren der Client-Authentifizierung wurde vorgelegt: {}",
  "client_id differs from the client that authenticates": "client_id ist nicht der Client, der sich ausweist",
  "the Authorization header holds no client credentials that are understood":
    "der Authorization-Header enthält keine verständlichen Zugangsdaten eines Clients",
  "no client credentials were presented": "es wurden keine Zugangsdaten eines Clients vorgelegt",
  "client_assertion_type came without client_assertion": "client_assertion_type kam ohne client_assertion",
  "client_assertion came without client_assertion_type": "client_assertion kam ohne client_assertion_type",
  "client_assertion_type is not one that is served; it must be {=}":
    "client_assertion_type wird nicht bedient; es muss {=} sein",
  "client_assertion is not a JWT: {}": "client_assertion ist kein JWT: {}",
  "neither client_id nor the subject of client_assertion names the client":
    "weder client_id noch das Subjekt von client_assertion nennt den Client",
  "the Authorization header is repeated": "der Authorization-Header kommt mehrmals",
  "the credentials are too long": "die Zugangsdaten sind zu lang",
  "the credentials are not base64": "die Zugangsdaten sind kein base64",
  "the credentials are not client_id:client_secret": "die Zugangsdaten sind nicht client_id:client_secret",
  "client_secret is too long": "client_secret ist zu lang",
  "client_secret came without client_id": "client_secret kam ohne client_id",

  // Reading the request.
  "there must be exactly one Content-Type": "es muss genau einen Content-Type geben",
  "the parameters cannot be read": "die Parameter sind nicht lesbar",
  "the query cannot be read": "die Query ist nicht lesbar",
  "a parameter stands in the query": "ein Parameter steht in der Query",
  "the body broke off": "der Rumpf brach ab",
  "unexpected error": "unerwarteter Fehler",

  // The authorization request.
  "request_uri came to the endpoint that gives them out": "request_uri kam an den Endpunkt, der sie ausgibt",
  "client_id is another client's": "client_id ist die eines anderen Clients",
  "client_id is missing or malformed": "client_id fehlt oder ist missgestaltet",
  "{=} is repeated": "{=} ist wiederholt",
  "a parameter is repeated": "ein Parameter ist wiederholt",
  "the client could not be looked up": "der Client konnte nicht nachgeschlagen werden",
  "the workspace has no such client": "der Arbeitsbereich hat keinen solchen Client",
  "redirect_uri is missing": "redirect_uri fehlt",
  "redirect_uri is not registered for the client": "redirect_uri ist für den Client nicht registriert",
  "response_mode is unknown, or not allowed for the client":
    "response_mode ist unbekannt oder dem Client nicht erlaubt",
  "form_post needs a redirect URI of http or https": "form_post braucht eine Redirect-URI mit http oder https",
  "the request was not pushed": "die Anfrage wurde nicht vorab eingereicht",
  "request and request_uri exclude each other": "request und request_uri schließen einander aus",
  "request objects are not served": "Request-Objekte werden nicht bedient",
  "request_uri is not served": "request_uri wird nicht bedient",
  "registration is not served": "registration wird nicht bedient",
  "response_type is missing": "response_type fehlt",
  "response_type is not code": "response_type ist nicht code",
  "the client has not registered authorization_code": "der Client hat authorization_code nicht registriert",
  "the client has not registered the response type code": "der Client hat die Antwortart code nicht registriert",
  "state is too long": "state ist zu lang",
  "nonce is too long": "nonce ist zu lang",
  "no scope was asked for, and the client has none by default":
    "es wurde kein Scope verlangt, und der Client hat keinen als Vorgabe",
  "the client may not ask a user for the scope {}": "der Client darf einen Benutzer nicht um den Scope {} bitten",
  "too many scope values": "zu viele Scope-Werte",
  "a scope value has a character that RFC 6749 does not allow, or two spaces follow each other":
    "ein Scope-Wert hat ein Zeichen, das RFC 6749 nicht erlaubt, oder zwei Leerzeichen folgen aufeinander",
  "too many resources": "zu viele Ressourcen",
  "the resource is not one that the client may use": "die Ressource darf der Client nicht nutzen",
  "code_challenge_method came without code_challenge": "code_challenge_method kam ohne code_challenge",
  "code_challenge is missing": "code_challenge fehlt",
  "code_challenge_method is not S256": "code_challenge_method ist nicht S256",
  "code_challenge is not an S256 challenge": "code_challenge ist keine S256-Challenge",
  "prompt has an unknown value": "prompt hat einen unbekannten Wert",
  "prompt=none excludes all others": "prompt=none schließt alle anderen aus",
  "max_age is not a number of seconds": "max_age ist keine Zahl von Sekunden",
  "id_token_hint is not an ID token of this workspace": "id_token_hint ist kein ID-Token dieses Arbeitsbereichs",
  "claims is too long": "claims ist zu lang",
  "claims is not a JSON object": "claims ist kein JSON-Objekt",
  "claims.{=} does not say how claims are asked for": "claims.{=} sagt nicht, wie Claims verlangt werden",
  "the authentication context that the client insists on is not served":
    "der Authentifizierungskontext, auf dem der Client besteht, wird nicht bedient",
  "request_uri is unknown or expired": "request_uri ist unbekannt oder abgelaufen",
  "a code was issued for the pushed request before": "für die eingereichte Anfrage wurde schon ein Code ausgestellt",
  "another client pushed the request": "ein anderer Client hat die Anfrage eingereicht",
  "the pushed request could not be read": "die eingereichte Anfrage konnte nicht gelesen werden",
  "the pushed request cannot be read": "die eingereichte Anfrage ist nicht lesbar",
  "the user has not allowed all of it, and prompt=none forbids to ask":
    "der Benutzer hat nicht alles erlaubt, und prompt=none verbietet, ihn zu fragen",
  "another user is logged in than the request is meant for":
    "ein anderer Benutzer ist angemeldet als der, für den die Anfrage gedacht ist",
  "nobody is logged in, or not recently enough": "niemand ist angemeldet, oder die Anmeldung ist zu lange her",
  "the redirect URI was removed meanwhile": "die Redirect-URI wurde inzwischen entfernt",

  // Grants.
  "grant_type is missing": "grant_type fehlt",
  "unknown grant_type": "unbekannter grant_type",
  "the client has not registered the grant": "der Client hat den Grant nicht registriert",
  "the client has not registered the scope": "der Client hat den Scope nicht registriert",
  "the workspace has no such scope": "der Arbeitsbereich hat keinen solchen Scope",
  "the client's access tokens are bound to a certificate, and none came":
    "die Access-Tokens des Clients sind an ein Zertifikat gebunden, und keines kam mit",
  "a public client has no credentials of its own": "ein öffentlicher Client hat keine eigenen Zugangsdaten",
  "openid and offline_access speak of a user": "openid und offline_access setzen einen Benutzer voraus",
  "code is missing": "code fehlt",
  "the code was issued to another client": "der Code wurde einem anderen Client ausgestellt",
  "the code has expired": "der Code ist abgelaufen",
  "redirect_uri differs from that of the authorization request": "redirect_uri ist nicht die der Autorisierungsanfrage",
  "the redirect URI is no longer registered": "die Redirect-URI ist nicht mehr registriert",
  "code_verifier came for a code without a challenge": "code_verifier kam zu einem Code ohne Challenge",
  "code_verifier does not match": "code_verifier passt nicht",
  "the code was used before; its grant is ended": "der Code wurde schon verwendet; sein Grant ist beendet",
  "the user, client or session has ended": "Benutzer, Client oder Sitzung besteht nicht mehr",
  "the code is unknown or expired": "der Code ist unbekannt oder abgelaufen",
  "refresh_token is missing": "refresh_token fehlt",
  "the refresh token does not verify": "das Refresh-Token ist nicht echt",
  "the refresh token was used before; its family is ended":
    "das Refresh-Token wurde schon verwendet; seine Familie ist beendet",
  "the refresh token is bound to another certificate": "das Refresh-Token ist an ein anderes Zertifikat gebunden",
  "the grant is not live or not this client's": "der Grant besteht nicht oder gehört nicht diesem Client",
  "nothing of the granted scope is left": "vom gewährten Scope ist nichts übrig",
  "the scope exceeds the grant": "der Scope geht über den Grant hinaus",
  "the resource exceeds the grant": "die Ressource geht über den Grant hinaus",

  // What a person did at a page.
  "the login does not prove a user": "die Anmeldung weist keinen Benutzer aus",
  "another user logged in than the request is meant for":
    "es hat sich ein anderer Benutzer angemeldet, als die Anfrage meint",
  "the user said no": "der Benutzer hat nein gesagt",
  "the user left out every scope": "der Benutzer hat jeden Scope weggelassen",
  "the form says neither accept nor deny": "das Formular sagt weder ja noch nein",
  "the user could not be looked up": "der Benutzer konnte nicht nachgeschlagen werden",
  "the password could not be checked": "das Passwort konnte nicht geprüft werden",
  "the attempt could not be counted": "der Versuch konnte nicht gezählt werden",
  "the consent could not be kept": "die Einwilligung konnte nicht aufbewahrt werden",
  "no session id could be made": "es konnte keine Sitzungs-ID erzeugt werden",
  "the session could not be kept": "die Sitzung konnte nicht aufbewahrt werden",

  // Tokens that were asked about, or came as a proof.
  "token is missing": "token fehlt",
  "the bearer token is not meant for this endpoint": "das Bearer-Token ist nicht für diesen Endpunkt gedacht",
  "the bearer token lacks {=}": "dem Bearer-Token fehlt {=}",
  "a public client may not introspect": "ein öffentlicher Client darf nicht nach Tokens fragen",
  "the token speaks of no user": "das Token spricht von keinem Benutzer",
  "the token lacks openid": "dem Token fehlt openid",
  "the user or session has ended": "der Benutzer oder die Sitzung besteht nicht mehr",
  "the user could not be read": "der Benutzer konnte nicht gelesen werden",
  "no access token was presented": "kein Access-Token wurde vorgelegt",
  "the access token came in the query": "das Access-Token kam in der Query",
  "more than one access token was presented": "mehr als ein Access-Token wurde vorgelegt",
  "the token was issued to another client": "das Token wurde einem anderen Client ausgestellt",
  "the token is empty or too long": "das Token ist leer oder zu lang",
  "the token does not open": "das Token lässt sich nicht öffnen",
  "the claims are not those of an access token": "die Claims sind nicht die eines Access-Tokens",
  "the token has another issuer": "das Token hat einen anderen Aussteller",
  "the token has expired": "das Token ist abgelaufen",
  "the token was issued in the future": "das Token wurde in der Zukunft ausgestellt",
  "the token was revoked": "das Token wurde widerrufen",
  "the token is bound by {=}, which is not served": "das Token ist mit {=} gebunden, was nicht bedient wird",
  "the token is bound to a certificate, and none came with it":
    "das Token ist an ein Zertifikat gebunden, und keines kam mit",
  "the token is bound to another certificate than came with it":
    "das Token ist an ein anderes Zertifikat gebunden als das mitgesandte",
};
