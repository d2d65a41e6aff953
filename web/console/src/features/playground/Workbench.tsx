import { Alert, Button, Group, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { useEffect, useRef } from "react";
import type { Schemas } from "~/api/client";
import { useText } from "~/app/text";
import { ExchangeCard } from "~/oauth/ExchangeCard";
import { ProofFields } from "~/oauth/ProofFields";
import { isTLS } from "~/oauth/proof";
import type { Wire } from "~/oauth/wire";
import { Icon } from "~/ui/Icon";
import { Section } from "~/ui/Page";
import type { Shown } from "../client/context";
import { isMethod, methodText } from "../client/methods";
import { type Grant, grants } from "./authorization";
import { type Bench, type StepName, useBench } from "./bench";
import { CodeFlow } from "./CodeFlow";
import { playgroundText } from "./playgroundText";
import { ClientCredentials, Refresh } from "./TokenRequests";
import { TokenViews } from "./Tokens";

interface WorkbenchProps {
  shown: Shown;
  workspace: Schemas["Workspace"];
  /** Known only where the application has just been made. */
  secret: string;
  grant: Grant;
  onGrant: (grant: Grant) => void;
}

/** One application, one grant, and each of its requests with what came of it. */
export function Workbench({ shown, workspace, secret, grant, onGrant }: WorkbenchProps) {
  const t = useText(playgroundText);
  const bench = useBench(workspace, shown.client, { secret });
  const { tid, aid, client } = shown;
  const newest = useNewest(bench.steps.length);
  return (
    <>
      <Section title={t("grant")}>
        <Stack>
          <GrantChoice grant={grant} onGrant={onGrant} />
          <Text size="sm" c="dimmed">
            {t(`about_${grant}`)}
          </Text>
          {!client.grant_types.includes(grant) && (
            <Alert className="warn" icon={<Icon name="warning" />}>
              {t("lacksGrant")}
            </Alert>
          )}
          {client.disabled && (
            <Alert className="warn" icon={<Icon name="warning" />}>
              {t("disabled")}
            </Alert>
          )}
          <ProofOf bench={bench} />
        </Stack>
      </Section>
      {grant === "authorization_code" && <CodeFlow shown={shown} workspace={workspace} bench={bench} />}
      {grant === "client_credentials" && <ClientCredentials shown={shown} bench={bench} />}
      {grant === "refresh_token" && <Refresh shown={shown} bench={bench} />}
      {bench.steps.map((step, i) => (
        <div key={step.id} ref={i === bench.steps.length - 1 ? newest : undefined} className="step">
          <ExchangeCard tid={tid} aid={aid} title={t(`step_${step.name}`)} exchange={step.exchange}>
            {step.tokens && <TokenViews shown={shown} issuer={bench.issuer} tokens={step.tokens} />}
          </ExchangeCard>
        </div>
      ))}
      {bench.tokens.access_token !== "" && <GoOn bench={bench} />}
    </>
  );
}

/** Brings the newest step into view as it comes. */
function useNewest(count: number) {
  const newest = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (count > 0) {
      newest.current?.scrollIntoView({ block: "start" });
    }
  }, [count]);
  return newest;
}

function GrantChoice({ grant, onGrant }: { grant: Grant; onGrant: (grant: Grant) => void }) {
  const t = useText(playgroundText);
  const narrow = useMediaQuery("(max-width: 40em)");
  const data = grants.map((value) => ({ value, label: t(`grant_${value}`) }));
  return narrow ? (
    <Select
      aria-label={t("grant")}
      data={data}
      value={grant}
      onChange={(value) => value && onGrant(value as Grant)}
      allowDeselect={false}
    />
  ) : (
    <SegmentedControl
      aria-label={t("grant")}
      data={data}
      value={grant}
      onChange={(value) => onGrant(value as Grant)}
      w="fit-content"
    />
  );
}

function ProofOf({ bench }: { bench: Bench }) {
  const t = useText(playgroundText);
  const words = useText(methodText);
  const name = (method: string) => (isMethod(method) ? words(method) : method);
  const { method, methods } = bench;
  return (
    <Stack gap="sm" maw={560}>
      {methods.length > 1 ? (
        <Select
          label={t("proof")}
          data={methods.map((value) => ({ value, label: name(value) }))}
          value={method}
          onChange={(value) => value && bench.setMethod(value)}
          allowDeselect={false}
        />
      ) : (
        <Text size="sm">
          {t("proof")}: <strong>{name(method)}</strong>
        </Text>
      )}
      {!isTLS(method) && (
        <ProofFields
          client={bench.client}
          allowed={bench.allowed}
          method={method}
          held={bench.held}
          onChange={bench.setHeld}
          problem={bench.problem}
        />
      )}
    </Stack>
  );
}

/** What can be asked with the tokens at hand. */
function GoOn({ bench }: { bench: Bench }) {
  const t = useText(playgroundText);
  const { issuer, tokens } = bench;
  const byProof = !isTLS(bench.method);
  const bearer = {
    name: "Authorization",
    value: `Bearer ${tokens.access_token}`,
    secret: true,
    variable: "ACCESS_TOKEN",
  };
  const post = (path: string, name: string, value: string, ...rest: [string, string][]): Wire => ({
    method: "POST",
    url: `${issuer}${path}`,
    form: [
      ...rest.map(([key, said]) => ({ name: key, value: said })),
      { name, value, secret: true, variable: name === "token" ? "TOKEN" : undefined },
    ],
  });
  const actions: { name: StepName; wire: Wire; prove: boolean; able: boolean }[] = [
    {
      name: "userinfo",
      wire: { method: "GET", url: `${issuer}/userinfo`, headers: [bearer] },
      prove: false,
      able: true,
    },
    {
      name: "introspect",
      wire: post("/oauth2/introspect", "token", tokens.access_token),
      prove: true,
      able: byProof,
    },
    {
      name: "refresh",
      wire: post("/oauth2/token", "refresh_token", tokens.refresh_token, ["grant_type", "refresh_token"]),
      prove: true,
      able: byProof && tokens.refresh_token !== "",
    },
    {
      name: "revoke_access",
      wire: post("/oauth2/revoke", "token", tokens.access_token, ["token_type_hint", "access_token"]),
      prove: true,
      able: byProof,
    },
    {
      name: "revoke_refresh",
      wire: post("/oauth2/revoke", "token", tokens.refresh_token, ["token_type_hint", "refresh_token"]),
      prove: true,
      able: byProof && tokens.refresh_token !== "",
    },
  ];
  return (
    <Section title={t("on")} lead={t("onLead")}>
      <Group gap="xs">
        {actions
          .filter(({ able }) => able)
          .map(({ name, wire, prove }) => (
            <Button
              key={name}
              variant="default"
              disabled={bench.busy}
              onClick={() => void bench.run(name, wire, { prove })}
            >
              {t(`do_${name}` as "do_userinfo")}
            </Button>
          ))}
      </Group>
    </Section>
  );
}
