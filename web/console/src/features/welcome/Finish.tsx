import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import { api, type Schemas, take } from "~/api/client";
import { keyOf } from "~/api/queries";
import { useText } from "~/app/text";
import { interactiveSnippets } from "~/snippets/interactive";
import { machineSnippets } from "~/snippets/machine";
import { Snippets } from "~/snippets/Snippets";
import { targetOf } from "~/snippets/target";
import { useAct } from "~/ui/act";
import { CopyInline, DownloadButton } from "~/ui/Copy";
import { Icon } from "~/ui/Icon";
import { Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { Rich } from "~/ui/Rich";
import { ShownOnce } from "~/ui/Secret";
import { useFirstToken } from "./firstToken";
import type { Made } from "./Welcome";
import { welcomeText } from "./welcomeText";

/** The last step: credentials, code to run, and the moment when the token is there. */
export function Finish({ tid, workspace, made }: { tid: string; workspace: Schemas["Workspace"]; made: Made }) {
  const t = useText(welcomeText);
  const { client, secret, privateKey } = made;
  useEffect(() => {
    window.scrollTo({ top: 0 });
    document.getElementById("page-title")?.focus({ preventScroll: true });
  }, []);
  const target = targetOf(workspace, client, { secret, ...(made.kid ? { kid: made.kid } : {}) });
  return (
    <>
      <Section title={t("created", { name: client.client_name ?? client.client_id })} lead={t("step", { n: 3 })}>
        <Stack>
          {secret ? (
            <ShownOnce
              values={[
                { label: "CLIENT_ID", value: client.client_id },
                { label: "CLIENT_SECRET", value: secret },
              ]}
              file={`${client.client_id}.env`}
            />
          ) : (
            <div>
              {!privateKey && (
                <Text size="sm" c="dimmed" mb={4}>
                  {t("publicNote")}
                </Text>
              )}
              <Text component="div">
                client_id <CopyInline value={client.client_id} thing="client_id" />
              </Text>
            </div>
          )}
          {privateKey && (
            <Alert className="once" icon={<Icon name="key" />} title={t("keyTitle")}>
              <Text size="sm" mb="sm">
                <Rich>{t("keyBody")}</Rich>
              </Text>
              <DownloadButton content={privateKey} name="client-key.pem" label={t("keySave")} primary />
            </Alert>
          )}
        </Stack>
      </Section>
      {made.kind !== "machine" && <DemoUsers tid={tid} workspace={workspace} />}
      <Section title={t("snippet")} lead={t("snippetLead")}>
        <Snippets of={made.kind === "machine" ? machineSnippets(target) : interactiveSnippets(target)} />
      </Section>
      <FirstToken tid={tid} aid={workspace.aid} client={client} />
    </>
  );
}

function DemoUsers({ tid, workspace }: { tid: string; workspace: Schemas["Workspace"] }) {
  const t = useText(welcomeText);
  const { aid } = workspace;
  const make = useAct(
    () =>
      take(
        api.PATCH("/tenants/{tid}/workspaces/{aid}", { params: { path: { tid, aid } }, body: { demo_users: true } }),
      ),
    {
      stale: [[...keyOf.in(tid, aid), "self"], keyOf.in(tid, aid, "users")],
    },
  );
  if (workspace.demo_users && !make.data) {
    return null;
  }
  return (
    <Section title={t("demoTitle")} lead={t("demoBody")}>
      {make.data?.demo_credentials ? (
        <ShownOnce
          note={t("demoNote")}
          values={make.data.demo_credentials.map(({ username, password }) => ({ label: username, value: password }))}
        />
      ) : (
        <Button
          variant="default"
          loading={make.isPending}
          onClick={() => make.mutate()}
          leftSection={<Icon name="people" size={16} />}
        >
          {t("demoMake")}
        </Button>
      )}
      {make.error && <ProblemAlert error={make.error} />}
    </Section>
  );
}

function FirstToken({ tid, aid, client }: { tid: string; aid: string; client: Schemas["Client"] }) {
  const t = useText(welcomeText);
  const { received, refused } = useFirstToken(tid, aid, client);
  const params = { tid, aid };
  return (
    <div aria-live="polite">
      {received ? (
        <Alert className="good" icon={<Icon name="check" />} title={t("received")}>
          <Text size="sm" mb="sm">
            {t("receivedBody")}
          </Text>
          <Group gap="xs">
            <Button
              renderRoot={(props) => (
                <Link
                  {...props}
                  to="/console/$tid/workspaces/$aid/clients/$clientId"
                  params={{ ...params, clientId: client.client_id }}
                />
              )}
            >
              {t("toClient")}
            </Button>
            <Button
              variant="default"
              renderRoot={(props) => <Link {...props} to="/console/$tid/workspaces/$aid/services" params={params} />}
            >
              {t("toServices")}
            </Button>
          </Group>
        </Alert>
      ) : (
        <Alert icon={<span className="dot" data-live data-tone="warn" />} title={t("waiting")}>
          <Text size="sm">{t("waitingBody")}</Text>
          {refused && (
            <Group gap="xs" mt="sm">
              <Text size="sm" c="var(--color-danger)">
                {t("refused", { reason: refused.reason ?? refused.error ?? "" })}
              </Text>
              <Button
                size="xs"
                variant="default"
                renderRoot={(props) => (
                  <Link
                    {...props}
                    to="/console/$tid/workspaces/$aid/explain/$traceId"
                    params={{ ...params, traceId: refused.trace_id }}
                  />
                )}
              >
                {t("refusedMore")}
              </Button>
            </Group>
          )}
        </Alert>
      )}
    </div>
  );
}
