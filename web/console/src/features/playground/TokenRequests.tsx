import { Button, Group, PasswordInput, Stack, Textarea, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useText } from "~/app/text";
import { ByHand } from "~/oauth/ByHand";
import { isTLS } from "~/oauth/proof";
import { type Field, formOf, type Wire } from "~/oauth/wire";
import { More } from "~/ui/More";
import { Section } from "~/ui/Page";
import { Rich } from "~/ui/Rich";
import type { Shown } from "../client/context";
import { metadataQuery } from "../workspaces/Overview";
import { extraOf } from "./authorization";
import { type Bench, mtlsURL, type StepName } from "./bench";
import { playgroundText } from "./playgroundText";

interface RequestProps {
  shown: Shown;
  bench: Bench;
}

/** Sends the request, or shows the command where only its owner can. */
export function Run({
  shown,
  bench,
  wire,
  name,
  nonce,
  children,
}: RequestProps & { wire: Wire; name: StepName; nonce?: string; children: ReactNode }) {
  const metadata = useQuery({ ...metadataQuery(shown.tid, shown.aid), enabled: isTLS(bench.method) });
  if (isTLS(bench.method)) {
    const url = mtlsURL(metadata.data?.mtls_endpoint_aliases?.token_endpoint, bench.issuer, wire.url);
    const form = [...(wire.form ?? []), { name: "client_id", value: bench.client.client_id }];
    return <ByHand wire={{ ...wire, url, form }} />;
  }
  return (
    <Group justify="flex-end">
      <Button loading={bench.busy} onClick={() => void bench.run(name, wire, { nonce })}>
        {children}
      </Button>
    </Group>
  );
}

/** Scope, resource and whatever else a token request may say. */
function useAsk(grantType: string) {
  const [scope, setScope] = useState("");
  const [resource, setResource] = useState("");
  const [extra, setExtra] = useState("");
  const fields = (own: Field[]): Field[] => [
    ...formOf([
      { name: "grant_type", value: grantType },
      ...own,
      { name: "scope", value: scope },
      ...resource.split(/\s+/).map((value) => ({ name: "resource", value })),
    ]),
    ...(extraOf(extra) ?? []),
  ];
  return { scope, setScope, resource, setResource, extra, setExtra, fields };
}

function AskFields({
  of,
  scopeHelp,
  placeholder,
}: {
  of: ReturnType<typeof useAsk>;
  scopeHelp: string;
  placeholder?: string;
}) {
  const t = useText(playgroundText);
  return (
    <>
      <div className="two">
        <TextInput
          label={<code>scope</code>}
          description={scopeHelp}
          placeholder={placeholder}
          value={of.scope}
          onChange={(event) => of.setScope(event.currentTarget.value)}
          spellCheck={false}
        />
        <TextInput
          label={<code>resource</code>}
          description={<Rich>{t("p_resource")}</Rich>}
          value={of.resource}
          onChange={(event) => of.setResource(event.currentTarget.value)}
          spellCheck={false}
        />
      </div>
      <More label={t("extra")}>
        <ExtraField value={of.extra} onChange={of.setExtra} />
      </More>
    </>
  );
}

export function ExtraField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useText(playgroundText);
  return (
    <Textarea
      aria-label={t("extra")}
      description={<Rich>{t("extraHelp")}</Rich>}
      value={value}
      onChange={(event) => onChange(event.currentTarget.value)}
      error={extraOf(value) ? undefined : t("extraBad")}
      placeholder={"max_age=0\nui_locales=de"}
      autosize
      minRows={2}
      spellCheck={false}
    />
  );
}

export function ClientCredentials({ shown, bench }: RequestProps) {
  const t = useText(playgroundText);
  const ask = useAsk("client_credentials");
  return (
    <Section title={t("step_token")}>
      <Stack>
        <AskFields of={ask} scopeHelp={t("scopeAll")} placeholder={shown.client.scope} />
        <Run
          shown={shown}
          bench={bench}
          name="token"
          wire={{ method: "POST", url: `${bench.issuer}/oauth2/token`, form: ask.fields([]) }}
        >
          {t("run")}
        </Run>
      </Stack>
    </Section>
  );
}

export function Refresh({ shown, bench }: RequestProps) {
  const t = useText(playgroundText);
  const ask = useAsk("refresh_token");
  const [typed, setTyped] = useState<string | null>(null);
  const token = typed ?? bench.tokens.refresh_token;
  return (
    <Section title={t("step_refresh")}>
      <Stack>
        <PasswordInput
          label={t("refreshToken")}
          value={token}
          onChange={(event) => setTyped(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
        />
        <AskFields of={ask} scopeHelp={t("scopeSame")} />
        <Run
          shown={shown}
          bench={bench}
          name="refresh"
          wire={{
            method: "POST",
            url: `${bench.issuer}/oauth2/token`,
            form: ask.fields([{ name: "refresh_token", value: token, secret: true }]),
          }}
        >
          {t("run")}
        </Run>
      </Stack>
    </Section>
  );
}
