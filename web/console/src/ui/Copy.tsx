import { ActionIcon, Button, Tooltip, UnstyledButton } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { useText } from "~/app/text";
import { Icon } from "./Icon";
import { uiText } from "./words";

export function CopyIcon({ value, thing }: { value: string; thing: string }) {
  const t = useText(uiText);
  const clipboard = useClipboard({ timeout: 1600 });
  return (
    <Tooltip label={clipboard.copied ? t("copied") : t("copy")}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={clipboard.copied ? t("copied") : t("copyThing", { thing })}
        onClick={() => clipboard.copy(value)}
      >
        <Icon name={clipboard.copied ? "check" : "copy"} size={16} />
      </ActionIcon>
    </Tooltip>
  );
}

/** A value in fixed width that copies itself when it is pressed. */
export function CopyInline({ value, thing }: { value: string; thing: string }) {
  const t = useText(uiText);
  const clipboard = useClipboard({ timeout: 1600 });
  return (
    <Tooltip label={clipboard.copied ? t("copied") : t("copy")}>
      <UnstyledButton
        className="copy-inline"
        onClick={() => clipboard.copy(value)}
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
  const clipboard = useClipboard({ timeout: 1600 });
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<Icon name={clipboard.copied ? "check" : "copy"} size={14} />}
      onClick={() => clipboard.copy(value)}
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
  const save = () => {
    const url = URL.createObjectURL(new Blob([content], { type: "text/plain" }));
    const link = document.createElement("a");
    link.href = url;
    link.download = name;
    link.click();
    URL.revokeObjectURL(url);
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
