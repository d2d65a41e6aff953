import { Anchor, Group, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { Link, type LinkProps, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useText } from "~/app/text";
import { Icon, type IconName } from "./Icon";
import { ProblemAlert } from "./Problem";
import { Rich } from "./Rich";
import { uiText } from "./words";

interface PageProps {
  title: string;
  lead?: ReactNode;
  badges?: ReactNode;
  actions?: ReactNode;
  up?: { link: LinkProps; label: string };
  children: ReactNode;
  narrow?: boolean;
}

export function Page({ title, lead, badges, actions, up, children, narrow }: PageProps) {
  const { tid, aid } = useParams({ strict: false });
  // Tenant and workspace have pages of the same name.
  useDocumentTitle([title, aid ? `${tid}/${aid}` : tid, "Signet"].filter(Boolean).join(" · "));
  return (
    <div className={narrow ? "page page-narrow" : "page"}>
      <header className="page-head">
        <div>
          {up && (
            <Anchor size="sm" className="page-up" renderRoot={(props) => <Link {...props} {...up.link} />}>
              <Icon name="back" size={14} /> {up.label}
            </Anchor>
          )}
          <Group gap="sm" align="center">
            <Title order={1} tabIndex={-1} id="page-title">
              {title}
            </Title>
            {badges}
          </Group>
          {lead && (
            <Text c="dimmed" mt={4} className="page-lead" component="div">
              {typeof lead === "string" ? <Rich>{lead}</Rich> : lead}
            </Text>
          )}
        </div>
        {actions && <Group gap="xs">{actions}</Group>}
      </header>
      {children}
    </div>
  );
}

export function Section({
  title,
  lead,
  actions,
  children,
  id,
  tone,
}: {
  title: string;
  lead?: string;
  actions?: ReactNode;
  children: ReactNode;
  id?: string;
  tone?: "danger";
}) {
  return (
    <section className={tone === "danger" ? "card card-danger" : "card"} aria-label={title} id={id}>
      <header className="card-head">
        <div>
          <Title order={2}>{title}</Title>
          {lead && (
            <Text size="sm" c="dimmed" mt={2}>
              <Rich>{lead}</Rich>
            </Text>
          )}
        </div>
        {actions && <Group gap="xs">{actions}</Group>}
      </header>
      {children}
    </section>
  );
}

export function Empty({
  icon,
  title,
  children,
  action,
}: {
  icon: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="empty">
      <span className="empty-icon">
        <Icon name={icon} size={26} />
      </span>
      <Text fw={600}>{title}</Text>
      {children && (
        <Text size="sm" c="dimmed" maw={440} ta="center" component="div">
          {children}
        </Text>
      )}
      {action && <div className="empty-action">{action}</div>}
    </div>
  );
}

export function Loading({ lines = 4 }: { lines?: number }) {
  const t = useText(uiText);
  return (
    <Stack gap="sm" role="status" aria-label={t("loading")} py="xs">
      {Array.from({ length: lines }, (_, i) => i).map((i) => (
        <Skeleton key={i} height={i === 0 ? 22 : 16} width={i === 0 ? "38%" : `${92 - i * 9}%`} />
      ))}
    </Stack>
  );
}

interface Asked<T> {
  data: T | undefined;
  error: unknown;
  isPending: boolean;
  refetch: () => unknown;
}

/** Loading, then either the problem or what was asked for. */
export function Await<T>({ of, children, lines }: { of: Asked<T>; children: (data: T) => ReactNode; lines?: number }) {
  if (of.data !== undefined) {
    return <>{children(of.data)}</>;
  }
  if (of.isPending) {
    return <Loading lines={lines} />;
  }
  return <ProblemAlert error={of.error} onRetry={() => void of.refetch()} />;
}
