import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { shellText } from "~/app/shellText";
import { useText } from "~/app/text";
import { NextPage } from "~/ui/List";
import { Await, Empty, Section } from "~/ui/Page";
import { RequestRow } from "../explain/RequestRow";
import { useTraces } from "../explain/useTraces";
import { clientText } from "./clientText";
import type { Shown } from "./context";

export function ClientRequests({ shown: { tid, aid, client } }: { shown: Shown }) {
  const t = useText(clientText);
  const shell = useText(shellText);
  const { items, pages } = useTraces(tid, aid, { client_id: client.client_id });
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
      <Await of={pages}>
        {() =>
          !items?.length ? (
            <Empty icon="check" title={t("requestsNone")} />
          ) : (
            <div aria-live="polite">
              {items.map((trace) => (
                <RequestRow key={trace.trace_id} tid={tid} aid={aid} trace={trace} clientName="" />
              ))}
            </div>
          )
        }
      </Await>
      <NextPage of={pages} />
    </Section>
  );
}
