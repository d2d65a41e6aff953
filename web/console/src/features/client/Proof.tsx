import { Alert, Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useLanguage, useText } from "~/app/text";
import { Icon } from "~/ui/Icon";
import { Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { absolute, relative } from "~/ui/time";
import { ChangeMethod } from "./ChangeMethod";
import { clientText } from "./clientText";
import { type Shown, useMayWrite, usePatch } from "./context";
import { MethodUse } from "./Health";
import { isMethod, methodText } from "./methods";
import { Strength } from "./Strength";

export function Proof({ shown }: { shown: Shown }) {
  const t = useText(clientText);
  const words = useText(methodText);
  const { client, tid, aid } = shown;
  const method = client.token_endpoint_auth_method;
  const may = useMayWrite(tid, aid) && !client.built_in;
  const [changing, setChanging] = useState(false);
  return (
    <Section
      title={t("method")}
      lead={t("methodLead")}
      actions={
        may &&
        method !== "none" && (
          <Button size="xs" onClick={() => setChanging(true)}>
            {t("change")}
          </Button>
        )
      }
    >
      <Group gap="sm" align="center">
        <Text fw={600} size="lg">
          {isMethod(method) ? words(method) : method}
        </Text>
        <Strength method={method} />
      </Group>
      <div className="row-sub">{method}</div>
      {isMethod(method) && (
        <Text size="sm" c="dimmed" mt="xs" maw={640}>
          {words(`${method}_body`)}
        </Text>
      )}
      {method === "none" && (
        <Text size="sm" mt="xs">
          {t("publicFixed")}
        </Text>
      )}
      <MethodUse shown={shown} />
      <Overlap shown={shown} may={may} />
      {changing && <ChangeMethod shown={shown} onClose={() => setChanging(false)} />}
    </Section>
  );
}

/** That two methods work side by side, until when, and how to end it. */
function Overlap({ shown, may }: { shown: Shown; may: boolean }) {
  const t = useText(clientText);
  const words = useText(methodText);
  const language = useLanguage();
  const previous = shown.client.token_endpoint_auth_method_previous;
  const end = usePatch(shown, t("overlapEnded"));
  if (!previous) {
    return null;
  }
  const until = new Date(previous.until);
  return (
    <Alert
      className="warn"
      icon={<Icon name="clock" />}
      mt="md"
      title={t("overlapTitle", { from: isMethod(previous.method) ? words(previous.method) : previous.method })}
    >
      <Text size="sm">
        {t("overlapBody", { until: absolute(until, language), relative: relative(until, new Date(), language) })}
      </Text>
      {end.error && <ProblemAlert error={end.error} />}
      {may && (
        <Button
          mt="sm"
          size="xs"
          variant="default"
          loading={end.isPending}
          onClick={() => end.mutate({ token_endpoint_auth_method_previous: null as never })}
        >
          {t("overlapEnd")}
        </Button>
      )}
    </Alert>
  );
}
