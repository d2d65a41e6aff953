import { Alert, Anchor, Button, Group, Stack, Switch, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import type { Schemas } from "~/api/client";
import { useSession } from "~/api/session";
import { useLiveTraces } from "~/api/traces";
import { useText } from "~/app/text";
import { ByHand } from "~/oauth/ByHand";
import { ExchangeView } from "~/oauth/ExchangeCard";
import { isTLS } from "~/oauth/proof";
import { type Exchange, textIn } from "~/oauth/send";
import type { Wire } from "~/oauth/wire";
import { Code } from "~/ui/Code";
import { CopyButton } from "~/ui/Copy";
import { Icon } from "~/ui/Icon";
import { More } from "~/ui/More";
import { Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { Rich } from "~/ui/Rich";
import { type Shown, useMayWrite, usePatch } from "../client/context";
import { isRefusal } from "../explain/RequestRow";
import { metadataQuery } from "../workspaces/Overview";
import { Answer } from "./Answer";
import { callbackPath, extraOf, fieldsOf, type Parameters, parameterNames, queryOf } from "./authorization";
import { type Bench, mtlsURL } from "./bench";
import { playgroundText } from "./playgroundText";
import { ExtraField } from "./TokenRequests";
import { type Flow, useFlow } from "./useFlow";

/** The authorization code with PKCE: the request, the way through the browser, the answer. */
export function CodeFlow({ shown, workspace, bench }: { shown: Shown; workspace: Schemas["Workspace"]; bench: Bench }) {
  const { tid, aid, client } = shown;
  const redirectURI = useSession().public_url + callbackPath;
  const scope = client.scope || "openid";
  const flow = useFlow(client.client_id, redirectURI, scope);
  const must = !!workspace.require_pushed_authorization_requests || !!client.require_pushed_authorization_requests;
  const [par, setPAR] = useState(must);
  const [pushed, setPushed] = useState<{ of: string; exchange: Exchange } | null>(null);
  const [typedURI, setTypedURI] = useState("");
  const [extra, setExtra] = useState("");
  const { traces } = useLiveTraces(tid, aid, client.client_id);
  const last = traces.find((trace) => trace.endpoint === "authorize");
  const [seen, setSeen] = useState<string>();
  const refused = last && last.trace_id !== seen && isRefusal(last) ? last.trace_id : undefined;
  const fields = fieldsOf(flow.parameters, extraOf(extra) ?? []);
  const said = queryOf(fields);
  const reference = typedURI || (pushed?.of === said ? textIn(pushed.exchange.answer, "request_uri") : "");
  const query = par
    ? queryOf([
        { name: "client_id", value: flow.parameters.client_id },
        { name: "request_uri", value: reference },
      ])
    : said;
  const url = `${bench.issuer}/oauth2/authorize?${query}`;
  const push: Wire = { method: "POST", url: `${bench.issuer}/par`, form: fields };
  return (
    <>
      <Redirect shown={shown} uri={redirectURI} />
      <Build flow={flow} extra={extra} onExtra={setExtra} par={par} onPAR={setPAR} must={must} />
      <Browse
        shown={shown}
        flow={flow}
        url={url}
        ready={!par || reference !== ""}
        onOpen={() => setSeen(last?.trace_id)}
      >
        {par &&
          (isTLS(bench.method) ? (
            <PushByHand shown={shown} bench={bench} wire={push} value={typedURI} onChange={setTypedURI} />
          ) : (
            <Stack>
              {pushed && <ExchangeView key={pushed.exchange.began} tid={tid} aid={aid} exchange={pushed.exchange} />}
              <Group>
                <PushButton
                  bench={bench}
                  wire={push}
                  again={reference !== ""}
                  onPushed={(exchange) => setPushed({ of: said, exchange })}
                />
              </Group>
            </Stack>
          ))}
      </Browse>
      <Answer key={flow.id} shown={shown} flow={flow} bench={bench} refused={refused} />
    </>
  );
}

function PushButton({
  bench,
  wire,
  again,
  onPushed,
}: {
  bench: Bench;
  wire: Wire;
  again: boolean;
  onPushed: (exchange: Exchange) => void;
}) {
  const t = useText(playgroundText);
  return (
    <Button
      variant={again ? "default" : "filled"}
      loading={bench.busy}
      onClick={() => void bench.ask(wire).then((exchange) => exchange && onPushed(exchange))}
    >
      {t(again ? "pushAgain" : "push")}
    </Button>
  );
}

function PushByHand({
  shown,
  bench,
  wire,
  value,
  onChange,
}: {
  shown: Shown;
  bench: Bench;
  wire: Wire;
  value: string;
  onChange: (uri: string) => void;
}) {
  const t = useText(playgroundText);
  const metadata = useQuery(metadataQuery(shown.tid, shown.aid));
  const url = mtlsURL(metadata.data?.mtls_endpoint_aliases?.token_endpoint, bench.issuer, wire.url);
  return (
    <Stack>
      <ByHand wire={{ ...wire, url }} />
      <TextInput
        label={<code>{t("requestURI")}</code>}
        description={t("requestURIHelp")}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value.trim())}
        spellCheck={false}
        maxLength={512}
      />
    </Stack>
  );
}

