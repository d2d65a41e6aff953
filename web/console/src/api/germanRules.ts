// What the service's rules find wrong with what is to be saved, in German, by its
// English words; app/phrases.ts tells what the holes are. A test holds the tables
// against the service's sources.

/** Names, people, and what belongs to a tenant. */
export const germanPeople: Record<string, string> = {
  "this name is reserved": "dieser Name ist reserviert",
  "use 2 to 40 lower-case letters, digits and single hyphens, beginning and ending with a letter or digit":
    "nehmen Sie 2 bis 40 Kleinbuchstaben, Ziffern und einzelne Bindestriche, am Anfang und am Ende einen Buchstaben oder eine Ziffer",
  "it begins or ends with a space": "am Anfang oder am Ende steht ein Leerzeichen",
  "this is repeated": "das wiederholt sich",

  "a user needs an e-mail address or a username": "ein Benutzer braucht eine E-Mail-Adresse oder einen Benutzernamen",
  "there is no address": "es gibt keine Adresse",
  "this is not an e-mail address": "das ist keine E-Mail-Adresse",
  "the login is too long or not UTF-8": "der Benutzername ist zu lang oder kein UTF-8",
  "the login is empty": "der Benutzername ist leer",
  "the login holds more than one @": "der Benutzername enthält mehr als ein @",
  "the login holds a space or an invisible character":
    "der Benutzername enthält ein Leerzeichen oder ein unsichtbares Zeichen",
  "a username may not hold an @": "ein Benutzername darf kein @ enthalten",
  "a username has at most 64 characters": "ein Benutzername hat höchstens 64 Zeichen",
  "the password is not UTF-8": "das Passwort ist kein UTF-8",
  "use at least 8 characters": "nehmen Sie mindestens 8 Zeichen",
  "use at most 256 characters": "nehmen Sie höchstens 256 Zeichen",

  "The token is unknown, expired or used.": "Der Link ist unbekannt, abgelaufen oder schon benutzt.",
  "A member needs a role.": "Ein Mitglied braucht eine Rolle.",
  "The workspace admin has no such user.": "Im Arbeitsbereich admin gibt es diesen Benutzer nicht.",
  "Name a tenant as tid, or say all.": "Nennen Sie einen Mandanten als tid, oder sagen Sie all.",
  "This is no name of a tenant.": "So heißt kein Mandant.",
};

/** Workspaces, their scopes and APIs. */
export const germanWorkspaces: Record<string, string> = {
  "this cannot be changed in the workspace admin": "im Arbeitsbereich admin lässt sich das nicht ändern",
  "this may not be shorter than refresh_token_ttl":
    "das darf nicht kürzer sein als „Refresh-Token, unbenutzt“ (refresh_token_ttl)",
  "this may not be shorter than session_ttl": "das darf nicht kürzer sein als „Sitzung, unbenutzt“ (session_ttl)",
  "this method is not served": "dieses Verfahren gibt es hier nicht",
  "these are for private_key_jwt and client_secret_jwt, of which the workspace allows neither":
    "sie sind für private_key_jwt und client_secret_jwt, von denen der Arbeitsbereich keines erlaubt",
  "no allowed method signs with this algorithm": "kein erlaubtes Verfahren signiert mit diesem Algorithmus",
  "the workspace allows {=}, for which none of these serves":
    "der Arbeitsbereich erlaubt {=}, wofür sich keiner von diesen eignet",

  "a scope has 1 to 128 printable ASCII characters without spaces, quotes and backslashes":
    "ein Scope hat 1 bis 128 druckbare ASCII-Zeichen ohne Leerzeichen, Anführungszeichen und Backslashes",
  "a scope is made of letters, digits and -._~!$&'()*+,=:@":
    "ein Scope besteht aus Buchstaben, Ziffern und -._~!$&'()*+,=:@",
  "a scope does not end in a dot": "ein Scope endet nicht mit einem Punkt",
  "this scope belongs to the workspace admin": "dieser Scope gehört zum Arbeitsbereich admin",
  "a built-in scope belongs to no service of yours": "ein eingebauter Scope gehört zu keiner Ihrer APIs",
  "the scope belongs to another service": "der Scope gehört zu einer anderen API",
  "A built-in service takes no scopes of yours.": "Eine eingebaute API nimmt keine Scopes von Ihnen auf.",
  "the workspace has no such service": "im Arbeitsbereich gibt es diese API nicht",
  "the workspace has no such client": "im Arbeitsbereich gibt es diese Anwendung nicht",
  "use 1 to 64 letters, digits, - and _": "nehmen Sie 1 bis 64 Buchstaben, Ziffern, - und _",
};

