import { Button, Group } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";
import { useText } from "~/app/text";
import { uiText } from "./words";

/** Appears once something is changed, and warns before it is lost. */
export function SaveBar({ dirty, busy, onDiscard }: { dirty: boolean; busy: boolean; onDiscard: () => void }) {
  const t = useText(uiText);
  useBlocker({ shouldBlockFn: () => false, enableBeforeUnload: dirty, disabled: !dirty });
  if (!dirty) {
    return null;
  }
  return (
    <div className="save-bar">
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={onDiscard} disabled={busy}>
          {t("discard")}
        </Button>
        <Button type="submit" loading={busy}>
          {t("save")}
        </Button>
      </Group>
    </div>
  );
}
