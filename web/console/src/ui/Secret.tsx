import { Alert, Group, Text } from "@mantine/core";
import { useText } from "~/app/text";
import { CopyButton, CopyIcon, DownloadButton } from "./Copy";
import { Icon } from "./Icon";
import { uiText } from "./words";

/** Values that the service shows once; whoever sees them is told so. */
export function ShownOnce({
  values,
  file,
  note,
}: {
  values: { label: string; value: string }[];
  file?: string;
  note?: string;
}) {
  const t = useText(uiText);
  const lines = values.map(({ label, value }) => `${label}=${value}`).join("\n");
  return (
    <Alert color="yellow" variant="light" icon={<Icon name="key" />} title={t("onceTitle")} className="once">
      <Text size="sm" mb="xs">
        {note ?? t("onceBody")}
      </Text>
      <dl className="once-values">
        {values.map(({ label, value }) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <code data-testid={`once-${label}`}>{value}</code>
              <CopyIcon value={value} thing={label} />
            </dd>
          </div>
        ))}
      </dl>
      <Group gap="xs" mt="sm">
        <CopyButton value={values.length === 1 ? (values[0]?.value ?? "") : lines} />
        {file && <DownloadButton content={`${lines}\n`} name={file} />}
      </Group>
    </Alert>
  );
}
