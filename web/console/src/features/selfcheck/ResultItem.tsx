import { Button, Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useLanguage, useText } from "~/app/text";
import { useTranslate } from "~/app/translate";
import { Icon } from "~/ui/Icon";
import { Said } from "~/ui/Said";
import { marks } from "./marks";
import { needsALook, type Result } from "./report";
import { selfcheckText } from "./selfcheckText";
import { titleIn } from "./titles";

/** One check, opening into what was found and what to do. */
export function ResultItem({ tid, aid, check }: { tid: string; aid: string; check: Result }) {
  const t = useText(selfcheckText);
  const language = useLanguage();
  const say = useTranslate("selfcheck", () => import("./german"));
  const title = titleIn(language, check);
  const facts: [string, string | undefined][] = [
    [t("expected"), check.expected],
    [t("found"), check.actual],
    [t("why"), check.why],
    [t("rfc"), check.rfc],
    [t("todo"), check.advice],
  ];
  const outcome = check.outcome as "pass";
  return (
    <li>
      <details open={needsALook(check)} data-outcome={check.outcome} className="trial-check">
        <summary>
          <span className="trial-mark">
            <Icon name={marks[check.outcome] ?? "info"} size={14} />
          </span>
          <span className="trial-title">
            <Said parts={[{ text: title, english: language !== "en" && title === check.title }]} />
          </span>
          <Text span size="xs" c="dimmed">
            {t(`outcome_${outcome}`)}
          </Text>
        </summary>
        <div className="trial-body">
          <dl className="check-facts">
            {facts.map(([label, value]) =>
              value
                ? [
                    <dt key={label}>{label}</dt>,
                    <dd key={`${label}-value`}>
                      <Said parts={say(value)} />
                    </dd>,
                  ]
                : null,
            )}
            {check.setting && (
              <>
                <dt>{t("setting")}</dt>
                <dd>
                  <code>{check.setting}</code>
                </dd>
              </>
            )}
          </dl>
          <div className="trial-links">
            {check.setting && (
              <Button
                size="xs"
                variant="default"
                leftSection={<Icon name="settings" size={14} />}
                renderRoot={(props) => (
                  <Link
                    {...props}
                    to="/console/$tid/workspaces/$aid/settings"
                    params={{ tid, aid }}
                    hash={check.setting}
                  />
                )}
              >
                {t("openSettings")}
              </Button>
            )}
            {check.trace_id && (
              <Button
                size="xs"
                variant="default"
                leftSection={<Icon name="explain" size={14} />}
                renderRoot={(props) => (
                  <Link
                    {...props}
                    to="/console/$tid/workspaces/$aid/explain/$traceId"
                    params={{ tid, aid, traceId: check.trace_id ?? "" }}
                  />
                )}
              >
                {t("explain")}
              </Button>
            )}
            <code className="trial-id">{check.id}</code>
          </div>
        </div>
      </details>
    </li>
  );
}
