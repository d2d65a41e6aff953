import { Alert, Button, Group, Select, Stack, Text } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "~/api/client";
import { keyOf, workspaceQuery } from "~/api/queries";
import { useLiveTraces } from "~/api/traces";
import { useText } from "~/app/text";
import { authenticate } from "~/oauth/authenticate";
import { ByHand } from "~/oauth/ByHand";
import { ExchangeView, OriginNotice } from "~/oauth/ExchangeCard";
import { ProofFields } from "~/oauth/ProofFields";
import { algsAllowed, type Held, isTLS, methodsInForce, nothingHeld, ProofProblem, proofOf } from "~/oauth/proof";
import { type Exchange, send } from "~/oauth/send";
import type { Wire } from "~/oauth/wire";
import { Dialog } from "~/ui/Dialog";
import { Icon } from "~/ui/Icon";
import { Await, Section } from "~/ui/Page";
import { isRefusal } from "../explain/RequestRow";
import { ExplanationLink, Why } from "../explain/Why";
import { metadataQuery } from "../workspaces/Overview";
import type { Shown } from "./context";
import { isMethod, methodText } from "./methods";
import { testText } from "./testText";

/** A test of what has just been shown or made, which is at hand and need not be typed. */
export interface Given extends Partial<Held> {
  method?: string;
}

/** Offers to prove the application to the issuer, as it would itself. */
export function TestProof({ shown }: { shown: Shown }) {
  const t = useText(testText);
  const [opened, setOpened] = useState(false);
  return (
    <Section
      title={t("title")}
      lead={t("lead")}
      actions={
        <Button size="xs" variant="default" onClick={() => setOpened(true)}>
          {t("open")}
        </Button>
      }
    >
      <Dialog opened={opened} onClose={() => setOpened(false)} title={t("title")} size="xl" closeOnClickOutside={false}>
        <TestPanel shown={shown} />
      </Dialog>
    </Section>
  );
}

/** The same test right where a credential is shown. */
export function TestNow({ shown, given }: { shown: Shown; given: Given }) {
  const t = useText(testText);
  const [testing, setTesting] = useState(false);
  return testing ? (
    <TestPanel shown={shown} given={given} />
  ) : (
    <div>
      <Button variant="default" size="xs" onClick={() => setTesting(true)}>
        {t("now")}
      </Button>
    </div>
  );
}

function TestPanel({ shown, given }: { shown: Shown; given?: Given }) {
  const workspace = useQuery(workspaceQuery(shown.tid, shown.aid));
  return <Await of={workspace}>{({ value }) => <Test shown={shown} workspace={value} given={given ?? {}} />}</Await>;
}

function Test({ shown, workspace, given }: { shown: Shown; workspace: Schemas["Workspace"]; given: Given }) {
  const t = useText(testText);
  const words = useText(methodText);
  const { client } = shown;
  const [inForce] = methodsInForce(client);
  // What has just been changed may be on its way here still.
  const methods = [...new Set([...(given.method ? [given.method] : []), ...methodsInForce(client)])];
  const [method, setMethod] = useState(given.method ?? inForce ?? "none");
  const name = (each: string) => (isMethod(each) ? words(each) : each);
  const data = methods.map((value) => ({
    value,
    label:
      value === client.token_endpoint_auth_method_previous?.method
        ? t("previous", { method: name(value) })
        : name(value),
  }));
  return (
    <Stack>
      <Text size="sm" c="dimmed">
        {t(method === "none" ? "howPublic" : "how")}
      </Text>
      <OriginNotice issuer={workspace.issuer} />
      {methods.length > 1 && (
        <Select
          label={t("method")}
          data={data}
          value={method}
          onChange={(value) => value && setMethod(value)}
          allowDeselect={false}
          maw={420}
        />
      )}
      {isTLS(method) ? (
        <TestTLS key={method} shown={shown} />
      ) : (
        <TestInBrowser key={method} shown={shown} workspace={workspace} method={method} given={given} />
      )}
    </Stack>
  );
}

