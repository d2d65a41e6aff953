import { Button, Group, Select, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { Schemas } from "~/api/client";
import { workspaceQuery } from "~/api/queries";
import { useText } from "~/app/text";
import type { PastedKey } from "~/crypto/pasted";
import { Dialog } from "~/ui/Dialog";
import { Await } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { ShownOnce } from "~/ui/Secret";
import { uiText } from "~/ui/words";
import { clientText } from "./clientText";
import { keysOf, type Shown, usePatch } from "./context";
import { KeySource, keysPatch } from "./KeySource";
import { KeyAdded } from "./Keys";
import { MethodTiles } from "./MethodTiles";
import { isMethod, strengthOf } from "./methods";
import { TestNow } from "./TestProof";
import { TlsNameFields } from "./TlsIdentity";
import { type TlsName, tlsNameOf, tlsPatch } from "./tls";

const day = 86_400_000;
const overlaps = ["0", "1", "7", "30", "90"] as const;

/** Asks for the new method and what it needs, and for how long both shall work. */
export function ChangeMethod({ shown, onClose }: { shown: Shown; onClose: () => void }) {
  const t = useText(clientText);
  const workspace = useQuery(workspaceQuery(shown.tid, shown.aid));
  return (
    <Dialog onClose={onClose} title={t("changeTitle")} size="xl" closeOnClickOutside={false}>
      <Await of={workspace}>
        {({ value }) => <Change shown={shown} allowed={value.token_endpoint_auth_methods ?? []} onClose={onClose} />}
      </Await>
    </Dialog>
  );
}

function Change({ shown, allowed, onClose }: { shown: Shown; allowed: string[]; onClose: () => void }) {
  const t = useText(clientText);
  const ui = useText(uiText);
  const { client } = shown;
  const present = client.token_endpoint_auth_method;
  const methods = allowed
    .filter(isMethod)
    .filter((method) => method !== present && method !== "none")
    .sort((a, b) => strengthOf[b] - strengthOf[a]);
  const [method, setMethod] = useState<string>(methods[0] ?? "");
  const [overlap, setOverlap] = useState<string>("30");
  const [found, setFound] = useState<{ keys: PastedKey[]; privatePem?: string }>({ keys: [] });
  const [uri, setURI] = useState("");
  const [name, setName] = useState<{ kind: TlsName; value: string }>(
    tlsNameOf(client) ?? { kind: "subject_dn", value: "" },
  );
  const patch = usePatch(shown, t("changed"));
  const needsKeys = method === "private_key_jwt" || method === "self_signed_tls_client_auth";
  const hasKeys =
    !!client.jwks_uri ||
    keysOf(client).some((jwk) => method === "private_key_jwt" || jwk.x5c) ||
    (method === "private_key_jwt" && (client.federated_credentials?.length ?? 0) > 0);
  const ready =
    method === "tls_client_auth" ? name.value !== "" : !needsKeys || hasKeys || found.keys.length > 0 || uri !== "";
  const submit = () => {
    const body: Schemas["ClientPatch"] = {
      token_endpoint_auth_method: method,
      token_endpoint_auth_method_previous: (overlap === "0"
        ? null
        : { method: present, until: new Date(Date.now() + Number(overlap) * day - 60_000).toISOString() }) as never,
      ...(found.keys.length > 0 || uri !== "" ? keysPatch(client, found.keys, uri) : {}),
      ...(method === "tls_client_auth" ? tlsPatch(name.kind, name.value) : {}),
    };
    patch.mutate(body, {
      onSuccess: ({ value }) => {
        if (!value.client_secret && !found.privatePem) {
          onClose();
        }
      },
    });
  };
  const secret = patch.data?.value.client_secret;
  if (secret) {
    return (
      <Stack>
        <ShownOnce values={[{ label: "CLIENT_SECRET", value: secret }]} file={`${client.client_id}.env`} />
        <TestNow shown={shown} given={{ method, secret }} />
        <Group justify="flex-end">
          <Button onClick={onClose}>{ui("close")}</Button>
        </Group>
      </Stack>
    );
  }
  if (patch.isSuccess && found.privatePem) {
    return <KeyAdded shown={shown} privatePem={found.privatePem} onClose={onClose} />;
  }
  return (
    <Stack>
      <MethodTiles
        label={t("changeWhich")}
        methods={methods}
        value={method}
        onChange={(next) => {
          setMethod(next);
          setFound({ keys: [] });
          setURI("");
        }}
      />
      {needsKeys && (
        <div>
          <Text size="sm" mb="sm" fw={500}>
            {hasKeys ? t("hasKeys") : t(method === "private_key_jwt" ? "needsKey" : "needsCert")}
          </Text>
          {!hasKeys && (
            <KeySource
              key={method}
              onKeys={(keys, privatePem) => setFound({ keys, privatePem })}
              onURI={setURI}
              certificates={method === "self_signed_tls_client_auth"}
            />
          )}
        </div>
      )}
      {method === "tls_client_auth" && (
        <div>
          <Text size="sm" mb="sm" fw={500}>
            {t("needsSubject")}
          </Text>
          <TlsNameFields value={name} onChange={setName} />
        </div>
      )}
      <Select
        label={t("changeOverlap")}
        description={t("changeOverlapHelp")}
        data={overlaps.map((value) => ({ value, label: t(`overlap_${value}`) }))}
        value={overlap}
        onChange={(value) => value && setOverlap(value)}
        allowDeselect={false}
        maw={360}
      />
      {patch.error && <ProblemAlert error={patch.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {ui("cancel")}
        </Button>
        <Button disabled={!ready} loading={patch.isPending} onClick={submit}>
          {t("changeDo")}
        </Button>
      </Group>
    </Stack>
  );
}
