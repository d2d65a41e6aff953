import { Badge, Button, Group, PasswordInput, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, take } from "~/api/client";
import { keyOf } from "~/api/queries";
import { useText } from "~/app/text";
import { tell } from "~/ui/act";
import { Dialog, DialogForm } from "~/ui/Dialog";
import { useSend } from "~/ui/form";
import { Icon } from "~/ui/Icon";
import { List, usePages } from "~/ui/List";
import { Empty, Page } from "~/ui/Page";
import { Time } from "~/ui/time";
import { useMayWrite } from "../client/context";
import { usersText } from "./usersText";

export function Users() {
  const t = useText(usersText);
  const { tid, aid } = useParams({ from: "/console/$tid/workspaces/$aid/users" });
  const { q = "" } = useSearch({ from: "/console/$tid/workspaces/$aid/users" });
  const navigate = useNavigate({ from: "/console/$tid/workspaces/$aid/users" });
  const [adding, setAdding] = useState(false);
  const pages = usePages(keyOf.in(tid, aid, "users", q), (cursor) =>
    take(
      api.GET("/tenants/{tid}/workspaces/{aid}/users", {
        params: { path: { tid, aid }, query: { limit: 25, cursor, q: q || undefined } },
      }),
    ),
  );
  const add = useMayWrite(tid, aid) && (
    <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setAdding(true)}>
      {t("new")}
    </Button>
  );
  return (
    <Page title={t("title")} lead={t("lead")} actions={add}>
      <List
        label={t("title")}
        of={pages}
        id={(user) => user.id}
        search={{
          value: q,
          onChange: (next) => void navigate({ search: next ? { q: next } : {}, replace: true }),
          placeholder: t("search"),
        }}
        empty={
          <Empty icon="people" title={t("emptyTitle")} action={add}>
            {t("emptyBody")}
          </Empty>
        }
        columns={[
          {
            head: t("name"),
            cell: (user) => (
              <Group gap="xs">
                <Link
                  to="/console/$tid/workspaces/$aid/users/$userId"
                  params={{ tid, aid, userId: user.id }}
                  className="row-link"
                >
                  {user.name || user.username || user.email || user.id}
                </Link>
                {user.disabled && <Badge color="red">{t("disabled")}</Badge>}
              </Group>
            ),
          },
          {
            head: t("email"),
            cell: (user) => (
              <Group gap="xs">
                {user.email || user.username}
                {user.email_verified && <Badge color="green">{t("verified")}</Badge>}
              </Group>
            ),
            width: 280,
          },
          {
            head: t("signin"),
            cell: (user) => (user.password_changed_at ? <Time at={user.password_changed_at} /> : t("noPassword")),
            width: 150,
          },
          { head: t("changed"), cell: (user) => <Time at={user.updated_at} />, width: 140 },
        ]}
      />
      {adding && <NewUser tid={tid} aid={aid} onClose={() => setAdding(false)} />}
    </Page>
  );
}

function NewUser({ tid, aid, onClose }: { tid: string; aid: string; onClose: () => void }) {
  const t = useText(usersText);
  const queries = useQueryClient();
  const form = useForm({ initialValues: { email: "", name: "", username: "", password: "" } });
  const { send, ...sending } = useSend(form, ["email", "name", "username", "password"]);
  const submit = form.onSubmit((values) =>
    send(async () => {
      const body = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ""));
      await take(api.POST("/tenants/{tid}/workspaces/{aid}/users", { params: { path: { tid, aid } }, body }));
      await queries.invalidateQueries({ queryKey: keyOf.in(tid, aid, "users") });
      tell(t("created"));
      onClose();
    }),
  );
  return (
    <Dialog onClose={onClose} title={t("new")}>
      <DialogForm onSubmit={submit} onClose={onClose} action={t("create")} sending={sending}>
        <TextInput
          label={t("email")}
          type="email"
          maxLength={320}
          autoComplete="off"
          data-autofocus
          {...form.getInputProps("email")}
        />
        <TextInput label={t("name")} maxLength={200} autoComplete="off" {...form.getInputProps("name")} />
        <TextInput
          label={t("username")}
          description={t("usernameHelp")}
          maxLength={64}
          autoComplete="off"
          {...form.getInputProps("username")}
        />
        <PasswordInput
          label={t("password")}
          description={t("passwordHelp")}
          maxLength={256}
          autoComplete="new-password"
          {...form.getInputProps("password")}
        />
      </DialogForm>
    </Dialog>
  );
}
