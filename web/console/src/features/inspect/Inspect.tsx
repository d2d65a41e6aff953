import { Alert, Stack, Text, Textarea } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { keyOf, workspaceQuery } from "~/api/queries";
import { text, useLanguage, useText } from "~/app/text";
import type { Jwk } from "~/crypto/jwk";
import { type Jwt, readJwt, verifyJwt } from "~/crypto/jwt";
import { Code } from "~/ui/Code";
import { Icon } from "~/ui/Icon";
import { Empty, Page, Section } from "~/ui/Page";
import { absolute, relative } from "~/ui/time";

const inspectText = text(
  "inspect",
  {
    title: "Token inspector",
    lead: "Paste a JWT, and see what it says. It is read here and goes nowhere.",
    label: "Token",
    empty: "Paste a token above",
    emptyBody: "An access token or an ID token of this workspace; its signature is checked against the published keys.",
    notJwt: "This is no JWT. An opaque token says nothing by itself; ask the introspection endpoint.",
    header: "Header",
    claims: "Claims",
    meaning: "What it means",
    valid: "Signed by this workspace",
    valid_body: "The signature fits one of its published keys.",
    invalid: "The signature does not fit",
    invalid_body: "The token was altered, or another key has signed it.",
    "unknown-key": "Not signed by this workspace",
    "unknown-key_body": "None of its published keys has this name.",
    unsupported: "The signature cannot be checked here",
    unsupported_body: "The algorithm is not one of this workspace’s.",
    good: "It is good for now",
    over: "It has expired",
    early: "It is not good yet",
    otherIssuer: "Another issuer has made it",
    iss: "Who made it",
    sub: "Whom it is about",
    aud: "Whom it is for",
    exp: "Good until",
    nbf: "Good from",
    iat: "Made",
    scope: "What it allows",
    client_id: "The application that it was given to",
    jti: "Its own name",
    auth_time: "When the person signed in",
    acr: "How surely the person was recognised",
    amr: "By what the person was recognised",
    azp: "The application that asked",
    nonce: "What ties it to the request",
    sid: "The session it belongs to",
    cnf: "The key or certificate that its bearer must show",
    act: "Who acts for the subject",
    at_hash: "What ties it to the access token",
    email: "E-mail address",
    name: "Name",
  },
  {
    title: "Token-Lupe",
    lead: "Fügen Sie ein JWT ein und sehen Sie, was es sagt. Es wird hier gelesen und geht nirgendwohin.",
    label: "Token",
    empty: "Fügen Sie oben ein Token ein",
    emptyBody:
      "Ein Zugriffs- oder ID-Token dieses Arbeitsbereichs; seine Signatur wird gegen die veröffentlichten Schlüssel geprüft.",
    notJwt:
      "Das ist kein JWT. Ein undurchsichtiges Token sagt von selbst nichts; fragen Sie den Introspektionsendpunkt.",
    header: "Kopf",
    claims: "Aussagen",
    meaning: "Was es bedeutet",
    valid: "Von diesem Arbeitsbereich signiert",
    valid_body: "Die Signatur passt zu einem seiner veröffentlichten Schlüssel.",
    invalid: "Die Signatur passt nicht",
    invalid_body: "Das Token wurde verändert, oder ein anderer Schlüssel hat es signiert.",
    "unknown-key": "Nicht von diesem Arbeitsbereich signiert",
    "unknown-key_body": "Keiner seiner veröffentlichten Schlüssel heißt so.",
    unsupported: "Die Signatur lässt sich hier nicht prüfen",
    unsupported_body: "Der Algorithmus ist keiner dieses Arbeitsbereichs.",
    good: "Es gilt zurzeit",
    over: "Es ist abgelaufen",
    early: "Es gilt noch nicht",
    otherIssuer: "Ein anderer Aussteller hat es gemacht",
    iss: "Wer es gemacht hat",
    sub: "Um wen es geht",
    aud: "Für wen es ist",
    exp: "Gilt bis",
    nbf: "Gilt ab",
    iat: "Entstanden",
    scope: "Was es erlaubt",
    client_id: "Die Anwendung, die es bekommen hat",
    jti: "Sein eigener Name",
    auth_time: "Wann die Person sich angemeldet hat",
    acr: "Wie sicher die Person erkannt wurde",
    amr: "Woran die Person erkannt wurde",
    azp: "Die Anwendung, die gefragt hat",
    nonce: "Was es an die Anfrage bindet",
    sid: "Die Sitzung, zu der es gehört",
    cnf: "Schlüssel oder Zertifikat, das der Träger zeigen muss",
    act: "Wer für das Subject handelt",
    at_hash: "Was es an das Zugriffstoken bindet",
    email: "E-Mail-Adresse",
    name: "Name",
  },
);

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
    queryFn: async () => {
      const answer = await fetch(`/${tid}/${aid}/.well-known/jwks.json`);
      const { keys } = (await answer.json()) as { keys: Jwk[] };
      return verifyJwt(jwt, keys);
    },
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
        <dl className="check-facts">
          {Object.entries(jwt.claims).map(([name, value]) => [
            <dt key={name}>
              <code>{name}</code>
            </dt>,
            <dd key={`${name}-value`}>
              <Claim name={name} value={value} />
            </dd>,
          ])}
        </dl>
      </Section>
      <Stack>
        <Code code={JSON.stringify(jwt.header, null, 2)} lang="json" label={t("header")} />
        <Code code={JSON.stringify(jwt.claims, null, 2)} lang="json" label={t("claims")} />
      </Stack>
    </>
  );
}

const explained = [
  "iss",
  "sub",
  "aud",
  "exp",
  "nbf",
  "iat",
  "scope",
  "client_id",
  "jti",
  "auth_time",
  "acr",
  "amr",
  "azp",
  "nonce",
  "sid",
  "cnf",
  "act",
  "at_hash",
  "email",
  "name",
] as const;
const moments = ["exp", "nbf", "iat", "auth_time", "updated_at"];

function Claim({ name, value }: { name: string; value: unknown }) {
  const t = useText(inspectText);
  const language = useLanguage();
  const known = explained.find((claim) => claim === name);
  const moment = moments.includes(name) && typeof value === "number" ? new Date(value * 1000) : null;
  return (
    <>
      {moment
        ? `${absolute(moment, language)} (${relative(moment, new Date(), language)})`
        : typeof value === "string"
          ? value
          : JSON.stringify(value)}
      {known && (
        <Text size="xs" c="dimmed">
          {t(known)}
        </Text>
      )}
    </>
  );
}
