import { describe, expect, it } from "vitest";
import { goPhrases, goSources, type Phrase, unknownTo, unsaid } from "~/app/goPhrases";
import { plain } from "~/app/phrases";
import { translate } from "./german";
import { germanFindings } from "./germanFindings";
import { germanAdvice, germanWhys } from "./germanWhys";

const phrases = goPhrases(goSources(["services/tenant-admin/internal/selfcheck"]));
const tables = { germanFindings, germanWhys, germanAdvice };

/** Titles are known by their ids (titles.ts). Some stand in rows, and in the calls that make probes. */
const isTitle = ({ file, field, call, argument }: Phrase) =>
  field === "title" ||
  (argument === 1 && (call === "spoilt" || (call === "" && /(?:redirects|advice)\.go$/.test(file))));

// What goes to the log or to the server that is asked, or is a value.
const unshown = new Set([
  "selfcheck: clearing away: {}",
  "selfcheck: a point of P-256 has 65 octets",
  "code token",
  "https",
  "openid profile email offline_access",
  "openid offline_access email",
]);
const isShown = (phrase: Phrase) => !isTitle(phrase) && !unshown.has(phrase.words);

describe("the German words of the self-check", () => {
  it("are looked for where the service has its own", () => {
    expect(phrases.length).toBeGreaterThan(700);
    expect(phrases).toContainEqual(expect.objectContaining({ words: "{}, no redirect", call: "pass" }));
  });

  it("lack none of the service's. Add what is listed here to a table of this folder, with {} for what is filled in", () => {
    expect(unknownTo(translate, phrases.filter(isShown))).toEqual([]);
  });

  it.each(Object.entries(tables))("say nothing that the service does not: %s", (_, table) => {
    expect(unsaid(table, phrases)).toEqual([]);
  });

  it("say each thing once", () => {
    const all = Object.values(tables).flatMap((table) => Object.keys(table));
    expect(all.filter((words, i) => all.indexOf(words) !== i)).toEqual([]);
  });

  it.each([
    [
      "No code could be had: refused with invalid_request.",
      "Es war kein Code zu bekommen: abgelehnt mit invalid_request.",
    ],
    ["201, then a redirect to https://x.example/cb", "201, dann eine Weiterleitung zu https://x.example/cb"],
    ["200 OK, then 401 Unauthorized invalid_client", "200 OK, dann 401 Unauthorized invalid_client"],
    ["at most 30 days", "höchstens 30 Tage"],
    ["key 2: the point is not on the curve", "Schlüssel 2: der Punkt liegt nicht auf der Kurve"],
    ["RFC 9700, sections 2.1.2 and 2.4", "RFC 9700, Abschnitte 2.1.2 und 2.4"],
  ])("fill in what the service filled in: %s", (said, german) => {
    expect(plain(translate(said))).toBe(german);
  });
});
