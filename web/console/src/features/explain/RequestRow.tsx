import { Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { TraceLine } from "~/api/traces";
import { useText } from "~/app/text";
import { Icon } from "~/ui/Icon";
import { Time } from "~/ui/time";
import { explainText } from "./explainText";

const good = ["success", "issued", "active", "redirected"];

export const outcomeTone = (outcome: string) => (good.includes(outcome) ? "good" : "bad");

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
  clientName?: string;
}) {
  const t = useText(explainText);
  const endpoint = useEndpointName();
  const tone = outcomeTone(trace.outcome);
  return (
    <Link
      to="/console/$tid/workspaces/$aid/explain/$traceId"
      params={{ tid, aid, traceId: trace.trace_id }}
      className="request"
    >
      <span className="dot" data-tone={tone} />
      <span className="request-what">
        <Text span fw={600} size="sm">
          {endpoint(trace.endpoint)} {tone === "good" ? t("granted") : t("refused")}
          {trace.error && <code className="request-code">{trace.error}</code>}
        </Text>
        <Text span size="sm" c="dimmed" className="request-why">
          {trace.reason}
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
