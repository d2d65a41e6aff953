import { Badge, Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { api, take } from "~/api/client";
import { keyOf, workspaceQuery } from "~/api/queries";
import { seatAt, useSession } from "~/api/session";
import { text, useText } from "~/app/text";
import { Icon } from "~/ui/Icon";
import { List, usePages } from "~/ui/List";
import { Empty, Page } from "~/ui/Page";
import { Time } from "~/ui/time";
import { MethodName, Strength } from "../client/Strength";

const clientsText = text(
  "clients",
  {
    title: "Applications",
    lead: "Programs that ask this issuer for tokens. OAuth calls them clients.",
    new: "New application",
    search: "Find an application",
    name: "Name",
    proof: "How it proves itself",
    grants: "Grants",
    changed: "Changed",
    disabled: "disabled",
    builtIn: "built in",
    emptyTitle: "No application yet",
    emptyBody: "Register the first one, and it has a token in three minutes.",
    overlap: "changing method",
    notAllowed: "method not allowed",
  },
  {
    title: "Anwendungen",
    lead: "Programme, die diesen Aussteller um Tokens bitten. OAuth nennt sie Clients.",
    new: "Neue Anwendung",
    search: "Anwendung finden",
    name: "Name",
    proof: "Wie sie sich ausweist",
    grants: "Grants",
    changed: "Geändert",
    disabled: "abgeschaltet",
    builtIn: "eingebaut",
    emptyTitle: "Noch keine Anwendung",
    emptyBody: "Registrieren Sie die erste, und sie hat in drei Minuten ein Token.",
    overlap: "wechselt das Verfahren",
    notAllowed: "Verfahren nicht erlaubt",
  },
);

export function Clients() {
  const t = useText(clientsText);
  const { tid, aid } = useParams({ from: "/console/$tid/workspaces/$aid/clients" });
  const { q = "" } = useSearch({ from: "/console/$tid/workspaces/$aid/clients" });
  const navigate = useNavigate({ from: "/console/$tid/workspaces/$aid/clients" });
  const session = useSession();
  const pages = usePages([...keyOf.in(tid, aid, "clients"), "list", q], (cursor) =>
    take(
      api.GET("/tenants/{tid}/workspaces/{aid}/clients", {
        params: { path: { tid, aid }, query: { limit: 25, cursor, q: q || undefined } },
      }),
    ),
  );
  const allowed = useQuery(workspaceQuery(tid, aid)).data?.value.token_endpoint_auth_methods;
  const make = aid !== "admin" && seatAt(session, tid)?.role !== "auditor" && (
    <Button
      leftSection={<Icon name="plus" size={16} />}
      renderRoot={(props) => <Link {...props} to="/console/$tid/workspaces/$aid/new-client" params={{ tid, aid }} />}
    >
      {t("new")}
    </Button>
  );
  return (
    <Page title={t("title")} lead={t("lead")} actions={make}>
      <List
        label={t("title")}
        of={pages}
        id={(c) => c.client_id}
        search={{
          value: q,
          onChange: (next) => void navigate({ search: next ? { q: next } : {}, replace: true }),
          placeholder: t("search"),
        }}
        empty={
          <Empty icon="apps" title={t("emptyTitle")} action={make}>
            {t("emptyBody")}
          </Empty>
        }
        columns={[
          {
            head: t("name"),
            cell: (c) => (
              <>
                <Group gap="xs">
                  <Link
                    to="/console/$tid/workspaces/$aid/clients/$clientId"
                    params={{ tid, aid, clientId: c.client_id }}
                    className="row-link"
                  >
                    {c.client_name || c.client_id}
                  </Link>
                  {c.disabled && <Badge color="red">{t("disabled")}</Badge>}
                  {c.built_in && <Badge color="gray">{t("builtIn")}</Badge>}
                  {c.token_endpoint_auth_method_previous && <Badge color="yellow">{t("overlap")}</Badge>}
                  {allowed && !c.built_in && !allowed.includes(c.token_endpoint_auth_method) && (
                    <Badge color="red">{t("notAllowed")}</Badge>
                  )}
                </Group>
                <div className="row-sub">{c.client_id}</div>
              </>
            ),
          },
          {
            head: t("proof"),
            cell: (c) => (
              <>
                <div>
                  <MethodName method={c.token_endpoint_auth_method} />
                </div>
                <Strength method={c.token_endpoint_auth_method} />
              </>
            ),
            width: 210,
          },
          { head: t("grants"), cell: (c) => <span className="row-sub">{c.grant_types.join(", ")}</span> },
          { head: t("changed"), cell: (c) => <Time at={c.updated_at} />, width: 130 },
        ]}
      />
    </Page>
  );
}
