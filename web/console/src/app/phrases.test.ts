import { describe, expect, it } from "vitest";
import { goPhrases } from "./goPhrases";
import { isWorded, phrases, plain } from "./phrases";

describe("phrases", () => {
  const translate = phrases({
    none: "nichts",
    "the key is missing": "der Schlüssel fehlt",
    "iss {}, sub {}": "iss {}, sub {}",
    "no keys: {}": "keine Schlüssel: {}",
    "{=} is missing": "{=} fehlt",
    "{}, then {}": "{}, dann {}",
    "a+b (c) {=}": "a+b (c): {=}",
  });

  it("are known as a whole, before anything is filled in", () => {
    expect(translate("the key is missing")).toEqual([{ text: "der Schlüssel fehlt", english: false }]);
  });

  it("keep what was filled in, and translate it where it is known", () => {
    expect(translate("iss none, sub client-1")).toEqual([{ text: "iss nichts, sub client-1", english: false }]);
    expect(translate("a+b (c) none")).toEqual([{ text: "a+b (c): none", english: false }]);
  });

  it("mark only what stayed English", () => {
    expect(translate("no keys: somebody broke it")).toEqual([
      { text: "keine Schlüssel: ", english: false },
      { text: "somebody broke it", english: true },
    ]);
    expect(translate("https://auth.example/acme")).toEqual([{ text: "https://auth.example/acme", english: false }]);
    expect(translate("the key is long")).toEqual([{ text: "the key is long", english: true }]);
  });

  it("match from the first to the last letter", () => {
    expect(translate("perhaps the key is missing here")[0]?.english).toBe(true);
  });

  it("look into words within words so far and no further", () => {
    const text = plain(translate(Array.from({ length: 40 }, () => "none").join(", then ")));
    expect(text).toContain("nichts, dann nichts");
    expect(text).toContain("none, then none");
  });

  it.each([
    ["the key is missing", true],
    ["what the client's key says", true],
    ["missing", false],
    ["400 invalid_grant", false],
    ["client_secret_basic private_key_jwt", false],
    ["401 Unauthorized invalid_client", false],
    ["https://auth.example/the/path", false],
  ])("tell words from values: %s", (said, worded) => {
    expect(isWorded(said)).toBe(worded);
  });
});

describe("the words in a Go source", () => {
  const read = (source: string) => goPhrases(new Map([["x.go", source]]));

  it("are joined as they are when it runs", () => {
    expect(read('x := "kid " + orNone(a.b, f("c")) + "; the keys are " + known.IDs()[0]')[0]).toMatchObject({
      words: "kid {}; the keys are {}",
      field: "x",
    });
    expect(read('return a.word() + ", no redirect"')[0]).toMatchObject({ words: "{}, no redirect", call: "return" });
    expect(read('reason += "; and so on"')[0]?.words).toBe("{}; and so on");
    expect(read('return fmt.Errorf("%s: the key %q", a, b)')[0]?.words).toBe("{}: the key {}");
    expect(read('const why = "Because."\nx := y{why: "First. " + why}').at(-1)?.words).toBe("First. Because.");
  });

  it("are known by what they are given to", () => {
    expect(read('check.Actual, check.Fix = "no keys: "+err.Error(), "Register some."')).toMatchObject([
      { words: "no keys: {}", field: "Actual" },
      { words: "Register some.", field: "Fix" },
    ]);
    expect(read('t.Check("name", ok, trace.Check{Expected: "a code", Actual: `another`})')).toMatchObject([
      { words: "name", call: "Check", argument: 0 },
      { words: "a code", call: "Check", field: "Expected" },
      { words: "another", call: "Check", field: "Actual" },
    ]);
  });

  it("are not those of comments and runes", () => {
    expect(read('// "no"\n/* "no" */ x := \'a\'')).toEqual([]);
  });
});
