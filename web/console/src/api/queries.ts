import { queryOptions } from "@tanstack/react-query";
import type { Jwk } from "~/crypto/jwk";
import { api, take, takeTagged } from "./client";
import { isProblem } from "./problem";

// Where a thing is kept in the cache, and how it is asked for. A key begins
// with the tenant, so that signing out forgets all of it at once.

export const keyOf = {
  tenants: ["tenant"] as const,
  tenant: (tid: string) => ["tenant", tid] as const,
  workspaces: (tid: string) => ["tenant", tid, "workspaces"] as const,
  workspace: (tid: string, aid: string) => ["tenant", tid, "workspace", aid] as const,
  in: (tid: string, aid: string, ...rest: (string | undefined)[]) =>
    ["tenant", tid, "workspace", aid, ...rest] as const,
};

export const tenantQuery = (tid: string) =>
  queryOptions({
    queryKey: [...keyOf.tenant(tid), "self"],
    queryFn: () => takeTagged(api.GET("/tenants/{tid}", { params: { path: { tid } } })),
  });

export const workspacesQuery = (tid: string) =>
  queryOptions({
    queryKey: [...keyOf.workspaces(tid), "first"],
    queryFn: () => take(api.GET("/tenants/{tid}/workspaces", { params: { path: { tid }, query: { limit: 12 } } })),
    staleTime: 30_000,
  });

export const workspaceQuery = (tid: string, aid: string) =>
  queryOptions({
    queryKey: [...keyOf.in(tid, aid), "self"],
    queryFn: () => takeTagged(api.GET("/tenants/{tid}/workspaces/{aid}", { params: { path: { tid, aid } } })),
  });

export const clientQuery = (tid: string, aid: string, client_id: string) =>
  queryOptions({
    queryKey: keyOf.in(tid, aid, "client", client_id),
    queryFn: () =>
      takeTagged(
        api.GET("/tenants/{tid}/workspaces/{aid}/clients/{client_id}", { params: { path: { tid, aid, client_id } } }),
      ),
  });

export const secretsQuery = (tid: string, aid: string, client_id: string) =>
  queryOptions({
    queryKey: keyOf.in(tid, aid, "client", client_id, "secrets"),
    queryFn: () =>
      take(
        api.GET("/tenants/{tid}/workspaces/{aid}/clients/{client_id}/secrets", {
          params: { path: { tid, aid, client_id } },
        }),
      ),
  });

export const scopesQuery = (tid: string, aid: string) =>
  queryOptions({
    queryKey: keyOf.in(tid, aid, "scopes", "first"),
    queryFn: () =>
      take(
        api.GET("/tenants/{tid}/workspaces/{aid}/scopes", { params: { path: { tid, aid }, query: { limit: 100 } } }),
      ),
  });

/** The API of an audience, null where there is none. */
export const audienceQuery = (tid: string, aid: string, audience: string) =>
  queryOptions({
    queryKey: keyOf.in(tid, aid, "services", "of", audience),
    queryFn: async () => {
      const query = { limit: 100, q: audience.slice(0, 128) };
      const page = await take(
        api.GET("/tenants/{tid}/workspaces/{aid}/services", { params: { path: { tid, aid }, query } }),
      );
      return page.items.find((service) => service.audience === audience) ?? null;
    },
  });

// An explanation is written after its answer has gone out, so it may be late.
const traceTries = 8;

export const traceQuery = (tid: string, aid: string, trace_id: string) =>
  queryOptions({
    queryKey: keyOf.in(tid, aid, "trace", trace_id),
    queryFn: () =>
      take(api.GET("/tenants/{tid}/workspaces/{aid}/traces/{trace_id}", { params: { path: { tid, aid, trace_id } } })),
    staleTime: Number.POSITIVE_INFINITY,
    retry: (failures, error) =>
      failures < traceTries && isProblem(error) && (error.status === 404 || error.status === 0),
    retryDelay: (failures) => 200 * (failures + 1),
  });

/** The keys by which the issuer's tokens are checked, from where every API reads them. */
export async function publishedKeys(tid: string, aid: string): Promise<Jwk[]> {
  const answer = await fetch(`/${tid}/${aid}/.well-known/jwks.json`, { credentials: "omit" });
  return ((await answer.json()) as { keys: Jwk[] }).keys;
}
