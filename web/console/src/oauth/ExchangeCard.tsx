import { Alert, Badge, Group, Stack, Switch, Text, Title } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useText } from "~/app/text";
import { ExplanationLink, Why } from "~/features/explain/Why";
import { Code } from "~/ui/Code";
import { CopyButton } from "~/ui/Copy";
import { Icon } from "~/ui/Icon";
import { Rich } from "~/ui/Rich";
import { oauthText } from "./oauthText";
import { answeredSecrets, type Exchange, printAnswer, textIn } from "./send";
import { curl, hasSecrets, printWire } from "./wire";
import "./oauth.css";

const fine = (exchange: Exchange) => exchange.answer !== null && exchange.answer.status < 400;

/** A request as it was sent, what came back, and where it was refused, why. */
export function ExchangeView({ tid, aid, exchange }: { tid: string; aid: string; exchange: Exchange }) {
  const t = useText(oauthText);
  const [reveal, setReveal] = useState(false);
  const { wire, answer } = exchange;
  const secrets = hasSecrets(wire) || (answer !== null && answeredSecrets(answer));
  return (
    <Stack gap="sm">
      {!answer && (
        <Alert className="problem" icon={<Icon name="warning" />} title={t("noAnswer")} role="alert">
          {t("noAnswerBody", { url: wire.url, origin: new URL(wire.url).origin })}
        </Alert>
      )}
      {answer && !fine(exchange) && (
        <Alert
          className="problem"
          icon={<Icon name="warning" />}
          title={`${answer.status} ${textIn(answer, "error")}`}
          role="alert"
        >
          {textIn(answer, "error_description") && (
            <Text size="sm" mb="xs">
              {textIn(answer, "error_description")}
            </Text>
          )}
          <Title order={3} size="sm" mb="xs">
            {t("why")}
          </Title>
          <Why tid={tid} aid={aid} traceID={answer.traceID} />
        </Alert>
      )}
      <div className="exchange">
        <Code code={printWire(wire, reveal)} label={t("request")} />
        {answer && <Code code={printAnswer(answer, reveal)} label={t("answer")} />}
      </div>
      <Group gap="md">
        {secrets && (
          <Switch
            size="sm"
            label={t("reveal")}
            checked={reveal}
            onChange={(event) => setReveal(event.currentTarget.checked)}
          />
        )}
        <CopyButton value={curl(wire, reveal)} label={t("curl")} />
        {answer?.traceID && fine(exchange) && <ExplanationLink tid={tid} aid={aid} traceID={answer.traceID} />}
      </Group>
      {secrets && !reveal && (
        <Text size="xs" c="dimmed">
          <Rich>{t("curlMasked")}</Rich>
        </Text>
      )}
    </Stack>
  );
}

/** The same as a card of its own, one step of several. */
export function ExchangeCard({
  tid,
  aid,
  title,
  exchange,
  children,
}: {
  tid: string;
  aid: string;
  title: string;
  exchange: Exchange;
  children?: ReactNode;
}) {
  const t = useText(oauthText);
  return (
    <section className="card" aria-label={title}>
      <header className="card-head">
        <Title order={2}>{title}</Title>
        <Group gap="xs">
          {exchange.answer && (
            <Badge color={fine(exchange) ? "green" : "red"} tt="none">
              {exchange.answer.status} {textIn(exchange.answer, "error")}
            </Badge>
          )}
          <Text size="sm" c="dimmed">
            {t("took", { ms: exchange.ms })}
          </Text>
        </Group>
      </header>
      <ExchangeView tid={tid} aid={aid} exchange={exchange} />
      {children}
    </section>
  );
}

/** That no request can get from this page to the issuer, where that is so. */
export function OriginNotice({ issuer }: { issuer: string }) {
  const t = useText(oauthText);
  const there = new URL(issuer).origin;
  const here = window.location.origin;
  return here === there ? null : (
    <Alert className="warn" icon={<Icon name="warning" />}>
      {t("otherOrigin", { here, there })}
    </Alert>
  );
}
