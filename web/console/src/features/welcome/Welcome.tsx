import { Alert, Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, type Schemas, take } from "~/api/client";
import { clientQuery, keyOf, workspaceQuery, workspacesQuery } from "~/api/queries";
import { shellText } from "~/app/shellText";
import { useText } from "~/app/text";
import { generateKeyPair } from "~/crypto/jwk";
import { useSend } from "~/ui/form";
import { Icon } from "~/ui/Icon";
import { Await, Empty, Page, Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { RadioTiles } from "~/ui/RadioTiles";
import { Rich } from "~/ui/Rich";
import { MethodTiles } from "../client/MethodTiles";
import { Finish } from "./Finish";
import { isPublic, type Kind, kindIcon, kinds, methodsFor, registrationOf, suggestedRedirect } from "./kinds";
import { type Made, madeKey, useMade } from "./made";
import { welcomeText } from "./welcomeText";

/** The first steps of a tenant, in the workspace where its applications live. */
export function Welcome() {
  const t = useText(welcomeText);
  const { tid } = useParams({ from: "/console/$tid" });
  const { client } = useSearch({ from: "/console/$tid/welcome" });
  const navigate = useNavigate({ from: "/console/$tid/welcome" });
  const list = useQuery(workspacesQuery(tid));
  return (
    <Await of={list}>
      {({ items }) => {
        const workspace = items.find((w) => w.aid === "default") ?? items.find((w) => w.aid !== "admin");
        return workspace ? (
          <Page title={t("welcome")} lead={t("welcomeLead", { issuer: workspace.issuer })} narrow>
            <Wizard
              tid={tid}
              workspace={workspace}
              clientID={client}
              onClient={(made) => void navigate({ search: { client: made } })}
            />
          </Page>
        ) : (
          <Empty icon="server" title={t("noWorkspace")} />
        );
      }}
    </Await>
  );
}

export function NewClient() {
  const t = useText(welcomeText);
  const shell = useText(shellText);
  const { tid, aid } = useParams({ from: "/console/$tid/workspaces/$aid/new-client" });
  const { client } = useSearch({ from: "/console/$tid/workspaces/$aid/new-client" });
  const navigate = useNavigate({ from: "/console/$tid/workspaces/$aid/new-client" });
  const workspace = useQuery(workspaceQuery(tid, aid));
  return (
    <Page
      title={t("newClient")}
      lead={t("newClientLead")}
      narrow
      up={{ link: { to: "/console/$tid/workspaces/$aid/clients", params: { tid, aid } }, label: shell("clients") }}
    >
      <Await of={workspace}>
        {({ value }) => (
          <Wizard
            tid={tid}
            workspace={value}
            clientID={client}
            onClient={(made) => void navigate({ search: { client: made } })}
          />
        )}
      </Await>
    </Page>
  );
}

interface WizardProps {
  tid: string;
  workspace: Schemas["Workspace"];
  /** The application that was made, once there is one: the address names it, so that the last step can be come back to. */
  clientID?: string;
  onClient: (clientID: string) => void;
}

function Wizard({ tid, workspace, clientID, onClient }: WizardProps) {
  const t = useText(welcomeText);
  const queries = useQueryClient();
  const [kind, setKind] = useState<Kind | null>(null);
  if (clientID) {
    return <LastStep key={clientID} tid={tid} workspace={workspace} clientID={clientID} />;
  }
  const hold = (made: Made) => {
    const { client_id } = made.client;
    queries.setQueryData(madeKey(tid, workspace.aid, client_id), made);
    onClient(client_id);
  };
  return (
    <>
      <Section title={t("kindTitle")} lead={t("step", { n: 1 })}>
        <RadioTiles label={t("kindTitle")} labelled options={kinds} value={kind} onChange={setKind}>
          {(each) => (
            <>
              <span className="tile-icon">
                <Icon name={kindIcon[each]} size={20} />
              </span>
              <span>
                <Text fw={600}>{t(each)}</Text>
                <Text size="sm" c="dimmed">
                  {t(`${each}_body`)}
                </Text>
              </span>
            </>
          )}
        </RadioTiles>
      </Section>
      {kind && <Details key={kind} tid={tid} workspace={workspace} kind={kind} onMade={hold} />}
    </>
  );
}

/** The last step for an application: with what was made here, or without, where the page was loaded anew. */
function LastStep({ tid, workspace, clientID }: { tid: string; workspace: Schemas["Workspace"]; clientID: string }) {
  const { value: made, hold } = useMade(tid, workspace.aid, clientID);
  const asked = useQuery({ ...clientQuery(tid, workspace.aid, clientID), enabled: !made });
  if (made) {
    return <Finish tid={tid} workspace={workspace} made={made} onTaken={() => hold({ ...made, taken: true })} />;
  }
  return (
    <Await of={asked}>
      {({ value }) => (
        <Finish tid={tid} workspace={workspace} made={{ client: value, taken: true }} onTaken={() => undefined} />
      )}
    </Await>
  );
}

function Details({
  tid,
  workspace,
  kind,
  onMade,
}: {
  tid: string;
  workspace: Schemas["Workspace"];
  kind: Kind;
  onMade: (made: Made) => void;
}) {
  const t = useText(welcomeText);
  const queries = useQueryClient();
  const { aid } = workspace;
  const offered = methodsFor(kind).filter((method) => workspace.token_endpoint_auth_methods?.includes(method));
  const form = useForm({
    initialValues: {
      client_name: "",
      redirect_uris: suggestedRedirect[kind],
      token_endpoint_auth_method: offered[0] ?? "client_secret_basic",
    },
    validate: {
      client_name: (value) => (value.trim() ? null : t("required")),
      redirect_uris: (value) => (kind === "machine" || value ? null : t("required")),
    },
  });
  const { send, error, rest, busy } = useSend(form, ["client_name", "redirect_uris", "token_endpoint_auth_method"]);
  const method = form.values.token_endpoint_auth_method;
  const withKey = !isPublic(kind) && method === "private_key_jwt";
  const submit = form.onSubmit((values) =>
    send(async () => {
      const pair = withKey ? await generateKeyPair("ES256") : undefined;
      const { client_secret, ...client } = await take(
        api.POST("/tenants/{tid}/workspaces/{aid}/clients", {
          params: { path: { tid, aid } },
          body: registrationOf(
            kind,
            values.client_name.trim(),
            values.redirect_uris.trim(),
            method,
            pair?.publicJwk,
            pair && "ES256",
          ),
        }),
      );
      void queries.invalidateQueries({ queryKey: keyOf.in(tid, aid, "clients") });
      onMade({
        client,
        secret: client_secret,
        privateKey: pair?.privatePem,
        kid: pair?.publicJwk.kid,
        taken: false,
      });
    }),
  );
  return (
    <Section title={t(isPublic(kind) ? "detailsPublic" : "details")} lead={t("step", { n: 2 })}>
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <TextInput
            label={t("name")}
            description={t(kind === "machine" ? "nameHelpMachine" : "nameHelp")}
            maxLength={200}
            autoComplete="off"
            {...form.getInputProps("client_name")}
          />
          {kind !== "machine" && (
            <TextInput
              label={t("redirect")}
              description={<Rich>{`${t(`redirectHelp_${kind}`)} ${t("redirectSuggestion")}`}</Rich>}
              type="url"
              maxLength={2048}
              spellCheck={false}
              {...form.getInputProps("redirect_uris")}
            />
          )}
          {!isPublic(kind) && (
            <MethodTiles
              starting
              label={t("proof")}
              methods={offered}
              value={method}
              onChange={(value) => form.setFieldValue("token_endpoint_auth_method", value)}
            />
          )}
          {form.errors.token_endpoint_auth_method && (
            <Alert className="problem" icon={<Icon name="warning" />}>
              {form.errors.token_endpoint_auth_method}
            </Alert>
          )}
          {error != null && <ProblemAlert error={error} extra={rest.length ? rest : undefined} />}
          <Group justify="flex-end">
            <Button type="submit" size="md" loading={busy}>
              {t(withKey ? "createKey" : "create")}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
