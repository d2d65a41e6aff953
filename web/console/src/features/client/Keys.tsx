import { ActionIcon, Button, Group, Modal, Stack, Text, Tooltip } from "@mantine/core";
import { useState } from "react";
import { useLanguage, useText } from "~/app/text";
import { readCertificate } from "~/crypto/certificate";
import { fromBase64 } from "~/crypto/encoding";
import { describeJwk, type Jwk } from "~/crypto/jwk";
import type { PastedKey } from "~/crypto/pasted";
import { Confirm } from "~/ui/act";
import { CopyInline } from "~/ui/Copy";
import { Icon } from "~/ui/Icon";
import { Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { absolute } from "~/ui/time";
import { uiText } from "~/ui/words";
import { clientText } from "./clientText";
import { keysOf, type Shown, useMayWrite, usePatch } from "./context";
import { LastUse } from "./Health";
import { KeySource } from "./KeySource";

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
        may &&
        !client.jwks_uri && (
          <Button
            variant="default"
            size="xs"
            leftSection={<Icon name="plus" size={14} />}
            onClick={() => setAdding(true)}
          >
            {t("addKey")}
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
  const [found, setFound] = useState<PastedKey[]>([]);
  const patch = usePatch(shown, t("keyAdded"));
  return (
    <Modal opened onClose={onClose} title={t("addKey")} size="lg" closeButtonProps={{ "aria-label": ui("close") }}>
      <Stack>
        <KeySource
          onKeys={setFound}
          certificates={shown.client.token_endpoint_auth_method === "self_signed_tls_client_auth"}
        />
        {patch.error && <ProblemAlert error={patch.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {ui("cancel")}
          </Button>
          <Button
            disabled={found.length === 0}
            loading={patch.isPending}
            onClick={() =>
              patch.mutate(
                { jwks: { keys: [...keysOf(shown.client), ...found.map((key) => key.jwk)] } },
                { onSuccess: onClose },
              )
            }
          >
            {t("addKey")}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
