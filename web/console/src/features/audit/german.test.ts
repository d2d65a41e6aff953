import { describe, expect, it } from "vitest";
import { goPhrases, goSources, unknownTo, unsaid } from "~/app/goPhrases";
import { germanEvents, translate } from "./german";

// Where events are made.
const rooms = [
  "pkg/audit",
  "pkg/boot/egress.go",
  "services/authorization/internal/page",
  "services/tenant-admin/internal/caller/caller.go",
  "services/tenant-admin/internal/console",
  "services/tenant-admin/internal/endpoint",
  "services/tenant-admin/internal/selfcheck/parties.go",
  "services/tenant-admin/internal/selfcheck/report.go",
  "services/tenant-admin/internal/selfcheck/selfcheck.go",
  "services/tenant-admin/internal/upkeep",
  "services/token/internal/endpoint",
  "services/token/internal/issue",
];

const sources = goSources(rooms);
const phrases = goPhrases(sources);

describe("the German words of events", () => {
  it("say nothing that the service does not", () => {
    expect(unsaid(germanEvents, phrases)).toEqual([]);
  });

  it("name every kind of what is done something to", () => {
    const kinds = [...sources.values()].flatMap((source) =>
      [...source.matchAll(/\bevent\("[a-z_.]+", "(\w+)"|(?:Actor|Target)Kind: +"(\w+)"/g)].map(
        ([, done, written]) => done ?? written ?? "",
      ),
    );
    expect(kinds.length).toBeGreaterThan(20);
    expect(kinds.filter((kind) => !(kind in germanEvents))).toEqual([]);
  });

  it("name why a login failed", () => {
    const login = goPhrases(goSources(["services/authorization/internal/page/login.go"]));
    const why = login.filter(({ call, words }) => call === "return" && /^[a-z ]+$/.test(words));
    expect(why.length).toBeGreaterThan(3);
    expect(unknownTo(translate, why)).toEqual([]);
  });
});
