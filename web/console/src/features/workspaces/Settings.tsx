import { Alert, Button, Checkbox, Select, Stack, Switch, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, type Schemas, type Tagged, take } from "~/api/client";
import { keyOf, workspaceQuery } from "~/api/queries";
import { useText } from "~/app/text";
import { useAct } from "~/ui/act";
import { Confirm } from "~/ui/Confirm";
import { useFieldOfAddress } from "~/ui/fieldOfAddress";
import { mergePatch } from "~/ui/fields";
import { useSend } from "~/ui/form";
import { Icon } from "~/ui/Icon";
import { Await, Page, Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { Rich } from "~/ui/Rich";
import { SaveBar } from "~/ui/SaveBar";
import { Seconds } from "~/ui/Seconds";
import { ShownOnce } from "~/ui/Secret";
import { uiText } from "~/ui/words";
import { useMayWrite } from "../client/context";
import { authMethods, methodText, strengthOf } from "../client/methods";
import { AskFirst } from "./AskFirst";
import { type Consequence, consequencesOf } from "./consequences";
import { useWorkspacePatch } from "./patch";
import { settingsText } from "./settingsText";

type Workspace = Schemas["Workspace"];

const methods = [...authMethods].sort((a, b) => strengthOf[b] - strengthOf[a]);
const lifetimes = {
  tokens: [
    ["access_token_ttl", "accessTTL"],
    ["id_token_ttl", "idTTL"],
    ["refresh_token_ttl", "refreshTTL"],
    ["refresh_token_max_ttl", "refreshMax"],
    ["refresh_grace", "grace"],
  ],
  sessions: [
    ["session_ttl", "sessionTTL"],
    ["session_max_ttl", "sessionMax"],
  ],
} as const;

export function Settings() {
  const t = useText(settingsText);
  const { tid, aid } = useParams({ from: "/console/$tid/workspaces/$aid/settings" });
  const workspace = useQuery(workspaceQuery(tid, aid));
  // They stand outside the form, which begins anew with every version of the workspace.
  const [demo, setDemo] = useState<Schemas["DemoCredential"][]>([]);
  return (
    <Page title={t("title")} lead={t("lead")} narrow>
      {demo.length > 0 && (
        <ShownOnce
          note={t("demoNote")}
          values={demo.map(({ username, password }) => ({ label: username, value: password }))}
        />
      )}
      {aid === "admin" && <Alert icon={<Icon name="info" />}>{t("adminFixed")}</Alert>}
      <Await of={workspace} lines={8}>
        {(tagged: Tagged<Workspace>) => <SettingsForm key={tagged.etag} tid={tid} tagged={tagged} onDemo={setDemo} />}
      </Await>
    </Page>
  );
}

const formOf = (w: Workspace) => ({
  display_name: w.display_name ?? "",
  suspended: w.state === "suspended",
  demo_users: w.demo_users ?? false,
  profile: w.profile ?? "default",
  token_endpoint_auth_methods: [...(w.token_endpoint_auth_methods ?? [])],
  client_assertion_audience: w.client_assertion_audience ?? "issuer_or_endpoint",
  tls_client_auth_root_cas: w.tls_client_auth_root_cas ?? "",
  tls_client_auth_crls: w.tls_client_auth_crls ?? "",
  pkce: w.pkce ?? "required",
  require_pushed_authorization_requests: w.require_pushed_authorization_requests ?? false,
  par_ttl: w.par_ttl,
  consent_scope_choice: w.consent_scope_choice ?? false,
  code_ttl: w.code_ttl,
  access_token_format: w.access_token_format ?? "jwt",
  access_token_signing_alg: w.access_token_signing_alg ?? "ES256",
  access_token_ttl: w.access_token_ttl,
  id_token_ttl: w.id_token_ttl,
  refresh_token_ttl: w.refresh_token_ttl,
  refresh_token_max_ttl: w.refresh_token_max_ttl,
  refresh_grace: w.refresh_grace,
  session_ttl: w.session_ttl,
  session_max_ttl: w.session_max_ttl,
});

const bodyOf = ({ suspended, ...values }: ReturnType<typeof formOf>) => ({
  ...values,
  state: suspended ? ("suspended" as const) : ("active" as const),
  // The service keeps its own order; a choice made twice is no change.
  token_endpoint_auth_methods: [...values.token_endpoint_auth_methods].sort(),
});

function SettingsForm({
  tid,
  tagged,
  onDemo,
}: {
  tid: string;
  tagged: Tagged<Workspace>;
  onDemo: (credentials: Schemas["DemoCredential"][]) => void;
}) {
  useFieldOfAddress();
  const t = useText(settingsText);
  const ui = useText(uiText);
  const words = useText(methodText);
  const workspace = tagged.value;
  const may = useMayWrite(tid, workspace.aid);
  const form = useForm({ initialValues: formOf(workspace) });
  const { send, error, rest, busy } = useSend(form, Object.keys(form.values));
  const patch = useWorkspacePatch(tid, tagged, ui("saved"));
  const before = bodyOf(formOf(workspace));
  const save = () =>
    send(async () => {
      const saved = await patch.mutateAsync(mergePatch(before, bodyOf(form.getValues())) as Schemas["WorkspacePatch"]);
      onDemo(saved.value.demo_credentials ?? []);
    });
  const [asked, setAsked] = useState<Consequence[]>([]);
  const check = useMutation({
    mutationFn: (values: ReturnType<typeof formOf>) => consequencesOf(tid, workspace.aid, before, bodyOf(values)),
    onSuccess: (found) => (found.length > 0 ? setAsked(found) : save()),
  });
  const submit = form.onSubmit((values) => check.mutate(values));
  const failure = error ?? check.error;
  const chosen = form.values.token_endpoint_auth_methods;
  const choice = (
    name: "profile" | "client_assertion_audience" | "pkce" | "access_token_format",
    prefix: string,
    values: readonly string[],
  ) => ({
    ...form.getInputProps(name),
    allowDeselect: false,
    data: values.map((value) => ({ value, label: t(`${prefix}_${value}` as "profile_default") })),
  });
  return (
    <>
      <form onSubmit={submit} className="stack">
        <fieldset disabled={!may} className="stack plain">
          <Section title={t("basics")}>
            <Stack>
              <TextInput label={t("displayName")} maxLength={200} {...form.getInputProps("display_name")} />
              <Select label={t("profile")} {...choice("profile", "profile", ["default", "oidc_core"])} />
              <Switch label={t("demo")} {...form.getInputProps("demo_users", { type: "checkbox" })} />
              {workspace.aid !== "admin" && (
                <Switch label={t("state")} {...form.getInputProps("suspended", { type: "checkbox" })} />
              )}
            </Stack>
          </Section>
          <Section title={t("proof")} lead={t("proofLead")}>
            <Stack>
              <Checkbox.Group aria-label={t("proof")} {...form.getInputProps("token_endpoint_auth_methods")}>
                <Stack gap="sm">
                  {methods.map((method) => (
                    <Checkbox
                      key={method}
                      value={method}
                      label={words(method)}
                      description={`${words(`strength_${strengthOf[method]}`)} · ${method}`}
                    />
                  ))}
                </Stack>
              </Checkbox.Group>
              {chosen.some((method) => method.endsWith("_jwt")) && (
                <Select
                  label={t("audience")}
                  {...choice("client_assertion_audience", "audience", ["issuer_or_endpoint", "issuer_only"])}
                />
              )}
              {chosen.includes("tls_client_auth") && (
                <>
                  <Textarea
                    label={t("cas")}
                    description={<Rich>{t("casHelp")}</Rich>}
                    autosize
                    minRows={3}
                    maxRows={10}
                    spellCheck={false}
                    placeholder="-----BEGIN CERTIFICATE-----"
                    {...form.getInputProps("tls_client_auth_root_cas")}
                  />
                  <Textarea
                    label={t("crls")}
                    description={t("crlsHelp")}
                    autosize
                    minRows={2}
                    maxRows={10}
                    spellCheck={false}
                    placeholder="-----BEGIN X509 CRL-----"
                    {...form.getInputProps("tls_client_auth_crls")}
                  />
                </>
              )}
            </Stack>
          </Section>
          <Section title={t("requests")}>
            <Stack>
              <Switch
                label={<Rich>{t("par")}</Rich>}
                {...form.getInputProps("require_pushed_authorization_requests", { type: "checkbox" })}
              />
              <Switch
                label={t("scopeChoice")}
                description={t("scopeChoiceHelp")}
                {...form.getInputProps("consent_scope_choice", { type: "checkbox" })}
              />
              <div className="two">
                <Select label={t("pkce")} {...choice("pkce", "pkce", ["required", "required_for_public"])} />
                <Seconds label={t("codeTTL")} {...form.getInputProps("code_ttl")} />
                <Seconds label={t("parTTL")} {...form.getInputProps("par_ttl")} />
              </div>
            </Stack>
          </Section>
          <Section title={t("tokens")} lead={t("ttlHelp")}>
            <div className="two">
              <Select label={t("format")} {...choice("access_token_format", "format", ["jwt", "opaque"])} />
              <Select
                label={t("alg")}
                data={["ES256", "RS256", "PS256", "Ed25519"]}
                allowDeselect={false}
                {...form.getInputProps("access_token_signing_alg")}
              />
              {lifetimes.tokens.map(([name, label]) => (
                <Seconds key={name} label={t(label)} {...form.getInputProps(name)} />
              ))}
            </div>
          </Section>
          <Section title={t("sessions")} lead={t("ttlHelp")}>
            <div className="two">
              {lifetimes.sessions.map(([name, label]) => (
                <Seconds key={name} label={t(label)} {...form.getInputProps(name)} />
              ))}
            </div>
          </Section>
        </fieldset>
        {failure != null && <ProblemAlert error={failure} extra={rest.length ? rest : undefined} />}
        <SaveBar dirty={form.isDirty()} busy={busy || check.isPending} onDiscard={() => form.reset()} />
      </form>
      <AskFirst found={asked} alg={workspace.access_token_signing_alg ?? ""} onClose={() => setAsked([])} save={save} />
      {may && workspace.aid !== "admin" && <Danger tid={tid} workspace={workspace} />}
    </>
  );
}

function Danger({ tid, workspace }: { tid: string; workspace: Workspace }) {
  const t = useText(settingsText);
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const remove = useAct(
    () => take(api.DELETE("/tenants/{tid}/workspaces/{aid}", { params: { path: { tid, aid: workspace.aid } } })),
    {
      stale: [keyOf.workspaces(tid)],
      say: t("deleted"),
    },
  );
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
        name={workspace.aid}
        run={() => remove.mutateAsync()}
        then={() => void navigate({ to: "/console/$tid", params: { tid }, search: {}, ignoreBlocker: true })}
      >
        {t("deleteLead")}
      </Confirm>
    </Section>
  );
}
