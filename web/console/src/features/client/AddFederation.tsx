import { Select, Stack, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useText } from "~/app/text";
import { Dialog, DialogForm } from "~/ui/Dialog";
import { useSend } from "~/ui/form";
import { More } from "~/ui/More";
import { Rich } from "~/ui/Rich";
import { clientText } from "./clientText";
import { type Shown, usePatch } from "./context";
import { claimsOf, federationOf, keySetOf, type Preset, presets, type SingleUse, singleUses } from "./federation";

const examples: Record<Preset, { issuer: string; subject: string }> = {
  kubernetes: { issuer: "https://oidc.cluster.example", subject: "system:serviceaccount:shop:importer" },
  github_actions: {
    issuer: "https://token.actions.githubusercontent.com",
    subject: "repo:acme/shop:environment:production",
  },
  spiffe: { issuer: "spiffe://prod.example", subject: "spiffe://prod.example/ns/shop/importer" },
  "": { issuer: "https://issuer.example", subject: "importer" },
};

/** Trusts one more workload, by what its platform says of it. */
export function AddFederation({ shown, onClose }: { shown: Shown; onClose: () => void }) {
  const t = useText(clientText);
  const trusted = shown.client.federated_credentials ?? [];
  const form = useForm({
    initialValues: {
      preset: "kubernetes" as Preset,
      name: "",
      issuer: "",
      subject: "",
      audience: "",
      claims: "",
      jwks_uri: "",
      jwks: "",
      single_use: "" as SingleUse,
    },
    validate: {
      claims: (value) => (claimsOf(value) ? null : t("federatedClaimsBad")),
      jwks: (value) => (value.trim() === "" || keySetOf(value) ? null : t("federatedKeysBad")),
    },
  });
  const patch = usePatch(shown, t("federatedAdded"));
  const { send, ...sending } = useSend(form, Object.keys(form.values), `federated_credentials.${trusted.length}`);
  const submit = form.onSubmit((values) =>
    send(async () => {
      const entry = federationOf(values);
      await patch.mutateAsync({ federated_credentials: [...trusted, entry] });
      onClose();
    }),
  );
  const example = examples[form.values.preset];
  return (
    <Dialog onClose={onClose} title={t("federatedAdd")}>
      <DialogForm onSubmit={submit} onClose={onClose} action={t("federatedAdd")} sending={sending}>
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
        <More label={t("advanced")}>
          <Stack>
            <Textarea
              label={t("federatedClaims")}
              description={<Rich>{t("federatedClaimsHelp")}</Rich>}
              placeholder="repository_id=4711"
              autosize
              minRows={2}
              spellCheck={false}
              {...form.getInputProps("claims")}
            />
            <TextInput
              label={t("federatedKeysURI")}
              description={t("federatedKeysURIHelp")}
              type="url"
              placeholder="https://"
              spellCheck={false}
              maxLength={2048}
              {...form.getInputProps("jwks_uri")}
            />
            <Textarea
              label={t("federatedKeys")}
              description={t("federatedKeysHelp")}
              placeholder={'{"keys": […]}'}
              autosize
              minRows={2}
              maxRows={8}
              spellCheck={false}
              className="token-field"
              {...form.getInputProps("jwks")}
            />
            <Select
              label={t("federatedSingleUse")}
              description={<Rich>{t("federatedSingleUseHelp")}</Rich>}
              data={singleUses.map((value) => ({ value, label: t(`single_${value}`) }))}
              allowDeselect={false}
              {...form.getInputProps("single_use")}
            />
          </Stack>
        </More>
      </DialogForm>
    </Dialog>
  );
}
