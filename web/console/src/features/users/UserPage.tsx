import { Badge, Button, Group, PasswordInput, Stack, Switch, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, type Schemas, type Tagged, take, takeTagged } from "~/api/client";
import { keyOf } from "~/api/queries";
import { useText } from "~/app/text";
import { useAct } from "~/ui/act";
import { Confirm } from "~/ui/Confirm";
import { CopyInline } from "~/ui/Copy";
import { mergePatch } from "~/ui/fields";
import { useSend } from "~/ui/form";
import { Icon } from "~/ui/Icon";
import { Await, Page, Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { SaveBar } from "~/ui/SaveBar";
import { uiText } from "~/ui/words";
import { useMayWrite } from "../client/context";
import { usersText } from "./usersText";

const path = "/tenants/{tid}/workspaces/{aid}/users/{user_id}";

interface Seat {
  tid: string;
  aid: string;
  user: Schemas["User"];
  etag: string;
}

export function UserPage() {
  const t = useText(usersText);
  const { tid, aid, userId } = useParams({ from: "/console/$tid/workspaces/$aid/users/$userId" });
  const asked = useQuery({
    queryKey: keyOf.in(tid, aid, "user", userId),
    queryFn: () => takeTagged(api.GET(path, { params: { path: { tid, aid, user_id: userId } } })),
  });
  const user = asked.data?.value;
  return (
    <Page
      title={user ? user.name || user.username || user.email : userId}
      up={{ link: { to: "/console/$tid/workspaces/$aid/users", params: { tid, aid } }, label: t("title") }}
      badges={user?.disabled && <Badge color="red">{t("disabled")}</Badge>}
      lead={
        <Text size="sm" component="div" c="dimmed">
          {t("userID")} <CopyInline value={userId} thing={t("userID")} />
        </Text>
      }
      narrow
    >
      <Await of={asked} lines={6}>
        {({ value, etag }: Tagged<Schemas["User"]>) => <Details key={etag} seat={{ tid, aid, user: value, etag }} />}
      </Await>
    </Page>
  );
}

const formOf = (user: Schemas["User"]) => ({
  email: user.email,
  email_verified: user.email_verified,
  name: user.name,
  given_name: user.given_name ?? "",
  family_name: user.family_name ?? "",
  username: user.username,
  disabled: user.disabled,
  password: "",
});

function Details({ seat }: { seat: Seat }) {
  const t = useText(usersText);
  const ui = useText(uiText);
  const { tid, aid, user, etag } = seat;
  const may = useMayWrite(tid, aid);
  const form = useForm({ initialValues: formOf(user) });
  const { send, error, rest, busy } = useSend(form, Object.keys(form.values));
  const patch = useAct(
    (body: Schemas["UserPatch"]) =>
      takeTagged(
        api.PATCH(path, { params: { path: { tid, aid, user_id: user.id }, header: { "If-Match": etag } }, body }),
      ),
    { stale: [keyOf.in(tid, aid, "user", user.id), keyOf.in(tid, aid, "users")], say: ui("saved") },
  );
  const submit = form.onSubmit((values) =>
    send(async () => {
      await patch.mutateAsync(mergePatch(formOf(user), values) as Schemas["UserPatch"]);
    }),
  );
  return (
    <>
      <form onSubmit={submit} className="stack">
        <fieldset disabled={!may} className="plain">
          <Section title={t("profile")}>
            <Stack>
              <div className="two">
                <TextInput label={t("name")} maxLength={200} {...form.getInputProps("name")} />
                <TextInput
                  label={t("username")}
                  description={t("usernameHelp")}
                  maxLength={64}
                  {...form.getInputProps("username")}
                />
                <TextInput label={t("given")} maxLength={200} {...form.getInputProps("given_name")} />
                <TextInput label={t("family")} maxLength={200} {...form.getInputProps("family_name")} />
                <TextInput label={t("email")} type="email" maxLength={320} {...form.getInputProps("email")} />
                <PasswordInput
                  label={t("passwordNew")}
                  description={t("passwordNewHelp")}
                  autoComplete="new-password"
                  maxLength={256}
                  {...form.getInputProps("password")}
                />
              </div>
              <Switch label={t("emailVerified")} {...form.getInputProps("email_verified", { type: "checkbox" })} />
              <Switch label={t("disabledLabel")} {...form.getInputProps("disabled", { type: "checkbox" })} />
            </Stack>
          </Section>
        </fieldset>
        {error != null && <ProblemAlert error={error} extra={rest.length ? rest : undefined} />}
        <SaveBar dirty={form.isDirty()} busy={busy} onDiscard={() => form.reset()} />
      </form>
      <Section title={t("access")} lead={t("accessLead")}>
        <Group gap="xs">
          <Button
            variant="default"
            leftSection={<Icon name="session" size={16} />}
            renderRoot={(props) => (
              <Link
                {...props}
                to="/console/$tid/workspaces/$aid/sessions"
                params={{ tid, aid }}
                search={{ user_id: user.id }}
              />
            )}
          >
            {t("sessions")}
          </Button>
          <Button
            variant="default"
            leftSection={<Icon name="grant" size={16} />}
            renderRoot={(props) => (
              <Link
                {...props}
                to="/console/$tid/workspaces/$aid/grants"
                params={{ tid, aid }}
                search={{ user_id: user.id }}
              />
            )}
          >
            {t("grants")}
          </Button>
        </Group>
      </Section>
      {may && <Danger seat={seat} />}
    </>
  );
}

function Danger({ seat: { tid, aid, user } }: { seat: Seat }) {
  const t = useText(usersText);
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const remove = useAct(() => take(api.DELETE(path, { params: { path: { tid, aid, user_id: user.id } } })), {
    stale: [keyOf.in(tid, aid, "users")],
    say: t("deleted"),
  });
  return (
    <Section title={t("delete")} lead={t("deleteLead")} tone="danger">
      <Button color="red" variant="outline" onClick={() => setAsking(true)}>
        {t("delete")}
      </Button>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("delete")}
        action={t("delete")}
        name={user.email || user.username || user.id}
        run={() => remove.mutateAsync()}
        then={() =>
          void navigate({
            to: "/console/$tid/workspaces/$aid/users",
            params: { tid, aid },
            search: {},
            ignoreBlocker: true,
          })
        }
      >
        {t("deleteLead")}
      </Confirm>
    </Section>
  );
}
