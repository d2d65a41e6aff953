import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { useText } from "~/app/text";
import { Dialog } from "./Dialog";
import { Icon } from "./Icon";
import { ProblemAlert } from "./Problem";
import { uiText } from "./words";

/** A word that goes away by itself, and so needs no button. */
export function tell(message: string) {
  notifications.show({
    message,
    icon: <Icon name="check" size={16} />,
    color: "green",
    autoClose: 3500,
    withCloseButton: false,
  });
}

/** One write: afterwards everything under the keys is read anew. */
export function useAct<V = void, R = unknown>(
  run: (values: V) => Promise<R>,
  after: { stale?: readonly (readonly unknown[])[]; done?: (result: R, values: V) => void; say?: string } = {},
) {
  const queries = useQueryClient();
  return useMutation<R, Error, V>({
    mutationFn: run,
    onSuccess: async (result, values) => {
      for (const queryKey of after.stale ?? []) {
        void queries.invalidateQueries({ queryKey });
      }
      if (after.say) {
        tell(after.say);
      }
      after.done?.(result, values);
    },
  });
}

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
