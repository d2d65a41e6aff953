import { Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { TraceLine } from "~/api/traces";
import { useText } from "~/app/text";
import { Icon } from "~/ui/Icon";
import { Said } from "~/ui/Said";
import { Time } from "~/ui/time";
import { explainText } from "./explainText";
import { useServerWords } from "./serverWords";

/** How a request ended: with what it asked for, at a page for a person, or with an error. */
const outcomes = {
  granted: { tone: "good", says: "granted" },
  interaction: { tone: undefined, says: "asked" },
  refused: { tone: "bad", says: "refused" },
} as const;

const outcomeOf = (outcome: string) => outcomes[outcome as keyof typeof outcomes] ?? outcomes.refused;
export const isRefusal = (trace: TraceLine) => outcomeOf(trace.outcome) === outcomes.refused;

/** A request and its outcome in words, such as "Token refused". */
export function useOutcome() {
  const t = useText(explainText);
  const endpoint = useEndpointName();
  return (trace: TraceLine) => `${endpoint(trace.endpoint)} ${t(outcomeOf(trace.outcome).says)}`;
}

export function useEndpointName() {
  const t = useText(explainText);
  return (endpoint: string) => (`ep_${endpoint}` in explainText.en ? t(`ep_${endpoint}` as "ep_token") : endpoint);
}

/** One request in one line, which opens its explanation. */
export function RequestRow({
  tid,
  aid,
  trace,
  clientName,
}: {
  tid: string;
  aid: string;
  trace: TraceLine;
  clientName?: ReactNode;
}) {
  const t = useText(explainText);
  const outcome = useOutcome();
  const { say } = useServerWords();
  return (
    <Link
      to="/console/$tid/workspaces/$aid/explain/$traceId"
      params={{ tid, aid, traceId: trace.trace_id }}
      className="request"
    >
      <span className="dot" data-tone={outcomeOf(trace.outcome).tone} />
      <span className="request-what">
        <Text span fw={600} size="sm">
          {outcome(trace)}
          {trace.error && <code className="request-code">{trace.error}</code>}
        </Text>
        <Text span size="sm" c="dimmed" className="request-why">
          {trace.reason && <Said parts={say(trace.reason)} />}
        </Text>
      </span>
      <span className="request-who row-sub">{clientName ?? trace.client_id ?? t("unknownClient")}</span>
      <Text span size="xs" c="dimmed" className="request-when">
        <Time at={trace.at} />
      </Text>
      <Icon name="arrow" size={16} />
    </Link>
  );
}
