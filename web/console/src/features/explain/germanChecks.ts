// What the service says of its checks, in German, by its English words. They are
// constants of the service, and a test holds these tables against its sources.
// Names of parameters and settings stay what they are.

export const germanNames: Record<string, string> = {
  "PKCE challenge present": "PKCE-Challenge vorhanden",
  "PKCE verifier matches": "PKCE-Verifier passt",
  "access token presented": "Access-Token vorgelegt",
  "assertion MAC matches": "MAC der Assertion stimmt",
  "assertion algorithm allowed": "Algorithmus der Assertion erlaubt",
  "assertion audience is an endpoint": "Adressat der Assertion ist ein Endpunkt",
  "assertion audience is this server alone": "Adressat der Assertion ist allein dieser Server",
  "assertion claims are readable": "Claims der Assertion lesbar",
  "assertion does not live too long": "Assertion gilt nicht zu lange",
  "assertion has a jti": "Assertion hat eine jti",
  "assertion has not expired": "Assertion nicht abgelaufen",
  "assertion is used once": "Assertion nur einmal verwendet",
  "assertion is valid already": "Assertion gilt schon",
  "assertion issuer and subject are the client": "Aussteller und Subjekt der Assertion sind der Client",
  "assertion signature verifies": "Signatur der Assertion stimmt",
  "assertion typ fits": "typ der Assertion passt",
  "assertion type fits": "Art der Assertion passt",
  "assertion type is jwt-bearer": "Art der Assertion ist jwt-bearer",
  "assertion was made already": "Assertion stammt nicht aus der Zukunft",
  "audience is this server alone": "Adressat ist allein dieser Server",
  "bearer token carries the scope": "Bearer-Token hat den Scope",
  "bearer token is a client's own, for this issuer":
    "Bearer-Token gehört einem Client selbst und gilt diesem Aussteller",
  "bearer token is valid": "Bearer-Token gültig",
  "caller is confidential": "Aufrufer ist vertraulich",
  "caller may ask about the token": "Aufrufer darf nach dem Token fragen",
  "certificate chain leads to an authority of the workspace":
    "Zertifikatskette führt zu einer Zertifizierungsstelle des Arbeitsbereichs",
  "certificate has not expired": "Zertifikat nicht abgelaufen",
  "certificate has the registered name": "Zertifikat trägt den registrierten Namen",
  "certificate is a client's own": "Zertifikat ist das eines Clients",
  "certificate is not revoked": "Zertifikat nicht widerrufen",
  "certificate is readable": "Zertifikat lesbar",
  "certificate is registered": "Zertifikat registriert",
  "certificate is signed soundly": "Zertifikat sicher signiert",
  "certificate is valid already": "Zertifikat gilt schon",
  "certificate issuer": "Aussteller des Zertifikats",
  "certificate serial number": "Seriennummer des Zertifikats",
  "certificate subject": "Subjekt des Zertifikats",
  "certificate thumbprint (SHA-256)": "Fingerabdruck des Zertifikats (SHA-256)",
  "certificate validity": "Gültigkeit des Zertifikats",
  "checks left out": "weggelassene Prüfungen",
  "claim {=} matches": "Claim {=} passt",
  "claims understood": "claims verstanden",
  "client authentication presented": "Client-Authentifizierung vorgelegt",
  "client certificate presented": "Client-Zertifikat vorgelegt",
  "client enabled": "Client eingeschaltet",
  "client found": "Client gefunden",
  "client is confidential": "Client ist vertraulich",
  "client may use the code flow": "Client darf den Code-Flow nutzen",
  "code belongs to the client": "Code gehört dem Client",
  "code is fresh": "Code noch frisch",
  "code is known": "Code bekannt",
  "code is used once": "Code nur einmal verwendet",
  "failures within bounds": "Fehlversuche im Rahmen",
  "federated credential": "föderierter Nachweis",
  "grant allowed for the client": "Grant dem Client erlaubt",
  "grant is live": "Grant besteht",
  "grant type known": "Grant-Art bekannt",
  "granted scope still registered": "gewährter Scope noch registriert",
  "hints taken": "Hinweise übernommen",
  "id_token_hint genuine": "id_token_hint echt",
  "max_age understood": "max_age verstanden",
  "method allowed by the workspace": "Verfahren vom Arbeitsbereich erlaubt",
  "method is the registered one": "Verfahren ist das registrierte",
  "no PKCE downgrade": "kein Umgehen von PKCE",
  "one method is presented": "genau ein Verfahren vorgelegt",
  "parameters do not repeat": "Parameter nicht wiederholt",
  "prompt understood": "prompt verstanden",
  "pushed request found": "eingereichte Anfrage gefunden",
  "redirect URI is equal": "Redirect-URI ist dieselbe",
  "redirect URI registered": "Redirect-URI registriert",
  "redirect URI still registered": "Redirect-URI noch registriert",
  "refresh token came with its certificate": "Refresh-Token kam mit seinem Zertifikat",
  "refresh token is active": "Refresh-Token gilt",
  "refresh token is current": "Refresh-Token ist das neueste",
  "refresh token is genuine": "Refresh-Token echt",
  "request is no reference": "Anfrage ist kein Verweis",
  "request is plain": "Anfrage ohne Umschlag",
  "request is the client's own": "Anfrage ist die des Clients",
  "request is well formed": "Anfrage wohlgeformt",
  "request was pushed where it must be": "Anfrage wurde eingereicht, wo sie es muss",
  "resource known": "Ressource bekannt",
  "resource within the grant": "Ressource im Grant enthalten",
  "response mode allowed": "Antwortmodus erlaubt",
  "response type served": "Antwortart bedient",
  "scope allowed": "Scope erlaubt",
  "scope fits a client": "Scope passt zu einem Client",
  "scope is well formed": "Scope wohlgeformt",
  "scope known": "Scope bekannt",
  "scope registered": "Scope registriert",
  "scope within the grant": "Scope im Grant enthalten",
  "secret matched": "Geheimnis stimmt",
  "state and nonce within bounds": "state und nonce im Rahmen",
  "subject matches": "Subjekt passt",
  "token belongs to the caller": "Token gehört dem Aufrufer",
  "token claims are readable": "Claims des Tokens lesbar",
  "token has a jti": "Token hat eine jti",
  "token is active": "Token gilt",
  "token is live": "Token gilt noch",
  "token is of a trusted issuer": "Token stammt von einem Aussteller des Vertrauens",
  "token speaks of a user": "Token spricht von einem Benutzer",
  "token typ fits": "typ des Tokens passt",
  "attempts within bounds": "Versuche im Rahmen",
  "logins within bounds": "Anmeldungen im Rahmen",
  "password matches": "Passwort stimmt",
  "password set": "Passwort gesetzt",
  "user agrees": "Benutzer willigt ein",
  "user enabled": "Benutzer eingeschaltet",
  "user found": "Benutzer gefunden",
  "user and session are live": "Benutzer und Sitzung bestehen",
};

