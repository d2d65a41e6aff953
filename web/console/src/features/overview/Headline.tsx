import { useLanguage, useText } from "~/app/text";
import { overviewText } from "./overviewText";
import { change, type Statistics, share } from "./statistics";

interface FigureProps {
  label: string;
  value: string;
  note: string;
  /** What else the whole is made of. */
  rest?: string;
  /** Absent where there was nothing before. */
  trend?: string;
  tone?: "good" | "bad";
}

/** The figures that one looks at first, each beside that of the time before. */
export function Headline({ of }: { of: Statistics }) {
  const t = useText(overviewText);
  const language = useLanguage();
  const { totals: now, previous: before } = of;
  const number = new Intl.NumberFormat(language);
  const fine = new Intl.NumberFormat(language, { maximumFractionDigits: 2 });
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });

  const trend = (part: number | undefined, up: "more" | "slower", down: "less" | "faster", same: "same" | "asFast") => {
    if (part === undefined) {
      return undefined;
    }
    const by = percent.format(Math.abs(part));
    return by === percent.format(0) ? t(same) : t(part > 0 ? up : down, { by });
  };
  const rate = share(now.refused, now.requests);
  const worse = before && before.requests > 0 ? rate - share(before.refused, before.requests) : undefined;
  const rateTrend = () => {
    if (worse === undefined) {
      return undefined;
    }
    const by = fine.format(Math.abs(worse) * 100);
    return by === fine.format(0) ? t("same") : t(worse > 0 ? "more" : "less", { by: t("points", { by }) });
  };
  const slower = now.token_p95_ms === 0 ? undefined : change(now.token_p95_ms, before?.token_p95_ms);
  const toneOf = (part: number | undefined, least: number) =>
    part === undefined || Math.abs(part) < least ? undefined : part > 0 ? "bad" : "good";
  return (
    <dl className="headline">
      <Figure
        label={t("tokens")}
        value={number.format(now.tokens)}
        note={t("tokensNote", { count: now.requests, n: number.format(now.requests) })}
        rest={
          now.requests > now.tokens
            ? t("tokensRest", {
                refused: number.format(now.refused),
                others: number.format(now.requests - now.tokens - now.refused),
              })
            : undefined
        }
        trend={trend(change(now.tokens, before?.tokens), "more", "less", "same")}
      />
      <Figure
        label={t("logins")}
        value={number.format(now.logins)}
        note={t("loginsFailed", { count: now.failed_logins, n: number.format(now.failed_logins) })}
        trend={trend(change(now.logins, before?.logins), "more", "less", "same")}
      />
      <Figure
        label={t("refusedRate")}
        value={percent.format(rate)}
        note={t("refusedOf", { part: number.format(now.refused), whole: number.format(now.requests) })}
        trend={rateTrend()}
        tone={toneOf(worse, 0.01)}
      />
      <Figure
        label={t("p95")}
        value={now.token_p95_ms === 0 ? "–" : `${fine.format(now.token_p95_ms)} ${t("ms")}`}
        note={t("p95Note")}
        trend={trend(slower, "slower", "faster", "asFast")}
        tone={toneOf(slower, 0.1)}
      />
    </dl>
  );
}

function Figure({ label, value, note, rest, trend, tone }: FigureProps) {
  return (
    <div className="card figure">
      <dt>{label}</dt>
      <dd className="figure-value">{value}</dd>
      <dd className="figure-note">{note}</dd>
      {rest && <dd className="figure-note">{rest}</dd>}
      {trend && (
        <dd className="figure-note" data-tone={tone}>
          {trend}
        </dd>
      )}
    </div>
  );
}
