import { ActionIcon, Button, Tooltip, UnstyledButton } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { createContext, useContext, useEffect } from "react";
import { useText } from "~/app/text";
import { Icon } from "./Icon";
import { uiText } from "./words";

/** Is told of everything below it that was really copied or saved: what is shown once has then been kept. */
export const OnTaken = createContext<(value: string) => void>(() => undefined);

function useCopy(value: string) {
  const { copied, copy } = useClipboard({ timeout: 1600 });
  const taken = useContext(OnTaken);
  // biome-ignore lint/correctness/useExhaustiveDependencies: one copy is told once
  useEffect(() => {
    if (copied) {
      taken(value);
    }
  }, [copied]);
  return { copied, copy: () => copy(value) };
}

export function CopyIcon({ value, thing }: { value: string; thing: string }) {
  const t = useText(uiText);
  const clipboard = useCopy(value);
  return (
    <Tooltip label={clipboard.copied ? t("copied") : t("copy")}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={clipboard.copied ? t("copied") : t("copyThing", { thing })}
        onClick={() => clipboard.copy()}
      >
        <Icon name={clipboard.copied ? "check" : "copy"} size={16} />
      </ActionIcon>
    </Tooltip>
  );
}

/** A value in fixed width that copies itself when it is pressed. */
export function CopyInline({ value, thing }: { value: string; thing: string }) {
  const t = useText(uiText);
  const clipboard = useCopy(value);
  return (
    <Tooltip label={clipboard.copied ? t("copied") : t("copy")}>
      <UnstyledButton
        className="copy-inline"
        onClick={() => clipboard.copy()}
        aria-label={`${t("copyThing", { thing })}: ${value}`}
      >
        <code>{value}</code>
        <Icon name={clipboard.copied ? "check" : "copy"} size={13} />
      </UnstyledButton>
    </Tooltip>
  );
}

export function CopyButton({ value, label }: { value: string; label?: string }) {
  const t = useText(uiText);
  const clipboard = useCopy(value);
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<Icon name={clipboard.copied ? "check" : "copy"} size={14} />}
      onClick={() => clipboard.copy()}
    >
      {clipboard.copied ? t("copied") : (label ?? t("copy"))}
    </Button>
  );
}

export function DownloadButton({
  content,
  name,
  label,
  primary,
  onSaved,
}: {
  content: string;
  name: string;
  label?: string;
  primary?: boolean;
  onSaved?: () => void;
}) {
  const t = useText(uiText);
  const taken = useContext(OnTaken);
  const save = () => {
    const url = URL.createObjectURL(new Blob([content], { type: "text/plain" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    URL.revokeObjectURL(url);
    taken(content);
    onSaved?.();
  };
  return (
    <Button
      variant={primary ? "filled" : "default"}
      size="xs"
      leftSection={<Icon name="download" size={14} />}
      onClick={save}
    >
      {label ?? t("download")}
    </Button>
  );
}
