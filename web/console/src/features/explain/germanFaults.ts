// What was away, and what is wrong with keys, certificates and documents, in German,
// by the service's English words; app/phrases.ts tells what the holes are. A test
// holds the table against the service's sources.

export const germanFaults: Record<string, string> = {
  // What was away or went wrong within.
  "the key ring could not be loaded": "der Schlüsselring konnte nicht geladen werden",
  "the list of revocations is out of date": "die Liste der Widerrufe ist veraltet",
  "the code store is out of reach": "der Speicher der Codes ist nicht erreichbar",
  "a failed verifier could not be counted": "ein falscher Verifier konnte nicht gezählt werden",
  "no grant id could be made": "es konnte keine Grant-ID gebildet werden",
  "the code could not be redeemed": "der Code konnte nicht eingelöst werden",
  "a replay could not be ruled out": "eine Wiederholung ließ sich nicht ausschließen",
  "the grant could not be read": "der Grant konnte nicht gelesen werden",
  "the refresh token could not be rotated": "das Refresh-Token konnte nicht erneuert werden",
  "the scopes could not be loaded": "die Scopes konnten nicht geladen werden",
  "the services could not be loaded": "die APIs konnten nicht geladen werden",
  "the keys could not be loaded": "die Schlüssel konnten nicht geladen werden",
  "the revocation could not be recorded": "der Widerruf konnte nicht festgehalten werden",
  "the answer could not be written": "die Antwort konnte nicht geschrieben werden",
  "the request could not be written": "die Anfrage konnte nicht geschrieben werden",
  "the request could not be kept": "die Anfrage konnte nicht aufbewahrt werden",
  "the claims could not be written": "die Claims konnten nicht geschrieben werden",
  "no signing key could be had": "es war kein Signaturschlüssel zu bekommen",
  "the access token could not be made": "das Access-Token konnte nicht gemacht werden",
  "the ID token could not be signed": "das ID-Token konnte nicht signiert werden",
  "the grant has no id": "der Grant hat keine ID",
  "the code could not be kept": "der Code konnte nicht aufbewahrt werden",
  "the session could not be read": "die Sitzung konnte nicht gelesen werden",
  "the transaction could not be written": "der Vorgang konnte nicht geschrieben werden",
  "the transaction could not be kept": "der Vorgang konnte nicht aufbewahrt werden",
  "the transaction could not be read": "der Vorgang konnte nicht gelesen werden",

  // Keys that are fetched.
  "none are registered": "es sind keine registriert",
  "too many requests wait for them to be fetched already":
    "schon zu viele Anfragen warten darauf, dass sie geholt werden",
  "the request ended before they were fetched": "die Anfrage endete, bevor sie geholt waren",
  "they could not be read": "sie konnten nicht gelesen werden",
  "jwks_uri of the issuer": "jwks_uri des Ausstellers",
  "discovery document of the issuer": "Discovery-Dokument des Ausstellers",
  "jwks_uri of the issuer: {}": "jwks_uri des Ausstellers: {}",
  "discovery document of the issuer: {}": "Discovery-Dokument des Ausstellers: {}",
  "it is not the JSON that it must be": "nicht das JSON, das es sein muss",
  "it is about another issuer": "es handelt von einem anderen Aussteller",
  "it has no jwks_uri": "es hat keine jwks_uri",
};

/** Certificates and what authorities sign. */
export const germanCertificates: Record<string, string> = {
  "the workspace has no tls_client_auth_root_cas": "der Arbeitsbereich hat keine tls_client_auth_root_cas",
  "certificate {=}": "Zertifikat {=}",
  "list {=}": "Liste {=}",
  "certificate {=}: {}": "Zertifikat {=}: {}",
  "list {=}: {}": "Liste {=}: {}",
  "certificate {=} ({})": "Zertifikat {=} ({})",
  "certificate {=} beside it: {}": "Zertifikat {=} daneben: {}",
  "{} ({}) has expired on {=}": "{} ({}) ist am {=} abgelaufen",
  "{} is not of an authority: its basic constraints do not say CA:TRUE":
    "{} ist nicht das einer Zertifizierungsstelle: Die Basic Constraints sagen nicht CA:TRUE",
  "{} may not sign certificates, by its key usage": "{} darf nach seiner Key Usage keine Zertifikate signieren",
  "{} has a critical extension that is not understood: {=}":
    "{} hat eine kritische Erweiterung, die nicht verstanden wird: {=}",
  "this is not PEM: no line begins with -----BEGIN {}-----":
    "das ist kein PEM: Keine Zeile beginnt mit -----BEGIN {}-----",
  "there are {=} blocks, and {=} are the most": "es sind {=} Blöcke, höchstens {=} sind erlaubt",
  "a block is not a {}, but a {}": "ein Block ist kein {}, sondern ein {}",
  "a block of the PEM is malformed or not ended": "ein Block des PEM ist missgestaltet oder nicht beendet",
  "{=} certificates came beside it, and {=} are looked at": "{=} Zertifikate kamen daneben, angesehen werden {=}",
  "it has {=} bytes, and {=} are the most": "es hat {=} Bytes, höchstens {=} sind erlaubt",
  "it is malformed: {}": "missgestaltet: {}",
  "it has more than {=} names or constraints of names": "es hat mehr als {=} Namen oder Beschränkungen von Namen",
  "{} is not current: it holds from {=} to {=}": "{} ist nicht auf dem neuesten Stand: sie gilt von {=} bis {=}",
  "it is signed with {}, which can be forged": "signiert mit {}, was sich fälschen lässt",
  "it does not say when the next one is due": "es steht nicht darin, wann die nächste fällig ist",
  "it has a critical extension that is not understood: {=}":
    "darin ist eine kritische Erweiterung, die nicht verstanden wird: {=}",
  "an entry of it has a critical extension that is not understood: {=}":
    "ein Eintrag darin hat eine kritische Erweiterung, die nicht verstanden wird: {=}",
};

/** What the service passes on of the libraries that it is built with. */
export const germanOfLibraries: Record<string, string> = {
  "certificate signed by unknown authority": "das Zertifikat ist von einer unbekannten Stelle signiert",
  "certificate specifies an incompatible key usage": "das Zertifikat ist nicht für diesen Zweck gemacht",
  "certificate has expired or is not yet valid: {}": "das Zertifikat ist abgelaufen oder gilt noch nicht: {}",
};