/** Applications: what they may do and where their users return to. */
export const germanClients: Record<string, string> = {
  "Ids that begin with {=} are the self-check's.": "IDs, die mit {=} beginnen, gehören der Selbstprüfung.",
  "Use 1 to 128 letters, digits, - and _, not beginning with {=}.":
    "Nehmen Sie 1 bis 128 Buchstaben, Ziffern, - und _, am Anfang nicht {=}.",
  "tokens for the admin API are JWTs": "Tokens für die Admin-API sind JWTs",
  "only a client with the grant type authorization_code makes authorization requests":
    "nur eine Anwendung mit dem Grant-Typ authorization_code stellt Autorisierungsanfragen",
  "name at least one grant type": "geben Sie mindestens einen Grant-Typ an",
  "the grant type authorization_code needs the response type code":
    "der Grant-Typ authorization_code braucht den Response-Typ code",
  "the response type code needs the grant type authorization_code":
    "der Response-Typ code braucht den Grant-Typ authorization_code",
  "refresh_token needs a grant that gives refresh tokens, such as authorization_code":
    "refresh_token braucht einen Grant-Typ, der Refresh-Tokens gibt, etwa authorization_code",
  "the grant type authorization_code needs at least one": "der Grant-Typ authorization_code braucht mindestens eine",
  "the workspace has no scope {=}": "im Arbeitsbereich gibt es keinen Scope {=}",
  "the scope {=} gives rights over the tokens of others, and a public client cannot prove itself":
    "der Scope {=} gibt Rechte an den Tokens anderer, und eine öffentliche Anwendung kann sich nicht ausweisen",
  "the scope {=} needs a user, and so the grant type authorization_code":
    "der Scope {=} braucht einen Benutzer und damit den Grant-Typ authorization_code",
  "too many scope values": "zu viele Scopes",
  "a scope value has a character that RFC 6749 does not allow, or two spaces follow each other":
    "ein Scope enthält ein Zeichen, das RFC 6749 nicht erlaubt, oder zwei Leerzeichen folgen aufeinander",

  "this is not an absolute URI: it must begin with https:// or another scheme":
    "das ist keine absolute URI: Sie muss mit https:// oder einem anderen Schema beginnen",
  "the URI is empty": "die URI ist leer",
  "the URI is too long": "die URI ist zu lang",
  "the URI holds a character that must be percent-encoded": "die URI enthält ein Zeichen, das prozentkodiert sein muss",
  "a fragment, which # begins, is not allowed": "ein Fragment, das mit # beginnt, ist nicht erlaubt",
  "a user name or password is not allowed": "ein Benutzername oder Passwort darin ist nicht erlaubt",
  "the query is malformed": "der Query-Teil ist missgestaltet",
  "the query may not use {=}, which the authorization response itself carries":
    "der Query-Teil darf {=} nicht benutzen, denn das trägt die Autorisierungsantwort selbst",
  "the scheme http is allowed on loopback hosts only; use https":
    "das Schema http ist nur für Loopback-Hosts erlaubt; nehmen Sie https",
  "the scheme must be https": "das Schema muss https sein",
  "the scheme must be https, or http on a loopback host":
    "das Schema muss https sein, oder http mit einem Loopback-Host",
  "a native application's scheme must be https, http on a loopback host, or a reverse domain name such as com.example.app:/callback":
    "das Schema einer nativen Anwendung muss https sein, http mit einem Loopback-Host oder ein umgekehrter Domainname wie in com.example.app:/callback",
  "the resource must be an absolute URI": "das muss eine absolute URI sein",
  "this is not a URL": "das ist keine URL",
  "the host is missing": "der Host fehlt",
  "the host is malformed": "der Host ist missgestaltet",
  "write the host in lower case: redirect URIs are compared byte for byte":
    "schreiben Sie den Host klein: Redirect-URIs werden Byte für Byte verglichen",
  "the port is empty": "der Port ist leer",
  "the port is out of range": "diesen Port gibt es nicht",
  "this is the authorization server's own origin": "das ist der Origin des Autorisierungsservers selbst",
  "this is the authorization server itself": "das ist der Autorisierungsserver selbst",
};

