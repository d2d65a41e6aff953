import { Button, Group, Select, Stack, TextInput } from "@mantine/core";
import { useState } from "react";
import { useText } from "~/app/text";
import { Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { uiText } from "~/ui/words";
import { clientText } from "./clientText";
import { type Shown, useMayWrite, usePatch } from "./context";
import { KeySource } from "./KeySource";
import { suggestName, type TlsName, tlsNameOf, tlsNames, tlsPatch } from "./tls";

export function TlsIdentity({ shown }: { shown: Shown }) {
  const t = useText(clientText);
  const ui = useText(uiText);
  const may = useMayWrite(shown.tid, shown.aid) && !shown.client.built_in;
  const now = tlsNameOf(shown.client);
  const [name, setName] = useState<{ kind: TlsName; value: string }>(now ?? { kind: "subject_dn", value: "" });
  const patch = usePatch(shown, ui("saved"));
  const changed = name.kind !== now?.kind || name.value !== now.value;
  return (
    <Section title={t("tls")} lead={t("tlsLead")}>
      <Stack>
        <TlsNameFields value={name} onChange={setName} readOnly={!may} />
        {patch.error && <ProblemAlert error={patch.error} />}
        {may && (
          <Group justify="flex-end">
            <Button
              disabled={!changed || !name.value}
              loading={patch.isPending}
              onClick={() => patch.mutate(tlsPatch(name.kind, name.value))}
            >
              {ui("save")}
            </Button>
          </Group>
        )}
      </Stack>
    </Section>
  );
}

/** Which name the certificate must bear: typed, or read from a certificate. */
export function TlsNameFields({
  value,
  onChange,
  readOnly,
}: {
  value: { kind: TlsName; value: string };
  onChange: (name: { kind: TlsName; value: string }) => void;
  readOnly?: boolean;
}) {
  const t = useText(clientText);
  const [reading, setReading] = useState(false);
  return (
    <Stack gap="sm">
      <Group align="flex-end" gap="sm">
        <Select
          label={t("tlsKind")}
          data={tlsNames.map((kind) => ({ value: kind, label: t(`tls_${kind}`) }))}
          value={value.kind}
          onChange={(kind) => kind && onChange({ ...value, kind: kind as TlsName })}
          allowDeselect={false}
          readOnly={readOnly}
          w={190}
        />
        <TextInput
          label={t("tlsValue")}
          value={value.value}
          onChange={(event) => onChange({ ...value, value: event.currentTarget.value })}
          readOnly={readOnly}
          spellCheck={false}
          maxLength={2048}
          flex="1 1 16rem"
        />
      </Group>
      {!readOnly &&
        (reading ? (
          <KeySource
            certificates
            onKeys={([key]) => {
              if (key?.certificate) {
                onChange(suggestName(key.certificate));
              }
            }}
          />
        ) : (
          <div>
            <Button variant="default" size="xs" onClick={() => setReading(true)}>
              {t("tlsFromCert")}
            </Button>
          </div>
        ))}
    </Stack>
  );
}
