import { expect, it } from "vitest";
import { goSources } from "~/app/goPhrases";
import { actions, queryOf } from "./filter";

// Names of that form which are a file's and OpenTelemetry's.
const others = ["key.pem", "service.name", "service.version"];

it("every action that the service records can be asked for, and no other", () => {
  const subjects = [...new Set(actions.map((action) => action.split(".")[0]))].join("|");
  const form = new RegExp(`"((?:${subjects})\\.[a-z_]+|logout)"`, "g");
  const rooms = ["pkg", "services/authorization", "services/tenant-admin", "services/token"];
  const recorded = [...goSources(rooms)]
    .filter(([file]) => !file.includes("/storetest/"))
    .flatMap(([, source]) => [...source.matchAll(form)].map((match) => match[1] ?? ""));
  expect([...new Set(recorded)].filter((action) => !others.includes(action)).sort()).toEqual([...actions].sort());
});

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
