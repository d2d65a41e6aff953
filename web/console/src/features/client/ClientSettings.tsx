import { Button, Checkbox, Group, MultiSelect, Select, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { api, type Schemas, take } from "~/api/client";
import { keyOf, scopesQuery, workspaceQuery } from "~/api/queries";
import { useText } from "~/app/text";
import { useAct } from "~/ui/act";
import { Confirm } from "~/ui/Confirm";
import { useFieldOfAddress } from "~/ui/fieldOfAddress";
import { linesOf, mergePatch } from "~/ui/fields";
import { useSend } from "~/ui/form";
import { Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { Rich } from "~/ui/Rich";
import { SaveBar } from "~/ui/SaveBar";
import { Seconds } from "~/ui/Seconds";
import { uiText } from "~/ui/words";
import { clientText } from "./clientText";
import { type Client, type Shown, useMayWrite, usePatch } from "./context";

const grantTypes = ["authorization_code", "refresh_token", "client_credentials"] as const;

const formOf = (client: Client) => ({
  client_name: client.client_name ?? "",
  redirect_uris: (client.redirect_uris ?? []).join("\n"),
  post_logout_redirect_uris: (client.post_logout_redirect_uris ?? []).join("\n"),
  grant_types: [...client.grant_types] as string[],
  scope: (client.scope ?? "").split(" ").filter(Boolean),
  trusted: client.trusted ?? false,
  disabled: client.disabled ?? false,
  require_pushed_authorization_requests: client.require_pushed_authorization_requests ?? false,
  access_token_format: client.access_token_format ?? "",
  access_token_ttl: client.access_token_ttl ?? ("" as number | ""),
  id_token_ttl: client.id_token_ttl ?? ("" as number | ""),
  refresh_token_ttl: client.refresh_token_ttl ?? ("" as number | ""),
  logo_uri: client.logo_uri ?? "",
  client_uri: client.client_uri ?? "",
  policy_uri: client.policy_uri ?? "",
  tos_uri: client.tos_uri ?? "",
});

type Values = ReturnType<typeof formOf>;

const bodyOf = (values: Values) => ({
  ...values,
  redirect_uris: linesOf(values.redirect_uris),
  post_logout_redirect_uris: linesOf(values.post_logout_redirect_uris),
  scope: values.scope.join(" "),
});

export function ClientSettings({ shown }: { shown: Shown }) {
  useFieldOfAddress();
  const t = useText(clientText);
  const ui = useText(uiText);
  const { tid, aid, client } = shown;
  const may = useMayWrite(tid, aid) && !client.built_in;
  const form = useForm({ initialValues: formOf(client) });
  const patch = usePatch(shown, ui("saved"));
  const { send, error, rest, busy } = useSend(form, Object.keys(form.values));
  const scopes = useQuery(scopesQuery(tid, aid));
  const workspace = useQuery(workspaceQuery(tid, aid)).data?.value;
  const offered = [...new Set([...(scopes.data?.items.map((scope) => scope.name) ?? []), ...form.values.scope])].sort();
  const submit = form.onSubmit((values) =>
    send(async () => {
      await patch.mutateAsync(mergePatch(bodyOf(formOf(client)), bodyOf(values)) as Schemas["ClientPatch"]);
    }),
  );
  const people = form.values.grant_types.includes("authorization_code");
  const lifetime = (
    name: "access_token_ttl" | "id_token_ttl" | "refresh_token_ttl",
    label: "accessTTL" | "idTTL" | "refreshTTL",
  ) => ({
    ...form.getInputProps(name),
    label: t(label),
    description: t("ttlHelp"),
    inherited: workspace?.[name],
  });
  return (
    <>
      <form onSubmit={submit} className="stack">
        <fieldset disabled={!may} className="stack plain">
          <Section title={t("basics")}>
            <Stack>
              <TextInput label={t("name")} maxLength={200} {...form.getInputProps("client_name")} />
              <Checkbox.Group label={t("grantsLabel")} {...form.getInputProps("grant_types")}>
                <Stack gap="xs" mt="xs">
                  {grantTypes.map((grant) => (
                    <Checkbox key={grant} value={grant} label={t(`grant_${grant}`)} description={grant} />
                  ))}
                </Stack>
              </Checkbox.Group>
              {people && (
                <div className="two">
                  <Textarea
                    label={t("redirects")}
                    description={t("redirectsHelp")}
                    autosize
                    minRows={2}
                    spellCheck={false}
                    {...form.getInputProps("redirect_uris")}
                  />
                  <Textarea
                    label={t("logoutRedirects")}
                    description={t("redirectsHelp")}
                    autosize
                    minRows={2}
                    spellCheck={false}
                    {...form.getInputProps("post_logout_redirect_uris")}
                  />
                </div>
              )}
              <MultiSelect
                label={t("scopes")}
                description={t("scopesHelp")}
                data={offered}
                searchable
                hidePickedOptions
                {...form.getInputProps("scope")}
              />
            </Stack>
          </Section>
          <Section title={t("behaviour")}>
            <Stack>
              <Switch label={t("disabledLabel")} {...form.getInputProps("disabled", { type: "checkbox" })} />
              {people && (
                <Switch
                  label={t("trusted")}
                  description={t("trustedHelp")}
                  {...form.getInputProps("trusted", { type: "checkbox" })}
                />
              )}
              {people && (
                <Switch
                  label={<Rich>{t("parLabel")}</Rich>}
                  {...form.getInputProps("require_pushed_authorization_requests", { type: "checkbox" })}
                />
              )}
              <div className="two">
                <Select
                  label={t("tokenFormat")}
                  allowDeselect={false}
                  data={(["", "jwt", "opaque"] as const).map((value) => ({ value, label: t(`format_${value}`) }))}
                  {...form.getInputProps("access_token_format")}
                />
                <Seconds {...lifetime("access_token_ttl", "accessTTL")} />
                {people && <Seconds {...lifetime("id_token_ttl", "idTTL")} />}
                {people && <Seconds {...lifetime("refresh_token_ttl", "refreshTTL")} />}
              </div>
            </Stack>
          </Section>
          {people && (
            <Section title={t("pages")}>
              <div className="two">
                <TextInput
                  label={t("logo")}
                  type="url"
                  placeholder="https://"
                  maxLength={2048}
                  {...form.getInputProps("logo_uri")}
                />
                <TextInput
                  label={t("uri")}
                  type="url"
                  placeholder="https://"
                  maxLength={2048}
                  {...form.getInputProps("client_uri")}
                />
                <TextInput
                  label={t("policy")}
                  type="url"
                  placeholder="https://"
                  maxLength={2048}
                  {...form.getInputProps("policy_uri")}
                />
                <TextInput
                  label={t("tos")}
                  type="url"
                  placeholder="https://"
                  maxLength={2048}
                  {...form.getInputProps("tos_uri")}
                />
              </div>
            </Section>
          )}
        </fieldset>
        {error != null && <ProblemAlert error={error} extra={rest.length ? rest : undefined} />}
        <SaveBar dirty={form.isDirty()} busy={busy} onDiscard={() => form.reset()} />
      </form>
      {may && <Danger shown={shown} />}
    </>
  );
}

function Danger({ shown: { tid, aid, client } }: { shown: Shown }) {
  const t = useText(clientText);
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const name = client.client_name || client.client_id;
  const remove = useAct(
    () =>
      take(
        api.DELETE("/tenants/{tid}/workspaces/{aid}/clients/{client_id}", {
          params: { path: { tid, aid, client_id: client.client_id } },
        }),
      ),
    {
      stale: [keyOf.in(tid, aid, "clients")],
      say: t("deleted"),
    },
  );
  return (
    <Section title={t("delete")} lead={t("deleteLead")} tone="danger">
      <Group>
        <Button color="red" variant="outline" onClick={() => setAsking(true)}>
          {t("delete")}
        </Button>
      </Group>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("delete")}
        action={t("delete")}
        name={name}
        run={() => remove.mutateAsync()}
        then={() =>
          void navigate({
            to: "/console/$tid/workspaces/$aid/clients",
            params: { tid, aid },
            search: {},
            ignoreBlocker: true,
          })
        }
      >
        {t("deleteBody")}
      </Confirm>
    </Section>
  );
}
