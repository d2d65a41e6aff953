import { ActionIcon, Button, Group, Input, MultiSelect, Stack, TagsInput, TextInput } from "@mantine/core";
import { type UseFormReturnType, useForm } from "@mantine/form";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, take } from "~/api/client";
import { keyOf, scopesQuery } from "~/api/queries";
import { useText } from "~/app/text";
import { tell } from "~/ui/act";
import { Dialog, DialogForm } from "~/ui/Dialog";
import { useSend } from "~/ui/form";
import { Icon } from "~/ui/Icon";
import { Rich } from "~/ui/Rich";
import { uiText } from "~/ui/words";
import { catalogText } from "./catalogText";
import { formOf, type Service, save, type Values } from "./serviceForm";

const nothing = { name: "", description: "" };

interface ServiceFormProps {
  tid: string;
  aid: string;
  service?: Service;
  /** An application that shall be able to ask for the API. */
  asker?: string;
  onClose: () => void;
}

export function ServiceForm({ tid, aid, service, asker, onClose }: ServiceFormProps) {
  const t = useText(catalogText);
  const ui = useText(uiText);
  const queries = useQueryClient();
  const [kept, setKept] = useState(service);
  const scopes = useQuery(scopesQuery(tid, aid));
  const clients = useQuery({
    queryKey: keyOf.in(tid, aid, "clients", "first"),
    queryFn: () =>
      take(
        api.GET("/tenants/{tid}/workspaces/{aid}/clients", { params: { path: { tid, aid }, query: { limit: 100 } } }),
      ),
  });
  // A scope belongs to one API; those of another are not to be had.
  const free = scopes.data?.items.filter((scope) => !scope.built_in && !scope.service_id).map((scope) => scope.name);
  const offered = [...new Set([...(free ?? []), ...(service?.scopes ?? [])])];
  const form = useForm<Values>({
    initialValues: { ...formOf(service), fresh: service ? [] : [nothing], askers: asker ? [asker] : [] },
  });
  const { send, ...sending } = useSend<Values & Record<string, unknown>>(
    form as UseFormReturnType<Values & Record<string, unknown>>,
    ["name", "audience", "scopes", "client_ids"],
  );
  const submit = form.onSubmit((values) =>
    send(async () => {
      await save({ tid, aid }, kept, values, setKept);
      for (const what of ["services", "scopes", "clients", "client"]) {
        await queries.invalidateQueries({ queryKey: keyOf.in(tid, aid, what) });
      }
      tell(ui("saved"));
      onClose();
    }),
  );
  return (
    <Dialog onClose={onClose} title={t(service ? "editService" : "newService")} size="lg">
      <DialogForm
        onSubmit={submit}
        onClose={onClose}
        action={service ? ui("save") : t("createService")}
        sending={sending}
      >
        <TextInput label={t("name")} maxLength={200} data-autofocus {...form.getInputProps("name")} />
        <TextInput
          label={t("audience")}
          description={<Rich>{t("audienceHelp")}</Rich>}
          required
          placeholder="https://api.example.com"
          maxLength={2048}
          spellCheck={false}
          {...form.getInputProps("audience")}
        />
        {offered.length > 0 && (
          <MultiSelect
            label={t("scopesThere")}
            data={offered}
            searchable
            {...form.getInputProps("scopes")}
            error={undefined}
          />
        )}
        <FreshScopes form={form} />
        <MultiSelect
          label={t("askers")}
          description={t("askersHelp")}
          data={clients.data?.items
            .filter((client) => !client.built_in)
            .map((client) => ({ value: client.client_id, label: client.client_name || client.client_id }))}
          searchable
          {...form.getInputProps("askers")}
        />
        <TagsInput
          label={t("standIns")}
          description={t("standInsHelp")}
          placeholder="client_id"
          {...form.getInputProps("client_ids")}
        />
      </DialogForm>
    </Dialog>
  );
}

/** Scopes that are made with the API, each with what people read of it. */
function FreshScopes({ form }: { form: UseFormReturnType<Values> }) {
  const t = useText(catalogText);
  const rows = form.getValues().fresh;
  return (
    <Input.Wrapper
      label={t("freshScopes")}
      labelElement="div"
      description={<Rich>{t("freshScopesHelp")}</Rich>}
      error={form.errors.scopes}
    >
      <Stack gap="xs">
        {rows.map((_, i) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the fields are told apart by their place alone
          <div key={i} className="fresh-scope">
            <TextInput
              aria-label={t("freshName", { n: i + 1 })}
              placeholder="orders:read"
              maxLength={128}
              spellCheck={false}
              autoComplete="off"
              {...form.getInputProps(`fresh.${i}.name`)}
            />
            <TextInput
              aria-label={t("freshDescription", { n: i + 1 })}
              placeholder={t("freshExample")}
              maxLength={500}
              {...form.getInputProps(`fresh.${i}.description`)}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t("freshRemove", { n: i + 1 })}
              onClick={() => form.removeListItem("fresh", i)}
            >
              <Icon name="close" size={16} />
            </ActionIcon>
          </div>
        ))}
        <Group>
          <Button
            variant="default"
            size="xs"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => form.insertListItem("fresh", nothing)}
          >
            {t("freshAdd")}
          </Button>
        </Group>
      </Stack>
    </Input.Wrapper>
  );
}
