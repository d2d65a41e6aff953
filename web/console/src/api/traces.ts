import { useEffect, useState } from "react";
import { api, type Schemas, take } from "./client";

export type Trace = Schemas["Trace"];

/** A request in one line: what the stream tells. Of its checks, the first that did not hold. */
export type TraceLine = Omit<Trace, "checks"> & { check?: string };

/** Which requests a list wants; what is absent is not asked for. */
export type TraceFilter = Partial<Pick<TraceLine, "endpoint" | "client_id" | "error" | "check">> & {
  outcome?: Outcome;
};

export const outcomes = ["granted", "refused", "interaction"] as const;
export type Outcome = (typeof outcomes)[number];

/** Whether a request that has just come is one that the list wants; of those it has, the service said so. */
export const fits = (filter: TraceFilter, trace: TraceLine) =>
  (["endpoint", "client_id", "error", "check", "outcome"] as const).every(
    (name) => filter[name] === undefined || trace[name] === filter[name],
  );

const every = 3000;
const most = 200;

export const listPath = "/tenants/{tid}/workspaces/{aid}/traces";

/** What of `fresh` is not held yet, put before it: the newest stand first. */
export function mergeTraces(held: TraceLine[], fresh: TraceLine[]): TraceLine[] {
  const known = new Set(held.map((trace) => trace.trace_id));
  const added = fresh.filter((trace) => !known.has(trace.trace_id));
  return added.length === 0 ? held : [...added, ...held].sort((a, b) => b.at.localeCompare(a.at));
}

/**
 * The explanations of requests as they happen. They come as a stream; where
 * that is cut off, by a proxy for instance, the list is asked every few seconds.
 */
export function useLiveTraces(tid: string, aid: string, clientID?: string) {
  const [traces, setTraces] = useState<TraceLine[]>([]);
  const [live, setLive] = useState(false);
  useEffect(() => {
    setTraces([]);
    let timer: ReturnType<typeof setInterval> | undefined;
    const add = (fresh: TraceLine[]) => {
      setTraces((held) => mergeTraces(held, fresh).slice(0, most));
    };
    const began = Date.now() - 5000;
    const ask = async () => {
      const query = { limit: 20, client_id: clientID };
      const page = await take(api.GET(listPath, { params: { path: { tid, aid }, query } }));
      add(page.items.filter((trace) => Date.parse(trace.at) >= began));
    };
    const query = clientID ? `?client_id=${encodeURIComponent(clientID)}` : "";
    const source = new EventSource(
      `/console/api/v1/tenants/${encodeURIComponent(tid)}/workspaces/${encodeURIComponent(aid)}/traces/stream${query}`,
    );
    const receive = (event: MessageEvent<string>) => {
      try {
        add([JSON.parse(event.data) as TraceLine]);
      } catch {
        // Not an explanation; the next one will be.
      }
    };
    source.addEventListener("trace", receive);
    source.onopen = () => {
      setLive(true);
      clearInterval(timer);
      timer = undefined;
      // The stream tells of what comes after it began; this, of the moment before.
      void ask().catch(() => undefined);
    };
    source.onerror = () => {
      setLive(false);
      timer ??= setInterval(() => void ask().catch(() => undefined), every);
    };
    return () => {
      source.close();
      clearInterval(timer);
    };
  }, [tid, aid, clientID]);
  return { traces, live };
}
