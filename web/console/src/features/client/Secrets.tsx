import { ActionIcon, Badge, Button, Group, Menu, Select, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, type Schemas, take } from "~/api/client";
import { keyOf, secretsQuery } from "~/api/queries";
import { useLanguage, useText } from "~/app/text";
import { methodsInForce } from "~/oauth/proof";
import { usesSecret } from "~/snippets/types";
import { useAct } from "~/ui/act";
import { Confirm } from "~/ui/Confirm";
import { Dialog } from "~/ui/Dialog";
import { Icon } from "~/ui/Icon";
import { Await, Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { ShownOnce } from "~/ui/Secret";
import { relative, Time } from "~/ui/time";
import { uiText } from "~/ui/words";
import { clientText } from "./clientText";
import { type Shown, useMayWrite } from "./context";
import { TestNow } from "./TestProof";

const day = 86_400_000;
const secretPath = "/tenants/{tid}/workspaces/{aid}/clients/{client_id}/secrets/{secret_id}";

export function Secrets({ shown }: { shown: Shown }) {
  const t = useText(clientText);
  const { tid, aid, client } = shown;
  const may = useMayWrite(tid, aid) && !client.built_in;
  const [making, setMaking] = useState(false);
  const secrets = useQuery({ ...secretsQuery(tid, aid, client.client_id), refetchInterval: 10_000 });
  return (
    <Section
      title={t("secrets")}
      lead={t("secretsLead")}
      actions={
        may && (
          <Button
            variant="default"
            size="xs"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => setMaking(true)}
          >
            {t("addSecret")}
          </Button>
        )
      }
    >
      <Await of={secrets} lines={3}>
        {({ items }) =>
          items.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t("secretNone")}
            </Text>
          ) : (
            <ul className="rows">
              {items.map((secret) => (
                <SecretRow key={secret.secret_id} shown={shown} secret={secret} may={may} last={items.length === 1} />
              ))}
            </ul>
          )
        }
      </Await>
      {making && <NewSecret shown={shown} onClose={() => setMaking(false)} />}
    </Section>
  );
}

function SecretRow({
  shown,
  secret,
  may,
  last,
}: {
  shown: Shown;
  secret: Schemas["Secret"];
  may: boolean;
  last: boolean;
}) {
  const t = useText(clientText);
  const ui = useText(uiText);
  const language = useLanguage();
  const { tid, aid, client } = shown;
  const [deleting, setDeleting] = useState(false);
  const path = { tid, aid, client_id: client.client_id, secret_id: secret.secret_id };
  const stale = [keyOf.in(tid, aid, "client", client.client_id)];
  const retire = useAct(
    () =>
      take(
        api.PATCH(secretPath, { params: { path }, body: { expires_at: new Date(Date.now() + 7 * day).toISOString() } }),
      ),
    {
      stale,
      say: t("secretRetired"),
    },
  );
  const remove = useAct(() => take(api.DELETE(secretPath, { params: { path } })), { stale, say: t("secretDeleted") });
  const expired = secret.expires_at && Date.parse(secret.expires_at) < Date.now();
  return (
    <li>
      <div>
        <Group gap="xs">
          <Text fw={600} size="sm">
            {secret.label || t("secretUnlabelled")}
          </Text>
          {expired && <Badge color="red">{t("secretExpired")}</Badge>}
        </Group>
        <Text size="sm" c="dimmed" component="div">
          {t("secretMadeAt")} <Time at={secret.created_at} /> · {t("secretUsed")} <Time at={secret.last_used_at} />
          {secret.expires_at && (
            <>
              {" "}
              · {t("secretExpires")} <Time at={secret.expires_at} />
            </>
          )}
        </Text>
      </div>
      {may && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" aria-label={`${secret.label || t("secretUnlabelled")}: …`}>
              <Icon name="dots" />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {!secret.expires_at && (
              <Menu.Item leftSection={<Icon name="clock" size={16} />} onClick={() => retire.mutate()}>
                {t("secretRetire")}
              </Menu.Item>
            )}
            <Menu.Item color="red" leftSection={<Icon name="trash" size={16} />} onClick={() => setDeleting(true)}>
              {t("secretDelete")}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      <Confirm
        opened={deleting}
        onClose={() => setDeleting(false)}
        title={t("secretDelete")}
        action={ui("delete")}
        name={last && secret.last_used_at ? (client.client_name ?? client.client_id) : undefined}
        run={() => remove.mutateAsync()}
      >
        {secret.last_used_at
          ? t("secretDeleteUsed", { when: relative(new Date(secret.last_used_at), new Date(), language) })
          : t("secretDeleteBody")}
      </Confirm>
    </li>
  );
}

/** The method in force by which a secret of the client serves. */
const secretMethod = (client: Schemas["Client"]) => methodsInForce(client).find(usesSecret);

function NewSecret({ shown, onClose }: { shown: Shown; onClose: () => void }) {
  const t = useText(clientText);
  const ui = useText(uiText);
  const { tid, aid, client } = shown;
  const form = useForm({ initialValues: { label: "", days: "never" } });
  const make = useAct(
    ({ label, days }: { label: string; days: string }) =>
      take(
        api.POST("/tenants/{tid}/workspaces/{aid}/clients/{client_id}/secrets", {
          params: { path: { tid, aid, client_id: client.client_id } },
          body: {
            label,
            ...(days === "never" ? {} : { expires_at: new Date(Date.now() + Number(days) * day).toISOString() }),
          },
        }),
      ),
    { stale: [keyOf.in(tid, aid, "client", client.client_id)] },
  );
  return (
    <Dialog
      onClose={onClose}
      title={t("addSecret")}
      size={make.data ? "xl" : undefined}
      closeOnClickOutside={!make.data}
    >
      {make.data?.client_secret ? (
        <Stack>
          <ShownOnce
            values={[{ label: "CLIENT_SECRET", value: make.data.client_secret }]}
            file={`${client.client_id}.env`}
          />
          <Text size="sm" c="dimmed">
            {t("secretMade")}
          </Text>
          <TestNow shown={shown} given={{ secret: make.data.client_secret, method: secretMethod(client) }} />
          <Group justify="flex-end">
            <Button onClick={onClose}>{ui("close")}</Button>
          </Group>
        </Stack>
      ) : (
        <form onSubmit={form.onSubmit((values) => make.mutate(values))}>
          <Stack>
            <TextInput
              label={t("secretLabel")}
              description={t("secretLabelHelp")}
              maxLength={100}
              data-autofocus
              {...form.getInputProps("label")}
            />
            <Select
              label={t("secretExpiry")}
              allowDeselect={false}
              data={(["never", "30", "90", "365"] as const).map((value) => ({ value, label: t(`expiry_${value}`) }))}
              {...form.getInputProps("days")}
            />
            {make.error && <ProblemAlert error={make.error} />}
            <Group justify="flex-end">
              <Button variant="default" onClick={onClose}>
                {ui("cancel")}
              </Button>
              <Button type="submit" loading={make.isPending}>
                {t("addSecret")}
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Dialog>
  );
}
