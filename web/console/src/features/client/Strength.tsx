import { Group, Text } from "@mantine/core";
import { useText } from "~/app/text";
import { isMethod, methodText, strengthOf } from "./methods";

export function Strength({ method }: { method: string }) {
  const t = useText(methodText);
  const level = isMethod(method) ? strengthOf[method] : 0;
  return (
    <Group component="span" gap={6} wrap="nowrap" display="inline-flex">
      <span className="strength" data-level={level} aria-hidden="true">
        <i />
        <i />
        <i />
        <i />
      </span>
      <Text span size="xs" c="dimmed">
        {t(`strength_${level}`)}
      </Text>
    </Group>
  );
}

/** The method in words; its registered name stands behind. */
export function MethodName({ method }: { method: string }) {
  const t = useText(methodText);
  return <span title={method}>{isMethod(method) ? t(method) : method}</span>;
}
