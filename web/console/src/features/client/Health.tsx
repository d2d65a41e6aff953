import { Badge, Group, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, type Schemas, take } from "~/api/client";
import { keyOf } from "~/api/queries";
import { useText } from "~/app/text";
import { Icon } from "~/ui/Icon";
import { Await, Section } from "~/ui/Page";
import { Rich } from "~/ui/Rich";
import { Time } from "~/ui/time";
import type { Shown } from "./context";
import { healthText } from "./healthText";
import { MethodName } from "./Strength";

type Credentials = Schemas["ClientCredentials"];
type Finding = Schemas["CredentialFinding"] & { of?: Schemas["Credential"] };

const weight = { critical: 0, warning: 1, info: 2 } as const;
const colour = { critical: "red", warning: "yellow", info: "gray" } as const;

const credentialsQuery = (tid: string, aid: string, client_id: string) => ({
  queryKey: keyOf.in(tid, aid, "client", client_id, "credentials"),
  queryFn: () =>
    take(
      api.GET("/tenants/{tid}/workspaces/{aid}/clients/{client_id}/credentials", {
        params: { path: { tid, aid, client_id } },
      }),
    ),
  refetchInterval: 10_000,
});

/** All findings, the client's and its credentials', the most urgent first. */
function findingsOf(credentials: Credentials): Finding[] {
  const each = credentials.credentials.flatMap((of) => of.findings.map((finding) => ({ ...finding, of })));
  return [...credentials.findings, ...each].sort((a, b) => weight[a.severity] - weight[b.severity]);
}

/** What concerns the client's credentials, and what to do about it. */
export function Health({ shown: { tid, aid, client } }: { shown: Shown }) {
  const t = useText(healthText);
  const asked = useQuery(credentialsQuery(tid, aid, client.client_id));
  return (
    <Section title={t("title")}>
      <Await of={asked} lines={3}>
        {(credentials) => {
          const findings = findingsOf(credentials);
          return findings.length === 0 && credentials.advice.length === 0 ? (
            <Group gap="xs" wrap="nowrap">
              <Icon name="check" />
              <Text size="sm" c="dimmed">
                {t("fine")}
              </Text>
            </Group>
          ) : (
            <div className="stack">
              {findings.length > 0 && (
                <ul className="rows">
                  {findings.map((finding) => (
                    <FindingRow key={`${finding.code} ${finding.of?.id ?? ""}`} finding={finding} />
                  ))}
                </ul>
              )}
              {credentials.advice.length > 0 && (
                <div>
                  <Title order={3} mb="xs">
                    {t("next")}
                  </Title>
                  <ol className="steps">
                    {credentials.advice.map((advice) => (
                      <li key={`${advice.code} ${advice.id ?? ""}`}>
                        {`do_${advice.code}` in healthText.en ? (
                          <Rich>{t(`do_${advice.code}`)}</Rich>
                        ) : (
                          <span lang="en">{advice.detail}</span>
                        )}
                      </li>
                    ))}
                  </ol>
                </div>
              )}
            </div>
          );
        }}
      </Await>
    </Section>
  );
}

function FindingRow({ finding }: { finding: Finding }) {
  const t = useText(healthText);
  const known = finding.code in healthText.en;
  return (
    <li>
      <div>
        <Text size="sm" fw={600}>
          {known ? <Rich>{t(finding.code)}</Rich> : <span lang="en">{finding.detail}</span>}
        </Text>
        <Text size="sm" c="dimmed">
          {known ? <Rich>{t(`${finding.code}_fix`)}</Rich> : <span lang="en">{finding.fix}</span>}
        </Text>
        {finding.of && (
          <div className="row-sub">
            {t("concerns")}: {t(`kind_${finding.of.kind}`)} {finding.of.label || finding.of.id}
          </div>
        )}
      </div>
      <Badge color={colour[finding.severity]}>{t(`severity_${finding.severity}`)}</Badge>
    </li>
  );
}

/** Which of the methods the client has really used, and when. */
export function MethodUse({ shown: { tid, aid, client } }: { shown: Shown }) {
  const t = useText(healthText);
  const asked = useQuery(credentialsQuery(tid, aid, client.client_id));
  const methods = asked.data?.methods ?? [];
  if (methods.length < 2) {
    return null;
  }
  return (
    <div className="method-use">
      <Text size="sm" fw={600} mb={4}>
        {t("usage")}
      </Text>
      <ul>
        {methods.map((use) => (
          <li key={use.method}>
            <span className="dot" data-tone={use.uses > 0 ? "good" : undefined} />
            <MethodName method={use.method} />
            <Text span size="sm" c="dimmed">
              {t(use.registered)} ·{" "}
              {use.last_used_at ? (
                <>
                  {t("uses", { count: use.uses })}, {t("last")} <Time at={use.last_used_at} />
                </>
              ) : (
                t("unused")
              )}
            </Text>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** When a credential was last used; nothing while it is not known. */
export function LastUse({
  shown: { tid, aid, client },
  kind,
  id,
}: {
  shown: Shown;
  kind: Schemas["Credential"]["kind"];
  id: string;
}) {
  const t = useText(healthText);
  const asked = useQuery(credentialsQuery(tid, aid, client.client_id));
  const found = asked.data?.credentials.find((each) => each.kind === kind && each.id === id);
  if (!found) {
    return null;
  }
  return (
    <Text size="sm" c="dimmed" component="div">
      {found.last_used_at ? (
        <>
          {t("uses", { count: found.uses })}, {t("last")} <Time at={found.last_used_at} />
        </>
      ) : (
        t("unused")
      )}
    </Text>
  );
}
