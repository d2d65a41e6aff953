import { ActionIcon, Badge, Button, Group, Text } from "@mantine/core";
import { useState } from "react";
import { useText } from "~/app/text";
import { Icon } from "~/ui/Icon";
import { Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { AddFederation } from "./AddFederation";
import { clientText } from "./clientText";
import { type Shown, useMayWrite, usePatch } from "./context";
import { LastUse } from "./Health";

/** Workloads whose platform's tokens prove the client. */
export function Federated({ shown }: { shown: Shown }) {
  const t = useText(clientText);
  const may = useMayWrite(shown.tid, shown.aid) && !shown.client.built_in;
  const [adding, setAdding] = useState(false);
  const patch = usePatch(shown, t("federatedRemoved"));
  const trusted = shown.client.federated_credentials ?? [];
  return (
    <Section
      title={t("federated")}
      lead={t("federatedLead")}
      actions={
        may && (
          <Button
            variant="default"
            size="xs"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => setAdding(true)}
          >
            {t("federatedAdd")}
          </Button>
        )
      }
    >
      {trusted.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("federatedNone")}
        </Text>
      ) : (
        <ul className="rows">
          {trusted.map((each) => (
            <li key={each.name}>
              <div>
                <Group gap="xs">
                  <Text fw={600} size="sm">
                    {each.name}
                  </Text>
                  {each.preset && <Badge color="gray">{t(`preset_${each.preset}`)}</Badge>}
                  {each.single_use && <Badge color="gray">{t("federatedOnce")}</Badge>}
                </Group>
                <div className="row-sub">{each.subject}</div>
                <div className="row-sub">{each.issuer}</div>
                {Object.entries(each.claims ?? {}).map(([name, value]) => (
                  <div key={name} className="row-sub">
                    {name} = {value}
                  </div>
                ))}
                <LastUse shown={shown} kind="federated" id={each.name} />
              </div>
              {may && (
                <ActionIcon
                  variant="subtle"
                  color="red"
                  aria-label={`${t("keyRemove")} ${each.name}`}
                  onClick={() =>
                    patch.mutate({ federated_credentials: trusted.filter((other) => other.name !== each.name) })
                  }
                >
                  <Icon name="trash" size={16} />
                </ActionIcon>
              )}
            </li>
          ))}
        </ul>
      )}
      {patch.error && <ProblemAlert error={patch.error} />}
      {adding && <AddFederation shown={shown} onClose={() => setAdding(false)} />}
    </Section>
  );
}
