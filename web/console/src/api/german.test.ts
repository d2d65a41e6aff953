import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { goPhrases, goSources, type Phrase, unknownTo, unsaid } from "~/app/goPhrases";
import { plain } from "~/app/phrases";
import { germanKeys } from "~/features/explain/germanKeys";
import { uiText } from "~/ui/words";
import { translate } from "./german";
import { germanForms, germanProblems } from "./germanProblems";
import { germanCertificateNames, germanClients, germanPeople, germanProofs, germanWorkspaces } from "./germanRules";

// Where the words of a problem come from.
const rooms = [
  "pkg/clientauth/authorities.go",
  "pkg/clientauth/certificatename.go",
  "pkg/clientauth/distinguishedname.go",
  "pkg/clientauth/revocationlist.go",
  "pkg/domain/slug.go",
  "pkg/domain/user.go",
  "pkg/keys/clientcertificates.go",
  "pkg/keys/clientkeys.go",
  "pkg/keys/encoding.go",
  "pkg/keys/jwk.go",
  "pkg/oauth/redirect.go",
  "pkg/oauth/scope.go",
  "services/tenant-admin/internal/console/signout.go",
  "services/tenant-admin/internal/document",
  "services/tenant-admin/internal/endpoint",
  "services/tenant-admin/internal/figures/span.go",
  "services/tenant-admin/internal/problem/from.go",
  "services/tenant-admin/internal/rules",
];

// What goes to the log, into the store, or onto the wire as it is.
const calls = new Set(["Because", "Challenged", "say", "AAD"]);
const fields = new Set(["DisplayName", "Name", "ClientName", "Description"]);
const unshown = /^(?:endpoint|document|console): |^For \{\}$|^not revoked$|^keys: /;
// What is found when a client proves itself, which its explanation tells.
const elsewhere =
  /^the workspace has no tls_client|^tls_client_auth_(?:root_cas|crls): |^\{\}: the key is not|^(?:revoked|not known): |^alg is not allowed|verifies the signature$/;

const isShown = ({ field, call, words }: Phrase) =>
  !calls.has(call) && !fields.has(field) && !unshown.test(words) && !elsewhere.test(words);

/** The forms that the specification describes beside the pattern that they must match. */
const forms = [
  ...readFileSync("../../api/admin.yaml", "utf8").matchAll(/pattern: "[^"]*"(?:, description: "?([^"}]*))?/g),
].map(([, description]) => description ?? "");

/** The titles and details of the table of problems for which the console has no words. */
function unworded(): string[] {
  const table = goSources(["services/tenant-admin/internal/problem/problem.go"]).values().next().value ?? "";
  return [...table.matchAll(/Code: "(\w+)",.* Title: "(.*?)", Detail: "(.*?)"/g)].flatMap(
    ([, code, title = "", detail = ""]) => [
      ...(`problem_${code}` in uiText.en ? [] : [title]),
      ...(`problem_${code}` in uiText.en && `problem_${code}_detail` in uiText.en ? [] : [detail]),
    ],
  );
}

const phrases = goPhrases(goSources(rooms));
const tables = {
  germanForms,
  germanPeople,
  germanWorkspaces,
  germanClients,
  germanProofs,
  germanCertificateNames,
};

describe("the German words of problems", () => {
  it("are looked for where the service has its own", () => {
    expect(phrases.length).toBeGreaterThan(400);
    expect(phrases).toContainEqual(expect.objectContaining({ words: "this is repeated", call: "when" }));
    expect(forms).toHaveLength(2);
    expect(forms).not.toContain("");
    expect(unworded().length).toBeGreaterThan(10);
  });

  it("lack none of the service's. Add what is listed here to a table of this folder, with {} for what is filled in", () => {
    expect(unknownTo(translate, phrases.filter(isShown))).toEqual([]);
    expect(forms.filter((form) => plain(translate(form)) === form)).toEqual([]);
  });

  it.each(Object.entries(tables))("say nothing that the service does not: %s", (_, table) => {
    const known = Object.fromEntries(Object.entries(table).filter(([english]) => !forms.includes(english)));
    expect(unsaid(known, phrases)).toEqual([]);
  });

  it("are the table's own titles and details where the console has no words for a code, and no others", () => {
    expect(Object.keys(germanProblems).sort()).toEqual([...new Set(unworded())].sort());
  });

  it("say each thing once", () => {
    const all = Object.values({ germanProblems, ...tables, germanKeys }).flatMap((table) => Object.keys(table));
    expect(all.filter((words, i) => all.indexOf(words) !== i)).toEqual([]);
  });

  it.each([
    ["The scheme must be https.", "Das Schema muss https sein."],
    ["This value is taken.", "Das ist schon vergeben."],
    ["This must be at least 10.", "Das muss mindestens 10 sein."],
    ["This must be a whole number.", "Das muss eine ganze Zahl sein."],
    [
      "This is not of the right form: a colour as #rrggbb, such as #1a7f5a.",
      "Das hat nicht die richtige Form: eine Farbe als #rrggbb, etwa #1a7f5a.",
    ],
    [
      "private_key_jwt needs jwks, jwks_uri or federated_credentials.",
      "private_key_jwt braucht jwks, jwks_uri oder federated_credentials.",
    ],
    [
      "Key 2: it has the private member d; register public keys only.",
      "Schlüssel 2: er hat den privaten Teil d; registrieren Sie nur öffentliche Schlüssel.",
    ],
    ["The workspace has no scope orders.read.", "Im Arbeitsbereich gibt es keinen Scope orders.read."],
    [
      "Certificate 1 (CN=Acme, O=Acme) has expired on 2024-01-31.",
      "Zertifikat 1 (CN=Acme, O=Acme) ist am 2024-01-31 abgelaufen.",
    ],
    ["The method is not served here", "Die Methode gibt es hier nicht"],
  ])("are sentences where the service's are: %s", (said, german) => {
    expect(translate(said)).toEqual([{ text: german, english: false }]);
  });

  it("leave what is unknown as it came, and mark it", () => {
    expect(translate("Nobody has thought of this.")).toEqual([{ text: "Nobody has thought of this.", english: true }]);
    const [known, cause] = translate("Certificate 1: it is malformed: nobody thought of this.");
    expect(known).toEqual({ text: "Zertifikat 1: missgestaltet: ", english: false });
    expect(cause).toEqual({ text: "nobody thought of this.", english: true });
  });
});
