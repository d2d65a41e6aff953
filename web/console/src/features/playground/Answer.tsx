import { Alert, Button, Stack, Text, TextInput } from "@mantine/core";
import { useState } from "react";
import { useText } from "~/app/text";
import { checkAnswer } from "~/oauth/verify";
import { mask } from "~/oauth/wire";
import { Icon } from "~/ui/Icon";
import { More } from "~/ui/More";
import { Section } from "~/ui/Page";
import type { Shown } from "../client/context";
import { Why } from "../explain/Why";
import type { Bench } from "./bench";
import { playgroundText } from "./playgroundText";
import { Run } from "./TokenRequests";
import { Findings } from "./Tokens";
import type { Flow } from "./useFlow";

/** What the browser brought back, and the step from the code to the tokens. */
export function Answer({
  shown,
  flow,
  bench,
  refused,
}: {
  shown: Shown;
  flow: Flow;
  bench: Bench;
  /** The explanation of the refusal that the authorization endpoint has given meanwhile. */
  refused: string | undefined;
}) {
  const t = useText(playgroundText);
  if (!flow.asked && flow.answer === null) {
    return null;
  }
  const answer = flow.answer === null ? null : new URLSearchParams(flow.answer);
  return (
    <Section
      title={t("answer")}
      lead={t("answerLead")}
      actions={
        <Button variant="default" size="xs" onClick={flow.begin}>
          {t("anew")}
        </Button>
      }
    >
      <Stack aria-live="polite">
        {answer === null ? (
          <Alert icon={<span className="dot" data-live data-tone="warn" />} title={t("waiting")}>
            <Text size="sm">{t("waitingBody")}</Text>
          </Alert>
        ) : (
          <Arrived shown={shown} flow={flow} bench={bench} key={flow.answer} answer={answer} />
        )}
        {refused && !answer?.has("code") && (
          <Alert className="problem" icon={<Icon name="warning" />} title={t("refusedThere")}>
            <Why key={refused} tid={shown.tid} aid={shown.aid} traceID={refused} />
          </Alert>
        )}
      </Stack>
    </Section>
  );
}

function Arrived({ shown, flow, bench, answer }: { shown: Shown; flow: Flow; bench: Bench; answer: URLSearchParams }) {
  const t = useText(playgroundText);
  const parameters = flow.asked ?? flow.parameters;
  const findings = checkAnswer(answer, { state: parameters.state, issuer: bench.issuer });
  const error = answer.get("error");
  const [code, setCode] = useState(answer.get("code") ?? "");
  const [redirectURI, setRedirectURI] = useState(parameters.redirect_uri);
  const [verifier, setVerifier] = useState(flow.verifier);
  const redeemed = bench.steps.some(
    ({ name, exchange }) => name === "token" && exchange.wire.form?.some((field) => field.value === code),
  );
  const changes = [
    ["code", code, setCode],
    ["redirect_uri", redirectURI, setRedirectURI],
    ["code_verifier", verifier, setVerifier],
  ] as const;
  return (
    <Stack>
      {error && (
        <Alert className="problem" icon={<Icon name="warning" />} title={t("answerError", { error })} role="alert">
          {answer.get("error_description")}
        </Alert>
      )}
      <dl className="check-facts">
        {[...answer].map(([name, value], i) => [
          // biome-ignore lint/suspicious/noArrayIndexKey: the parameters of one answer never change places
          <dt key={`${name}${i}`}>
            <code>{name}</code>
          </dt>,
          // biome-ignore lint/suspicious/noArrayIndexKey: nor do their values
          <dd key={`${name}${i}-value`}>{name === "code" ? mask : value}</dd>,
        ])}
      </dl>
      <Findings of={findings} />
      {findings.some(({ ok }) => !ok) && (
        <Alert className="warn" icon={<Icon name="warning" />}>
          {t("answerDoubt")}
        </Alert>
      )}
      {answer.has("code") && (
        <>
          <More label={t("change")}>
            <Stack>
              {changes.map(([name, value, change]) => (
                <TextInput
                  key={name}
                  label={<code>{name}</code>}
                  value={value}
                  onChange={(event) => change(event.currentTarget.value)}
                  spellCheck={false}
                  autoComplete="off"
                  classNames={{ input: "mono" }}
                />
              ))}
            </Stack>
          </More>
          {redeemed && (
            <Text size="sm" c="dimmed">
              {t("redeemOnce")}
            </Text>
          )}
          <Run
            shown={shown}
            bench={bench}
            name="token"
            nonce={parameters.nonce}
            wire={{
              method: "POST",
              url: `${bench.issuer}/oauth2/token`,
              form: [
                { name: "grant_type", value: "authorization_code" },
                { name: "code", value: code, secret: true },
                { name: "redirect_uri", value: redirectURI },
                { name: "code_verifier", value: verifier, secret: true },
              ].filter(({ value }) => value !== ""),
            }}
          >
            {t(redeemed ? "redeemAgain" : "redeem")}
          </Run>
        </>
      )}
    </Stack>
  );
}
