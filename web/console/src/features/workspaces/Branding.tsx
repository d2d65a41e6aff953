import { ColorInput, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import type { Schemas, Tagged } from "~/api/client";
import { workspaceQuery } from "~/api/queries";
import { useText } from "~/app/text";
import { useSend } from "~/ui/form";
import { Await, Page, Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { SaveBar } from "~/ui/SaveBar";
import { uiText } from "~/ui/words";
import tokens from "../../../../tokens.json";
import { useMayWrite } from "../client/context";
import { paletteOf } from "./palette";
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
  // The picture as the pages show it: what was saved, from our own origin.
  const logo = workspace.branding?.logo_uri && !form.isDirty("logo_uri") ? `/${tid}/${workspace.aid}/logo` : undefined;
  const [missing, setMissing] = useState(false);
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
        <div className="brand-previews" aria-hidden="true">
          {(["light", "dark"] as const).map((mode) => (
            <Card
              key={mode}
              mode={mode}
              color={form.values.color}
              name={workspace.display_name || workspace.aid}
              logo={missing ? undefined : logo}
              onMissing={() => setMissing(true)}
            />
          ))}
        </div>
        {logo && missing && (
          <Text size="sm" c="dimmed" mt="sm" role="status">
            {t("logoMissing")}
          </Text>
        )}
      </Section>
    </form>
  );
}

/** The sign-in page in one mode, whatever the console's own. */
function Card(props: {
  mode: "light" | "dark";
  color: string;
  name: string;
  logo: string | undefined;
  onMissing: () => void;
}) {
  const t = useText(settingsText);
  const accent = paletteOf(props.color)?.[props.mode === "light" ? "Light" : "Dark"];
  const colors: Record<string, string> = { ...tokens.color[props.mode] };
  if (accent) {
    Object.assign(colors, {
      accent: accent.Fill,
      "accent-edge": accent.Edge,
      "accent-text": accent.Text,
      "on-accent": accent.On,
    });
  }
  const style = Object.fromEntries(Object.entries(colors).map(([name, value]) => [`--color-${name}`, value]));
  return (
    <div className="brand-preview" style={style}>
      <div className="brand-card">
        <div className="brand-head">
          <span className="brand-tile">
            {props.logo ? (
              <img src={props.logo} alt="" onError={props.onMissing} />
            ) : (
              props.name.slice(0, 1).toUpperCase()
            )}
          </span>
          {props.name}
        </div>
        <p className="brand-lead">{t("previewApp")}</p>
        <div className="brand-field">{t("previewEmail")}</div>
        <div className="brand-button">{t("previewButton")}</div>
        <p className="brand-link">{t("previewLink")}</p>
      </div>
    </div>
  );
}
