import { Anchor, Loader, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { isProblem } from "~/api/problem";
import { traceQuery } from "~/api/queries";
import { useText } from "~/app/text";
import { ProblemAlert } from "~/ui/Problem";
import { Said } from "~/ui/Said";
import { askerOf, Checks } from "./Checks";
import { explainText } from "./explainText";
import { useServerWords } from "./serverWords";

/** Why a request was refused: the checks that did not hold, where the refusal is seen. */
export function Why({ tid, aid, traceID }: { tid: string; aid: string; traceID: string }) {
  const t = useText(explainText);
  const { say } = useServerWords();
  const trace = useQuery({
    ...traceQuery(tid, aid, traceID),
    enabled: traceID !== "",
  });
  if (traceID === "" || (isProblem(trace.error) && trace.error.status === 404)) {
    return (
      <Text size="sm" c="dimmed">
        {t("notFound")}
      </Text>
    );
  }
  if (trace.isPending) {
    return (
      <Text size="sm" c="dimmed" role="status">
        <Loader size={14} /> {t("lookingUp")}
      </Text>
    );
  }
  if (!trace.data) {
    return <ProblemAlert error={trace.error} onRetry={() => void trace.refetch()} />;
  }
  const failed = trace.data.checks.filter((check) => check.result === "fail");
  return (
    <div className="why" role="status">
      {trace.data.reason && (
        <Text size="sm" mb="xs">
          <Said parts={say(trace.data.reason)} />
        </Text>
      )}
      {failed.length > 0 && <Checks of={failed} asker={askerOf(tid, aid, trace.data)} />}
      <ExplanationLink tid={tid} aid={aid} traceID={traceID} />
    </div>
  );
}

export function ExplanationLink({ tid, aid, traceID }: { tid: string; aid: string; traceID: string }) {
  const t = useText(explainText);
  return (
    <Anchor
      size="sm"
      renderRoot={(props) => (
        <Link {...props} to="/console/$tid/workspaces/$aid/explain/$traceId" params={{ tid, aid, traceId: traceID }} />
      )}
    >
      {t("allChecks")}
    </Anchor>
  );
}
