import { api, type Schemas, type Tagged, takeTagged } from "~/api/client";
import { keyOf } from "~/api/queries";
import { useAct } from "~/ui/act";

/** Changes the workspace, provided that nobody else has meanwhile. */
export function useWorkspacePatch(tid: string, { value, etag }: Tagged<Schemas["Workspace"]>, say: string) {
  return useAct(
    (body: Schemas["WorkspacePatch"]) =>
      takeTagged(
        api.PATCH("/tenants/{tid}/workspaces/{aid}", {
          params: { path: { tid, aid: value.aid }, header: { "If-Match": etag } },
          body,
        }),
      ),
    { stale: [keyOf.in(tid, value.aid), keyOf.workspaces(tid)], say },
  );
}
