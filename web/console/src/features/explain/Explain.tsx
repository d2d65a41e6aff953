import { Button, Group, Select, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { outcomes, type TraceFilter } from "~/api/traces";
import { useText } from "~/app/text";
import { Icon } from "~/ui/Icon";
import { NextPage } from "~/ui/List";
import { Empty, Loading, Page } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { Rich } from "~/ui/Rich";
import { useClientNames } from "../access/Named";
import { explainText } from "./explainText";
import { RequestRow, useEndpointName } from "./RequestRow";
import { useServerWords } from "./serverWords";
import { useTraces } from "./useTraces";

export function Explain() {
  const t = useText(explainText);
  const { tid, aid } = useParams({ from: "/console/$tid/workspaces/$aid/explain" });
  const search = useSearch({ from: "/console/$tid/workspaces/$aid/explain" });
  const filter: TraceFilter = { ...search, outcome: outcomes.find((known) => known === search.outcome) };
  const { client_id, outcome } = filter;
  const navigate = useNavigate({ from: "/console/$tid/workspaces/$aid/explain" });
  const { items: shown, pages, live } = useTraces(tid, aid, filter);
  const names = useClientNames(tid, aid);
  const endpointName = useEndpointName();
  const { nameOf } = useServerWords();
  // What a link from elsewhere asks for, and can be taken back here.
  const narrowed = [
    { name: "endpoint", says: filter.endpoint && t("only", { what: endpointName(filter.endpoint) }) },
    { name: "error", says: filter.error && t("only", { what: filter.error }) },
    { name: "check", says: filter.check && t("onlyFailed", { what: nameOf(filter.check) }) },
  ] as const;
  const filtered = Object.values(filter).some((value) => value !== undefined);
  const options = [...names].map(([value, label]) => ({ value, label }));
  if (client_id && !names.has(client_id)) {
    options.unshift({ value: client_id, label: client_id });
  }
  return (
    <Page
      title={t("title")}
      lead={t("lead")}
      badges={
        <Group gap={6} role="status">
          <span className="dot" data-tone={live ? "good" : undefined} data-live={live ? "" : undefined} />
          <Text size="sm" c="dimmed">
            {live ? t("live") : t("polling")}
          </Text>
        </Group>
      }
    >
      <FindTrace tid={tid} aid={aid} />
      <div className="card">
        <Group gap="sm" mb="md">
          <Select
            aria-label={t("client")}
            placeholder={t("allClients")}
            data={options}
            value={client_id ?? null}
            onChange={(value) => void navigate({ search: (kept) => ({ ...kept, client_id: value ?? undefined }) })}
            clearable
            searchable
            maw={320}
          />
          <Select
            aria-label={t("outcome")}
            placeholder={t("allOutcomes")}
            data={outcomes.map((value) => ({ value, label: t(`only_${value}`) }))}
            value={outcome ?? null}
            onChange={(value) => void navigate({ search: (kept) => ({ ...kept, outcome: value ?? undefined }) })}
            clearable
            maw={220}
          />
          {narrowed.map(
            ({ name, says }) =>
              says && (
                <Button
                  key={name}
                  variant="default"
                  aria-label={`${says}. ${t("notOnly")}`}
                  rightSection={<Icon name="close" size={14} />}
                  onClick={() => void navigate({ search: (kept) => ({ ...kept, [name]: undefined }) })}
                >
                  {says}
                </Button>
              ),
          )}
        </Group>
        {pages.error && !shown ? (
          <ProblemAlert error={pages.error} onRetry={() => void pages.refetch()} />
        ) : !shown ? (
          <Loading />
        ) : shown.length === 0 ? (
          <Empty icon="explain" title={t(filtered ? "noneLikeIt" : "emptyTitle")}>
            {t(!filtered ? "emptyBody" : pages.hasNextPage ? "noneLikeItSoFar" : "noneLikeItBody")}
          </Empty>
        ) : (
          <div aria-live="polite">
            {shown.map((trace) => (
              <RequestRow
                key={trace.trace_id}
                tid={tid}
                aid={aid}
                trace={trace}
                clientName={names.get(trace.client_id ?? "")}
              />
            ))}
          </div>
        )}
        <NextPage of={pages} />
      </div>
    </Page>
  );
}

function FindTrace({ tid, aid }: { tid: string; aid: string }) {
  const t = useText(explainText);
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { id: "" },
    validate: { id: (value) => (/^[0-9a-f]{32}$/i.test(value.trim()) ? null : t("searchBad")) },
  });
  return (
    <form
      className="card"
      onSubmit={form.onSubmit(
        ({ id }) =>
          void navigate({
            to: "/console/$tid/workspaces/$aid/explain/$traceId",
            params: { tid, aid, traceId: id.trim().toLowerCase() },
          }),
      )}
    >
      <Group align="flex-start" gap="sm">
        <TextInput
          label={t("search")}
          description={<Rich>{t("searchHelp")}</Rich>}
          spellCheck={false}
          autoComplete="off"
          maxLength={64}
          flex="1 1 20rem"
          leftSection={<Icon name="search" size={16} />}
          {...form.getInputProps("id")}
        />
        <Button type="submit" variant="default" className="beside-field">
          {t("find")}
        </Button>
      </Group>
    </form>
  );
}
