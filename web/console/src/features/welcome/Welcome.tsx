import { Alert, Button, Group, Stack, Text, TextInput, UnstyledButton } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { api, type Schemas, take } from "~/api/client";
import { keyOf, workspaceQuery, workspacesQuery } from "~/api/queries";
import { shellText } from "~/app/shellText";
import { useText } from "~/app/text";
import { generateKeyPair } from "~/crypto/jwk";
import { useSend } from "~/ui/form";
import { Icon } from "~/ui/Icon";
import { Await, Empty, Page, Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { MethodTiles } from "../client/MethodTiles";
import { Finish } from "./Finish";
import { isPublic, type Kind, kindIcon, kinds, registrationOf, suggestedRedirect } from "./kinds";
import { welcomeText } from "./welcomeText";

/** The first steps of a tenant, in the workspace where its applications live. */
export function Welcome() {
  const t = useText(welcomeText);
  const { tid } = useParams({ from: "/console/$tid" });
  const list = useQuery(workspacesQuery(tid));
  return (
    <Await of={list}>
      {({ items }) => {
        const workspace = items.find((w) => w.aid === "default") ?? items.find((w) => w.aid !== "admin");
        return workspace ? (
          <Page title={t("welcome")} lead={t("welcomeLead", { issuer: workspace.issuer })} narrow>
            <Wizard tid={tid} workspace={workspace} />
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
  const workspace = useQuery(workspaceQuery(tid, aid));
  return (
    <Page
      title={t("newClient")}
      lead={t("newClientLead")}
      narrow
      up={{ link: { to: "/console/$tid/workspaces/$aid/clients", params: { tid, aid } }, label: shell("clients") }}
    >
      <Await of={workspace}>{({ value }) => <Wizard tid={tid} workspace={value} />}</Await>
    </Page>
  );
}

export interface Made {
  kind: Kind;
  client: Schemas["Client"];
  secret?: string;
  privateKey?: string;
  kid?: string;
}

function Wizard({ tid, workspace }: { tid: string; workspace: Schemas["Workspace"] }) {
  const t = useText(welcomeText);
  const [kind, setKind] = useState<Kind | null>(null);
  const [made, setMade] = useState<Made | null>(null);
  if (made) {
    return <Finish tid={tid} workspace={workspace} made={made} />;
  }
  return (
    <>
      <Section title={t("kindTitle")} lead={t("step", { n: 1 })}>
        <div className="tiles" role="radiogroup" aria-label={t("kindTitle")}>
          {kinds.map((each) => (
            <UnstyledButton
              key={each}
              role="radio"
              aria-checked={kind === each}
              className="tile"
              onClick={() => setKind(each)}
            >
              <span className="tile-icon">
                <Icon name={kindIcon[each]} size={20} />
              </span>
              <span>
                <Text fw={600}>{t(each)}</Text>
                <Text size="sm" c="dimmed">
                  {t(`${each}_body`)}
                </Text>
              </span>
            </UnstyledButton>
          ))}
        </div>
      </Section>
      {kind && <Details key={kind} tid={tid} workspace={workspace} kind={kind} onMade={setMade} />}
    </>
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
  const offered = (
    kind === "machine"
      ? ["client_secret_basic", "private_key_jwt", "client_secret_jwt"]
      : ["client_secret_basic", "client_secret_post"]
  ).filter((method) => workspace.token_endpoint_auth_methods?.includes(method));
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
  const withKey = kind === "machine" && method === "private_key_jwt";
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);
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
      onMade({ kind, client, secret: client_secret, privateKey: pair?.privatePem, kid: pair?.publicJwk.kid });
    }),
  );
  return (
    <Section title={t(isPublic(kind) ? "detailsPublic" : "details")} lead={t("step", { n: 2 })}>
      <form onSubmit={submit} noValidate>
        <Stack gap="md">
          <TextInput
            ref={first}
            label={t("name")}
            description={t("nameHelp")}
            maxLength={200}
            autoComplete="off"
            {...form.getInputProps("client_name")}
          />
          {kind !== "machine" && (
            <TextInput
              label={t("redirect")}
              description={t("redirectHelp")}
              type="url"
              maxLength={2048}
              spellCheck={false}
              {...form.getInputProps("redirect_uris")}
            />
          )}
          {!isPublic(kind) && (
            <MethodTiles
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
