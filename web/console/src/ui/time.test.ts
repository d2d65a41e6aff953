import { expect, it } from "vitest";
import { relative } from "./time";

const now = new Date("2026-11-26T12:00:00Z");
const day = 86_400;

it.each([
  [7 * day - 1, "in 7 days"],
  [7 * day, "in 7 days"],
  [6 * day + day / 4, "in 6 days"],
  [-7 * day + 1, "6 days ago"],
  [89, "in 1 minute"],
  [-119, "1 minute ago"],
  [30, "in 30 seconds"],
])("%d seconds from now is %s", (seconds, says) => {
  expect(relative(new Date(now.getTime() + seconds * 1000), now, "en")).toBe(says);
});
