import { api, take } from "~/api/client";
import { keyOf } from "~/api/queries";
import { fits, listPath, mergeTraces, type TraceFilter, useLiveTraces } from "~/api/traces";
import { itemsOf, usePages } from "~/ui/List";

/** The requests that fit: as far back as was asked for, and what comes meanwhile. */
export function useTraces(tid: string, aid: string, filter: TraceFilter) {
  const { traces: fresh, live } = useLiveTraces(tid, aid, filter.client_id);
  const { endpoint, client_id, error, check, outcome } = filter;
  const pages = usePages(keyOf.in(tid, aid, "traces", "list", endpoint, client_id, error, check, outcome), (cursor) =>
    take(api.GET(listPath, { params: { path: { tid, aid }, query: { limit: 50, cursor, ...filter } } })),
  );
  const items = itemsOf(pages);
  return {
    pages,
    live,
    items:
      items &&
      mergeTraces(
        items,
        fresh.filter((trace) => fits(filter, trace)),
      ),
  };
}
