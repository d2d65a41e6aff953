import { useMantineColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { api, take } from "~/api/client";
import { keyOf, workspacesQuery } from "~/api/queries";
import { seatAt, useSession } from "~/api/session";
import { useMayWrite } from "~/features/client/context";
import type { IconName } from "~/ui/Icon";
import { schemes, useSignOut } from "./Menus";
import { tenantNav, workspaceNav } from "./nav";
import { shellText } from "./shellText";
import { chooseLanguage, type Language, languages, useText } from "./text";

/** What the palette offers: a place to go to, or something to do. */
export interface Entry {
  id: string;
  label: string;
  /** What tells it from others of the same name. */
  description?: string;
  /** Other words by which people look for it. */
  also?: string;
  icon: IconName;
  run: () => unknown;
}

/** Every word that was typed stands in the entry, and one of them in its name: all pages are some workspace's. */
export const isMeant = ({ label, also = "", description = "" }: Entry, typed: string) => {
  const name = `${label} ${also}`.toLowerCase();
  const all = `${name} ${description.toLowerCase()}`;
  const words = typed.toLowerCase().split(/\s+/);
  return words.every((word) => all.includes(word)) && words.some((word) => name.includes(word));
};

export function usePages({ tid, aid }: { tid: string; aid: string }): Entry[] {
  const t = useText(shellText);
  const navigate = useNavigate();
  const tenant = seatAt(useSession(), tid)?.display_name || tid;
  const workspace = useQuery(workspacesQuery(tid)).data?.items.find((w) => w.aid === aid)?.display_name || aid;
  const entries = (items: typeof tenantNav, description: string): Entry[] =>
    items.map((item) => ({
      id: item.to,
      label: t(item.label as "overview"),
      description,
      icon: item.icon,
      run: () => navigate({ to: item.to, params: { tid, aid } }),
    }));
  return [
    ...entries(
      workspaceNav.flatMap((group) => group.items),
      `${t("workspace")} ${workspace}`,
    ),
    ...entries(tenantNav, `${t("tenant")} ${tenant}`),
  ];
}

export function useActions({ tid, aid }: { tid: string; aid: string }): Entry[] {
  const t = useText(shellText);
  const navigate = useNavigate();
  const session = useSession();
  const may = useMayWrite(tid, aid);
  const signOut = useSignOut();
  const { setColorScheme } = useMantineColorScheme();
  const seats = session.tenants.filter((tenant) => tenant.signed_in);
  const actions: (Entry | false)[] = [
    may &&
      aid !== "admin" && {
        id: "new-client",
        label: t("newApplication"),
        description: `${t("workspace")} ${aid}`,
        icon: "plus",
        run: () => navigate({ to: "/console/$tid/workspaces/$aid/new-client", params: { tid, aid } }),
      },
    ...seats
      .filter((seat) => seat.tid !== tid)
      .map(
        (seat): Entry => ({
          id: `tenant ${seat.tid}`,
          label: seat.display_name || seat.tid,
          description: t("switchTenant"),
          also: t("switchTenant"),
          icon: "building",
          run: () => navigate({ to: "/console/$tid", params: { tid: seat.tid } }),
        }),
      ),
    ...schemes.map(
      (scheme): Entry => ({
        id: scheme.value,
        label: t(scheme.label),
        description: t("scheme"),
        also: t("scheme"),
        icon: scheme.icon,
        run: () => setColorScheme(scheme.value),
      }),
    ),
    ...Object.entries(languages).map(
      ([tag, name]): Entry => ({
        id: tag,
        label: name,
        description: t("language"),
        also: t("language"),
        icon: "globe",
        run: () => chooseLanguage(tag as Language),
      }),
    ),
    {
      id: "sign-out",
      label: t("signOut", { name: seatAt(session, tid)?.display_name || tid }),
      icon: "signout",
      run: () => signOut.mutate({ tid }),
    },
    seats.length > 1 && {
      id: "sign-out-all",
      label: t("signOutAll"),
      icon: "signout",
      run: () => signOut.mutate({ all: true }),
    },
  ];
  return actions.filter((action) => action !== false);
}

/** What the service finds by its name: applications and users of the workspace, and workspaces of the tenant. */
export function useFound({ tid, aid }: { tid: string; aid: string }, q: string) {
  const t = useText(shellText);
  const navigate = useNavigate();
  const enabled = q !== "";
  const query = { q, limit: 6 };
  const path = { tid, aid };
  const clients = useQuery({
    queryKey: keyOf.in(tid, aid, "clients", "find", q),
    queryFn: () => take(api.GET("/tenants/{tid}/workspaces/{aid}/clients", { params: { path, query } })),
    enabled,
  });
  const users = useQuery({
    queryKey: keyOf.in(tid, aid, "users", "find", q),
    queryFn: () => take(api.GET("/tenants/{tid}/workspaces/{aid}/users", { params: { path, query } })),
    enabled,
  });
  const workspaces = useQuery({
    queryKey: [...keyOf.workspaces(tid), "find", q],
    queryFn: () => take(api.GET("/tenants/{tid}/workspaces", { params: { path: { tid }, query } })),
    enabled,
  });
  const known = useQuery(workspacesQuery(tid)).data?.items ?? [];
  const toWorkspace = (w: { aid: string; display_name: string }): Entry => ({
    id: w.aid,
    label: w.display_name || w.aid,
    description: `/${tid}/${w.aid}`,
    also: t("switchWorkspace"),
    icon: "server",
    run: () => navigate({ to: "/console/$tid/workspaces/$aid", params: { tid, aid: w.aid } }),
  });
  const byName = workspaces.data?.items ?? [];
  const others = known.filter((w) => isMeant(toWorkspace(w), q) && !byName.some(({ aid }) => aid === w.aid));
  return {
    busy: clients.isFetching || users.isFetching || workspaces.isFetching,
    clients: (clients.data?.items ?? []).map(
      (client): Entry => ({
        id: client.client_id,
        label: client.client_name || client.client_id,
        description: client.client_id,
        icon: "apps",
        run: () =>
          navigate({
            to: "/console/$tid/workspaces/$aid/clients/$clientId",
            params: { tid, aid, clientId: client.client_id },
          }),
      }),
    ),
    users: (users.data?.items ?? []).map(
      (user): Entry => ({
        id: user.id,
        label: user.name || user.email || user.username || user.id,
        description: user.email || user.username,
        icon: "people",
        run: () =>
          navigate({ to: "/console/$tid/workspaces/$aid/users/$userId", params: { tid, aid, userId: user.id } }),
      }),
    ),
    workspaces: [...byName, ...others].map(toWorkspace),
  };
}
