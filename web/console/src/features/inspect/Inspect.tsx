import { Alert, Stack, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { keyOf, publishedKeys, workspaceQuery } from "~/api/queries";
import { useText } from "~/app/text";
import { type Jwt, readJwt, verifyJwt } from "~/crypto/jwt";
import { Code } from "~/ui/Code";
import { Icon } from "~/ui/Icon";
import { Empty, Page, Section } from "~/ui/Page";
import { Claims } from "./Claims";
import { inspectText } from "./inspectText";

export function Inspect() {
  const t = useText(inspectText);
  const { tid, aid } = useParams({ from: "/console/$tid/workspaces/$aid/inspect" });
  const [source, setSource] = useState("");
  const jwt = readJwt(source);
  return (
    <Page title={t("title")} lead={t("lead")} narrow>
      <div className="card">
        <Textarea
          label={t("label")}
          value={source}
          onChange={(event) => setSource(event.currentTarget.value)}
          error={source.trim() && !jwt ? t("notJwt") : undefined}
          placeholder="eyJ…"
          autosize
          minRows={4}
          maxRows={10}
          spellCheck={false}
          autoComplete="off"
          className="token-field"
        />
      </div>
      {jwt ? (
        <Read tid={tid} aid={aid} jwt={jwt} source={source} />
      ) : (
        !source.trim() && (
          <div className="card">
            <Empty icon="inspect" title={t("empty")}>
              {t("emptyBody")}
            </Empty>
          </div>
        )
      )}
    </Page>
  );
}

function Read({ tid, aid, jwt, source }: { tid: string; aid: string; jwt: Jwt; source: string }) {
  const t = useText(inspectText);
  const workspace = useQuery(workspaceQuery(tid, aid));
  const verdict = useQuery({
    queryKey: keyOf.in(tid, aid, "inspect", source),
    queryFn: async () => verifyJwt(jwt, await publishedKeys(tid, aid)),
    gcTime: 0,
  });
  const { exp, nbf, iss } = jwt.claims;
  const now = Date.now() / 1000;
  const when = typeof exp === "number" && exp < now ? "over" : typeof nbf === "number" && nbf > now ? "early" : "good";
  const foreign = workspace.data && iss !== workspace.data.value.issuer;
  const fine = verdict.data === "valid" && when === "good" && !foreign;
  return (
    <>
      {verdict.data && (
        <Alert
          className={fine ? "good" : "warn"}
          icon={<Icon name={fine ? "check" : "warning"} />}
          title={t(verdict.data)}
          role="status"
        >
          <Text size="sm">{t(`${verdict.data}_body`)}</Text>
          <Text size="sm">{foreign ? t("otherIssuer") : t(when)}</Text>
        </Alert>
      )}
      <Section title={t("meaning")}>
        <Claims of={jwt.claims} />
      </Section>
      <Stack>
        <Code code={JSON.stringify(jwt.header, null, 2)} lang="json" label={t("header")} />
        <Code code={JSON.stringify(jwt.claims, null, 2)} lang="json" label={t("claims")} />
      </Stack>
    </>
  );
}
