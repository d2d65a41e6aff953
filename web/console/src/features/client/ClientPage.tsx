import { Alert, Badge, Button, Tabs, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { clientQuery } from "~/api/queries";
import { shellText } from "~/app/shellText";
import { useText } from "~/app/text";
import { usesSecret } from "~/snippets/types";
import { CopyInline } from "~/ui/Copy";
import { Icon } from "~/ui/Icon";
import { Loading, Page } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { ClientCode } from "./ClientCode";
import { ClientRequests } from "./ClientRequests";
import { ClientSettings } from "./ClientSettings";
import { clientText } from "./clientText";
import { keysOf, type Shown } from "./context";
import { Federated } from "./Federated";
import { Health } from "./Health";
import { Keys } from "./Keys";
import { Proof } from "./Proof";
import { Secrets } from "./Secrets";
import { TestProof } from "./TestProof";
import { TlsIdentity } from "./TlsIdentity";

const tabs = ["proof", "code", "requests", "settings"] as const;
type Tab = (typeof tabs)[number];

export function ClientPage() {
  const t = useText(clientText);
  const shell = useText(shellText);
  const { tid, aid, clientId } = useParams({ from: "/console/$tid/workspaces/$aid/clients/$clientId" });
  const search = useSearch({ from: "/console/$tid/workspaces/$aid/clients/$clientId" });
  const navigate = useNavigate({ from: "/console/$tid/workspaces/$aid/clients/$clientId" });
  const asked = useQuery(clientQuery(tid, aid, clientId));
  const up = {
    link: { to: "/console/$tid/workspaces/$aid/clients", params: { tid, aid } },
    label: shell("clients"),
  } as const;
  const tab: Tab = tabs.find((name) => name === search.tab) ?? "proof";
  if (!asked.data) {
    return (
      <Page title={clientId} up={up}>
        {asked.error ? (
          <ProblemAlert error={asked.error} onRetry={() => void asked.refetch()} />
        ) : (
          <Loading lines={6} />
        )}
      </Page>
    );
  }
  const shown: Shown = { tid, aid, client: asked.data.value, etag: asked.data.etag };
  const { client } = shown;
  return (
    <Page
      title={client.client_name || client.client_id}
      up={up}
      badges={
        <>
          {client.token_endpoint_auth_method === "none" && <Badge color="gray">{t("public")}</Badge>}
          {client.built_in && <Badge color="gray">{t("builtIn")}</Badge>}
          {client.disabled && <Badge color="red">{t("disabled")}</Badge>}
        </>
      }
      actions={
        <Button
          variant="default"
          leftSection={<Icon name="play" size={16} />}
          renderRoot={(props) => (
            <Link
              {...props}
              to="/console/$tid/workspaces/$aid/playground"
              params={{ tid, aid }}
              search={{ client_id: client.client_id }}
            />
          )}
        >
          {t("playground")}
        </Button>
      }
      lead={
        <Text size="sm" component="div" c="dimmed">
          {t("clientID")} <CopyInline value={client.client_id} thing={t("clientID")} />
        </Text>
      }
    >
      {client.built_in && <Alert icon={<Icon name="info" />}>{t("readOnly")}</Alert>}
      <Tabs
        value={tab}
        onChange={(next) => next && void navigate({ search: next === "proof" ? {} : { tab: next }, replace: true })}
        keepMounted={false}
      >
        <Tabs.List mb="lg">
          <Tabs.Tab value="proof">{t("tabProof")}</Tabs.Tab>
          <Tabs.Tab value="code">{t("tabCode")}</Tabs.Tab>
          <Tabs.Tab value="requests">{t("tabRequests")}</Tabs.Tab>
          <Tabs.Tab value="settings">{t("tabSettings")}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="proof" className="stack">
          <ProofTab shown={shown} />
        </Tabs.Panel>
        <Tabs.Panel value="code" className="stack">
          <ClientCode shown={shown} />
        </Tabs.Panel>
        <Tabs.Panel value="requests" className="stack">
          <ClientRequests shown={shown} />
        </Tabs.Panel>
        <Tabs.Panel value="settings" className="stack">
          <ClientSettings key={shown.etag} shown={shown} />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

/** The method, and what each method in force rests on. */
function ProofTab({ shown }: { shown: Shown }) {
  const { client } = shown;
  const methods = [client.token_endpoint_auth_method, client.token_endpoint_auth_method_previous?.method ?? ""];
  const uses = (...names: string[]) => methods.some((method) => names.includes(method));
  return (
    <>
      <Proof shown={shown} />
      <TestProof shown={shown} />
      <Health shown={shown} />
      {methods.some(usesSecret) && <Secrets shown={shown} />}
      {(uses("private_key_jwt", "self_signed_tls_client_auth") || keysOf(client).length > 0 || client.jwks_uri) && (
        <Keys shown={shown} />
      )}
      {uses("tls_client_auth") && <TlsIdentity key={shown.etag} shown={shown} />}
      {(uses("private_key_jwt") || (client.federated_credentials?.length ?? 0) > 0) && <Federated shown={shown} />}
    </>
  );
}
