import { describe, expect, it } from "vitest";
import { asMarkdown, grouped, type Report, type Result } from "./report";
import { germanTitles, titleIn } from "./titles";

const check = (id: string, outcome: string, more: Partial<Result> = {}): Result => ({
  id,
  group: id.split(".")[0] ?? "",
  title: `Title of ${id}`,
  outcome,
  ...more,
});

describe("a self-check's report", () => {
  it("shows what failed first, in each group and in the order of the groups", () => {
    const shown = grouped([
      check("unheard.of", "pass"),
      check("advice.b", "pass"),
      check("pkce.a", "skipped"),
      check("pkce.b", "pass"),
      check("pkce.c", "warn"),
      check("pkce.d", "fail"),
    ]);
    expect(shown.map((group) => group.name)).toEqual(["pkce", "advice", "unheard"]);
    expect(shown[0]?.checks.map((c) => c.outcome)).toEqual(["fail", "warn", "pass", "skipped"]);
    expect(shown[0]).toMatchObject({ held: 1, outcome: "fail" });
  });

  it("reads as Markdown with everything that somebody must know who was not there", () => {
    const report: Report = {
      started_at: "2026-11-26T00:00:00Z",
      duration_ms: 900,
      profile: "default",
      outcome: "fail",
      counts: { pass: 1, warn: 0, fail: 1, skipped: 0 },
      checks: [
        check("pkce.plain", "fail", {
          expected: "refused",
          actual: "a code",
          why: "w",
          advice: "a",
          setting: "pkce",
          trace_id: "0f",
        }),
        check("pkce.wrong_verifier", "pass"),
      ],
    };
    expect(asMarkdown(report, "https://auth.example/acme/default")).toBe(
      [
        "# Self-check of https://auth.example/acme/default",
        "",
        "2026-11-26T00:00:00Z, profile default: **fail** (1 failed, 0 advised, 1 hold, 0 not tried)",
        "",
        "## Failed",
        "",
        "- **Title of pkce.plain** (`pkce.plain`)",
        "  - expected: refused",
        "  - found: a code",
        "  - why: w",
        "  - to do: a",
        "  - setting: `pkce`",
        "  - trace_id: `0f`",
        "",
        "## Holds",
        "",
        "- Title of pkce.wrong_verifier (`pkce.wrong_verifier`)",
        "",
      ].join("\n"),
    );
  });
});

describe("the titles of checks", () => {
  it("are German where they are known, and the server's own where they are not", () => {
    expect(titleIn("de", check("pkce.plain", "pass"))).toBe(germanTitles["pkce.plain"]);
    expect(titleIn("de", check("client_authentication.private_key_jwt.wrong", "pass"))).toContain("private_key_jwt: ");
    expect(titleIn("de", check("unheard.of", "pass"))).toBe("Title of unheard.of");
    expect(titleIn("en", check("pkce.plain", "pass"))).toBe("Title of pkce.plain");
  });
});
