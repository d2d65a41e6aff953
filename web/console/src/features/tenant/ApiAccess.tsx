import { Anchor, Badge, Button, Group, Radio, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, type Schemas, take } from "~/api/client";
import { keyOf } from "~/api/queries";
import { useText } from "~/app/text";
import { useAct } from "~/ui/act";
import { Code } from "~/ui/Code";
import { Dialog, DialogForm } from "~/ui/Dialog";
import { useSend } from "~/ui/form";
import { Icon } from "~/ui/Icon";
import { Await, Section } from "~/ui/Page";
import { ShownOnce } from "~/ui/Secret";
import { uiText } from "~/ui/words";
import { apiAccessText } from "./apiAccessText";

const scopes = { read: "admin:read", write: "admin:read admin:write" } as const;
type Access = keyof typeof scopes;

/** What a client may do to the admin API, if anything. */
const accessOf = (client: Schemas["Client"]): Access | undefined => {
  const granted = client.scope?.split(" ") ?? [];
  return granted.includes("admin:write") ? "write" : granted.includes("admin:read") ? "read" : undefined;
};

/** The programs that act for the tenant: clients of its workspace admin with scopes of the admin API. */
export function ApiAccess({ tid }: { tid: string }) {
  const t = useText(apiAccessText);
  const [making, setMaking] = useState(false);
  const clients = useQuery({
    queryKey: keyOf.in(tid, "admin", "clients", "programs"),
    queryFn: () =>
      take(
        api.GET("/tenants/{tid}/workspaces/{aid}/clients", {
          params: { path: { tid, aid: "admin" }, query: { limit: 100 } },
        }),
      ),
  });
  return (
    <Section
      title={t("title")}
      lead={t("lead")}
      actions={
        <Button
          variant="default"
          size="xs"
          leftSection={<Icon name="plus" size={14} />}
          onClick={() => setMaking(true)}
        >
          {t("add")}
        </Button>
      }
    >
      <Await of={clients} lines={2}>
        {({ items }) => {
          const programs = items.filter((client) => !client.built_in && accessOf(client));
          return programs.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t("none")}
            </Text>
          ) : (
            <ul className="rows">
              {programs.map((client) => (
                <li key={client.client_id}>
                  <Group gap="xs">
                    <Link
                      to="/console/$tid/workspaces/$aid/clients/$clientId"
                      params={{ tid, aid: "admin", clientId: client.client_id }}
                      className="row-link"
                    >
                      {client.client_name || client.client_id}
                    </Link>
                    <Badge color="gray">{t(`may_${accessOf(client) ?? "read"}`)}</Badge>
                    {client.disabled && <Badge color="red">{t("disabled")}</Badge>}
                  </Group>
                </li>
              ))}
            </ul>
          );
        }}
      </Await>
      <Dialog opened={making} onClose={() => setMaking(false)} title={t("add")}>
        <NewProgram tid={tid} onClose={() => setMaking(false)} />
      </Dialog>
    </Section>
  );
}

function NewProgram({ tid, onClose }: { tid: string; onClose: () => void }) {
  const t = useText(apiAccessText);
  const ui = useText(uiText);
  const form = useForm({ initialValues: { client_name: "", access: "read" as Access } });
  const [made, setMade] = useState<Schemas["Client"] | null>(null);
  const { send, ...sending } = useSend(form, ["client_name"]);
  const act = useAct(
    (body: Schemas["ClientInput"]) =>
      take(api.POST("/tenants/{tid}/workspaces/{aid}/clients", { params: { path: { tid, aid: "admin" } }, body })),
    { stale: [keyOf.in(tid, "admin", "clients")] },
  );
  const submit = form.onSubmit(({ client_name, access }) =>
    send(async () =>
      setMade(
        await act.mutateAsync({
          client_name,
          grant_types: ["client_credentials"],
          response_types: [],
          token_endpoint_auth_method: "client_secret_basic",
          scope: scopes[access],
        }),
      ),
    ),
  );
  if (made?.client_secret) {
    return (
      <Stack>
        <ShownOnce
          file={`${made.client_id}.env`}
          values={[
            { label: "CLIENT_ID", value: made.client_id },
            { label: "CLIENT_SECRET", value: made.client_secret },
          ]}
        />
        <Code lang="bash" label="curl" code={firstCall(tid)} />
        <Group justify="space-between">
          <Anchor href="/docs" size="sm">
            {t("reference")}
          </Anchor>
          <Button onClick={onClose}>{ui("close")}</Button>
        </Group>
      </Stack>
    );
  }
  return (
    <DialogForm onSubmit={submit} onClose={onClose} action={t("make")} sending={sending}>
      <TextInput
        label={t("name")}
        placeholder={t("namePlaceholder")}
        required
        maxLength={200}
        data-autofocus
        {...form.getInputProps("client_name")}
      />
      <Radio.Group label={t("access")} {...form.getInputProps("access")}>
        <Stack gap="sm" mt="xs">
          {(["read", "write"] as const).map((access) => (
            <Radio key={access} value={access} label={t(`may_${access}`)} description={t(`may_${access}_body`)} />
          ))}
        </Stack>
      </Radio.Group>
    </DialogForm>
  );
}

/** A token, and a question with it; the secret comes from the environment. */
const firstCall = (tid: string) => `TOKEN=$(curl -s -u "$CLIENT_ID:$CLIENT_SECRET" \\
  ${window.location.origin}/${tid}/admin/oauth2/token \\
  -d grant_type=client_credentials | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')

curl -s ${window.location.origin}/api/v1/tenants/${tid}/workspaces \\
  -H "Authorization: Bearer $TOKEN"`;
