// What is wrong with a JWT, with a set of keys or with where it was fetched, in
// German, by the service's English words; app/phrases.ts tells what the holes are. A
// test holds the tables against the service's sources.

export const germanKeys: Record<string, string> = {
  "keys: the token is not valid: {}": "das Token ist nicht gültig: {}",
  "too long": "zu lang",
  "not a compact JWS": "kein JWS in kompakter Form",
  "the header is too long": "der Header ist zu lang",
  "the header is {}": "der Header ist {}",
  "the header has {=}": "der Header hat {=}",
  "in the header {}": "im Header: {}",
  "the header has no alg or too long a kid": "der Header hat keinen alg oder einen zu langen kid",
  "the header is not canonical base64url": "der Header ist kein kanonisches base64url",
  "the payload is not canonical base64url": "der Inhalt ist kein kanonisches base64url",
  "the signature is not canonical base64url": "die Signatur ist kein kanonisches base64url",
  "the claims are {}": "die Claims sind {}",
  "not canonical base64url": "kein kanonisches base64url",
  "{=} is not a string": "{=} ist keine Zeichenkette",
  "not a JSON object with distinct member names": "kein JSON-Objekt mit Namen, die sich nicht wiederholen",

  "the JWK set is too long": "das JWK-Set ist zu lang",
  "the JWK set is {}": "das JWK-Set ist {}",
  'the JWK set has no array "keys"': "das JWK-Set hat kein Array „keys“",
  "the JWK set has more than {=} keys": "das JWK-Set hat mehr als {=} Schlüssel",
  "the JWK set has no key for signatures": "das JWK-Set hat keinen Schlüssel für Signaturen",
  "key {=}: {}": "Schlüssel {=}: {}",
  "key {=}: its kid is another key's too": "Schlüssel {=}: Seinen kid hat auch ein anderer",
  "it is {}": "er ist {}",
  "it has the private member {=}; register public keys only":
    "er hat den privaten Teil {=}; registrieren Sie nur öffentliche Schlüssel",
  "kty must be EC, RSA or OKP": "kty muss EC, RSA oder OKP sein",
  "kid is too long": "kid ist zu lang",
  "alg does not fit the key": "alg passt nicht zum Schlüssel",
  "key_ops is not an array of strings": "key_ops ist kein Array aus Zeichenketten",
  "the key is not a public key for signatures": "der Schlüssel ist kein öffentlicher für Signaturen",
  "the JWK is {}": "der JWK ist {}",
  "the JWK cannot be read": "der JWK ist nicht lesbar",
  "the curve Ed448 is for keys of the type OKP": "die Kurve Ed448 ist für Schlüssel der Art OKP",
  "{=} is not canonical base64url of the right length": "{=} ist kein kanonisches base64url der richtigen Länge",
  "the curve must be P-256, P-384 or P-521": "die Kurve muss P-256, P-384 oder P-521 sein",
  "the point is not on the curve": "der Punkt liegt nicht auf der Kurve",
  "an RSA key must have at least 2048 bits": "ein RSA-Schlüssel muss mindestens 2048 Bit haben",
  "an RSA key may have at most 8192 bits": "ein RSA-Schlüssel darf höchstens 8192 Bit haben",
  "the RSA modulus is even": "der RSA-Modulus ist gerade",
  "the RSA exponent must be odd and at least 3": "der RSA-Exponent muss ungerade und mindestens 3 sein",
  "x5t#S256 is not a SHA-256 in base64url": "x5t#S256 ist kein SHA-256 in base64url",
  "x5c of the key {=}": "x5c des Schlüssels {=}",
  "x5t#S256 of the key {=}": "x5t#S256 des Schlüssels {=}",
  "x5c is not an array of certificates": "x5c ist kein Array aus Zertifikaten",
  "x5c has too many certificates": "x5c hat zu viele Zertifikate",
  "x5c has something that is not DER in base64; take the lines of the PEM together, without those that begin and end it":
    "x5c enthält etwas, das kein DER in base64 ist; setzen Sie die Zeilen des PEM zusammen, ohne die erste und die letzte",
  "x5c has a certificate that is too long": "x5c hat ein zu langes Zertifikat",
  "the first certificate of x5c cannot be read": "das erste Zertifikat von x5c ist nicht lesbar",
  "the first certificate of x5c is not one of this key": "das erste Zertifikat von x5c ist keines dieses Schlüssels",
  "x5t#S256 is not the thumbprint of the first certificate of x5c":
    "x5t#S256 ist nicht der Fingerabdruck des ersten Zertifikats von x5c",
};

/** Why a document could not be fetched. */
export const germanFetches: Record<string, string> = {
  "it is not a URL": "das ist keine URL",
  "the answer is compressed, which was not asked for": "die Antwort ist komprimiert, was nicht verlangt war",
  "the answer is longer than {=} KiB": "die Antwort ist länger als {=} KiB",
  "the answer was {=} instead of 200": "die Antwort war {=} statt 200",
  "{}; redirects are not followed": "{}; Weiterleitungen wird nicht gefolgt",
  "the URL is too long": "die URL ist zu lang",
  "it is not a URL with a host": "das ist keine URL mit einem Host",
  "the URL must have neither a user nor a fragment": "die URL darf weder Benutzer noch Fragment haben",
  "the scheme must be https": "das Schema muss https sein",
  "the port must be 443 or lie above 1023": "der Port muss 443 sein oder über 1023 liegen",
  "the fetch was given up": "das Holen wurde aufgegeben",
  "too many documents are being fetched at the moment": "im Augenblick werden zu viele Dokumente geholt",
  "too many documents of this tenant are being fetched at the moment":
    "im Augenblick werden zu viele Dokumente dieses Mandanten geholt",
  "the host does not resolve to a public address": "der Host hat keine öffentliche Adresse",
  "there was no whole answer within {=}": "innerhalb von {=} kam keine ganze Antwort",
  "the host's name could not be resolved": "der Name des Hosts ließ sich nicht auflösen",
  "the host does not speak TLS 1.2 or 1.3 with us": "der Host spricht weder TLS 1.2 noch 1.3 mit uns",
  "the host does not take the connection, or breaks it off":
    "der Host nimmt die Verbindung nicht an oder bricht sie ab",
  "the answer is not HTTP as it should be, or its headers are too long":
    "die Antwort ist kein HTTP, wie es sein soll, oder ihre Header sind zu lang",
  "the host's certificate is for another name": "das Zertifikat des Hosts ist für einen anderen Namen",
  "the host's certificate has expired or is not valid yet":
    "das Zertifikat des Hosts ist abgelaufen oder gilt noch nicht",
  "the host's certificate is not of an authority that is trusted here":
    "das Zertifikat des Hosts ist von keiner Stelle, der hier vertraut wird",
};
