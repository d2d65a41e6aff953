import { Alert, Badge, Button, Group, Radio, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, type Schemas, take } from "~/api/client";
import { keyOf } from "~/api/queries";
import { text, useText } from "~/app/text";
import { useAct } from "~/ui/act";
import { Confirm } from "~/ui/Confirm";
import { CopyIcon } from "~/ui/Copy";
import { Icon } from "~/ui/Icon";
import { Await, Page, Section } from "~/ui/Page";
import { Time } from "~/ui/time";
import { useMayWrite } from "../client/context";

const keysText = text(
  "keys",
  {
    title: "Signing keys",
    lead: "What tokens are signed with. The next key is always published before it signs, so that nobody has to be told.",
    rotate: "Rotate the keys",
    rotateBody:
      "The next key takes over once every verifier has had the time to fetch it. Tokens that are out stay good.",
    calm: "In good time",
    calmBody: "The usual way. Nothing breaks.",
    emergency: "At once: the present key is compromised",
    emergencyBody:
      "The present key is revoked. Everything that it signed is refused from now on, and everybody signs in again.",
    rotated: "The rotation is under way",
    activates: "The new keys sign from {{at}} on.",
    state_next: "next",
    state_active: "signing",
    state_retiring: "retiring",
    state_retired: "retired",
    state_revoked: "revoked",
    says_next: "Published, and signs from",
    says_active: "Signs since",
    says_retiring: "Only verifies; leaves",
    says_retired: "Left",
    says_revoked: "Revoked",
    jwk: "Public key",
  },
  {
    title: "Signaturschlüssel",
    lead: "Womit Tokens signiert werden. Der nächste Schlüssel ist immer veröffentlicht, bevor er signiert; niemand muss Bescheid bekommen.",
    rotate: "Schlüssel wechseln",
    rotateBody:
      "Der nächste Schlüssel übernimmt, sobald alle Prüfenden Zeit hatten, ihn zu holen. Ausgegebene Tokens bleiben gültig.",
    calm: "Mit der nötigen Zeit",
    calmBody: "Der übliche Weg. Nichts geht kaputt.",
    emergency: "Sofort: Der jetzige Schlüssel ist kompromittiert",
    emergencyBody:
      "Der jetzige Schlüssel wird widerrufen. Alles, was er signiert hat, wird ab jetzt abgelehnt, und alle melden sich neu an.",
    rotated: "Der Wechsel ist im Gang",
    activates: "Die neuen Schlüssel signieren ab {{at}}.",
    state_next: "nächster",
    state_active: "signiert",
    state_retiring: "scheidet aus",
    state_retired: "ausgeschieden",
    state_revoked: "widerrufen",
    says_next: "Veröffentlicht, signiert ab",
    says_active: "Signiert seit",
    says_retiring: "Prüft nur noch; geht",
    says_retired: "Ging",
    says_revoked: "Widerrufen",
    jwk: "Öffentlicher Schlüssel",
  },
);

const tones = { next: "accent", active: "green", retiring: "yellow", retired: "gray", revoked: "red" } as const;

export function Keys() {
  const t = useText(keysText);
  const { tid, aid } = useParams({ from: "/console/$tid/workspaces/$aid/keys" });
  const [asking, setAsking] = useState(false);
  const [how, setHow] = useState("calm");
  const may = useMayWrite(tid, aid);
  const keys = useQuery({
    queryKey: keyOf.in(tid, aid, "keys"),
    queryFn: () => take(api.GET("/tenants/{tid}/workspaces/{aid}/keys", { params: { path: { tid, aid } } })),
  });
  const rotate = useAct(
    () =>
      take(
        api.POST("/tenants/{tid}/workspaces/{aid}/keys/rotate", {
          params: { path: { tid, aid } },
          body: { emergency: how === "emergency" },
        }),
      ),
    { stale: [keyOf.in(tid, aid, "keys")] },
  );
  return (
    <Page
      title={t("title")}
      lead={t("lead")}
      actions={
        may && (
          <Button leftSection={<Icon name="refresh" size={16} />} onClick={() => setAsking(true)}>
            {t("rotate")}
          </Button>
        )
      }
    >
      {rotate.data && (
        <Alert className="good" icon={<Icon name="check" />} title={t("rotated")} role="status">
          {t("activates", { at: new Date(rotate.data.activates_at).toLocaleString() })}
        </Alert>
      )}
      <Await of={keys}>
        {({ items }) => {
          const algs = [...new Set(items.map((key) => key.alg))];
          return (
            <>
              {algs.map((alg) => (
                <Section key={alg} title={alg}>
                  <ul className="rows">
                    {items
                      .filter((key) => key.alg === alg)
                      .map((key) => (
                        <KeyRow key={key.kid} of={key} />
                      ))}
                  </ul>
                </Section>
              ))}
            </>
          );
        }}
      </Await>
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("rotate")}
        action={t("rotate")}
        danger={how === "emergency"}
        name={how === "emergency" ? aid : undefined}
        run={() => rotate.mutateAsync()}
      >
        <Stack>
          <Text size="sm">{t("rotateBody")}</Text>
          <Radio.Group value={how} onChange={setHow} aria-label={t("rotate")}>
            <Stack gap="sm">
              <Radio value="calm" label={t("calm")} description={t("calmBody")} />
              <Radio value="emergency" label={t("emergency")} description={t("emergencyBody")} />
            </Stack>
          </Radio.Group>
        </Stack>
      </Confirm>
    </Page>
  );
}

function KeyRow({ of }: { of: Schemas["Key"] }) {
  const t = useText(keysText);
  const at =
    of.state === "revoked"
      ? of.revoked_at
      : of.state === "retiring" || of.state === "retired"
        ? of.retires_at
        : of.activates_at;
  return (
    <li>
      <div>
        <Group gap="xs">
          <Badge color={tones[of.state]}>{t(`state_${of.state}`)}</Badge>
          <span className="row-sub">{of.kid}</span>
        </Group>
        <Text size="sm" c="dimmed" mt={4}>
          {t(`says_${of.state}`)}{" "}
          <Time at={at} exact={of.state === "active" || of.state === "next" || of.state === "retiring"} />
        </Text>
      </div>
      <CopyIcon value={JSON.stringify(of.public_jwk, null, 2)} thing={t("jwk")} />
    </li>
  );
}
