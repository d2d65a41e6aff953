import { expect, test } from "vitest";
import palettes from "../../../../pages/testdata/palettes.json";
import { paletteOf } from "./palette";

test("the preview has the colours of the pages", () => {
  for (const [color, palette] of Object.entries(palettes)) expect(paletteOf(color), color).toEqual(palette);
});

test("what is no colour has no palette", () => {
  for (const text of ["", "#fff", "red", "#12345g", "#1234567"]) expect(paletteOf(text)).toBeUndefined();
});
