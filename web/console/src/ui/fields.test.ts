import { expect, it } from "vitest";
import { linesOf, mergePatch } from "./fields";

it("a patch holds what has changed, and null for what was emptied", () => {
  expect(mergePatch({ a: 1, b: "x", c: ["y"], d: "" }, { a: 2, b: "", c: ["y"], d: "" })).toEqual({ a: 2, b: null });
});

it("zero and false are values, not emptiness", () => {
  expect(mergePatch({ grace: 5, on: true } as Record<string, unknown>, { grace: 0, on: false })).toEqual({
    grace: 0,
    on: false,
  });
});

it("lines are trimmed and empty ones dropped", () => {
  expect(linesOf(" https://a \n\n https://b")).toEqual(["https://a", "https://b"]);
});
