import { Button, Group, Modal, type ModalProps, Stack } from "@mantine/core";
import { useId } from "@mantine/hooks";
import type { FormEventHandler, ReactNode } from "react";
import type { Fault } from "~/api/problem";
import { useText } from "~/app/text";
import { useFocusGivenBack } from "./focus";
import { ProblemAlert } from "./Problem";
import { uiText } from "./words";

interface DialogProps extends Omit<ModalProps, "opened"> {
  opened?: boolean;
}

/** A dialog with a close button that says what it does, and which leaves the focus where it found it. */
export function Dialog({ opened = true, ...props }: DialogProps) {
  const ui = useText(uiText);
  const id = useId();
  useFocusGivenBack(opened, () => document.getElementById(id));
  return (
    <Modal {...props} id={id} opened={opened} returnFocus={false} closeButtonProps={{ "aria-label": ui("close") }} />
  );
}

interface FormProps {
  onSubmit: FormEventHandler<HTMLFormElement>;
  onClose: () => void;
  /** What the button says that sends the form. */
  action: string;
  /** How the sending stands, as useSend tells it. */
  sending: { error: unknown; rest: Fault[]; busy: boolean };
  children: ReactNode;
}

/** The fields of a form in a dialog, what is wrong with them as a whole, and the buttons below. */
export function DialogForm({ onSubmit, onClose, action, sending: { error, rest, busy }, children }: FormProps) {
  const ui = useText(uiText);
  return (
    <form onSubmit={onSubmit}>
      <Stack>
        {children}
        {error != null && <ProblemAlert error={error} extra={rest.length ? rest : undefined} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {ui("cancel")}
          </Button>
          <Button type="submit" loading={busy}>
            {action}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
