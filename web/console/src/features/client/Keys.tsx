import { ActionIcon, Alert, Button, Group, Stack, Text, Tooltip } from "@mantine/core";
import { useState } from "react";
import { useLanguage, useText } from "~/app/text";
import { readCertificate } from "~/crypto/certificate";
import { fromBase64 } from "~/crypto/encoding";
import { describeJwk, type Jwk } from "~/crypto/jwk";
import type { PastedKey } from "~/crypto/pasted";
import { methodsInForce } from "~/oauth/proof";
import { Confirm } from "~/ui/Confirm";
import { CopyInline } from "~/ui/Copy";
import { Dialog } from "~/ui/Dialog";
import { Icon } from "~/ui/Icon";
import { Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { absolute } from "~/ui/time";
import { uiText } from "~/ui/words";
import { clientText } from "./clientText";
import { keysOf, type Shown, useMayWrite, usePatch } from "./context";
import { LastUse } from "./Health";
import { KeySource, keysPatch } from "./KeySource";
import { TestNow } from "./TestProof";

export function Keys({ shown }: { shown: Shown }) {
  const t = useText(clientText);
  const { client, tid, aid } = shown;
  const may = useMayWrite(tid, aid) && !client.built_in;
  const keys = keysOf(client);
  const [adding, setAdding] = useState(false);
  return (
    <Section
      title={t("keys")}
      lead={t("keysLead")}
      actions={
        may && (
          <Button
            variant="default"
            size="xs"
            leftSection={client.jwks_uri ? undefined : <Icon name="plus" size={14} />}
            onClick={() => setAdding(true)}
          >
            {t(client.jwks_uri ? "changeKeys" : "addKey")}
          </Button>
        )
      }
    >
      {client.jwks_uri ? (
        <Text size="sm" component="div">
          {t("keysURI")} <CopyInline value={client.jwks_uri} thing={t("uriLabel")} />
        </Text>
      ) : keys.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t("keysNone")}
        </Text>
      ) : (
        <ul className="rows">
          {keys.map((jwk) => (
            <KeyRow key={jwk.kid ?? JSON.stringify(jwk)} shown={shown} jwk={jwk} may={may} />
          ))}
        </ul>
      )}
      {adding && <AddKey shown={shown} onClose={() => setAdding(false)} />}
    </Section>
  );
}

function validUntil(jwk: Jwk): Date | undefined {
  try {
    return jwk.x5c?.[0] ? readCertificate(fromBase64(jwk.x5c[0])).notAfter : undefined;
  } catch {
    return undefined;
  }
}

function KeyRow({ shown, jwk, may }: { shown: Shown; jwk: Jwk; may: boolean }) {
  const t = useText(clientText);
  const language = useLanguage();
  const [removing, setRemoving] = useState(false);
  const patch = usePatch(shown, t("keyRemoved"));
  const until = validUntil(jwk);
  return (
    <li>
      <div>
        <Text fw={600} size="sm">
          {describeJwk(jwk)} {jwk.alg}
        </Text>
        <div className="row-sub">{jwk.kid}</div>
        {jwk.kid && <LastUse shown={shown} kind="key" id={jwk.kid} />}
        {until && (
          <Text size="xs" c="dimmed">
            {t("keyFrom", { until: absolute(until, language) })}
          </Text>
        )}
      </div>
      {may && (
        <Tooltip label={t("keyRemove")}>
          <ActionIcon
            variant="subtle"
            color="red"
            aria-label={`${t("keyRemove")} ${jwk.kid ?? ""}`}
            onClick={() => setRemoving(true)}
          >
            <Icon name="trash" size={16} />
          </ActionIcon>
        </Tooltip>
      )}
      <Confirm
        opened={removing}
        onClose={() => setRemoving(false)}
        title={t("keyRemove")}
        action={t("keyRemove")}
        run={() => {
          const left = keysOf(shown.client).filter((other) => JSON.stringify(other) !== JSON.stringify(jwk));
          return patch.mutateAsync({ jwks: left.length > 0 ? { keys: left } : (null as never) });
        }}
      >
        {t("keyRemoveBody")}
      </Confirm>
    </li>
  );
}

function AddKey({ shown, onClose }: { shown: Shown; onClose: () => void }) {
  const t = useText(clientText);
  const ui = useText(uiText);
  const { client } = shown;
  const [found, setFound] = useState<{ keys: PastedKey[]; privatePem?: string }>({ keys: [] });
  const [uri, setURI] = useState("");
  const patch = usePatch(shown, t("keyAdded"));
  const title = t(client.jwks_uri ? "changeKeys" : "addKey");
  const testable = found.privatePem !== undefined && methodsInForce(client).includes("private_key_jwt");
  const held = keysOf(client).length;
  return (
    <Dialog onClose={onClose} title={title} size={patch.isSuccess ? "xl" : "lg"} closeOnClickOutside={false}>
      {patch.isSuccess ? (
        <KeyAdded shown={shown} privatePem={found.privatePem ?? ""} onClose={onClose} />
      ) : (
        <Stack>
          <KeySource
            onKeys={(keys, privatePem) => setFound({ keys, privatePem })}
            onURI={setURI}
            certificates={client.token_endpoint_auth_method === "self_signed_tls_client_auth"}
          />
          {client.jwks_uri && <Text size="sm">{t("keysReplaceURI", { uri: client.jwks_uri })}</Text>}
          {uri !== "" && held > 0 && <Text size="sm">{t("keysReplaced", { count: held })}</Text>}
          {patch.error && <ProblemAlert error={patch.error} />}
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              {ui("cancel")}
            </Button>
            <Button
              disabled={found.keys.length === 0 && uri === ""}
              loading={patch.isPending}
              onClick={() =>
                patch.mutate(keysPatch(client, found.keys, uri), { onSuccess: () => !testable && onClose() })
              }
            >
              {title}
            </Button>
          </Group>
        </Stack>
      )}
    </Dialog>
  );
}

/** That the pair made here is registered, and the chance to try it while its private half is at hand. */
export function KeyAdded({ shown, privatePem, onClose }: { shown: Shown; privatePem: string; onClose: () => void }) {
  const t = useText(clientText);
  const ui = useText(uiText);
  return (
    <Stack>
      <Alert className="good" icon={<Icon name="check" />} title={t("keyAdded")}>
        <Text size="sm">{t("keyAddedBody")}</Text>
      </Alert>
      <TestNow shown={shown} given={{ method: "private_key_jwt", key: privatePem }} />
      <Group justify="flex-end">
        <Button onClick={onClose}>{ui("close")}</Button>
      </Group>
    </Stack>
  );
}
