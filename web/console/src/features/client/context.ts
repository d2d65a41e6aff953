import { api, type Schemas, takeTagged } from "~/api/client";
import { keyOf } from "~/api/queries";
import { seatAt, useSession } from "~/api/session";
import type { Jwk } from "~/crypto/jwk";
import { useAct } from "~/ui/act";

export type Client = Schemas["Client"];

/** The client that a page is about, as it was read. */
export interface Shown {
  tid: string;
  aid: string;
  client: Client;
  etag: string;
}

export const keysOf = (client: Client): Jwk[] => (client.jwks as { keys?: Jwk[] } | undefined)?.keys ?? [];

/** Changes the client, provided that nobody else has meanwhile. */
export function usePatch({ tid, aid, client, etag }: Shown, say?: string) {
  return useAct(
    (body: Schemas["ClientPatch"]) =>
      takeTagged(
        api.PATCH("/tenants/{tid}/workspaces/{aid}/clients/{client_id}", {
          params: { path: { tid, aid, client_id: client.client_id }, header: { "If-Match": etag } },
          body,
        }),
      ),
    { stale: [keyOf.in(tid, aid, "client", client.client_id), keyOf.in(tid, aid, "clients")], say },
  );
}

/** Whether the person may change things here at all. */
export function useMayWrite(tid: string, aid: string): boolean {
  const role = seatAt(useSession(), tid)?.role;
  return role === "owner" || (role === "admin" && aid !== "admin");
}
