import { Badge, Button, Group, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { Fragment } from "react";
import { api, type Schemas, take } from "~/api/client";
import { keyOf } from "~/api/queries";
import { text, useText } from "~/app/text";
import { useTranslate } from "~/app/translate";
import { List, type Pages, usePages } from "~/ui/List";
import { Empty, Page } from "~/ui/Page";
import { Said } from "~/ui/Said";
import { Time } from "~/ui/time";

const auditText = text(
  "audit",
  {
    title: "Audit log",
    leadTenant: "Who changed what, in the tenant and all its workspaces.",
    leadWorkspace: "Who changed what in this workspace, and who signed in.",
    when: "When",
    action: "What",
    actor: "Who",
    target: "On what",
    filterAction: "What, such as client.create",
    filterActor: "Who (id)",
    filterTarget: "On what (id)",
    filter: "Filter",
    clear: "Clear",
    emptyTitle: "Nothing has happened yet",
    noMatch: "Nothing matches",
    request: "the request",
  },
  {
    title: "Protokoll",
    leadTenant: "Wer was geändert hat, im Mandanten und allen seinen Arbeitsbereichen.",
    leadWorkspace: "Wer in diesem Arbeitsbereich was geändert hat, und wer sich angemeldet hat.",
    when: "Wann",
    action: "Was",
    actor: "Wer",
    target: "Woran",
    filterAction: "Was, etwa client.create",
    filterActor: "Wer (ID)",
    filterTarget: "Woran (ID)",
    filter: "Filtern",
    clear: "Löschen",
    emptyTitle: "Noch ist nichts geschehen",
    noMatch: "Nichts passt",
    request: "die Anfrage",
  },
);

type Event = Schemas["AuditEvent"];

interface Filter {
  action?: string;
  actor_id?: string;
  target_id?: string;
}

export function TenantAudit() {
  const t = useText(auditText);
  const { tid } = useParams({ from: "/console/$tid/audit" });
  const filter = useSearch({ from: "/console/$tid/audit" });
  const navigate = useNavigate({ from: "/console/$tid/audit" });
  const pages = usePages([...keyOf.tenant(tid), "audit", filter], (cursor) =>
    take(
      api.GET("/tenants/{tid}/audit-events", { params: { path: { tid }, query: { limit: 25, cursor, ...filter } } }),
    ),
  );
  return (
    <Page title={t("title")} lead={t("leadTenant")}>
      <Events of={pages} filter={filter} onFilter={(search) => void navigate({ search })} />
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
        params: { path: { tid, aid }, query: { limit: 25, cursor, ...filter } },
      }),
    ),
  );
  return (
    <Page title={t("title")} lead={t("leadWorkspace")}>
      <Events of={pages} filter={filter} onFilter={(search) => void navigate({ search })} trace={{ tid, aid }} />
    </Page>
  );
}

function Events({
  of,
  filter,
  onFilter,
  trace,
}: {
  of: Pages<Event>;
  filter: Filter;
  onFilter: (filter: Filter) => void;
  trace?: { tid: string; aid: string };
}) {
  const t = useText(auditText);
  const say = useTranslate("events", () => import("./german"));
  const filtered = Object.keys(filter).length > 0;
  return (
    <List
      label={t("title")}
      of={of}
      id={(event) => event.id}
      tools={<Filters key={JSON.stringify(filter)} filter={filter} onFilter={onFilter} />}
      empty={<Empty icon="audit" title={t(filtered ? "noMatch" : "emptyTitle")} />}
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
          cell: (event) => (
            <>
              <Text span size="sm">
                <Said parts={say(event.actor_kind)} />
              </Text>
              <div className="row-sub">{event.actor_id}</div>
            </>
          ),
        },
        {
          head: t("target"),
          cell: (event) =>
            event.target_id && (
              <>
                <Text span size="sm">
                  <Said parts={say(event.target_kind ?? "")} />
                </Text>
                <div className="row-sub">{event.target_id}</div>
              </>
            ),
        },
        {
          head: t("when"),
          width: 170,
          cell: (event) => (
            <>
              <Time at={event.at} />
              {event.ip && <div className="row-sub">{event.ip}</div>}
              {trace && event.trace_id && event.outcome !== "success" && (
                <Link
                  to="/console/$tid/workspaces/$aid/explain/$traceId"
                  params={{ ...trace, traceId: event.trace_id }}
                  className="row-sub"
                >
                  {t("request")}
                </Link>
              )}
            </>
          ),
        },
      ]}
    />
  );
}

function Filters({ filter, onFilter }: { filter: Filter; onFilter: (filter: Filter) => void }) {
  const t = useText(auditText);
  const form = useForm({
    initialValues: { action: filter.action ?? "", actor_id: filter.actor_id ?? "", target_id: filter.target_id ?? "" },
  });
  return (
    <form
      className="filters"
      onSubmit={form.onSubmit((values) =>
        onFilter(
          Object.fromEntries(
            Object.entries(values)
              .filter(([, value]) => value.trim() !== "")
              .map(([name, value]) => [name, value.trim()]),
          ),
        ),
      )}
    >
      <TextInput
        aria-label={t("filterAction")}
        placeholder={t("filterAction")}
        maxLength={64}
        {...form.getInputProps("action")}
      />
      <TextInput
        aria-label={t("filterActor")}
        placeholder={t("filterActor")}
        maxLength={128}
        {...form.getInputProps("actor_id")}
      />
      <TextInput
        aria-label={t("filterTarget")}
        placeholder={t("filterTarget")}
        maxLength={128}
        {...form.getInputProps("target_id")}
      />
      <Group gap="xs">
        <Button type="submit" variant="default">
          {t("filter")}
        </Button>
        {Object.keys(filter).length > 0 && (
          <Button variant="subtle" onClick={() => onFilter({})}>
            {t("clear")}
          </Button>
        )}
      </Group>
    </form>
  );
}
