import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, take } from "~/api/client";
import { clientQuery, keyOf } from "~/api/queries";

// Grants and sessions name people and applications by id. Their names are asked
// for one by one: a page has few different ones, and each is kept for a while.

interface At {
  tid: string;
  aid: string;
  id: string;
}

const kept = { staleTime: 60_000, retry: false } as const;

/** The names of a workspace's applications, as far as one page of them goes. */
export function useClientNames(tid: string, aid: string): Map<string, string> {
  const known = useQuery({
    queryKey: [...keyOf.in(tid, aid, "clients"), "names"],
    queryFn: () =>
      take(
        api.GET("/tenants/{tid}/workspaces/{aid}/clients", { params: { path: { tid, aid }, query: { limit: 100 } } }),
      ),
    staleTime: 60_000,
  }).data?.items;
  return new Map(known?.map((client) => [client.client_id, client.client_name || client.client_id]));
}

export function UserLink({ tid, aid, id }: At) {
  const asked = useQuery({
    queryKey: keyOf.in(tid, aid, "user", id, "name"),
    queryFn: () =>
      take(api.GET("/tenants/{tid}/workspaces/{aid}/users/{user_id}", { params: { path: { tid, aid, user_id: id } } })),
    ...kept,
  });
  const user = asked.data;
  const name = user?.name || user?.email || user?.username;
  return asked.isError ? (
    <code className="row-sub">{id}</code>
  ) : (
    <Link to="/console/$tid/workspaces/$aid/users/$userId" params={{ tid, aid, userId: id }} className="row-link">
      {name ?? <span className="row-sub">{id}</span>}
    </Link>
  );
}

export function ClientName({ tid, aid, id }: At) {
  const client = useQuery({ ...clientQuery(tid, aid, id), ...kept }).data?.value;
  return client?.client_name || id;
}

export function ClientLink({ tid, aid, id, className = "row-sub" }: At & { className?: string }) {
  return (
    <Link
      to="/console/$tid/workspaces/$aid/clients/$clientId"
      params={{ tid, aid, clientId: id }}
      className={className}
    >
      <ClientName tid={tid} aid={aid} id={id} />
    </Link>
  );
}
