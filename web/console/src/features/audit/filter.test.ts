import { expect, it } from "vitest";
import { queryOf } from "./filter";

it("the last day is within what is asked for", () => {
  expect(queryOf({ action: "logout", since: "2026-02-27", until: "2026-02-28" })).toEqual({
    action: "logout",
    since: new Date(2026, 1, 27).toISOString(),
    until: new Date(2026, 2, 1).toISOString(),
  });
});

it.each(["yesterday", "2026-13", "2026-02-28T00:00:00Z", "'--"])("%s is no day, and asks for nothing", (day) => {
  expect(queryOf({ since: day, until: day })).toEqual({ since: undefined, until: undefined });
});
