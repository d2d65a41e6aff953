import { Alert, Button, Group, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { Schemas } from "~/api/client";
import type { TraceLine } from "~/api/traces";
import { useText } from "~/app/text";
import { Icon } from "~/ui/Icon";
import { Rich } from "~/ui/Rich";
import { Why } from "../explain/Why";
import { welcomeText } from "./welcomeText";

interface FirstTokenProps {
  tid: string;
  aid: string;
  client: Schemas["Client"];
  received: boolean;
  refused?: TraceLine;
}

/** How far the application is, in sight wherever the page is scrolled to; below it, why it is no further. */
export function FirstToken({ tid, aid, client, received, refused }: FirstTokenProps) {
  const t = useText(welcomeText);
  return (
    <>
      <div className="first-token" aria-live="polite">
        {received ? (
          <Received tid={tid} aid={aid} client={client} />
        ) : refused ? (
          <Alert className="problem" icon={<Icon name="warning" />} title={t("refused")}>
            <Text size="sm">
              <Rich>{t("refusedBody", { error: refused.error ?? "" })}</Rich>
            </Text>
          </Alert>
        ) : (
          <Alert icon={<span className="dot" data-live data-tone="warn" />} title={t("waiting")}>
            <Text size="sm">{t("waitingBody")}</Text>
          </Alert>
        )}
      </div>
      {refused && !received && (
        <section className="card" aria-label={t("refusedWhy")}>
          <Why key={refused.trace_id} tid={tid} aid={aid} traceID={refused.trace_id} />
        </section>
      )}
    </>
  );
}

function Received({ tid, aid, client }: { tid: string; aid: string; client: Schemas["Client"] }) {
  const t = useText(welcomeText);
  const params = { tid, aid };
  return (
    <Alert className="good" icon={<Icon name="check" />} title={t("received")}>
      <Text size="sm" mb="sm">
        {t("receivedBody")}
      </Text>
      <Group gap="xs">
        <Button
          size="xs"
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
          size="xs"
          variant="default"
          renderRoot={(props) => (
            <Link
              {...props}
              to="/console/$tid/workspaces/$aid/services"
              params={params}
              search={{ client: client.client_id }}
            />
          )}
        >
          {t("toServices")}
        </Button>
      </Group>
    </Alert>
  );
}
