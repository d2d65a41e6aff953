import { describe, expect, it } from "vitest";
import { returnTo } from "./SignIn";
import { isSlug, slugOf } from "./slug";

describe("the short name that a name suggests", () => {
  it.each([
    ["Acme GmbH & Co. KG", "acme-gmbh-co-kg"],
    ["Müller & Söhne", "mueller-soehne"],
    ["Café Élan", "cafe-elan"],
    ["  --  ", ""],
    ["A".repeat(60), "a".repeat(40)],
    [`${"a".repeat(39)} b`, "a".repeat(39)],
  ])("of %j is %j", (name, slug) => {
    expect(slugOf(name)).toBe(slug);
    expect(slug === "" || isSlug(slug)).toBe(true);
  });
});

describe("a short name", () => {
  it.each(["ac", "a1", "a-b-c", "a".repeat(40)])("is %j", (text) => expect(isSlug(text)).toBe(true));
  it.each(["", "a", "-a", "a-", "a--b", "A1", "a b", "a/b", "ä1", "a".repeat(41)])("is not %j", (text) =>
    expect(isSlug(text)).toBe(false),
  );
});

describe("signing in leads", () => {
  it("back to where one was, within the tenant", () => {
    expect(returnTo("acme", "/console/acme/members?q=a")).toBe("/console/acme/members?q=a");
  });

  it.each([undefined, "https://evil.example", "//evil.example", "/console/acme-evil/members", "/console/other", "/"])(
    "to the tenant's start for %j",
    (wanted) => {
      expect(returnTo("acme", wanted)).toBe("/console/acme");
    },
  );
});
