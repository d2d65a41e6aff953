import { Button, Group, Stack, Text } from "@mantine/core";
import { useBlocker } from "@tanstack/react-router";
import { useText } from "~/app/text";
import { Dialog } from "~/ui/Dialog";
import { welcomeText } from "./welcomeText";

const always = () => true;

/** Asks before somebody leaves what is shown once and has not been kept. */
export function KeepGuard({ what }: { what: "Secret" | "Key" }) {
  const t = useText(welcomeText);
  const leaving = useBlocker({ shouldBlockFn: always, enableBeforeUnload: true, withResolver: true });
  return (
    <Dialog opened={leaving.status === "blocked"} onClose={() => leaving.reset?.()} title={t(`leave${what}`)}>
      <Stack>
        <Text size="sm">{t("leaveBody")}</Text>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={() => leaving.proceed?.()}>
            {t("leaveDo")}
          </Button>
          <Button onClick={() => leaving.reset?.()} data-autofocus>
            {t("leaveStay")}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
}
