import { describe, expect, it } from "vitest";
import { goPhrases, goSources, type Phrase, unknownTo, unsaid } from "~/app/goPhrases";
import { plain } from "~/app/phrases";
import { translate } from "./german";
import { germanFixes, germanNames } from "./germanChecks";
import { germanCertificates, germanFaults } from "./germanFaults";
import { germanFindings } from "./germanFindings";
import { germanFetches, germanKeys } from "./germanKeys";
import { germanReasons } from "./germanReasons";
import { findNames } from "./serverWords";

// Where the words of an explanation come from.
const rooms = [
  "pkg/accesstoken",
  "pkg/clientauth",
  "pkg/egress/egress.go",
  "pkg/egress/errors.go",
  "pkg/keys/assertion.go",
  "pkg/keys/clientcertificates.go",
  "pkg/keys/clientkeys.go",
  "pkg/keys/encoding.go",
  "pkg/keys/jwk.go",
  "pkg/keys/jws.go",
  "pkg/oauth/errors.go",
  "pkg/oauth/scope.go",
  "pkg/server/client.go",
  "pkg/server/params.go",
  "pkg/trace/record.go",
  "services/authorization/internal/endpoint",
  "services/authorization/internal/interaction",
  "services/authorization/internal/page/authorize.go",
  "services/authorization/internal/page/consent.go",
  "services/authorization/internal/page/login.go",
  "services/authorization/internal/page/pushed.go",
  "services/authorization/internal/page/respond.go",
  "services/authorization/internal/page/session.go",
  "services/authorization/internal/request",
  "services/token/internal/endpoint",
  "services/token/internal/grant",
  "services/token/internal/issue",
];

// What these say goes to a registration, to an endpoint that is not explained, or nowhere.
const silent =
  /clientauth\/(?:certificatename|distinguishedname|usage)\.go$|endpoint\/metadata\.go$|interaction\/browser\.go$/;
// What goes to the audit log, and what only forms are told by.
const elsewhere = new Set([
  "too many attempts",
  "unknown user",
  "no password",
  "wrong password",
  "login {}",
  "consent {} {}",
]);
// Their errors are causes of what is said, and go to the log.
const causes = /internal\/(?:request|interaction)\/|pkg\/(?:accesstoken|trace)\//;
const log = new Set([
  "what was presented does not prove the client",
  "no live secret matches",
  "federated credential {}: {}",
  "alg is not allowed",
  "no key of the client verifies the signature",
  "{}: the key is not one for {}",
  "keys: the token is not valid",
  "fetch failed",
  "roots of the system: {}",
  "the client is closed",
  "revoked by the client",
]);

const isShown = ({ file, field, call, words }: Phrase) =>
  !silent.test(file) &&
  !(causes.test(file) && /^(?:New|Errorf)$/.test(call)) &&
  !log.has(words) &&
  !elsewhere.has(words) &&
  call !== "panic" &&
  field !== "Description";

const phrases = goPhrases(goSources(rooms));
const tables = {
  germanNames,
  germanFixes,
  germanFindings,
  germanReasons,
  germanFaults,
  germanCertificates,
  germanKeys,
  germanFetches,
};

describe("the German words of explanations", () => {
  it("are looked for where the service has its own", () => {
    expect(phrases.length).toBeGreaterThan(900);
    expect(phrases).toContainEqual(
      expect.objectContaining({ words: "an exp at most {} ahead", field: "Expected", call: "Check" }),
    );
  });

  it("lack none of the service's. Add what is listed here to a table of this folder, with {} for what is filled in", () => {
    expect(unknownTo(translate, phrases.filter(isShown))).toEqual([]);
  });

  it.each(Object.entries(tables))("say nothing that the service does not: %s", (_, table) => {
    expect(unsaid(table, phrases)).toEqual([]);
  });

  // pkg/trace puts the length in the place of what could be a bearer value.
  it("are words of the service that none takes for a secret", () => {
    const checks = phrases.filter(({ field }) => ["Expected", "Actual", "Wrong", "RFC", "Fix"].includes(field));
    expect(checks.map(({ words }) => words).filter((words) => /[\w-]{40}/.test(words))).toEqual([]);
  });

  it("say each thing once", () => {
    const all = Object.values(tables).flatMap((table) => Object.keys(table));
    expect(all.filter((words, i) => all.indexOf(words) !== i)).toEqual([]);
  });

  it.each([...findNames])("know the check that finds names: %s", (name) => {
    expect(germanNames).toHaveProperty([name]);
  });

  it.each([
    ["iss none, sub client-1", "iss nichts, sub client-1"],
    ["an exp at most 300 s ahead", "ein exp höchstens 300 s in der Zukunft"],
    [
      "exp is not a whole number of seconds; iss is not a string",
      "exp ist keine ganze Zahl von Sekunden; iss ist keine Zeichenkette",
    ],
    ["client_secret_basic: the credentials are not base64", "client_secret_basic: die Zugangsdaten sind kein base64"],
    [
      "not known: the list of CN=CA is out of date; the next one was due 60 s ago",
      "nicht bekannt: Die Liste von CN=CA ist veraltet; fällig war die nächste vor 60 s",
    ],
    ["kid [43 characters]; the keys are k1, k2", "kid [43 Zeichen]; die Schlüssel sind k1, k2"],
    ["RFC 6749, section 3.2", "RFC 6749, Abschnitt 3.2"],
  ])("fill in what the service filled in: %s", (said, german) => {
    expect(plain(translate(said))).toBe(german);
  });
});