/** How applications prove themselves. */
export const germanProofs: Record<string, string> = {
  "the workspace does not allow this method": "der Arbeitsbereich erlaubt dieses Verfahren nicht",
  "client_credentials needs a client that authenticates; it cannot be used with the method none":
    "client_credentials braucht eine Anwendung, die sich ausweist; mit dem Verfahren none geht es nicht",
  "a confidential client cannot become public; register another one":
    "eine vertrauliche Anwendung kann nicht öffentlich werden; registrieren Sie eine andere",
  "there is no overlap with the method none": "mit dem Verfahren none gibt es keine Überlappung",
  "this is the present method": "das ist das jetzige Verfahren",
  "this moment is past; leave the overlap out to end it":
    "dieser Zeitpunkt ist vorbei; lassen Sie die Überlappung weg, um sie zu beenden",
  "this may be at most 90 days ahead": "das darf höchstens 90 Tage in der Zukunft liegen",
  "the client has no secret that this method could use":
    "die Anwendung hat kein Geheimnis, das dieses Verfahren benutzen könnte",
  "The client's authentication method uses no secret.": "Das Verfahren der Anwendung benutzt kein Geheimnis.",
  "This moment is past.": "Dieser Zeitpunkt ist vorbei.",
  "At most ten years ahead.": "Höchstens zehn Jahre in der Zukunft.",

  "give jwks or jwks_uri, not both": "geben Sie jwks oder jwks_uri an, nicht beides",
  "private_key_jwt needs jwks, jwks_uri or federated_credentials":
    "private_key_jwt braucht jwks, jwks_uri oder federated_credentials",
  "the workspace allows no algorithm with which these keys sign":
    "der Arbeitsbereich erlaubt keinen Algorithmus, mit dem diese Schlüssel signieren",
  "this is for private_key_jwt and client_secret_jwt": "das ist für private_key_jwt und client_secret_jwt",
  "{=} cannot sign with this algorithm; where two methods overlap, leave it out":
    "{=} kann mit diesem Algorithmus nicht signieren; wo sich zwei Verfahren überlappen, lassen Sie ihn weg",
  "the workspace does not allow this algorithm": "der Arbeitsbereich erlaubt diesen Algorithmus nicht",
  "no key of jwks signs with this algorithm": "kein Schlüssel in jwks signiert mit diesem Algorithmus",

  "this is for tls_client_auth": "das ist für tls_client_auth",
  "give exactly one name of the certificate": "geben Sie genau einen Namen des Zertifikats an",
  "tls_client_auth needs a name of the certificate": "tls_client_auth braucht einen Namen des Zertifikats",
  "self_signed_tls_client_auth needs a key with its certificate, as x5c or x5t#S256, or a jwks_uri where there is one":
    "self_signed_tls_client_auth braucht einen Schlüssel mit seinem Zertifikat, als x5c oder x5t#S256, oder eine jwks_uri, unter der es einen gibt",

  "use letters, digits, - and _": "nehmen Sie Buchstaben, Ziffern, - und _",
  "another credential has this name": "so heißt schon eine andere",
  "these are for private_key_jwt, as the present or the previous method":
    "sie sind für private_key_jwt, als jetziges oder vorheriges Verfahren",
  "the name of a claim has 1 to 128 bytes": "der Name eines Claims hat 1 bis 128 Bytes",
  "this claim is checked by other rules": "diesen Claim prüfen schon andere Regeln",
  "a trust domain has no discovery: give the jwks of its bundle, or the jwks_uri of its bundle endpoint":
    "eine Trust Domain hat keine Discovery: Geben Sie die jwks ihres Bundles an oder die jwks_uri seines Endpunkts",
  "an issuer has no query": "ein Aussteller hat keinen Query-Teil",
  "only a * at the end stands for any ending": "nur ein * am Ende steht für ein beliebiges Ende",
  "name at least the beginning of the subject": "nennen Sie mindestens den Anfang des Subjects",
  "use system:serviceaccount:NAMESPACE:NAME, of which only the name may end in *":
    "nehmen Sie system:serviceaccount:NAMESPACE:NAME; nur der Name darf auf * enden",
  "use repo:OWNER/REPOSITORY:… with the owner in full; only what follows the owner may end in *":
    "nehmen Sie repo:OWNER/REPOSITORY:… mit ganzem OWNER; nur was ihm folgt, darf auf * enden",
  "use the trust domain as a SPIFFE ID without a path, such as spiffe://prod.example":
    "nennen Sie die Trust Domain als SPIFFE-ID ohne Pfad, etwa spiffe://prod.example",
  "use a SPIFFE ID below the trust domain, such as spiffe://prod.example/ns/shop/*":
    "nehmen Sie eine SPIFFE-ID unterhalb der Trust Domain, etwa spiffe://prod.example/ns/shop/*",
};

