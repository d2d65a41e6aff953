import { text } from "~/app/text";

export const testText = text(
  "clientTest",
  {
    title: "Test the authentication",
    lead: "Send a request that proves the application to the issuer, from this browser, and see what it makes of it.",
    open: "Test it",
    now: "Test it now",
    how: "It asks the introspection endpoint about a token that does not exist: that proves the application, and changes nothing.",
    howPublic: "It asks the revocation endpoint to end a token that does not exist: that changes nothing.",
    method: "Method",
    previous: "{{method}} (until the overlap ends)",
    run: "Send the request",
    again: "Send it again",
    passed: "It works",
    passedIn: "The issuer answered within {{ms}} ms.",
    ok_client_secret_basic: "The secret is one of this application’s, and came in the Authorization header.",
    ok_client_secret_post: "The secret is one of this application’s, and came in the form.",
    ok_client_secret_jwt:
      "What was signed with the secret verifies with one of this application’s; the secret itself did not travel.",
    ok_private_key_jwt: "The signature verifies with a key that this application has registered or trusts.",
    ok_tls: "The certificate is the one that this application is known by.",
    ok_none: "The issuer knows this application. Nothing was proven: a public one has no proof.",
    waiting: "Waiting for your request",
    waitingBody:
      "Run the command where the certificate and its key are. If nothing arrives here, the connection failed before: curl says why.",
    arrivedGood: "Your request came, and it works",
    arrivedBad: "Your request came, and was refused",
  },
  {
    title: "Die Authentifizierung testen",
    lead: "Senden Sie dem Aussteller von diesem Browser aus eine Anfrage, in der sich die Anwendung ausweist, und sehen Sie, was er davon hält.",
    open: "Testen",
    now: "Jetzt testen",
    how: "Der Introspektionsendpunkt wird nach einem Token gefragt, das es nicht gibt: Das weist die Anwendung aus und ändert nichts.",
    howPublic: "Der Widerrufsendpunkt soll ein Token beenden, das es nicht gibt: Das ändert nichts.",
    method: "Verfahren",
    previous: "{{method}} (bis die Überlappung endet)",
    run: "Anfrage senden",
    again: "Noch einmal senden",
    passed: "Es funktioniert",
    passedIn: "Der Aussteller hat nach {{ms}} ms geantwortet.",
    ok_client_secret_basic: "Das Geheimnis ist eines dieser Anwendung und kam im Authorization-Header.",
    ok_client_secret_post: "Das Geheimnis ist eines dieser Anwendung und kam im Formular.",
    ok_client_secret_jwt:
      "Was mit dem Geheimnis signiert wurde, passt zu einem dieser Anwendung; das Geheimnis selbst ist nicht gereist.",
    ok_private_key_jwt:
      "Die Signatur passt zu einem Schlüssel, den diese Anwendung registriert hat oder dem sie vertraut.",
    ok_tls: "Das Zertifikat ist das, an dem diese Anwendung erkannt wird.",
    ok_none: "Der Aussteller kennt diese Anwendung. Nachgewiesen wurde nichts: Eine öffentliche hat keinen Nachweis.",
    waiting: "Wartet auf Ihre Anfrage",
    waitingBody:
      "Führen Sie den Befehl dort aus, wo Zertifikat und Schlüssel liegen. Kommt hier nichts an, ist schon die Verbindung gescheitert: curl sagt, warum.",
    arrivedGood: "Ihre Anfrage ist da, und es funktioniert",
    arrivedBad: "Ihre Anfrage ist da und wurde abgelehnt",
  },
);
