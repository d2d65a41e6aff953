import { Badge, Button, Group } from "@mantine/core";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, take } from "~/api/client";
import { keyOf } from "~/api/queries";
import { useText } from "~/app/text";
import { useAct } from "~/ui/act";
import { Confirm } from "~/ui/Confirm";
import { Icon } from "~/ui/Icon";
import { List, usePages } from "~/ui/List";
import { Empty, Page } from "~/ui/Page";
import { RowActions } from "~/ui/RowActions";
import { useMayWrite } from "../client/context";
import { catalogText } from "./catalogText";
import { ServiceForm } from "./ServiceForm";
import type { Service } from "./serviceForm";

export function Services() {
  const t = useText(catalogText);
  const { tid, aid } = useParams({ from: "/console/$tid/workspaces/$aid/services" });
  const { q = "", client } = useSearch({ from: "/console/$tid/workspaces/$aid/services" });
  const navigate = useNavigate({ from: "/console/$tid/workspaces/$aid/services" });
  const [editing, setEditing] = useState<Service | "new" | null>(client ? "new" : null);
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
          asker={editing === "new" ? client : undefined}
          onClose={() => {
            setEditing(null);
            void navigate({ search: q ? { q } : {}, replace: true });
          }}
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
