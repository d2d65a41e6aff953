import { Badge, Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { isProblem } from "~/api/problem";
import { traceQuery } from "~/api/queries";
import type { Trace } from "~/api/traces";
import { useText } from "~/app/text";
import { CopyButton, CopyInline } from "~/ui/Copy";
import { Await, Empty, Page, Section } from "~/ui/Page";
import { Said } from "~/ui/Said";
import { Time } from "~/ui/time";
import { uiText } from "~/ui/words";
import { ClientLink } from "../access/Named";
import { askerOf, Checks, isKnown } from "./Checks";
import { explainText } from "./explainText";
import { useOutcome } from "./RequestRow";
import { useServerWords } from "./serverWords";

/** The explanation as plain text, for a ticket or a colleague, as the server words it. */
function asText(trace: Trace): string {
  const lines = trace.checks.map((check) => {
    const facts = [
      check.expected && `expected ${check.expected}`,
      check.actual && `found ${check.actual}`,
      check.fix && `to do: ${check.fix}`,
    ]
      .filter(Boolean)
      .join("; ");
    return `[${check.result}] ${check.name}${facts ? `: ${facts}` : ""}`;
  });
  return [
    `${trace.at} ${trace.endpoint} ${trace.outcome} ${trace.error ?? ""}`.trim(),
    `trace_id ${trace.trace_id}`,
    `client_id ${trace.client_id ?? "-"}`,
    trace.reason ?? "",
    ...lines,
  ]
    .filter(Boolean)
    .join("\n");
}

export function ExplanationPage() {
  const t = useText(explainText);
  const ui = useText(uiText);
  const outcome = useOutcome();
  const { say } = useServerWords();
  const { tid, aid, traceId } = useParams({ from: "/console/$tid/workspaces/$aid/explain/$traceId" });
  const trace = useQuery(traceQuery(tid, aid, traceId));
  const missing = isProblem(trace.error) && trace.error.status === 404;
  return (
    <Page
      title={trace.data ? outcome(trace.data) : t("pageTitle", { id: traceId.slice(0, 8) })}
      lead={trace.data?.reason && <Said parts={say(trace.data.reason)} />}
      badges={trace.data?.error && <Badge color="red">{trace.data.error}</Badge>}
      up={{ link: { to: "/console/$tid/workspaces/$aid/explain", params: { tid, aid } }, label: t("title") }}
      actions={trace.data && <CopyButton value={asText(trace.data)} label={t("copyCase")} />}
      narrow
    >
      {missing ? (
        <div className="card">
          <Empty icon="explain" title={t("pageTitle", { id: traceId.slice(0, 8) })}>
            {t("notFound")}
          </Empty>
        </div>
      ) : (
        <>
          {trace.isPending && trace.failureCount > 0 && (
            <Text size="sm" c="dimmed" role="status">
              {t("lookingFor")}
            </Text>
          )}
          <Await of={trace} lines={6}>
            {(found) => (
              <>
                <div className="card">
                  <dl className="facts">
                    <div>
                      <dt>{t("when")}</dt>
                      <dd>
                        <Time at={found.at} exact />
                      </dd>
                    </div>
                    <div>
                      <dt>{t("client")}</dt>
                      <dd>
                        {isKnown(found) ? (
                          <ClientLink tid={tid} aid={aid} id={found.client_id ?? ""} className="row-link" />
                        ) : (
                          found.client_id || t("unknownClient")
                        )}
                      </dd>
                    </div>
                    <div>
                      <dt>{ui("traceID")}</dt>
                      <dd>
                        <CopyInline value={found.trace_id} thing={ui("traceID")} />
                      </dd>
                    </div>
                  </dl>
                </div>
                <Section title={t("checks")} lead={t("checksLead")}>
                  {found.checks.length === 0 ? (
                    <Text size="sm" c="dimmed">
                      {t("noChecks")}
                    </Text>
                  ) : (
                    <Checks of={found.checks} asker={askerOf(tid, aid, found)} />
                  )}
                </Section>
                {isKnown(found) && (
                  <div>
                    <Button
                      variant="default"
                      renderRoot={(props) => (
                        <Link
                          {...props}
                          to="/console/$tid/workspaces/$aid/clients/$clientId"
                          params={{ tid, aid, clientId: found.client_id ?? "" }}
                        />
                      )}
                    >
                      {t("openClient")}
                    </Button>
                  </div>
                )}
              </>
            )}
          </Await>
        </>
      )}
    </Page>
  );
}
