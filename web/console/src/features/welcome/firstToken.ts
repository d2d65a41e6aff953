import { useQuery } from "@tanstack/react-query";
import { api, type Schemas, take } from "~/api/client";
import { keyOf } from "~/api/queries";
import { useLiveTraces } from "~/api/traces";
import { isRefusal } from "../explain/RequestRow";

/**
 * Whether the application has been given a token, and the last refusal where it
 * has not. Successes are rarely explained; that a credential was used, or that a
 * grant exists, is what shows them.
 */
export function useFirstToken(tid: string, aid: string, client: Schemas["Client"]) {
  const path = { tid, aid, client_id: client.client_id };
  const { traces } = useLiveTraces(tid, aid, client.client_id);
  const refused = traces.find(isRefusal);
  // A credential that proved the client for a request that was then refused has been used too.
  const shows = (usedAt: string) =>
    !refused ||
    !client.grant_types.includes("client_credentials") ||
    refused.error === "invalid_client" ||
    Date.parse(usedAt) > Date.parse(refused.at) + 2000;
  const used = useQuery({
    queryKey: keyOf.in(tid, aid, "client", client.client_id, "first-token"),
    queryFn: async () => {
      if (client.grant_types.includes("authorization_code")) {
        const grants = await take(
          api.GET("/tenants/{tid}/workspaces/{aid}/grants", {
            params: { path: { tid, aid }, query: { client_id: client.client_id, limit: 1 } },
          }),
        );
        return grants.items[0]?.created_at ?? null;
      }
      const found = await take(
        api.GET("/tenants/{tid}/workspaces/{aid}/clients/{client_id}/credentials", { params: { path } }),
      );
      return found.methods.map((use) => use.last_used_at).find(Boolean) ?? null;
    },
    refetchInterval: ({ state }) => (state.data && shows(state.data) ? false : 1500),
  });
  const granted = traces.some((trace) => trace.endpoint === "token" && trace.outcome === "granted");
  return { received: granted || (!!used.data && shows(used.data)), refused };
}
