import { describe, expect, it } from "vitest";
import { dotsOf, pathOf } from "./Chart";
import { beginningOf, busiest, change, labelled, marks, rangeOf, ranges } from "./statistics";

describe("the range that an address names", () => {
  it.each([
    ["7d", "7d"],
    ["30d", "30d"],
    [undefined, "24h"],
    ["1y", "24h"],
    ["toString", "24h"],
  ])("%s is %s", (word, range) => expect(rangeOf(word)).toBe(range));
});

it("a range is whole steps, and the last of them holds this moment", () => {
  const now = new Date("2026-11-26T12:34:56Z");
  expect(beginningOf("24h", now).toISOString()).toBe("2026-11-25T13:00:00.000Z");
  expect(beginningOf("7d", now).toISOString()).toBe("2026-11-19T18:00:00.000Z");
  expect(beginningOf("30d", now).toISOString()).toBe("2026-10-28T00:00:00.000Z");
  for (const range of ["24h", "7d", "30d"] as const) {
    const { seconds, count } = ranges[range];
    const end = beginningOf(range, now).getTime() + count * seconds * 1000;
    expect(end).toBeGreaterThan(now.getTime());
    expect(end - seconds * 1000).toBeLessThanOrEqual(now.getTime());
  }
});

describe("the marks of a scale", () => {
  it.each([
    [0, true, [0, 1]],
    [1, true, [0, 1]],
    [3, true, [0, 1, 2, 3]],
    [7, true, [0, 5, 10]],
    [1240, true, [0, 500, 1000, 1500]],
    [0, false, [0, 0.05]],
    [0.95, false, [0, 0.5, 1]],
    [42.5, false, [0, 20, 40, 60]],
  ])("up to %d (whole: %s) are %j", (highest, whole, want) => {
    expect(marks(highest, whole)).toEqual(want);
  });

  it("always reach the highest value, and are few", () => {
    for (let highest = 0.01; highest < 1e9; highest *= 1.7) {
      const found = marks(highest, highest > 1);
      expect(found.at(-1)).toBeGreaterThanOrEqual(highest);
      expect(found.length).toBeLessThanOrEqual(5);
    }
  });
});

it("no more points are labelled than there is room for", () => {
  expect(labelled(24, 6)).toEqual([0, 4, 8, 12, 16, 20]);
  expect(labelled(3, 6)).toEqual([0, 1, 2]);
  expect(labelled(0, 6)).toEqual([]);
});

it("what changed is told only where there was something before", () => {
  expect(change(150, 100)).toBe(0.5);
  expect(change(0, 100)).toBe(-1);
  expect(change(5, 0)).toBeUndefined();
  expect(change(5, undefined)).toBeUndefined();
});

it("what is too much for one picture is drawn as one, and nothing is lost", () => {
  const series = ["a", "b", "c", "d"].map((name, i) => ({ name, total: 2 * (i + 1), counts: [i + 1, i + 1] }));
  expect(busiest(series, 4, "other")).toEqual(series);
  expect(busiest(series, 3, "other")).toEqual([...series.slice(0, 2), { name: "other", total: 14, counts: [7, 7] }]);
});

describe("a line through what is known", () => {
  const y = (value: number) => 100 - value;
  it.each([
    [[1, 2, 3], "M0.5 99L1.5 98L2.5 97", ""],
    [[null, 2, 3, null], "M1.5 98L2.5 97", ""],
    [[1, null, 3], "M0.5 99M2.5 97", "M0.5 99h0M2.5 97h0"],
    [[null, null], "", ""],
    [[1, 2, null, 4], "M0.5 99L1.5 98M3.5 96", "M3.5 96h0"],
  ])("%j is %j and the dots %j", (values, path, dots) => {
    expect(pathOf(values, y)).toBe(path);
    expect(dotsOf(values, y)).toBe(dots);
  });
});
