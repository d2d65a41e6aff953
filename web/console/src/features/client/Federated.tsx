import { ActionIcon, Badge, Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useState } from "react";
import type { Schemas } from "~/api/client";
import { useText } from "~/app/text";
import { useSend } from "~/ui/form";
import { Icon } from "~/ui/Icon";
import { Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { uiText } from "~/ui/words";
import { clientText } from "./clientText";
import { type Shown, useMayWrite, usePatch } from "./context";
import { LastUse } from "./Health";

type Federation = Schemas["FederatedCredential"];
const presets = ["kubernetes", "github_actions", "spiffe", ""] as const;
type Preset = (typeof presets)[number];

const examples: Record<Preset, { issuer: string; subject: string }> = {
  kubernetes: { issuer: "https://oidc.cluster.example", subject: "system:serviceaccount:shop:importer" },
  github_actions: {
    issuer: "https://token.actions.githubusercontent.com",
    subject: "repo:acme/shop:environment:production",
  },
  spiffe: { issuer: "spiffe://prod.example", subject: "spiffe://prod.example/ns/shop/importer" },
  "": { issuer: "https://issuer.example", subject: "importer" },
};

/** Workloads whose platform's tokens prove the client. */
export function Federated({ shown }: { shown: Shown }) {
  const t = useText(clientText);
  const may = useMayWrite(shown.tid, shown.aid) && !shown.client.built_in;
  const [adding, setAdding] = useState(false);
  const patch = usePatch(shown, t("federatedRemoved"));
  const trusted = shown.client.federated_credentials ?? [];
  return (
    <Section
      title={t("federated")}
      lead={t("federatedLead")}
      actions={
        may && (
          <Button
            variant="default"
            size="xs"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => setAdding(true)}
          >
            {t("federatedAdd")}
          </Button>
        )
      }
    >
      {trusted.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("federatedNone")}
        </Text>
      ) : (
        <ul className="rows">
          {trusted.map((each) => (
            <li key={each.name}>
              <div>
                <Group gap="xs">
                  <Text fw={600} size="sm">
                    {each.name}
                  </Text>
                  {each.preset && <Badge color="gray">{t(`preset_${each.preset}`)}</Badge>}
                </Group>
                <div className="row-sub">{each.subject}</div>
                <div className="row-sub">{each.issuer}</div>
                <LastUse shown={shown} kind="federated" id={each.name} />
              </div>
              {may && (
                <ActionIcon
                  variant="subtle"
                  color="red"
                  aria-label={`${t("keyRemove")} ${each.name}`}
                  onClick={() =>
                    patch.mutate({ federated_credentials: trusted.filter((other) => other.name !== each.name) })
                  }
                >
                  <Icon name="trash" size={16} />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
      )}
      {patch.error && <ProblemAlert error={patch.error} />}
      {adding && <AddFederation shown={shown} onClose={() => setAdding(false)} />}
    </Section>
  );
}

function AddFederation({ shown, onClose }: { shown: Shown; onClose: () => void }) {
  const t = useText(clientText);
  const ui = useText(uiText);
  const trusted = shown.client.federated_credentials ?? [];
  const form = useForm({
    initialValues: { preset: "kubernetes" as Preset, name: "", issuer: "", subject: "", audience: "" },
  });
  const patch = usePatch(shown, t("federatedAdded"));
  const { send, error, rest, busy } = useSend(
    form,
    ["name", "issuer", "subject", "audience", "preset"],
    `federated_credentials.${trusted.length}`,
  );
  const submit = form.onSubmit((values) =>
    send(async () => {
      const entry = Object.fromEntries(
        Object.entries(values).filter(([, value]) => value !== ""),
      ) as unknown as Federation;
      await patch.mutateAsync({ federated_credentials: [...trusted, entry] });
      onClose();
    }),
  );
  const example = examples[form.values.preset];
  return (
    <Modal opened onClose={onClose} title={t("federatedAdd")} closeButtonProps={{ "aria-label": ui("close") }}>
      <form onSubmit={submit}>
        <Stack>
          <Select
            label={t("federatedPreset")}
            data={presets.map((value) => ({ value, label: t(`preset_${value}`) }))}
            allowDeselect={false}
            {...form.getInputProps("preset")}
          />
          <TextInput
            label={t("federatedName")}
            required
            maxLength={64}
            placeholder="production"
            {...form.getInputProps("name")}
          />
          <TextInput
            label={t("federatedIssuer")}
            required={form.values.preset !== "github_actions"}
            placeholder={example.issuer}
            spellCheck={false}
            maxLength={2048}
            {...form.getInputProps("issuer")}
          />
          <TextInput
            label={t("federatedSubject")}
            required
            placeholder={example.subject}
            spellCheck={false}
            maxLength={1024}
            {...form.getInputProps("subject")}
          />
          <TextInput
            label={t("federatedAudience")}
            description={t("federatedAudienceHelp")}
            spellCheck={false}
            maxLength={2048}
            {...form.getInputProps("audience")}
          />
          {error != null && <ProblemAlert error={error} extra={rest.length ? rest : undefined} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {ui("cancel")}
            </Button>
            <Button type="submit" loading={busy}>
              {t("federatedAdd")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
