import { expect, it } from "vitest";
import { fits, mergeTraces, type Trace } from "./traces";

const trace = (trace_id: string, at: string): Trace => ({
  trace_id,
  at,
  endpoint: "token",
  outcome: "refused",
  checks: [],
});

it("a request that comes by stream and by list is shown once, the newest first", () => {
  const old = trace("a", "2026-01-01T00:00:00Z");
  const fresh = trace("b", "2026-01-01T00:00:01Z");
  expect(mergeTraces([old], [fresh, old]).map((t) => t.trace_id)).toEqual(["b", "a"]);
});

it("what was held stays the same object where nothing is new", () => {
  const held = [trace("a", "2026-01-01T00:00:00Z")];
  expect(mergeTraces(held, held)).toBe(held);
});

it("what was loaded stays, however much comes", () => {
  const many = Array.from({ length: 300 }, (_, i) => trace(String(i), new Date(i * 1000).toISOString()));
  const held = mergeTraces(many.slice(0, 250), many);
  expect(held).toHaveLength(300);
  expect(held[0]?.trace_id).toBe("299");
});

it("a request fits a list that wants nothing else", () => {
  const refused = { ...trace("a", ""), error: "invalid_client", check: "secret matched", client_id: "billing" };
  expect(fits({}, refused)).toBe(true);
  expect(fits({ outcome: "refused", check: "secret matched", client_id: "billing" }, refused)).toBe(true);
  for (const other of [
    { outcome: "granted" },
    { error: "invalid_grant" },
    { check: "client found" },
    { endpoint: "par" },
  ] as const) {
    expect(fits({ client_id: "billing", ...other }, refused)).toBe(false);
  }
});
