import { useEffect, useState } from "react";
import { api, type Schemas, take } from "./client";

export type Trace = Schemas["Trace"];

/** A request in one line: what the stream tells, which is all but the checks. */
export type TraceLine = Omit<Trace, "checks">;

const every = 3000;
const most = 200;

const listPath = "/tenants/{tid}/workspaces/{aid}/traces";

/** What of `fresh` is not held yet, put before it: the newest stand first. */
export function mergeTraces(held: TraceLine[], fresh: TraceLine[]): TraceLine[] {
  const known = new Set(held.map((trace) => trace.trace_id));
  const added = fresh.filter((trace) => !known.has(trace.trace_id));
  return added.length === 0 ? held : [...added, ...held].sort((a, b) => b.at.localeCompare(a.at)).slice(0, most);
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
      setTraces((held) => mergeTraces(held, fresh));
    };
    const began = Date.now() - 5000;
    const ask = async () => {
      const page = await take(api.GET(listPath, { params: { path: { tid, aid }, query: { limit: 20 } } }));
      add(page.items.filter((trace) => (!clientID || trace.client_id === clientID) && Date.parse(trace.at) >= began));
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
