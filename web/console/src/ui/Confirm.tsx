import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useText } from "~/app/text";
import { Dialog } from "./Dialog";
import { ProblemAlert } from "./Problem";
import { uiText } from "./words";

interface ConfirmProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
  action: string;
  /** What must be typed first; absent for what can be undone. */
  name?: string;
  run: () => Promise<unknown>;
  then?: () => void;
  danger?: boolean;
}

export function Confirm({ opened, onClose, title, children, action, name, run, then, danger = true }: ConfirmProps) {
  const t = useText(uiText);
  const [typed, setTyped] = useState("");
  const act = useMutation({ mutationFn: run });
  const close = () => {
    setTyped("");
    act.reset();
    onClose();
  };
  return (
    <Dialog opened={opened} onClose={close} title={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          // The dialog may stand within another form, which this is not about.
          event.stopPropagation();
          if (name === undefined || typed === name) {
            act.mutate(undefined, {
              onSuccess: () => {
                close();
                then?.();
              },
            });
          }
        }}
      >
        <Stack>
          <Text size="sm" component="div">
            {children}
          </Text>
          {name !== undefined && (
            <TextInput
              label={t("typeToConfirm", { name })}
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              autoComplete="off"
              spellCheck={false}
              data-autofocus
            />
          )}
          {act.error && <ProblemAlert error={act.error} />}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={close}>
              {t("cancel")}
            </Button>
            <Button
              type="submit"
              color={danger ? "red" : undefined}
              loading={act.isPending}
              disabled={name !== undefined && typed !== name}
            >
              {action}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  );
}
