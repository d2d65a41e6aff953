import { Button, type ComboboxItem, Group, Select, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "~/api/client";
import { keyOf, workspacesQuery } from "~/api/queries";
import { useText } from "~/app/text";
import { auditText } from "./auditText";
import { actions, type Filter } from "./filter";

interface At {
  tid: string;
  /** Absent where the log is that of the whole tenant. */
  aid?: string;
}

export function Filters({ at, filter, onFilter }: { at: At; filter: Filter; onFilter: (filter: Filter) => void }) {
  const t = useText(auditText);
  const form = useForm({
    initialValues: {
      action: filter.action ?? "",
      actor_id: filter.actor_id ?? "",
      target_id: filter.target_id ?? "",
      since: filter.since ?? "",
      until: filter.until ?? "",
    },
  });
  return (
    <form
      className="filters"
      onSubmit={form.onSubmit((values) =>
        onFilter(Object.fromEntries(Object.entries(values).filter(([, value]) => value !== "" && value !== null))),
      )}
    >
      <Select
        label={t("filterAction")}
        data={filter.action && !actions.includes(filter.action) ? [filter.action, ...actions] : actions}
        searchable
        clearable
        {...form.getInputProps("action")}
        value={form.values.action || null}
      />
      <Named at={at} label={t("filterActor")} {...form.getInputProps("actor_id")} />
      <Named at={at} label={t("filterTarget")} {...form.getInputProps("target_id")} />
      <TextInput type="date" label={t("since")} max={form.values.until || undefined} {...form.getInputProps("since")} />
      <TextInput type="date" label={t("until")} min={form.values.since || undefined} {...form.getInputProps("until")} />
      <Group gap="xs" align="end">
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

const few = 5;
// A tenant's log is that of many workspaces; names are looked for in the first of them.
const fewWorkspaces = 4;

/** Who and what has such a name, by id. */
async function search(tid: string, aids: string[], q: string): Promise<ComboboxItem[]> {
  const query = { q, limit: few };
  const found = await Promise.all(
    aids.map(async (aid) => {
      const params = { path: { tid, aid }, query };
      const [users, clients] = await Promise.all([
        take(api.GET("/tenants/{tid}/workspaces/{aid}/users", { params })),
        take(api.GET("/tenants/{tid}/workspaces/{aid}/clients", { params })),
      ]);
      return [
        ...users.items.map((user) => {
          const address = user.email || user.username;
          return { value: user.id, label: user.name ? `${user.name} (${address})` : address };
        }),
        ...clients.items.map((client) => ({
          value: client.client_id,
          label: `${client.client_name || client.client_id} · ${aid}`,
        })),
      ];
    }),
  );
  // A client of the service's own, such as the console, has the same id everywhere.
  return [...new Map(found.flat().map((item) => [item.value, item])).values()];
}

interface NamedProps {
  at: At;
  label: string;
  value?: string;
  onChange?: (id: string) => void;
}

/** A field for an id, which also finds it by a name or an address. */
function Named({ at: { tid, aid }, label, value, onChange }: NamedProps) {
  const t = useText(auditText);
  const [typed, setTyped] = useState("");
  const [settled] = useDebouncedValue(typed.trim(), 250);
  const known = useQuery(workspacesQuery(tid)).data?.items.map((w) => w.aid) ?? [];
  const aids = aid ? [...new Set([aid, "admin"])] : known.slice(0, fewWorkspaces);
  const found = useQuery({
    queryKey: [...keyOf.tenant(tid), "audit", "find", aids, settled],
    queryFn: () => search(tid, aids, settled),
    enabled: settled !== "" && settled !== value && aids.length > 0,
    staleTime: 60_000,
    placeholderData: (before) => before,
  });
  const items = found.data ?? [];
  // The address knows the id alone.
  const given = useQuery({
    queryKey: [...keyOf.tenant(tid), "audit", "find", aids, value],
    queryFn: () => search(tid, aids, value ?? ""),
    enabled: !!value && aids.length > 0,
    staleTime: 60_000,
  }).data?.find((item) => item.value === value);
  const [picked, setChosen] = useState<ComboboxItem | null>(value ? { value, label: value } : null);
  const chosen = picked && picked.value === given?.value ? given : picked;
  const asTyped = settled && ![...items, chosen].some((item) => item?.value === settled || item?.label === settled);
  const data = [
    ...items,
    ...(chosen && !items.some((item) => item.value === chosen.value) ? [chosen] : []),
    ...(asTyped ? [{ value: settled, label: t("asTyped", { q: settled }) }] : []),
  ];
  return (
    <Select
      label={label}
      data={data}
      value={chosen?.value ?? null}
      onChange={(id, option) => {
        setChosen(id === null ? null : option);
        onChange?.(id ?? "");
      }}
      searchable
      clearable
      placeholder={t("named")}
      onSearchChange={setTyped}
      filter={({ options }) => options} // the service has looked already
      nothingFoundMessage={settled ? t("nobody") : undefined}
      maxLength={128}
    />
  );
}
