import { Group, Switch, Text, Title } from "@mantine/core";
import { useState } from "react";
import { useLanguage, useText } from "~/app/text";
import { CopyButton, DownloadButton } from "~/ui/Copy";
import { Icon } from "~/ui/Icon";
import { Time } from "~/ui/time";
import { marks } from "./marks";
import { ResultItem } from "./ResultItem";
import { asMarkdown, type Group as CheckGroup, grouped, needsALook, type Report } from "./report";
import { selfcheckText } from "./selfcheckText";

const counted = ["fail", "warn", "pass", "skipped"] as const;

interface Where {
  tid: string;
  aid: string;
}

export function ReportView({ tid, aid, report, issuer }: Where & { report: Report; issuer: string }) {
  const t = useText(selfcheckText);
  const seconds = new Intl.NumberFormat(useLanguage(), { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const [only, setOnly] = useState(false);
  const shown = only ? report.checks.filter(needsALook) : report.checks;
  const outcome = report.outcome as "pass";
  return (
    <>
      <section className="card verdict" data-outcome={report.outcome} aria-live="polite">
        <span className="verdict-mark">
          <Icon name={marks[report.outcome] ?? "info"} size={28} />
        </span>
        <div className="verdict-body">
          <Title order={2}>{t(`verdict_${outcome}`)}</Title>
          <Text size="sm" mt={2}>
            {t(`verdictBody_${outcome}`)}
          </Text>
          <dl className="verdict-counts">
            {counted.map((kind) => (
              <div key={kind} data-outcome={report.counts[kind] > 0 ? kind : undefined}>
                <dd>{report.counts[kind]}</dd>
                <dt>{t(`count_${kind}`)}</dt>
              </div>
            ))}
          </dl>
          <Text size="xs" c="dimmed">
            <Time at={report.started_at} exact /> ·{" "}
            {t("took", { seconds: seconds.format(report.duration_ms / 1000), profile: report.profile })}
          </Text>
        </div>
      </section>
      <Group justify="space-between" gap="sm">
        <Switch label={t("onlyAttention")} checked={only} onChange={(event) => setOnly(event.currentTarget.checked)} />
        <Group gap="xs">
          <CopyButton value={asMarkdown(report, issuer)} label={t("copyReport")} />
          <DownloadButton
            content={JSON.stringify(report, null, 2)}
            name={`self-check-${tid}-${aid}-${report.started_at.slice(0, 10)}.json`}
            label={t("downloadJSON")}
          />
        </Group>
      </Group>
      {shown.length === 0 && (
        <Text size="sm" c="dimmed">
          {t("nothingLeft")}
        </Text>
      )}
      <div className="trials">
        {grouped(shown).map((group) => (
          <GroupCard key={`${report.started_at} ${only} ${group.name}`} tid={tid} aid={aid} group={group} only={only} />
        ))}
      </div>
    </>
  );
}

function GroupCard({ tid, aid, group, only }: Where & { group: CheckGroup; only: boolean }) {
  const t = useText(selfcheckText);
  const title = `group_${group.name}` in selfcheckText.en ? t(`group_${group.name}` as "group_pkce") : group.name;
  return (
    <details
      className="card card-flush trial"
      open={group.outcome === "fail" || group.outcome === "warn"}
      data-outcome={group.outcome}
    >
      <summary>
        <span className="trial-mark">
          <Icon name={marks[group.outcome] ?? "info"} size={16} />
        </span>
        <Title order={2}>{title}</Title>
        {!only && (
          <Text span size="sm" c="dimmed" className="trial-count">
            {t("groupSays", { held: group.held, all: group.checks.length })}
          </Text>
        )}
        <span className="trial-chevron">
          <Icon name="chevron" size={18} />
        </span>
      </summary>
      <ul className="trial-checks">
        {group.checks.map((check) => (
          <ResultItem key={check.id} tid={tid} aid={aid} check={check} />
        ))}
      </ul>
    </details>
  );
}
