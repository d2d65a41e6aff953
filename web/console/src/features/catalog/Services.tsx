import { Badge, Button, Group, MultiSelect, TagsInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, type Schemas, take } from "~/api/client";
import { keyOf, scopesQuery } from "~/api/queries";
import { useText } from "~/app/text";
import { Confirm, tell, useAct } from "~/ui/act";
import { Dialog, DialogForm } from "~/ui/Dialog";
import { mergePatch } from "~/ui/fields";
import { useSend } from "~/ui/form";
import { Icon } from "~/ui/Icon";
import { List, usePages } from "~/ui/List";
import { Empty, Page } from "~/ui/Page";
import { Rich } from "~/ui/Rich";
import { RowActions } from "~/ui/RowActions";
import { uiText } from "~/ui/words";
import { useMayWrite } from "../client/context";
import { catalogText } from "./catalogText";

type Service = Schemas["Service"];

export function Services() {
  const t = useText(catalogText);
  const { tid, aid } = useParams({ from: "/console/$tid/workspaces/$aid/services" });
  const { q = "" } = useSearch({ from: "/console/$tid/workspaces/$aid/services" });
  const navigate = useNavigate({ from: "/console/$tid/workspaces/$aid/services" });
  const [editing, setEditing] = useState<Service | "new" | null>(null);
  const [deleting, setDeleting] = useState<Service | null>(null);
  const may = useMayWrite(tid, aid);
  const pages = usePages(keyOf.in(tid, aid, "services", "list", q), (cursor) =>
    take(
      api.GET("/tenants/{tid}/workspaces/{aid}/services", {
        params: { path: { tid, aid }, query: { limit: 25, cursor, q: q || undefined } },
      }),
    ),
  );
  const remove = useAct(
    (service_id: string) =>
      take(
        api.DELETE("/tenants/{tid}/workspaces/{aid}/services/{service_id}", {
          params: { path: { tid, aid, service_id } },
        }),
      ),
    { stale: [keyOf.in(tid, aid, "services"), keyOf.in(tid, aid, "scopes")], say: t("serviceDeleted") },
  );
  const add = may && (
    <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setEditing("new")}>
      {t("newService")}
    </Button>
  );
  return (
    <Page title={t("services")} lead={t("servicesLead")} actions={add}>
      <List
        label={t("services")}
        of={pages}
        id={(service) => service.service_id}
        search={{
          value: q,
          onChange: (next) => void navigate({ search: next ? { q: next } : {}, replace: true }),
          placeholder: t("findService"),
        }}
        empty={
          <Empty icon="cube" title={t("emptyServices")} action={add}>
            {t("emptyServicesBody")}
          </Empty>
        }
        columns={[
          {
            head: t("name"),
            cell: (service) => (
              <>
                <Group gap="xs">
                  <strong>{service.name || service.service_id}</strong>
                  {service.built_in && <Badge color="gray">{t("builtIn")}</Badge>}
                </Group>
                <div className="row-sub">{service.audience}</div>
              </>
            ),
          },
          {
            head: t("serviceScopes"),
            cell: (service) => (
              <Group gap={6}>
                {(service.scopes ?? []).map((scope) => (
                  <code key={scope}>{scope}</code>
                ))}
              </Group>
            ),
          },
          { head: t("standIns"), cell: (service) => service.client_ids?.length || t("none"), width: 200 },
          {
            head: t("editService"),
            quiet: true,
            width: 60,
            cell: (service) =>
              may &&
              !service.built_in && (
                <RowActions
                  name={service.name || service.service_id}
                  items={[
                    { label: t("editService"), run: () => setEditing(service) },
                    { label: t("deleteService"), run: () => setDeleting(service), danger: true },
                  ]}
                />
              ),
          },
        ]}
      />
      {editing && (
        <ServiceForm
          tid={tid}
          aid={aid}
          service={editing === "new" ? undefined : editing}
          onClose={() => setEditing(null)}
        />
      )}
      <Confirm
        opened={deleting !== null}
        onClose={() => setDeleting(null)}
        title={t("deleteService")}
        action={t("deleteService")}
        name={deleting?.name || deleting?.service_id}
        run={() => remove.mutateAsync(deleting?.service_id ?? "")}
      >
        {t("deleteServiceBody")}
      </Confirm>
    </Page>
  );
}

const formOf = (service?: Service) => ({
  name: service?.name ?? "",
  audience: service?.audience ?? "",
  scopes: service?.scopes ?? [],
  client_ids: service?.client_ids ?? [],
});

function ServiceForm({
  tid,
  aid,
  service,
  onClose,
}: {
  tid: string;
  aid: string;
  service?: Service;
  onClose: () => void;
}) {
  const t = useText(catalogText);
  const ui = useText(uiText);
  const queries = useQueryClient();
  const scopes = useQuery(scopesQuery(tid, aid));
  const offered = [
    ...new Set([
      ...(scopes.data?.items.filter((scope) => !scope.built_in).map((scope) => scope.name) ?? []),
      ...(service?.scopes ?? []),
    ]),
  ];
  const form = useForm({ initialValues: formOf(service) });
  const { send, ...sending } = useSend(form, ["name", "audience", "scopes", "client_ids"]);
  const submit = form.onSubmit((values) =>
    send(async () => {
      if (service) {
        const body = mergePatch(formOf(service), values);
        await take(
          api.PATCH("/tenants/{tid}/workspaces/{aid}/services/{service_id}", {
            params: { path: { tid, aid, service_id: service.service_id } },
            body,
          }),
        );
      } else {
        await take(
          api.POST("/tenants/{tid}/workspaces/{aid}/services", { params: { path: { tid, aid } }, body: values }),
        );
      }
      await queries.invalidateQueries({ queryKey: keyOf.in(tid, aid, "services") });
      await queries.invalidateQueries({ queryKey: keyOf.in(tid, aid, "scopes") });
      tell(ui("saved"));
      onClose();
    }),
  );
  return (
    <Dialog onClose={onClose} title={t(service ? "editService" : "newService")}>
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
        <MultiSelect
          label={t("serviceScopes")}
          description={t("serviceScopesHelp")}
          data={offered}
          searchable
          {...form.getInputProps("scopes")}
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
