import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { germanFixes, germanNames } from "./germanChecks";

// Tests run in web/console.
const root = `${process.cwd()}/../../`;
const rooms = ["pkg/clientauth", "pkg/server", "services/token", "services/authorization"];

const sources = rooms.flatMap((room) =>
  readdirSync(root + room, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".go") && !name.endsWith("_test.go"))
    .map((name) => readFileSync(`${root}${room}/${name}`, "utf8")),
);
const all = (pattern: RegExp) =>
  sources.flatMap((source) => [...source.matchAll(pattern)].map((match) => (match[1] ?? "").replaceAll('\\"', '"')));

describe("the German words for checks", () => {
  // A check is named where it is made, in a constant, or in a row of the matrix of steps.
  const names = [
    ...all(/\.(?:Check|Pass|Fail|Info|check)\(\s*"([^"]+ [^"]+)"\s*,/g),
    ...all(/const name = "([^"]+)"/g),
    ...all(/\{"([^"]+)", (?:Authorize|PAR)[^}]*\}/g),
  ];
  const fixes = [
    ...all(/\bFix:\s*"((?:[^"\\]|\\.)+)"\s*[,})]/g),
    ...all(/\{"[^"]+", (?:Authorize|PAR)[^}]*"((?:[^"\\]|\\.)+)"\}/g),
  ];

  it("are looked for where the service has its own", () => {
    expect(names.length).toBeGreaterThan(80);
    expect(fixes.length).toBeGreaterThan(40);
  });
  it.each([...new Set(names)])("name %j", (name) => expect(germanNames).toHaveProperty([name]));
  it.each([...new Set(fixes)])("say what to do: %j", (fix) => expect(germanFixes).toHaveProperty([fix]));
  it("say nothing that the service does not", () => {
    const text = sources.join("\n");
    for (const words of [...Object.keys(germanNames), ...Object.keys(germanFixes)]) {
      expect(text).toContain(words);
    }
  });
});
