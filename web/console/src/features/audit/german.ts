import { phrases } from "~/app/phrases";

// Of what kind those are who did something and those it was done to, what came of it
// and what is added, in German, by the service's words. Actions keep their names, by
// which they are filtered. A test holds the table against the service's sources.
export const germanEvents: Record<string, string> = {
  user: "Benutzer",
  member: "Mitglied",
  client: "Anwendung",
  system: "Dienst",
  tenant: "Mandant",
  workspace: "Arbeitsbereich",
  scope: "Scope",
  service: "API",
  session: "Sitzung",
  grant: "Freigabe",
  key: "Schlüssel",
  token: "Token",
  invitation: "Einladung",
  failure: "fehlgeschlagen",

  count: "Anzahl",
  reason: "Grund",
  declined: "abgelehnt",
  purpose: "Zweck",
  refresh_token: "Refresh-Token",
  outcome: "Ergebnis",
  fail: "fehlgeschlagen",
  warn: "Warnungen",
  pass: "bestanden",
  "self-check": "Selbstprüfung",
  "after registration": "nach der Registrierung",
  "not revoked": "nicht widerrufen",
  "too many attempts": "zu viele Versuche",
  "unknown user": "unbekannter Benutzer",
  disabled: "abgeschaltet",
  "no password": "kein Passwort",
  "wrong password": "falsches Passwort",
};

export const translate = phrases(germanEvents);
