import { Group, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { keyOf, publishedKeys } from "~/api/queries";
import { useText } from "~/app/text";
import type { Jwk } from "~/crypto/jwk";
import { readJwt } from "~/crypto/jwt";
import { oauthText } from "~/oauth/oauthText";
import { checkAccessToken, checkIDToken, type Finding } from "~/oauth/verify";
import { CopyButton } from "~/ui/Copy";
import { Await } from "~/ui/Page";
import type { Shown } from "../client/context";
import { Checks } from "../explain/Checks";
import { Claims } from "../inspect/Claims";
import type { Tokens } from "./bench";
import { playgroundText } from "./playgroundText";

const kinds = ["access_token", "id_token", "refresh_token"] as const;

/** The tokens of an answer, decoded, and held to what whoever gets them must check. */
export function TokenViews({ shown, issuer, tokens }: { shown: Shown; issuer: string; tokens: Tokens }) {
  const { tid, aid } = shown;
  const keys = useQuery({ queryKey: keyOf.in(tid, aid, "jwks"), queryFn: () => publishedKeys(tid, aid) });
  return (
    <Await of={keys}>
      {(published) => (
        <div className="tokens">
          {kinds
            .filter((kind) => tokens[kind] !== "")
            .map((kind) => (
              <TokenView key={kind} kind={kind} tokens={tokens} issuer={issuer} shown={shown} keys={published} />
            ))}
        </div>
      )}
    </Await>
  );
}

function TokenView({
  kind,
  tokens,
  issuer,
  shown,
  keys,
}: {
  kind: (typeof kinds)[number];
  tokens: Tokens;
  issuer: string;
  shown: Shown;
  keys: Jwk[];
}) {
  const t = useText(playgroundText);
  const clientID = shown.client.client_id;
  const token = tokens[kind];
  const jwt = kind === "refresh_token" ? null : readJwt(token);
  const [findings, setFindings] = useState<Finding[] | null>(null);
  useEffect(() => {
    let wanted = true;
    const expect = { issuer, clientID, keys, now: Date.now() };
    const checked =
      kind === "id_token"
        ? checkIDToken(token, { ...expect, nonce: tokens.nonce, accessToken: tokens.access_token })
        : kind === "access_token"
          ? checkAccessToken(token, expect)
          : Promise.resolve(null);
    void checked.then((found) => wanted && setFindings(found));
    return () => {
      wanted = false;
    };
  }, [kind, token, tokens.nonce, tokens.access_token, issuer, clientID, keys]);
  return (
    <section className="token" aria-label={t(kind)}>
      <Group justify="space-between" gap="sm">
        <Title order={3}>{t(kind)}</Title>
        <CopyButton value={token} label={t("copyToken")} />
      </Group>
      {jwt ? (
        <div className="token-parts">
          <Stack gap="xs">
            <Text size="sm" fw={600}>
              {t("claims")}
            </Text>
            <Claims of={jwt.claims} />
          </Stack>
          {findings && (
            <Stack gap="xs">
              <Text size="sm" fw={600} role="status">
                {t(findings.every(({ ok }) => ok) ? "believed" : "doubted")}
              </Text>
              <Findings of={findings} />
            </Stack>
          )}
        </div>
      ) : (
        <Text size="sm" c="dimmed">
          {t(kind === "refresh_token" ? "opaqueRefresh" : "opaque")}
        </Text>
      )}
    </section>
  );
}

/** What was checked here, in the form in which the issuer explains its own checks. */
export function Findings({ of }: { of: Finding[] }) {
  const t = useText(oauthText);
  return (
    <div className="findings">
      <Checks
        of={of.map(({ rule, ok, expected, actual, rfc }) => ({
          name: t(`rule_${rule}`),
          result: ok ? "pass" : "fail",
          expected: expected || "–",
          actual: ok ? undefined : actual || "–",
          rfc: ok ? undefined : rfc,
        }))}
      />
    </div>
  );
}
