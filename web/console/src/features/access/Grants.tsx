import { Badge, Button, Group } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, type Schemas, take } from "~/api/client";
import { keyOf } from "~/api/queries";
import { useText } from "~/app/text";
import { useAct } from "~/ui/act";
import { Confirm } from "~/ui/Confirm";
import { List, usePages } from "~/ui/List";
import { Empty, Page } from "~/ui/Page";
import { RowActions } from "~/ui/RowActions";
import { Time } from "~/ui/time";
import { useMayWrite } from "../client/context";
import { accessText } from "./accessText";
import { ClientLink, UserLink } from "./Named";

export function Grants() {
  const t = useText(accessText);
  const { tid, aid } = useParams({ from: "/console/$tid/workspaces/$aid/grants" });
  const { user_id, client_id } = useSearch({ from: "/console/$tid/workspaces/$aid/grants" });
  const navigate = useNavigate({ from: "/console/$tid/workspaces/$aid/grants" });
  const [revoking, setRevoking] = useState<Schemas["Grant"] | null>(null);
  const may = useMayWrite(tid, aid);
  const pages = usePages(keyOf.in(tid, aid, "grants", user_id, client_id), (cursor) =>
    take(
      api.GET("/tenants/{tid}/workspaces/{aid}/grants", {
        params: { path: { tid, aid }, query: { limit: 25, cursor, user_id, client_id } },
      }),
    ),
  );
  const revoke = useAct(
    (grant_id: string) =>
      take(
        api.DELETE("/tenants/{tid}/workspaces/{aid}/grants/{grant_id}", { params: { path: { tid, aid, grant_id } } }),
      ),
    {
      stale: [keyOf.in(tid, aid, "grants")],
      say: t("revokedSay"),
    },
  );
  return (
    <Page title={t("grants")} lead={t("grantsLead")}>
      <List
        label={t("grants")}
        of={pages}
        id={(grant) => grant.grant_id}
        tools={
          (user_id || client_id) && (
            <Group gap="xs">
              <Badge>{t(user_id ? "onlyUser" : "onlyClient")}</Badge>
              <Button size="xs" variant="subtle" onClick={() => void navigate({ search: {} })}>
                {t("all")}
              </Button>
            </Group>
          )
        }
        filtered={
          user_id || client_id
            ? { title: t("noMatch"), clear: t("all"), onClear: () => void navigate({ search: {} }) }
            : undefined
        }
        empty={
          <Empty icon="grant" title={t("noGrants")}>
            {t("noGrantsBody")}
          </Empty>
        }
        columns={[
          {
            head: t("user"),
            cell: (grant) => (
              <>
                <UserLink tid={tid} aid={aid} id={grant.user_id} />
                <div>
                  <ClientLink tid={tid} aid={aid} id={grant.client_id} />
                </div>
              </>
            ),
          },
          { head: t("scope"), cell: (grant) => <span className="row-sub">{grant.scope}</span> },
          { head: t("used"), cell: (grant) => <Time at={grant.last_used_at} />, width: 140 },
          {
            head: t("state"),
            width: 150,
            cell: (grant) =>
              grant.live ? (
                <Badge color="green">{t("live")}</Badge>
              ) : (
                <Badge color="gray">{t(grant.revoked_at ? "revoked" : "expired")}</Badge>
              ),
          },
          {
            head: t("revoke"),
            quiet: true,
            width: 60,
            cell: (grant) =>
              may &&
              grant.live && (
                <RowActions
                  name={grant.grant_id}
                  items={[{ label: t("revoke"), run: () => setRevoking(grant), danger: true }]}
                />
              ),
          },
        ]}
      />
      <Confirm
        opened={revoking !== null}
        onClose={() => setRevoking(null)}
        title={t("revoke")}
        action={t("revoke")}
        run={() => revoke.mutateAsync(revoking?.grant_id ?? "")}
      >
        {t("revokeBody")}
      </Confirm>
    </Page>
  );
}
