import { describe, expect, it } from "vitest";
import { preferredLanguage, type Text } from "./text";

const modules = import.meta.glob<Record<string, unknown>>(
  ["../**/*.ts", "../**/*.tsx", "!../**/*.test.*", "!../main.tsx"],
  { eager: true },
);

const isText = (value: unknown): value is Text<Record<string, string>> =>
  typeof value === "object" && value !== null && "en" in value && "de" in value && "name" in value;

const texts = new Map(
  Object.values(modules)
    .flatMap((module) => Object.values(module))
    .filter(isText)
    .map((text) => [text.name, text]),
);

const placeholders = (sentence: string) => [...sentence.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();
const marks = (sentence: string) => sentence.split("`").length;

describe("words of the console", () => {
  it("exist in more than one part, or this test proves nothing", () => {
    expect(texts.size).toBeGreaterThan(10);
  });

  it.each([...texts.keys()])("%s says the same things in both languages", (name) => {
    const { en, de } = texts.get(name) as Text<Record<string, string>>;
    expect(Object.keys(de).sort()).toEqual(Object.keys(en).sort());
    for (const [key, sentence] of Object.entries(en)) {
      const twin = de[key] ?? "";
      expect(twin.trim(), `${name}.${key} is empty in German`).not.toBe("");
      expect(placeholders(twin), `${name}.${key}`).toEqual(placeholders(sentence));
      expect(marks(twin), `${name}.${key}: what stands in backticks`).toBe(marks(sentence));
    }
  });
});

describe("the language", () => {
  it("is the chosen one, else the first that the browser offers, else English", () => {
    expect(preferredLanguage("de", ["en-GB"])).toBe("de");
    expect(preferredLanguage(null, ["fr-FR", "de-AT", "en"])).toBe("de");
    expect(preferredLanguage("xx", ["fr"])).toBe("en");
  });
});
