import { Button, Group, Stack, Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { useText } from "~/app/text";
import { Dialog } from "./Dialog";
import { uiText } from "./words";

interface Place {
  pathname: string;
  search: object;
}

/** Another field of the same page is no other place: the form stays. */
const leaves = ({ current, next }: { current: Place; next: Place }) =>
  current.pathname !== next.pathname || JSON.stringify(current.search) !== JSON.stringify(next.search);

interface SaveBarProps {
  dirty: boolean;
  busy: boolean;
  onDiscard: () => void;
}

/** Appears once something is changed, and asks before it is lost. */
export function SaveBar({ dirty, busy, onDiscard }: SaveBarProps) {
  const t = useText(uiText);
  const leaving = useBlocker({
    shouldBlockFn: leaves,
    withResolver: true,
    enableBeforeUnload: dirty,
    disabled: !dirty,
  });
  const asked = leaving.status === "blocked";
  const go = useRef(leaving.proceed);
  go.current = leaving.proceed;
  // Whoever leaves while it is being saved goes on once it is.
  useEffect(() => {
    if (asked && !dirty) {
      go.current?.();
    }
  }, [asked, dirty]);
  // And so does whoever leaves a form that begins anew, since nothing is lost with it.
  useEffect(() => () => go.current?.(), []);
  return (
    <>
      {dirty && (
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
      )}
      <Dialog opened={asked && dirty && !busy} onClose={() => leaving.reset?.()} title={t("unsaved")}>
        <Stack>
          <Text size="sm">{t("unsavedBody")}</Text>
          <Group justify="flex-end" gap="xs">
            <Button color="red" variant="outline" onClick={() => leaving.proceed?.()}>
              {t("unsavedLeave")}
            </Button>
            <Button onClick={() => leaving.reset?.()} data-autofocus>
              {t("unsavedStay")}
            </Button>
          </Group>
        </Stack>
      </Dialog>
    </>
  );
}
