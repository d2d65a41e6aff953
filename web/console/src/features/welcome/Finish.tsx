import { Alert, Anchor, Stack, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useEffect } from "react";
import type { Schemas } from "~/api/client";
import { useText } from "~/app/text";
import { interactiveSnippets } from "~/snippets/interactive";
import { machineSnippets } from "~/snippets/machine";
import { Snippets } from "~/snippets/Snippets";
import { targetOf } from "~/snippets/target";
import { usesSecret } from "~/snippets/types";
import { CopyInline, DownloadButton, OnTaken } from "~/ui/Copy";
import { Icon } from "~/ui/Icon";
import { Section } from "~/ui/Page";
import { Rich } from "~/ui/Rich";
import { ShownOnce } from "~/ui/Secret";
import { DemoUsers } from "./DemoUsers";
import { FirstToken } from "./FirstToken";
import { useFirstToken } from "./firstToken";
import { KeepGuard } from "./KeepGuard";
import { kindOf } from "./kinds";
import type { Made } from "./made";
import { welcomeText } from "./welcomeText";

interface FinishProps {
  tid: string;
  workspace: Schemas["Workspace"];
  made: Made;
  /** Told once what is shown here alone has been copied or saved. */
  onTaken: () => void;
}

/** The last step: credentials, code to run, and the moment when the token is there. */
export function Finish({ tid, workspace, made, onTaken }: FinishProps) {
  const t = useText(welcomeText);
  const { client, secret, privateKey } = made;
  const { aid } = workspace;
  const shownOnce = secret ?? privateKey;
  const machine = kindOf(client) === "machine";
  const { received, refused } = useFirstToken(tid, aid, client);
  useEffect(() => {
    window.scrollTo({ top: 0 });
    document.getElementById("page-title")?.focus({ preventScroll: true });
  }, []);
  const target = targetOf(workspace, client, { secret, ...(made.kid ? { kid: made.kid } : {}) });
  const kept = !shownOnce && (usesSecret(client.token_endpoint_auth_method) ? "secret" : "key");
  const take = (value: string) => {
    if (shownOnce && value.includes(shownOnce.trim())) {
      onTaken();
    }
  };
  return (
    <OnTaken value={take}>
      {shownOnce && !made.taken && !received && <KeepGuard what={secret ? "Secret" : "Key"} />}
      <FirstToken tid={tid} aid={aid} client={client} received={received} refused={refused} />
      <Section title={t("created", { name: client.client_name || client.client_id })} lead={t("step", { n: 3 })}>
        <div onCopy={() => take(window.getSelection()?.toString() ?? "")}>
          <Credentials tid={tid} aid={aid} made={made} />
        </div>
      </Section>
      {!machine && <DemoUsers tid={tid} workspace={workspace} />}
      <Section title={t("snippet")} lead={t(kept === "secret" ? "snippetKept" : "snippetLead")}>
        <div onCopy={() => take(window.getSelection()?.toString() ?? "")}>
          <Snippets of={machine ? machineSnippets(target) : interactiveSnippets(target)} />
        </div>
      </Section>
    </OnTaken>
  );
}

function Credentials({ tid, aid, made: { client, secret, privateKey } }: { tid: string; aid: string; made: Made }) {
  const t = useText(welcomeText);
  const method = client.token_endpoint_auth_method;
  if (secret) {
    return (
      <ShownOnce
        values={[
          { label: "CLIENT_ID", value: client.client_id },
          { label: "CLIENT_SECRET", value: secret },
        ]}
        file={`${client.client_id}.env`}
      />
    );
  }
  return (
    <Stack>
      <div>
        {method === "none" && (
          <Text size="sm" c="dimmed" mb={4}>
            {t("publicNote")}
          </Text>
        )}
        <Text component="div">
          client_id <CopyInline value={client.client_id} thing="client_id" />
        </Text>
      </div>
      {privateKey ? (
        <Alert className="once" icon={<Icon name="key" />} title={t("keyTitle")}>
          <Text size="sm" mb="sm">
            <Rich>{t("keyBody")}</Rich>
          </Text>
          <DownloadButton content={privateKey} name="client-key.pem" label={t("keySave")} primary />
        </Alert>
      ) : (
        method !== "none" && <Gone tid={tid} aid={aid} client={client} />
      )}
    </Stack>
  );
}

/** That what was shown once is not here any more, and where there is another. */
function Gone({ tid, aid, client }: { tid: string; aid: string; client: Schemas["Client"] }) {
  const t = useText(welcomeText);
  const what = usesSecret(client.token_endpoint_auth_method) ? "Secret" : "Key";
  return (
    <Alert icon={<Icon name="info" />} title={t(`gone${what}`)}>
      <Text size="sm" mb="xs">
        {t(`gone${what}Body`)}
      </Text>
      <Anchor
        size="sm"
        renderRoot={(props) => (
          <Link
            {...props}
            to="/console/$tid/workspaces/$aid/clients/$clientId"
            params={{ tid, aid, clientId: client.client_id }}
          />
        )}
      >
        {t(`gone${what}Do`)}
      </Anchor>
    </Alert>
  );
}
