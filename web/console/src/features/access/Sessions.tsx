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
import { deviceOf } from "./device";
import { UserLink } from "./Named";

export function Sessions() {
  const t = useText(accessText);
  const { tid, aid } = useParams({ from: "/console/$tid/workspaces/$aid/sessions" });
  const { user_id } = useSearch({ from: "/console/$tid/workspaces/$aid/sessions" });
  const navigate = useNavigate({ from: "/console/$tid/workspaces/$aid/sessions" });
  const device = (userAgent: string) => {
    const { browser, system } = deviceOf(userAgent);
    return browser && system ? t("deviceOn", { browser, system }) : browser || system || t("deviceUnknown");
  };
  const [ending, setEnding] = useState<Schemas["Session"] | null>(null);
  const may = useMayWrite(tid, aid);
  const pages = usePages(keyOf.in(tid, aid, "sessions", user_id), (cursor) =>
    take(
      api.GET("/tenants/{tid}/workspaces/{aid}/sessions", {
        params: { path: { tid, aid }, query: { limit: 25, cursor, user_id } },
      }),
    ),
  );
  const end = useAct(
    (session_id: string) =>
      take(
        api.DELETE("/tenants/{tid}/workspaces/{aid}/sessions/{session_id}", {
          params: { path: { tid, aid, session_id } },
        }),
      ),
    { stale: [keyOf.in(tid, aid, "sessions"), keyOf.in(tid, aid, "grants")], say: t("endedSay") },
  );
  return (
    <Page title={t("sessions")} lead={t("sessionsLead")}>
      <List
        label={t("sessions")}
        of={pages}
        id={(session) => session.session_id}
        tools={
          user_id && (
            <Group gap="xs">
              <Badge>{t("onlyUser")}</Badge>
              <Button size="xs" variant="subtle" onClick={() => void navigate({ search: {} })}>
                {t("all")}
              </Button>
            </Group>
          )
        }
        filtered={
          user_id ? { title: t("noMatch"), clear: t("all"), onClear: () => void navigate({ search: {} }) } : undefined
        }
        empty={
          <Empty icon="session" title={t("noSessions")}>
            {t("noSessionsBody")}
          </Empty>
        }
        columns={[
          {
            head: t("user"),
            cell: (session) => <UserLink tid={tid} aid={aid} id={session.user_id} />,
          },
          {
            head: t("device"),
            cell: (session) => (
              <>
                <span title={session.user_agent}>{device(session.user_agent ?? "")}</span>
                <div className="row-sub">{session.ip}</div>
              </>
            ),
          },
          { head: t("seen"), cell: (session) => <Time at={session.last_seen_at} />, width: 150 },
          {
            head: t("state"),
            width: 120,
            cell: (session) => (
              <Badge color={session.live ? "green" : "gray"}>{t(session.live ? "live" : "expired")}</Badge>
            ),
          },
          {
            head: t("end"),
            quiet: true,
            width: 60,
            cell: (session) =>
              may &&
              session.live && (
                <RowActions
                  name={session.session_id}
                  items={[{ label: t("end"), run: () => setEnding(session), danger: true }]}
                />
              ),
          },
        ]}
      />
      <Confirm
        opened={ending !== null}
        onClose={() => setEnding(null)}
        title={t("end")}
        action={t("end")}
        run={() => end.mutateAsync(ending?.session_id ?? "")}
      >
        {t("endBody")}
      </Confirm>
    </Page>
  );
}
