import { Button, Collapse } from "@mantine/core";
import { useDisclosure, useId } from "@mantine/hooks";
import type { ReactNode } from "react";
import { Icon } from "./Icon";

/** What few people need, out of the way until somebody does. */
export function More({ label, children }: { label: string; children: ReactNode }) {
  const [opened, { toggle }] = useDisclosure();
  const id = useId();
  return (
    <div className="more">
      <Button
        variant="subtle"
        size="compact-sm"
        onClick={toggle}
        aria-expanded={opened}
        aria-controls={id}
        rightSection={<Icon name="chevron" size={14} />}
      >
        {label}
      </Button>
      <Collapse expanded={opened} id={id} role="group" aria-label={label}>
        <div className="more-body">{children}</div>
      </Collapse>
    </div>
  );
}