/** That answers cannot come back here, and how they can. */
function Redirect({ shown, uri }: { shown: Shown; uri: string }) {
  const t = useText(playgroundText);
  const { tid, aid, client } = shown;
  const may = useMayWrite(tid, aid) && !client.built_in;
  const patch = usePatch(shown, t("redirectAdded"));
  const registered = client.redirect_uris ?? [];
  if (registered.includes(uri)) {
    return null;
  }
  return (
    <Alert className="warn" icon={<Icon name="warning" />} title={t("redirectTitle")}>
      <Rich>{t("redirectBody", { uri })}</Rich>
      {patch.error && <ProblemAlert error={patch.error} />}
      {may && (
        <div>
          <Button
            size="xs"
            mt="sm"
            loading={patch.isPending}
            onClick={() => patch.mutate({ redirect_uris: [...registered, uri] })}
          >
            {t("redirectAdd")}
          </Button>
        </div>
      )}
    </Alert>
  );
}

/** The request line by line; whatever is sent can be changed. */
function Build({
  flow,
  extra,
  onExtra,
  par,
  onPAR,
  must,
}: {
  flow: Flow;
  extra: string;
  onExtra: (extra: string) => void;
  par: boolean;
  onPAR: (par: boolean) => void;
  must: boolean;
}) {
  const t = useText(playgroundText);
  return (
    <Section
      title={t("build")}
      lead={t("buildLead")}
      actions={
        <Button variant="default" size="xs" leftSection={<Icon name="refresh" size={14} />} onClick={flow.begin}>
          {t("fresh")}
        </Button>
      }
    >
      <Stack>
        <div className="two two-wide">
          {parameterNames.map((name) => (
            <TextInput
              key={name}
              label={<code>{name}</code>}
              description={<Rich>{t(`p_${name}`)}</Rich>}
              value={flow.parameters[name]}
              onChange={(event) => flow.change({ [name]: event.currentTarget.value } as Partial<Parameters>)}
              spellCheck={false}
              autoComplete="off"
              classNames={{ input: "mono" }}
              inputWrapperOrder={["label", "input", "description"]}
            />
          ))}
        </div>
        <More label={t("extra")}>
          <ExtraField value={extra} onChange={onExtra} />
        </More>
        <Switch
          label={t("par")}
          description={must ? `${t("parHelp")} ${t("parMust")}` : t("parHelp")}
          checked={par}
          onChange={(event) => onPAR(event.currentTarget.checked)}
        />
      </Stack>
    </Section>
  );
}

/** The way to the issuer, which only a browser's window can go. */
function Browse({
  shown,
  flow,
  url,
  ready,
  onOpen,
  children,
}: {
  shown: Shown;
  flow: Flow;
  url: string;
  ready: boolean;
  onOpen: () => void;
  children: ReactNode;
}) {
  const t = useText(playgroundText);
  const { tid, aid } = shown;
  const [blocked, setBlocked] = useState(false);
  const open = () => {
    onOpen();
    setBlocked(!flow.open(url));
  };
  const [path = "", query = ""] = url.split("?");
  return (
    <Section
      title={t("browse")}
      lead={t("browseLead")}
      actions={
        <Anchor
          size="sm"
          renderRoot={(props) => (
            <Link {...props} to="/console/$tid/workspaces/$aid/users" params={{ tid, aid }} search={{}} />
          )}
        >
          {t("users")}
        </Anchor>
      }
    >
      <Stack>
        {children}
        {ready && (
          <>
            <div className="exchange">
              <Code code={`GET ${path}\n?${query.replaceAll("&", "\n&")}`} label={t("address")} />
            </div>
            {blocked && (
              <Alert className="warn" icon={<Icon name="warning" />}>
                {t("blocked")}{" "}
                <Anchor href={url} target="_blank" rel="opener">
                  {t("open")}
                </Anchor>
              </Alert>
            )}
            <Group>
              <Button leftSection={<Icon name="external" size={16} />} onClick={open}>
                {t(flow.asked ? "openAgain" : "open")}
              </Button>
              <CopyButton value={url} />
            </Group>
          </>
        )}
      </Stack>
    </Section>
  );
}
