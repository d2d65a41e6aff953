import { Badge, Button, Group, Switch, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, type Schemas, take } from "~/api/client";
import { keyOf } from "~/api/queries";
import { useText } from "~/app/text";
import { tell, useAct } from "~/ui/act";
import { Confirm } from "~/ui/Confirm";
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

type Scope = Schemas["Scope"];

export function Scopes() {
  const t = useText(catalogText);
  const { tid, aid } = useParams({ from: "/console/$tid/workspaces/$aid/scopes" });
  const { q = "" } = useSearch({ from: "/console/$tid/workspaces/$aid/scopes" });
  const navigate = useNavigate({ from: "/console/$tid/workspaces/$aid/scopes" });
  const [editing, setEditing] = useState<Scope | "new" | null>(null);
  const [deleting, setDeleting] = useState<Scope | null>(null);
  const may = useMayWrite(tid, aid);
  const pages = usePages(keyOf.in(tid, aid, "scopes", "list", q), (cursor) =>
    take(
      api.GET("/tenants/{tid}/workspaces/{aid}/scopes", {
        params: { path: { tid, aid }, query: { limit: 50, cursor, q: q || undefined } },
      }),
    ),
  );
  const remove = useAct(
    (name: string) =>
      take(api.DELETE("/tenants/{tid}/workspaces/{aid}/scopes/{name}", { params: { path: { tid, aid, name } } })),
    {
      stale: [keyOf.in(tid, aid, "scopes"), keyOf.in(tid, aid, "services")],
      say: t("scopeDeleted"),
    },
  );
  return (
    <Page
      title={t("scopes")}
      lead={t("scopesLead")}
      actions={
        may && (
          <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setEditing("new")}>
            {t("newScope")}
          </Button>
        )
      }
    >
      <List
        label={t("scopes")}
        of={pages}
        id={(scope) => scope.name}
        search={{
          value: q,
          onChange: (next) => void navigate({ search: next ? { q: next } : {}, replace: true }),
          placeholder: t("findScope"),
        }}
        empty={<Empty icon="scope" title={t("emptyScopes")} />}
        columns={[
          {
            head: t("name"),
            cell: (scope) => (
              <Group gap="xs">
                <code>{scope.name}</code>
                {scope.default && <Badge>{t("default")}</Badge>}
                {scope.built_in && <Badge color="gray">{t("builtIn")}</Badge>}
              </Group>
            ),
            width: 270,
          },
          { head: t("description"), cell: (scope) => scope.description },
          { head: t("api"), cell: (scope) => scope.service_id, width: 180 },
          {
            head: t("editScope"),
            quiet: true,
            width: 60,
            cell: (scope) =>
              may &&
              !scope.built_in && (
                <RowActions
                  name={scope.name}
                  items={[
                    { label: t("editScope"), run: () => setEditing(scope) },
                    { label: t("deleteScope"), run: () => setDeleting(scope), danger: true },
                  ]}
                />
              ),
          },
        ]}
      />
      {editing && (
        <ScopeForm
          tid={tid}
          aid={aid}
          scope={editing === "new" ? undefined : editing}
          onClose={() => setEditing(null)}
        />
      )}
      <Confirm
        opened={deleting !== null}
        onClose={() => setDeleting(null)}
        title={t("deleteScope")}
        action={t("deleteScope")}
        name={deleting?.name}
        run={() => remove.mutateAsync(deleting?.name ?? "")}
      >
        {t("deleteScopeBody")}
      </Confirm>
    </Page>
  );
}

function ScopeForm({ tid, aid, scope, onClose }: { tid: string; aid: string; scope?: Scope; onClose: () => void }) {
  const t = useText(catalogText);
  const ui = useText(uiText);
  const queries = useQueryClient();
  const form = useForm({
    initialValues: { name: scope?.name ?? "", description: scope?.description ?? "", default: scope?.default ?? false },
  });
  const { send, ...sending } = useSend(form, ["name", "description", "default"]);
  const submit = form.onSubmit((values) =>
    send(async () => {
      if (scope) {
        const { name: _, ...before } = {
          name: "",
          description: scope.description ?? "",
          default: scope.default ?? false,
        };
        const { name: __, ...after } = values;
        await take(
          api.PATCH("/tenants/{tid}/workspaces/{aid}/scopes/{name}", {
            params: { path: { tid, aid, name: scope.name } },
            body: mergePatch(before, after),
          }),
        );
      } else {
        await take(
          api.POST("/tenants/{tid}/workspaces/{aid}/scopes", { params: { path: { tid, aid } }, body: values }),
        );
      }
      await queries.invalidateQueries({ queryKey: keyOf.in(tid, aid, "scopes") });
      tell(ui("saved"));
      onClose();
    }),
  );
  return (
    <Dialog onClose={onClose} title={t(scope ? "editScope" : "newScope")}>
      <DialogForm onSubmit={submit} onClose={onClose} action={scope ? ui("save") : t("createScope")} sending={sending}>
        <TextInput
          label={t("name")}
          description={<Rich>{t("scopeNameHelp")}</Rich>}
          required
          readOnly={!!scope}
          maxLength={128}
          spellCheck={false}
          data-autofocus
          {...form.getInputProps("name")}
        />
        <Textarea
          label={t("description")}
          description={t("descriptionHelp")}
          autosize
          minRows={2}
          maxLength={500}
          {...form.getInputProps("description")}
        />
        <Switch label={t("isDefault")} {...form.getInputProps("default", { type: "checkbox" })} />
      </DialogForm>
    </Dialog>
  );
}
