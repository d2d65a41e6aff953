import { Button, ColorInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import type { Schemas, Tagged } from "~/api/client";
import { workspaceQuery } from "~/api/queries";
import { useText } from "~/app/text";
import { useSend } from "~/ui/form";
import { Await, Page, Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { SaveBar } from "~/ui/SaveBar";
import { uiText } from "~/ui/words";
import { useMayWrite } from "../client/context";
import { useWorkspacePatch } from "./patch";
import { settingsText } from "./settingsText";

const swatches = ["#2f4bd0", "#0f766e", "#9d174d", "#b45309", "#4338ca", "#166534", "#111827"];

export function Branding() {
  const t = useText(settingsText);
  const { tid, aid } = useParams({ from: "/console/$tid/workspaces/$aid/branding" });
  const workspace = useQuery(workspaceQuery(tid, aid));
  return (
    <Page title={t("brandTitle")} lead={t("brandLead")} narrow>
      <Await of={workspace}>
        {(tagged: Tagged<Schemas["Workspace"]>) => <BrandingForm key={tagged.etag} tid={tid} tagged={tagged} />}
      </Await>
    </Page>
  );
}

function BrandingForm({ tid, tagged }: { tid: string; tagged: Tagged<Schemas["Workspace"]> }) {
  const t = useText(settingsText);
  const ui = useText(uiText);
  const workspace = tagged.value;
  const may = useMayWrite(tid, workspace.aid);
  const form = useForm({
    initialValues: { logo_uri: workspace.branding?.logo_uri ?? "", color: workspace.branding?.color ?? "" },
  });
  const { send, error, rest, busy } = useSend(form, ["logo_uri", "color"], "branding");
  const patch = useWorkspacePatch(tid, tagged, ui("saved"));
  const submit = form.onSubmit((values) =>
    send(async () => {
      const branding = Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, value === "" ? null : value]),
      );
      await patch.mutateAsync({ branding } as Schemas["WorkspacePatch"]);
    }),
  );
  return (
    <form onSubmit={submit} className="stack">
      <fieldset disabled={!may} className="plain">
        <Section title={t("brandTitle")}>
          <Stack>
            <TextInput
              label={t("logo")}
              description={t("logoHelp")}
              type="url"
              placeholder="https://"
              maxLength={2048}
              {...form.getInputProps("logo_uri")}
            />
            <ColorInput
              eyeDropperButtonProps={{ "aria-label": t("color") }}
              label={t("color")}
              description={t("colorHelp")}
              format="hex"
              swatches={swatches}
              maw={260}
              {...form.getInputProps("color")}
            />
          </Stack>
        </Section>
      </fieldset>
      {error != null && <ProblemAlert error={error} extra={rest.length ? rest : undefined} />}
      <SaveBar dirty={form.isDirty()} busy={busy} onDiscard={() => form.reset()} />
      <Section title={t("preview")}>
        <div className="brand-preview" aria-hidden="true">
          <div className="brand-card">
            <Text fw={700}>{workspace.display_name || workspace.aid}</Text>
            <Text size="sm" c="dimmed" mb="sm">
              {t("previewApp")}
            </Text>
            <div className="brand-field">{t("previewEmail")}</div>
            <Button fullWidth mt="sm" tabIndex={-1} color={form.values.color || undefined} autoContrast>
              {t("previewButton")}
            </Button>
          </div>
        </div>
      </Section>
    </form>
  );
}
