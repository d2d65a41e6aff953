// Why the checks matter and what to do, in German, by the service's English words;
// app/phrases.ts tells what the holes are. A test holds the tables against the
// service's sources.

export const germanWhys: Record<string, string> = {
  // Discovery.
  "Client libraries take everything they do from this document. Where it cannot be read, they do not start.":
    "Client-Bibliotheken entnehmen diesem Dokument alles, was sie tun. Ist es nicht lesbar, beginnen sie nicht einmal.",
  "An issuer with a path has its metadata here by RFC 8414, and clients of OAuth look nowhere else. Client libraries take everything they do from this document. Where it cannot be read, they do not start.":
    "Ein Aussteller mit Pfad hat seine Metadaten nach RFC 8414 hier, und OAuth-Clients suchen sie nirgends sonst. Client-Bibliotheken entnehmen diesem Dokument alles, was sie tun. Ist es nicht lesbar, beginnen sie nicht einmal.",
  "Some libraries put the path there for OpenID Connect as well.":
    "Manche Bibliotheken setzen den Pfad auch für OpenID Connect dorthin.",
  "Two clients that disagree about an endpoint are a fault that nobody finds.":
    "Zwei Clients, die sich über einen Endpunkt uneins sind, sind ein Fehler, den niemand findet.",
  "A client that is sent elsewhere hands its codes and secrets to whoever is there (mix-up).":
    "Ein Client, der anderswohin geschickt wird, gibt seine Codes und Secrets dem, der dort sitzt (Mix-up).",
  "Over http, whoever is on the way reads codes, secrets and tokens.":
    "Über http liest jeder, der auf dem Weg sitzt, Codes, Secrets und Tokens mit.",
  "A cache that keeps a document made for another host sends every client there.":
    "Ein Cache, der ein Dokument für einen anderen Host behält, schickt jeden Client dorthin.",
  "Every resource server verifies tokens by these keys. A private part among them lets anybody make tokens.":
    "Jeder Resource-Server prüft Tokens mit diesen Schlüsseln. Ist ein privater Teil darunter, kann jeder Tokens machen.",
  "Clients choose from this list. What is not served fails at their first request.":
    "Clients wählen aus dieser Liste. Was nicht bedient wird, scheitert bei ihrer ersten Anfrage.",
  "With plain, whoever reads the authorization request can redeem its code.":
    "Mit plain kann jeder, der die Autorisierungsanfrage liest, ihren Code einlösen.",
  "Both show tokens or passwords to whom they are not meant for.":
    "Beide zeigen Tokens oder Passwörter solchen, für die sie nicht bestimmt sind.",
  "By iss a client of several servers knows which of them answered.":
    "An iss erkennt ein Client mehrerer Server, welcher von ihnen geantwortet hat.",
  "They are public, and a single-page application cannot start without them.":
    "Sie sind öffentlich, und eine Single-Page-Anwendung kann ohne sie nicht beginnen.",
  "A suspended workspace answers no client and no user.":
    "Ein gesperrter Arbeitsbereich antwortet keinem Client und keinem Benutzer.",

  // Signing in.
  "This is how every user gets into every application.": "So kommt jeder Benutzer in jede Anwendung.",
  "By state the application knows that the answer belongs to its own request.":
    "An state erkennt die Anwendung, dass die Antwort zu ihrer eigenen Anfrage gehört.",
  "By iss a client of several servers knows which of them answered (mix-up).":
    "An iss erkennt ein Client mehrerer Server, welcher von ihnen geantwortet hat (Mix-up).",
  "After 307 the browser would post the password once more, to the application.":
    "Nach 307 würde der Browser das Passwort noch einmal senden, und zwar an die Anwendung.",
  "Without tokens nobody gets anywhere.": "Ohne Tokens kommt niemand irgendwohin.",
  "A token in a cache belongs to whoever finds it.": "Ein Token in einem Cache gehört dem, der es findet.",
  "It is the application's proof of who the user is.": "Damit weiß die Anwendung sicher, wer der Benutzer ist.",
  "Resource servers believe what it says.": "Resource-Server glauben, was darin steht.",
  "Some verifiers look at the first key only, and fail after a rotation.":
    "Manche Prüfer sehen nur den ersten Schlüssel an und scheitern nach einem Wechsel.",
  "An answer about another user would sign one person in as another.":
    "Eine Antwort über einen anderen Benutzer würde jemanden als jemand anderen anmelden.",
  "A stolen code must be worth nothing, and a stranger's attempt must not spoil it.":
    "Ein gestohlener Code darf nichts wert sein, und der Versuch eines Fremden darf ihn nicht verderben.",
  "It shows that the code was made for another address.":
    "Daran zeigt sich, dass der Code für eine andere Adresse gemacht wurde.",
  "Whoever finds a code in a log or a history must be too late.":
    "Wer einen Code in einem Protokoll oder Verlauf findet, muss zu spät kommen.",
  "Of two who use one code, one is a thief, and nobody knows which.":
    "Von zweien, die denselben Code benutzen, ist einer ein Dieb, und niemand weiß, welcher.",
  "A token in an address ends up in histories and logs.":
    "Ein Token in einer Adresse landet in Verläufen und Protokollen.",
  "An application that only asks must not be told that somebody is there who is not.":
    "Einer Anwendung, die nur fragt, darf niemand als anwesend gemeldet werden, der es nicht ist.",

  // PKCE.
  "With PKCE a stolen code is worth nothing to the thief.":
    "Mit PKCE ist ein gestohlener Code für den Dieb nichts wert.",
  "Without a method the challenge counts as plain.": "Ohne Methode zählt die Challenge als plain.",
  "The challenge passes through the browser, where others can read it.":
    "Die Challenge geht durch den Browser, wo andere sie lesen können.",
  "A verifier has at least 43 characters, lest somebody tries them all.":
    "Ein Verifier hat mindestens 43 Zeichen, damit niemand alle durchprobiert.",
  "Somebody took the challenge out of the request, to redeem the code themself. The client can notice only by this.":
    "Jemand hat die Challenge aus der Anfrage genommen, um den Code selbst einzulösen. Nur hieran kann der Client es merken.",

  // Redirect URIs.
  "Whoever gets the redirect to lead elsewhere gets the user's code. So the URI is compared as it stands, character by character.":
    "Wer die Weiterleitung anderswohin lenkt, bekommt den Code des Benutzers. Darum wird die URI verglichen, wie sie dasteht, Zeichen für Zeichen.",
  "If one part of a system reads the first and another the last, one of them checks the wrong one.":
    "Liest ein Teil eines Systems den ersten und ein anderer den letzten Wert, so prüft einer von beiden den falschen.",
  "A server that sends errors anywhere lends its good name to every phishing site (open redirector).":
    "Ein Server, der Fehler irgendwohin sendet, leiht seinen guten Namen jeder Phishing-Seite (Open Redirector).",
  "Of a client that is not registered nothing is known, least of all where to send a user.":
    "Von einem nicht registrierten Client ist nichts bekannt, am wenigsten, wohin ein Benutzer zu schicken ist.",

  // Client authentication.
  "The workspace allows this method, and clients rely on it.":
    "Der Arbeitsbereich erlaubt diese Methode, und Clients verlassen sich darauf.",
  "Otherwise anybody can be the client.": "Sonst kann jeder der Client sein.",
  "A client that chose a strong method must not be let in by a weak one.":
    "Ein Client, der eine starke Methode gewählt hat, darf nicht mit einer schwachen hereinkommen.",
  "A secret that is not looked at makes its owner believe in a protection that is not there.":
    "Ein Secret, das niemand ansieht, lässt seinen Besitzer an einen Schutz glauben, den es nicht gibt.",
  "A public client proves nothing, so that a token of its own would be anybody's.":
    "Ein öffentlicher Client weist nichts nach; ein eigenes Token bekäme also jeder.",
  "What was taken off the list must be off for clients that still have it, too.":
    "Was von der Liste genommen wurde, muss auch für Clients wegfallen, die es noch haben.",
  "Older clients name the endpoint, and the workspace promises to take them.":
    "Ältere Clients nennen den Endpunkt, und der Arbeitsbereich verspricht, sie anzunehmen.",
  "An assertion for anything but the issuer may have been made for somebody who passes it on.":
    "Eine Assertion, die nicht dem Aussteller gilt, kann für jemanden gemacht worden sein, der sie weiterreicht.",
  "Whoever finds an assertion in a log must be too late.":
    "Wer eine Assertion in einem Protokoll findet, muss zu spät kommen.",
  "Otherwise a server to which the client talks could be the client here.":
    "Sonst könnte ein Server, mit dem der Client spricht, hier der Client sein.",
  "An assertion that never ends is a password.": "Eine Assertion, die nie endet, ist ein Passwort.",
  "Without jti nobody can tell whether it was used before.": "Ohne jti kann niemand sagen, ob sie schon benutzt wurde.",
  "A client must not speak for another.": "Ein Client darf nicht für einen anderen sprechen.",
  "Two proofs of two parties could be taken for one.":
    "Zwei Nachweise zweier Parteien könnten für einen gehalten werden.",
  "Otherwise its id, which is no secret, would be enough.": "Sonst würde seine ID genügen, die kein Geheimnis ist.",
  "Another answer would tell strangers which clients there are.":
    "Eine andere Antwort würde Fremden verraten, welche Clients es gibt.",
  "Addresses are logged everywhere. Refusing tells the client's developer at once.":
    "Adressen werden überall protokolliert. Die Ablehnung sagt es dem Entwickler des Clients sofort.",
  "Everybody can write one.": "Jeder kann eine schreiben.",

  // Tokens.
  "So a stolen one is noticed when either of the two uses it.":
    "So fällt ein gestohlenes auf, sobald einer der beiden es benutzt.",
  "Of two who use one refresh token, one is a thief, and nobody knows which.":
    "Von zweien, die dasselbe Refresh-Token benutzen, ist einer ein Dieb, und niemand weiß, welcher.",
  "A stranger's attempt must neither succeed nor end what is the owner's.":
    "Der Versuch eines Fremden darf weder gelingen noch beenden, was dem Besitzer gehört.",
  "The user agreed to less.": "Der Benutzer hat weniger erlaubt.",
  "Resource servers that ask about tokens rely on it.":
    "Resource-Server, die nach Tokens fragen, verlassen sich darauf.",
  "Otherwise a client could try tokens out.": "Sonst könnte ein Client Tokens durchprobieren.",
  "Otherwise anybody could try tokens out.": "Sonst könnte jeder Tokens durchprobieren.",
  "Otherwise one client could lock out the users of another.":
    "Sonst könnte ein Client die Benutzer eines anderen aussperren.",
  "A sign-out that leaves the token alive is none.": "Eine Abmeldung, die das Token am Leben lässt, ist keine.",
  "By the header a client knows that it must get another token.":
    "Am Header erkennt ein Client, dass er ein anderes Token braucht.",
  "Addresses end up in histories and logs.": "Adressen landen in Verläufen und Protokollen.",
  "A GET puts the secret into the address.": "Ein GET setzt das Secret in die Adresse.",
  "Addresses are logged everywhere.": "Adressen werden überall protokolliert.",
  "A cached refusal locks out whoever asks next.": "Eine Ablehnung im Cache sperrt den aus, der als Nächster fragt.",
  "The password grant teaches users to give their password to applications.":
    "Der Passwort-Grant gewöhnt Benutzer daran, Anwendungen ihr Passwort zu geben.",
  "Otherwise any page that the user visits could use their browser to ask.":
    "Sonst könnte jede Seite, die der Benutzer besucht, mit seinem Browser fragen.",

  // The profile.
  "OAuth 2.1 asks it of confidential clients too: it protects them from codes that somebody slipped in.":
    "OAuth 2.1 verlangt es auch von vertraulichen Clients: Es schützt sie vor Codes, die ihnen jemand unterschiebt.",
  "Clients that registered no algorithm are promised this one.":
    "Clients, die keinen Algorithmus registriert haben, ist dieser versprochen.",
  "Clients of OpenID Connect that registered nothing expect it.":
    "Clients von OpenID Connect, die nichts registriert haben, erwarten ihn.",
  "The specification demands it of every server.": "Die Spezifikation verlangt es von jedem Server.",
  "Clients of 2014 send none in the code flow.": "Clients von 2014 senden im Code-Flow keine.",
  "The specification demands both methods.": "Die Spezifikation verlangt beide Methoden.",
  "A pushed request passes through no browser, where it could be read or changed.":
    "Eine vorab eingereichte Anfrage geht durch keinen Browser, wo sie gelesen oder geändert werden könnte.",
  "The workspace says that it takes pushed requests alone.":
    "Der Arbeitsbereich sagt, dass er nur vorab eingereichte Anfragen annimmt.",

  // The settings.
  "Without a code challenge a code that was stolen, or slipped in, can be redeemed.":
    "Ohne Code-Challenge lässt sich ein gestohlener oder untergeschobener Code einlösen.",
  "An assertion that names an endpoint can have been made for somebody else, who passes it on here.":
    "Eine Assertion, die einen Endpunkt nennt, kann für jemand anderen gemacht worden sein, der sie hierher weiterreicht.",
  "A secret that two sides know can leak on either. With a key, only the client can sign.":
    "Ein Secret, das zwei Seiten kennen, kann auf beiden abhandenkommen. Mit einem Schlüssel kann nur der Client signieren.",
  "RSA with PKCS #1 v1.5 is what later profiles forbid; ES256 and Ed25519 are smaller and faster.":
    "RSA mit PKCS #1 v1.5 verbieten spätere Profile; ES256 und Ed25519 sind kleiner und schneller.",
  "RSA with PKCS #1 v1.5 is what later profiles forbid; ES256 and Ed25519 make shorter tokens.":
    "RSA mit PKCS #1 v1.5 verbieten spätere Profile; ES256 und Ed25519 ergeben kürzere Tokens.",
  "Within the grace a thief's use and a client's retry look the same.":
    "Innerhalb der Frist sehen die Benutzung durch einen Dieb und der zweite Versuch eines Clients gleich aus.",
  "A request that passes through the browser can be read and changed there.":
    "Eine Anfrage, die durch den Browser geht, kann dort gelesen und geändert werden.",
  "Without an authority no certificate is believed; without its revocation list a stolen one is believed until it ends.":
    "Ohne Zertifizierungsstelle wird keinem Zertifikat geglaubt; ohne ihre Sperrliste wird einem gestohlenen geglaubt, bis es abläuft.",
  "Their passwords were shown to whoever turned them on.":
    "Ihre Passwörter wurden dem angezeigt, der sie eingeschaltet hat.",
  "Whoever steals an access token has it until it ends.": "Wer ein Access-Token stiehlt, hat es, bis es abläuft.",
  "An ID token proves a login of a moment ago, not of yesterday.":
    "Ein ID-Token belegt eine Anmeldung von eben, nicht von gestern.",
  "A code is redeemed within seconds. The rest of its life serves thieves only.":
    "Ein Code wird in Sekunden eingelöst. Der Rest seines Lebens dient nur Dieben.",
  "A refresh token that nobody uses is one that nobody misses.":
    "Ein Refresh-Token, das niemand benutzt, vermisst auch niemand.",
  "After so long the user should say once more that they still want this.":
    "Nach so langer Zeit sollte der Benutzer noch einmal sagen, dass er das weiterhin will.",
  "A browser that was left open signs in whoever sits down at it.":
    "Ein offen gelassener Browser meldet jeden an, der sich davor setzt.",
  "After so long the user should prove themself once more.":
    "Nach so langer Zeit sollte der Benutzer sich noch einmal ausweisen.",
};

