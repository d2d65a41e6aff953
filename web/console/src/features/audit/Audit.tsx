import { Badge, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Fragment } from "react";
import { api, type Schemas, take } from "~/api/client";
import { keyOf, workspacesQuery } from "~/api/queries";
import { useText } from "~/app/text";
import { useTranslate } from "~/app/translate";
import { List, type Pages, usePages } from "~/ui/List";
import { Empty, Page } from "~/ui/Page";
import { Said } from "~/ui/Said";
import { Time } from "~/ui/time";
import { auditText } from "./auditText";
import { Filters } from "./Filters";
import { type Filter, queryOf } from "./filter";
import { Whom } from "./Whom";

type Event = Schemas["AuditEvent"];

export function TenantAudit() {
  const t = useText(auditText);
  const { tid } = useParams({ from: "/console/$tid/audit" });
  const filter = useSearch({ from: "/console/$tid/audit" });
  const navigate = useNavigate({ from: "/console/$tid/audit" });
  const pages = usePages([...keyOf.tenant(tid), "audit", filter], (cursor) =>
    take(
      api.GET("/tenants/{tid}/audit-events", {
        params: { path: { tid }, query: { limit: 25, cursor, ...queryOf(filter) } },
      }),
    ),
  );
  return (
    <Page title={t("title")} lead={t("leadTenant")}>
      <Events at={{ tid }} of={pages} filter={filter} onFilter={(search) => void navigate({ search })} />
    </Page>
  );
}

export function WorkspaceAudit() {
  const t = useText(auditText);
  const { tid, aid } = useParams({ from: "/console/$tid/workspaces/$aid/audit" });
  const filter = useSearch({ from: "/console/$tid/workspaces/$aid/audit" });
  const navigate = useNavigate({ from: "/console/$tid/workspaces/$aid/audit" });
  const pages = usePages([...keyOf.in(tid, aid, "audit"), filter], (cursor) =>
    take(
      api.GET("/tenants/{tid}/workspaces/{aid}/audit-events", {
        params: { path: { tid, aid }, query: { limit: 25, cursor, ...queryOf(filter) } },
      }),
    ),
  );
  return (
    <Page title={t("title")} lead={t("leadWorkspace")}>
      <Events at={{ tid, aid }} of={pages} filter={filter} onFilter={(search) => void navigate({ search })} />
    </Page>
  );
}

interface EventsProps {
  at: { tid: string; aid?: string };
  of: Pages<Event>;
  filter: Filter;
  onFilter: (filter: Filter) => void;
}

function Events({ at, of, filter, onFilter }: EventsProps) {
  const t = useText(auditText);
  const say = useTranslate("events", () => import("./german"));
  const { tid } = at;
  const known = useQuery(workspacesQuery(tid)).data?.items;
  const aidOf = (event: Event) => at.aid ?? known?.find((w) => w.id === event.workspace_id)?.aid;
  const filtered = Object.keys(filter).length > 0;
  return (
    <List
      label={t("title")}
      of={of}
      id={(event) => event.id}
      tools={<Filters key={JSON.stringify(filter)} at={at} filter={filter} onFilter={onFilter} />}
      empty={<Empty icon="audit" title={t("emptyTitle")} />}
      filtered={filtered ? { title: t("noMatch"), clear: t("clear"), onClear: () => onFilter({}) } : undefined}
      columns={[
        {
          head: t("action"),
          cell: (event) => (
            <>
              <Group gap="xs">
                <code>{event.action}</code>
                {event.outcome !== "success" && (
                  <Badge color="red">
                    <Said parts={say(event.outcome)} />
                  </Badge>
                )}
              </Group>
              {event.detail && Object.keys(event.detail).length > 0 && (
                <div className="row-sub">
                  {Object.entries(event.detail).map(([name, value], i) => (
                    <Fragment key={name}>
                      {i > 0 && " · "}
                      <Said parts={say(name)} />: <Said parts={say(value)} />
                    </Fragment>
                  ))}
                </div>
              )}
            </>
          ),
        },
        {
          head: t("actor"),
          cell: (event) => <Whom tid={tid} aid={aidOf(event)} kind={event.actor_kind} id={event.actor_id} />,
        },
        {
          head: t("target"),
          cell: (event) => <Whom tid={tid} aid={aidOf(event)} kind={event.target_kind} id={event.target_id} />,
        },
        {
          head: t("when"),
          width: 170,
          cell: (event) => <When tid={tid} aid={aidOf(event)} event={event} />,
        },
      ]}
    />
  );
}

function When({ tid, aid, event }: { tid: string; aid: string | undefined; event: Event }) {
  const t = useText(auditText);
  return (
    <>
      <Time at={event.at} />
      {event.ip && <div className="row-sub">{event.ip}</div>}
      {aid && event.trace_id && event.outcome !== "success" && (
        <Link
          to="/console/$tid/workspaces/$aid/explain/$traceId"
          params={{ tid, aid, traceId: event.trace_id }}
          className="row-sub"
        >
          {t("request")}
        </Link>
      )}
    </>
  );
}
