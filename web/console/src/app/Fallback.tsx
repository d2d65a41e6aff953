import { Button, Center, Stack, Text, Title } from "@mantine/core";
import { type ErrorComponentProps, Link } from "@tanstack/react-router";
import { isProblem } from "~/api/problem";
import { Icon } from "~/ui/Icon";
import { ProblemAlert } from "~/ui/Problem";
import { uiText } from "~/ui/words";
import { useText } from "./text";

export function Crash({ error, reset }: ErrorComponentProps) {
  const t = useText(uiText);
  if (isProblem(error)) {
    return (
      <Center mih="60vh" p="md">
        <ProblemAlert error={error} onRetry={() => window.location.reload()} />
      </Center>
    );
  }
  return (
    <Center mih="60vh" p="md">
      <Stack align="center" gap="sm" maw={440} ta="center">
        <span className="empty-icon">
          <Icon name="warning" size={26} />
        </span>
        <Title order={1}>{t("crash")}</Title>
        <Text c="dimmed">{t("crashBody")}</Text>
        <Text size="xs" c="dimmed" ff="monospace">
          {error instanceof Error ? error.message : String(error)}
        </Text>
        <Button
          onClick={() => {
            reset();
            window.location.reload();
          }}
        >
          {t("retry")}
        </Button>
      </Stack>
    </Center>
  );
}

export function Missing() {
  const t = useText(uiText);
  return (
    <Center mih="60vh" p="md">
      <Stack align="center" gap="sm" maw={440} ta="center">
        <Title order={1}>{t("notFoundTitle")}</Title>
        <Text c="dimmed">{t("notFoundBody")}</Text>
        <Button variant="default" renderRoot={(props) => <Link {...props} to="/console" />}>
          {t("toStart")}
        </Button>
      </Stack>
    </Center>
  );
}
