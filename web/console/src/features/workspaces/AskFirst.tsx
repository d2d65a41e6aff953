import { List, Stack, Text } from "@mantine/core";
import { useText } from "~/app/text";
import { Confirm } from "~/ui/Confirm";
import { Rich } from "~/ui/Rich";
import { methodText } from "../client/methods";
import type { Consequence } from "./consequences";
import { settingsText } from "./settingsText";

const most = 8;

/** Asks whether the settings are to be saved, once it is known what that does. */
export function AskFirst({
  found,
  alg,
  onClose,
  save,
}: {
  found: Consequence[];
  alg: string;
  onClose: () => void;
  save: () => Promise<unknown>;
}) {
  const t = useText(settingsText);
  const words = useText(methodText);
  const line = (c: Consequence) => {
    if (c.what !== "method") {
      return t(`does_${c.what}`, { alg });
    }
    const named = c.applications.slice(0, most).join(", ");
    const rest = c.applications.length - most;
    return [
      c.applications.length > 0 && t("does_method", { method: words(c.method), names: named }),
      rest > 0 && t("does_methodRest", { count: rest }),
      c.more && t("does_methodMore", { method: words(c.method) }),
    ]
      .filter(Boolean)
      .join(" ");
  };
  return (
    <Confirm opened={found.length > 0} onClose={onClose} title={t("askTitle")} action={t("askSave")} run={save}>
      <Stack gap="sm">
        <Text size="sm">{t("askLead")}</Text>
        <List size="sm" spacing="xs">
          {found.map((c) => (
            <List.Item key={c.what === "method" ? c.method : c.what}>
              <Rich>{line(c)}</Rich>
            </List.Item>
          ))}
        </List>
      </Stack>
    </Confirm>
  );
}