export const germanAdvice: Record<string, string> = {
  "No setting of the workspace brings this about. Show this report to whoever operates the service.":
    "Das kommt von keiner Einstellung des Arbeitsbereichs. Zeigen Sie diesen Bericht denen, die den Dienst betreiben.",
  "Let whatever stands in front of the service pass on /.well-known/ at the root too.":
    "Lassen Sie das, was vor dem Dienst steht, /.well-known/ auch an der Wurzel weiterreichen.",
  "Serve the service over https, and set public_url to that address. It is a setting of the operator's.":
    "Bieten Sie den Dienst über https an, und setzen Sie public_url auf diese Adresse. Das ist eine Einstellung des Betreibers.",
  "Revoke the key at once: rotate the keys with emergency. Then show this report to whoever operates the service.":
    "Widerrufen Sie den Schlüssel sofort: Wechseln Sie die Schlüssel mit emergency. Zeigen Sie dann diesen Bericht denen, die den Dienst betreiben.",
  "Set state to active, and run the self-check again.":
    "Setzen Sie state auf active, und starten Sie die Selbstprüfung noch einmal.",
  "Set pkce to required.": "Setzen Sie pkce auf required.",
  "Set pkce to required, once every client sends a code_challenge.":
    "Setzen Sie pkce auf required, sobald jeder Client eine code_challenge sendet.",
  "Set pkce to required, once every client sends a code_challenge. The profile oidc_core is for those that never will.":
    "Setzen Sie pkce auf required, sobald jeder Client eine code_challenge sendet. Für solche, die es nie tun werden, ist das Profil oidc_core da.",
  "Try it by hand: {}": "Versuchen Sie es von Hand: {}",
  "Look at the clients' credentials for assertions that name an endpoint. Where there are none left, set client_assertion_audience to issuer_only.":
    "Suchen Sie bei den Nachweisen der Clients nach Assertions, die einen Endpunkt nennen. Gibt es keine mehr, setzen Sie client_assertion_audience auf issuer_only.",
  "Add private_key_jwt to token_endpoint_auth_methods, and move the clients there one by one.":
    "Nehmen Sie private_key_jwt in token_endpoint_auth_methods auf, und stellen Sie die Clients einen nach dem anderen um.",
  "Once no client uses them any more, take the methods with a shared secret out of token_endpoint_auth_methods.":
    "Sobald kein Client sie mehr benutzt, nehmen Sie die Methoden mit geteiltem Secret aus token_endpoint_auth_methods heraus.",
  "Add ES256 or Ed25519 to token_endpoint_auth_signing_alg_values, or empty the list.":
    "Nehmen Sie ES256 oder Ed25519 in token_endpoint_auth_signing_alg_values auf, oder leeren Sie die Liste.",
  "Set access_token_signing_alg to ES256, once every resource server verifies it.":
    "Setzen Sie access_token_signing_alg auf ES256, sobald jeder Resource-Server das prüfen kann.",
  "Set refresh_grace to 0, unless clients lose answers on the way.":
    "Setzen Sie refresh_grace auf 0, außer wenn Clients unterwegs Antworten verlieren.",
  "Once every client pushes its requests, set require_pushed_authorization_requests to true.":
    "Sobald jeder Client seine Anfragen vorab einreicht, setzen Sie require_pushed_authorization_requests auf true.",
  "Add your authority to tls_client_auth_root_cas, or take tls_client_auth out of token_endpoint_auth_methods.":
    "Nehmen Sie Ihre Zertifizierungsstelle in tls_client_auth_root_cas auf, oder nehmen Sie tls_client_auth aus token_endpoint_auth_methods heraus.",
  "Add the authority's revocation list to tls_client_auth_crls, and keep it up to date.":
    "Setzen Sie die Sperrliste der Zertifizierungsstelle in tls_client_auth_crls, und halten Sie sie auf dem neuesten Stand.",
  "Set demo_users to false before real users come.": "Setzen Sie demo_users auf false, bevor echte Benutzer kommen.",
  "Set {=} to {=} or less.": "Setzen Sie {=} auf höchstens {=}.",
};