const nonsense = "no-such-token";

function passed(method: string, { answer }: Exchange): boolean {
  return answer?.status === 200 && (method === "none" || answer.json?.active === false);
}

function TestInBrowser({
  shown,
  workspace,
  method,
  given,
}: {
  shown: Shown;
  workspace: Schemas["Workspace"];
  method: string;
  given: Given;
}) {
  const t = useText(testText);
  const queries = useQueryClient();
  const { tid, aid, client } = shown;
  const { issuer } = workspace;
  const allowed = algsAllowed(workspace);
  const [held, setHeld] = useState<Held>({ ...nothingHeld, ...given });
  const [problem, setProblem] = useState<ProofProblem["code"] | null>(null);
  const [exchange, setExchange] = useState<Exchange | null>(null);
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const wire: Wire = {
        method: "POST",
        url: `${issuer}/oauth2/${method === "none" ? "revoke" : "introspect"}`,
        form: [{ name: "token", value: nonsense }],
      };
      const party = { clientID: client.client_id, issuer };
      setExchange(await send(await authenticate(wire, party, await proofOf(method, held, client, allowed))));
      // What was used last shows beside each secret and key.
      void queries.invalidateQueries({ queryKey: keyOf.in(tid, aid, "client", client.client_id) });
    } catch (error) {
      setProblem(error instanceof ProofProblem ? error.code : "key_unknown");
    } finally {
      setBusy(false);
    }
  };
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        // The dialog may stand within another form, which this is not about.
        event.stopPropagation();
        void run();
      }}
    >
      <Stack>
        <ProofFields
          client={client}
          allowed={allowed}
          method={method}
          held={held}
          onChange={setHeld}
          problem={problem}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={busy}>
            {t(exchange ? "again" : "run")}
          </Button>
        </Group>
        {exchange && (
          <Stack key={exchange.began}>
            {passed(method, exchange) && (
              <Alert className="good" icon={<Icon name="check" />} title={t("passed")} role="status">
                <Text size="sm">
                  {t(`ok_${method}` as "ok_none")} {t("passedIn", { ms: exchange.ms })}
                </Text>
              </Alert>
            )}
            <ExchangeView tid={tid} aid={aid} exchange={exchange} />
          </Stack>
        )}
      </Stack>
    </form>
  );
}

/** No page can choose a certificate: the command is shown, and its request waited for. */
function TestTLS({ shown }: { shown: Shown }) {
  const t = useText(testText);
  const { tid, aid, client } = shown;
  const metadata = useQuery(metadataQuery(tid, aid));
  const { traces } = useLiveTraces(tid, aid, client.client_id);
  const came = traces.find((trace) => trace.endpoint === "introspect");
  const url = metadata.data?.mtls_endpoint_aliases?.introspection_endpoint;
  return (
    <Await of={metadata}>
      {() => (
        <Stack>
          <ByHand
            wire={{
              method: "POST",
              url,
              form: [
                { name: "client_id", value: client.client_id },
                { name: "token", value: nonsense },
              ],
            }}
          />
          <div aria-live="polite">
            {!url ? null : !came ? (
              <Alert icon={<span className="dot" data-live data-tone="warn" />} title={t("waiting")}>
                <Text size="sm">{t("waitingBody")}</Text>
              </Alert>
            ) : !isRefusal(came) ? (
              <Alert className="good" icon={<Icon name="check" />} title={t("arrivedGood")}>
                <Text size="sm">{t("ok_tls")}</Text>
                <ExplanationLink tid={tid} aid={aid} traceID={came.trace_id} />
              </Alert>
            ) : (
              <Alert className="problem" icon={<Icon name="warning" />} title={t("arrivedBad")}>
                <Why key={came.trace_id} tid={tid} aid={aid} traceID={came.trace_id} />
              </Alert>
            )}
          </div>
        </Stack>
      )}
    </Await>
  );
}
