import { Button, Center, Group, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { type ErrorComponentProps, Link, Outlet, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { isProblem } from "~/api/problem";
import { workspaceQuery } from "~/api/queries";
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
    <Lost title={t("notFoundTitle")}>
      <Button variant="default" renderRoot={(props) => <Link {...props} to="/console" />}>
        {t("toStart")}
      </Button>
    </Lost>
  );
}

/** No such page within a tenant: the navigation stays around it. */
export function MissingHere() {
  const t = useText(uiText);
  const { tid = "", aid } = useParams({ strict: false });
  return (
    <Lost title={t("notFoundTitle")}>
      {aid && (
        <Button
          renderRoot={(props) => (
            <Link {...props} to="/console/$tid/workspaces/$aid" params={{ tid, aid }} search={{}} />
          )}
        >
          {t("toWorkspace")}
        </Button>
      )}
      <ToWorkspaces tid={tid} />
    </Lost>
  );
}

/** The pages of a workspace, as far as there is one of that name. */
export function WorkspaceFrame() {
  const t = useText(uiText);
  const { tid, aid } = useParams({ from: "/console/$tid/workspaces/$aid" });
  const { error } = useQuery(workspaceQuery(tid, aid));
  return isProblem(error) && error.status === 404 ? (
    <Lost title={t("noWorkspace", { aid })}>
      <ToWorkspaces tid={tid} />
    </Lost>
  ) : (
    <Outlet />
  );
}

function ToWorkspaces({ tid }: { tid: string }) {
  const t = useText(uiText);
  return (
    <Button
      variant="default"
      renderRoot={(props) => <Link {...props} to="/console/$tid" params={{ tid }} search={{}} />}
    >
      {t("toWorkspaces")}
    </Button>
  );
}

function Lost({ title, children }: { title: string; children: ReactNode }) {
  const t = useText(uiText);
  useDocumentTitle(`${title} · Signet`);
  return (
    <Center mih="60vh" p="md">
      <Stack align="center" gap="sm" maw={440} ta="center">
        <Title order={1}>{title}</Title>
        <Text c="dimmed">{t("notFoundBody")}</Text>
        <Group gap="xs" justify="center">
          {children}
        </Group>
      </Stack>
    </Center>
  );
}