/** The names by which certificates are known. */
export const germanCertificateNames: Record<string, string> = {
  "this is not an IP address": "das ist keine IP-Adresse",
  "this is not a DNS name": "das ist kein DNS-Name",
  "a certificate is known by one name; there are no wildcards":
    "ein Zertifikat wird an einem einzigen Namen erkannt; Platzhalter gibt es nicht",
  "this is not a DNS name; write an internationalised one in its ASCII form (xn--)":
    "das ist kein DNS-Name; schreiben Sie einen internationalisierten in seiner ASCII-Form (xn--)",
  "a URI has no spaces and no signs beyond ASCII":
    "eine URI hat keine Leerzeichen und keine Zeichen außerhalb von ASCII",
  "this is not an absolute URI": "das ist keine absolute URI",
  "this is not an e-mail address as certificates have them: in ASCII, without spaces":
    "das ist keine E-Mail-Adresse, wie Zertifikate sie haben: in ASCII, ohne Leerzeichen",
  "the name is too long": "der Name ist zu lang",
  "the name is not UTF-8": "der Name ist kein UTF-8",
  "the name is malformed": "der Name ist missgestaltet",
  "the name has too many parts": "der Name hat zu viele Teile",
  "a part of the name is not of the form type=value, as in CN=app,O=Acme,C=DE":
    "ein Teil des Namens hat nicht die Form Typ=Wert, wie in CN=app,O=Acme,C=DE",
  "the name has a type that is not known; write it as its object identifier, such as 2.5.4.3":
    "der Name hat einen unbekannten Typ; schreiben Sie ihn als Object Identifier, etwa 2.5.4.3",
  "a value that begins with # must be DER in hexadecimal":
    "ein Wert, der mit # beginnt, muss hexadezimal geschriebenes DER sein",
  'within a value the signs " ; < > and the null byte must be escaped with a backslash':
    'in einem Wert brauchen die Zeichen " ; < > und das Nullbyte einen Backslash davor',
  "after a backslash there must be a sign to escape, or two hexadecimal digits":
    "auf einen Backslash muss ein Zeichen folgen, das ihn braucht, oder zwei hexadezimale Ziffern",
  "a value of the name is empty": "ein Wert des Namens ist leer",
  "the escapes of a value do not make UTF-8": "was in einem Wert auf Backslashes folgt, ergibt kein UTF-8",
};
