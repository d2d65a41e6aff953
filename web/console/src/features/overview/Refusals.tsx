import { Link } from "@tanstack/react-router";
import { useLanguage, useText } from "~/app/text";
import { Icon } from "~/ui/Icon";
import { Section } from "~/ui/Page";
import { useEndpointName } from "../explain/RequestRow";
import { useServerWords } from "../explain/serverWords";
import { None } from "./Figures";
import { overviewText } from "./overviewText";
import type { Statistics } from "./statistics";

const most = 6;

/** Why requests were refused, the most frequent reason first. */
export function Refusals({ tid, aid, of }: { tid: string; aid: string; of: Statistics }) {
  const t = useText(overviewText);
  const endpoint = useEndpointName();
  const { nameOf } = useServerWords();
  const number = new Intl.NumberFormat(useLanguage());
  const shown = of.refusals.slice(0, most);
  const highest = shown[0]?.count ?? 1;
  return (
    <Section title={t("refusals")} lead={shown.length > 0 ? t("refusalsLead") : undefined}>
      {shown.length === 0 ? (
        <None>{t("noRefusals")}</None>
      ) : (
        <ol className="ranks">
          {shown.map((refusal) => (
            <li key={`${refusal.endpoint} ${refusal.error} ${refusal.reason}`}>
              <Link
                to="/console/$tid/workspaces/$aid/explain"
                params={{ tid, aid }}
                search={{
                  endpoint: refusal.endpoint,
                  error: refusal.error || undefined,
                  check: refusal.reason || undefined,
                }}
                className="rank"
              >
                <span className="rank-what">
                  <b>
                    <Icon name="close" size={13} /> {refusal.reason ? nameOf(refusal.reason) : refusal.error}
                  </b>
                  <span className="row-sub">
                    {endpoint(refusal.endpoint)}
                    {refusal.reason && ` · ${refusal.error}`}
                  </span>
                </span>
                <span className="rank-count">
                  {t("times", { count: refusal.count, n: number.format(refusal.count) })}
                </span>
                <span className="rank-bar" style={{ inlineSize: `${(refusal.count / highest) * 100}%` }} />
              </Link>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
}
