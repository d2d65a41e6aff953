import { expect, it } from "vitest";
import { mergeTraces, type Trace } from "./traces";

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

it("no more than two hundred are held", () => {
  const many = Array.from({ length: 300 }, (_, i) => trace(String(i), new Date(i * 1000).toISOString()));
  const held = mergeTraces([], many);
  expect(held).toHaveLength(200);
  expect(held[0]?.trace_id).toBe("299");
});
