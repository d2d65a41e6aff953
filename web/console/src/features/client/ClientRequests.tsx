import { Button, Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { api, take } from "~/api/client";
import { keyOf } from "~/api/queries";
import { mergeTraces, useLiveTraces } from "~/api/traces";
import { shellText } from "~/app/shellText";
import { useText } from "~/app/text";
import { Await, Empty, Section } from "~/ui/Page";
import { RequestRow } from "../explain/RequestRow";
import { clientText } from "./clientText";
import type { Shown } from "./context";

export function ClientRequests({ shown: { tid, aid, client } }: { shown: Shown }) {
  const t = useText(clientText);
  const shell = useText(shellText);
  const { traces: fresh } = useLiveTraces(tid, aid, client.client_id);
  const kept = useQuery({
    queryKey: keyOf.in(tid, aid, "traces", "latest"),
    queryFn: () =>
      take(
        api.GET("/tenants/{tid}/workspaces/{aid}/traces", { params: { path: { tid, aid }, query: { limit: 100 } } }),
      ),
  });
  return (
    <Section
      title={t("tabRequests")}
      lead={t("requestsLead")}
      actions={
        <Button
          variant="default"
          size="xs"
          renderRoot={(props) => (
            <Link
              {...props}
              to="/console/$tid/workspaces/$aid/explain"
              params={{ tid, aid }}
              search={{ client_id: client.client_id }}
            />
          )}
        >
          {shell("explain")}
        </Button>
      }
    >
      <Await of={kept}>
        {({ items }) => {
          const mine = mergeTraces(items, fresh).filter((trace) => trace.client_id === client.client_id);
          return mine.length === 0 ? (
            <Empty icon="check" title={t("requestsNone")} />
          ) : (
            <Group gap={0} display="block" aria-live="polite">
              {mine.map((trace) => (
                <RequestRow key={trace.trace_id} tid={tid} aid={aid} trace={trace} clientName="" />
              ))}
            </Group>
          );
        }}
      </Await>
    </Section>
  );
}