export const germanFixes: Record<string, string> = {
  "A public client keeps its certificate as long as its refresh tokens; with a new one, the user must log in again.":
    "Ein öffentlicher Client behält sein Zertifikat so lange wie seine Refresh-Tokens; mit einem neuen muss sich der Benutzer neu anmelden.",
  "Add a fresh random jti.": "Fügen Sie eine frische, zufällige jti hinzu.",
  "Add authorization_code to the client's grant_types.":
    "Nehmen Sie authorization_code in die grant_types des Clients auf.",
  "Add the client to the service's client_ids, or give it the scope introspect_tokens.":
    "Nehmen Sie den Client in die client_ids der API auf, oder geben Sie ihm den Scope introspect_tokens.",
  "Add the grant to the client's grant_types.": "Nehmen Sie den Grant in die grant_types des Clients auf.",
  "Add the method to the workspace's token_endpoint_auth_methods.":
    "Nehmen Sie das Verfahren in die token_endpoint_auth_methods des Arbeitsbereichs auf.",
  "Add the scope to the client, or ask for less.":
    "Geben Sie dem Client den Scope, oder lassen Sie ihn weniger verlangen.",
  "Ask for openid in the authorization request.": "Verlangen Sie in der Autorisierungsanfrage openid.",
  "Ask for no more than the user granted.": "Verlangen Sie nicht mehr, als der Benutzer gewährt hat.",
  "Ask the platform for a token with this audience alone: others who get it could use it here.":
    "Lassen Sie sich von der Plattform ein Token mit diesem Adressaten allein geben: Andere, die es bekommen, könnten es hier verwenden.",
  "Call {=} with the certificate; no other address asks for one.":
    "Rufen Sie {=} mit dem Zertifikat auf; keine andere Adresse verlangt eines.",
  "Call the token endpoint of mtls_endpoint_aliases with the client's certificate, or turn certificate-bound access tokens off for the client.":
    "Rufen Sie den Token-Endpunkt aus mtls_endpoint_aliases mit dem Zertifikat des Clients auf, oder schalten Sie zertifikatsgebundene Access-Tokens für den Client aus.",
  "Codes belong to one workspace and live for code_ttl seconds.":
    "Codes gehören zu einem Arbeitsbereich und gelten code_ttl Sekunden lang.",
  "Compare client_id with the client's page; ids belong to one workspace.":
    "Vergleichen Sie client_id mit der Seite des Clients; IDs gehören zu einem Arbeitsbereich.",
  "Compare issuer and subject with the client's federated credentials.":
    "Vergleichen Sie Aussteller und Subjekt mit den föderierten Nachweisen des Clients.",
  "Compare the client_id with the client's page; ids belong to one workspace.":
    "Vergleichen Sie die client_id mit der Seite des Clients; IDs gehören zu einem Arbeitsbereich.",
  "Correct the client's credentials; the source is let in again after a pause.":
    "Berichtigen Sie die Zugangsdaten des Clients; nach einer Pause wird die Quelle wieder eingelassen.",
  "Compare the name with the user's e-mail address and username; users belong to one workspace.":
    "Vergleichen Sie den Namen mit E-Mail-Adresse und Benutzernamen; Benutzer gehören zu einem Arbeitsbereich.",
  "Enable the user.": "Schalten Sie den Benutzer ein.",
  "Give the user a new password.": "Geben Sie dem Benutzer ein neues Passwort.",
  "Give the user a password.": "Geben Sie dem Benutzer ein Passwort.",
  "Try again; if it happens often, the operator can raise password.max_queued.":
    "Versuchen Sie es noch einmal; geschieht es oft, so kann der Betreiber password.max_queued erhöhen.",
  "Wait a quarter of an hour after the last attempt.": "Warten Sie nach dem letzten Versuch eine Viertelstunde.",
  "Enable the client.": "Schalten Sie den Client ein.",
  "Get the token by the code flow; one of client_credentials has no user.":
    "Holen Sie das Token per Code-Flow; eines per client_credentials hat keinen Benutzer.",
  "Get the token by client_credentials, without a resource.":
    "Holen Sie das Token per client_credentials, ohne resource.",
  "Give the client a certificate of its own; an authority's signs others.":
    "Geben Sie dem Client ein eigenes Zertifikat; das einer Zertifizierungsstelle signiert andere.",
  "Give the client its scopes back, or ask the user anew.":
    "Geben Sie dem Client seine Scopes zurück, oder fragen Sie den Benutzer neu.",
  "Keep the newest refresh token only. If your application does, somebody else has an old one. Clients that retry need refresh_grace.":
    "Behalten Sie nur das neueste Refresh-Token. Tut Ihre Anwendung das, so hat jemand anderes ein altes. Clients, die es erneut versuchen, brauchen refresh_grace.",
  "Keep what state should carry at your side, and send a handle to it.":
    "Behalten Sie bei sich, was state tragen soll, und senden Sie einen Verweis darauf.",
  "Leave client_id out, or send the client's own.": "Lassen Sie client_id weg, oder senden Sie die des Clients selbst.",
  "Let it end a minute or two after it was made.": "Lassen Sie sie ein, zwei Minuten nach ihrer Entstehung enden.",
  "Let the client send the certificates between its own and the authority's, and the workspace name that authority in tls_client_auth_root_cas.":
    "Lassen Sie den Client die Zertifikate zwischen seinem und dem der Zertifizierungsstelle mitsenden, und nennen Sie diese Stelle in tls_client_auth_root_cas des Arbeitsbereichs.",
  "Let the user log in again.": "Lassen Sie den Benutzer sich neu anmelden.",
  "Let the client that holds the token revoke it, or give this one the scope revoke_tokens.":
    "Lassen Sie den Client das Token widerrufen, dem es gehört, oder geben Sie diesem den Scope revoke_tokens.",
  "Let the client use the response mode, or leave response_mode out.":
    "Erlauben Sie dem Client den Antwortmodus, oder lassen Sie response_mode weg.",
  "Let the credential's subject name this workload.": "Lassen Sie das Subjekt des Nachweises diesen Workload nennen.",
  "Make a new assertion for every request, and keep the sender's clock right.":
    "Machen Sie für jede Anfrage eine neue Assertion, und stellen Sie die Uhr des Senders richtig.",
  "Make a new secret on the client's page and give it to the application.":
    "Machen Sie auf der Seite des Clients ein neues Geheimnis, und geben Sie es der Anwendung.",
  "Make a new secret on the client's page while client_secret_jwt is its method; a secret made before that is kept as a hash and cannot serve.":
    "Machen Sie auf der Seite des Clients ein neues Geheimnis, während client_secret_jwt sein Verfahren ist; ein älteres liegt nur als Hash vor und taugt nicht dafür.",
  "Make a service with this audience and give the client one of its scopes.":
    "Legen Sie eine API mit diesem Adressaten an, und geben Sie dem Client einen ihrer Scopes.",
  "Make a service with this audience, and give the client one of its scopes.":
    "Legen Sie eine API mit diesem Adressaten an, und geben Sie dem Client einen ihrer Scopes.",
  "Push the parameters; the answer has the request_uri.":
    "Reichen Sie die Parameter ein; die Antwort enthält die request_uri.",
  "Push the request anew for every login. A request_uri lives for the workspace's par_ttl.":
    "Reichen Sie die Anfrage für jede Anmeldung neu ein. Eine request_uri gilt so lange wie par_ttl des Arbeitsbereichs.",
  "Push the request to /par and send client_id and request_uri alone; the client or the workspace has require_pushed_authorization_requests.":
    "Reichen Sie die Anfrage bei /par ein, und senden Sie nur client_id und request_uri; der Client oder der Arbeitsbereich verlangt es (require_pushed_authorization_requests).",
  "Redeem a code once. If your application did, somebody else has the code.":
    "Lösen Sie einen Code einmal ein. Hat Ihre Anwendung das getan, so hat jemand anderes den Code.",
  "Redeem the code at once, or raise the workspace's code_ttl.":
    "Lösen Sie den Code gleich ein, oder erhöhen Sie code_ttl des Arbeitsbereichs.",
  "Register one of tls_client_auth_subject_dn, _san_dns, _san_uri, _san_ip and _san_email.":
    "Registrieren Sie eines von tls_client_auth_subject_dn, _san_dns, _san_uri, _san_ip und _san_email.",
  "Register the exact URI that the application sends.": "Registrieren Sie genau die URI, welche die Anwendung sendet.",
  "Register the name as it stands in the certificate; names are compared byte for byte.":
    "Registrieren Sie den Namen, wie er im Zertifikat steht; Namen werden Byte für Byte verglichen.",
  "Register the certificate in jwks, or a jwks_uri that answers.":
    "Registrieren Sie das Zertifikat in jwks, oder eine jwks_uri, die antwortet.",
  "Register the certificate that the client presents, whole, as the first of a key's x5c.":
    "Registrieren Sie das Zertifikat, das der Client vorlegt, ganz, als erstes in x5c eines Schlüssels.",
  "Register the public keys as jwks, or a jwks_uri that answers.":
    "Registrieren Sie die öffentlichen Schlüssel als jwks, oder eine jwks_uri, die antwortet.",
  "Renew a revoked certificate; put the authority's newest list in the workspace's tls_client_auth_crls.":
    "Erneuern Sie ein widerrufenes Zertifikat; setzen Sie die neueste Liste der Zertifizierungsstelle in tls_client_auth_crls des Arbeitsbereichs.",
  "Renew the client's certificate.": "Erneuern Sie das Zertifikat des Clients.",
  "Send a code_challenge; every maintained library does when PKCE is on.":
    "Senden Sie eine code_challenge; jede gepflegte Bibliothek tut das, wenn PKCE eingeschaltet ist.",
  "Send Authorization: Bearer, and the access token of the user's login.":
    "Senden Sie Authorization: Bearer und das Access-Token aus der Anmeldung des Benutzers.",
  "Send client_id with the certificate, and no secret or assertion.":
    "Senden Sie zum Zertifikat die client_id, und kein Geheimnis und keine Assertion.",
  "Send every parameter once; none may stand both in the URL and in the body.":
    "Senden Sie jeden Parameter einmal; keiner darf sowohl in der URL als auch im Rumpf stehen.",
  "Send the code_verifier made for this very authorization request.":
    "Senden Sie den code_verifier, der für eben diese Autorisierungsanfrage gemacht wurde.",
  "Send the same redirect_uri as in the authorization request.":
    "Senden Sie dieselbe redirect_uri wie in der Autorisierungsanfrage.",
  "Set aud to the issuer, as one string: {=}": "Setzen Sie aud auf den Aussteller, als eine Zeichenkette: {=}",
  "Set iss and sub to the client_id.": "Setzen Sie iss und sub auf die client_id.",
  "Set the header typ to client-authentication+jwt. A token made for another purpose is no client assertion.":
    "Setzen Sie den Header typ auf client-authentication+jwt. Ein Token für einen anderen Zweck ist keine Assertion eines Clients.",
  "Set the sender's clock right.": "Stellen Sie die Uhr des Senders richtig.",
  "Sign a new assertion and try again.": "Signieren Sie eine neue Assertion, und versuchen Sie es noch einmal.",
  "Sign a new assertion, with a jti of its own, for every request.":
    "Signieren Sie für jede Anfrage eine neue Assertion mit eigener jti.",
  "Sign with the private half of a registered key, and name it by its kid.":
    "Signieren Sie mit der privaten Hälfte eines registrierten Schlüssels, und nennen Sie ihn mit seinem kid.",
  "Sign with one of these, or change token_endpoint_auth_signing_alg of the client or token_endpoint_auth_signing_alg_values of the workspace.":
    "Signieren Sie mit einem von diesen, oder ändern Sie token_endpoint_auth_signing_alg des Clients oder token_endpoint_auth_signing_alg_values des Arbeitsbereichs.",
  "This deployment has no address at which clients present certificates.":
    "Diese Installation hat keine Adresse, an der Clients Zertifikate vorlegen.",
  "Turn single_use off, if the platform gives its tokens no jti.":
    "Schalten Sie single_use ab, wenn die Plattform ihren Tokens keine jti gibt.",
  "Use the authorization code flow with PKCE.": "Verwenden Sie den Code-Flow mit PKCE.",
  "Use the client's registered token_endpoint_auth_method, or change the registration; token_endpoint_auth_method_previous lets two methods overlap.":
    "Verwenden Sie die registrierte token_endpoint_auth_method des Clients, oder ändern Sie die Registrierung; mit token_endpoint_auth_method_previous überlappen sich zwei Verfahren.",
  "Wait for its beginning, or set the issuer's clock right.":
    "Warten Sie auf den Beginn, oder stellen Sie die Uhr des Ausstellers richtig.",
  "openid and offline_access speak of a user; leave them out.":
    "openid und offline_access setzen einen Benutzer voraus; lassen Sie sie weg.",
};
