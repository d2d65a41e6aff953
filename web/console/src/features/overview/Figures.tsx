import { Anchor, Button, NativeSelect, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Fragment, useState } from "react";
import { useText } from "~/app/text";
import { Await, Empty, Section } from "~/ui/Page";
import { useMayWrite } from "../client/context";
import { isMethod, methodText } from "../client/methods";
import { useEndpointName } from "../explain/RequestRow";
import { Chart, type Line } from "./Chart";
import { Headline } from "./Headline";
import "./overview.css";
import { overviewText } from "./overviewText";
import { Refusals } from "./Refusals";
import { busiest, type Range, ranges, type Series, type Statistics, statisticsQuery } from "./statistics";

/** What was counted in a workspace, over a range of time. */
export function Figures({ tid, aid, range }: { tid: string; aid: string; range: Range }) {
  const t = useText(overviewText);
  const may = useMayWrite(tid, aid);
  const statistics = useQuery(statisticsQuery(tid, aid, range));
  if (!statistics.data) {
    return (
      <div className="card">
        <Await of={statistics} lines={8}>
          {() => null}
        </Await>
      </div>
    );
  }
  const found = statistics.data;
  if (found.totals.requests + found.totals.logins + found.totals.failed_logins === 0) {
    return (
      <div className="card">
        <Empty
          icon="clock"
          title={t("emptyTitle", { range: t(`range_${range}`) })}
          action={
            may &&
            aid !== "admin" && (
              <Button
                renderRoot={(props) => (
                  <Link {...props} to="/console/$tid/workspaces/$aid/new-client" params={{ tid, aid }} />
                )}
              >
                {t("emptyAction")}
              </Button>
            )
          }
        >
          {t("emptyBody")}
        </Empty>
      </div>
    );
  }
  return (
    <>
      <Headline of={found} />
      <div className="pair">
        <Tokens of={found} range={range} />
        <Refusals tid={tid} aid={aid} of={found} />
      </div>
      <div className="pair">
        <Logins tid={tid} aid={aid} of={found} range={range} />
        <Latency of={found} range={range} />
      </div>
      <Methods of={found} range={range} />
    </>
  );
}

interface PartProps {
  of: Statistics;
  range: Range;
}

function Tokens({ of, range }: PartProps) {
  const t = useText(overviewText);
  const name = (grant: string) =>
    `grant_${grant}` in overviewText.en ? t(`grant_${grant}` as "grant_refresh_token") : grant;
  return (
    <Section title={t("byGrant")}>
      <Stacked title={t("byGrant")} of={of} range={range} series={of.tokens} name={name} none={t("noTokens")} />
    </Section>
  );
}

function Methods({ of, range }: PartProps) {
  const t = useText(overviewText);
  const method = useText(methodText);
  const name = (id: string) => (isMethod(id) ? method(id) : id);
  return (
    <Section title={t("byMethod")} lead={t("byMethodLead")}>
      <Stacked
        title={t("byMethod")}
        of={of}
        range={range}
        series={of.client_authentication}
        name={name}
        none={t("noMethods")}
      />
    </Section>
  );
}

interface StackedProps extends PartProps {
  title: string;
  series: Series[];
  name: (name: string) => string;
  none: string;
}

function Stacked({ title, of, range, series, name, none }: StackedProps) {
  const t = useText(overviewText);
  if (series.length === 0) {
    return <None>{none}</None>;
  }
  const lines: Line[] = busiest(series, 6, "other").map((s) => ({
    name: s.name,
    label: s.name === "other" ? t("other") : name(s.name),
    values: s.counts,
  }));
  return <Chart kind="columns" label={title} points={of.points} step={ranges[range].seconds} lines={lines} whole />;
}

function Logins({ tid, aid, of, range }: PartProps & { tid: string; aid: string }) {
  const t = useText(overviewText);
  const lines = of.logins.map(
    (s): Line => ({
      name: s.name,
      label: s.name === "success" ? t("success") : t("failure"),
      values: s.counts,
      tone: s.name === "success" ? "good" : "bad",
    }),
  );
  const total = (list: Series[], name: string) => list.find((s) => s.name === name)?.total ?? 0;
  const given = total(of.consents, "given");
  const denied = total(of.consents, "denied");
  const why = (reason: string) =>
    `why_${reason}` in overviewText.en ? t(`why_${reason}` as "why_user found") : reason;
  return (
    <Section title={t("loginsTitle")}>
      {of.totals.logins + of.totals.failed_logins === 0 ? (
        <None>{t("noLogins")}</None>
      ) : (
        <Chart
          kind="columns"
          label={t("loginsTitle")}
          points={of.points}
          step={ranges[range].seconds}
          lines={lines}
          whole
        />
      )}
      <Text size="sm" c="dimmed" mt="sm">
        {of.login_failures.slice(0, 3).map((f) => (
          <Fragment key={f.reason}>
            <Anchor
              size="sm"
              renderRoot={(props) => (
                <Link
                  {...props}
                  to="/console/$tid/workspaces/$aid/explain"
                  params={{ tid, aid }}
                  search={{ endpoint: "login", check: f.reason }}
                />
              )}
            >
              {why(f.reason)}
            </Anchor>
            {`: ${f.count}. `}
          </Fragment>
        ))}
        {given + denied > 0 && t("consents", { given, denied })}
      </Text>
    </Section>
  );
}

function Latency({ of, range }: PartProps) {
  const t = useText(overviewText);
  const endpoint = useEndpointName();
  const [chosen, choose] = useState("token");
  const shown = of.latency.find((l) => l.endpoint === chosen) ?? of.latency[0];
  const values = (of: (point: Statistics["latency"][number]["points"][number]) => number) =>
    shown?.points.map((point) => (point.count === 0 ? null : of(point))) ?? [];
  return (
    <Section
      title={t("latency")}
      lead={t("latencyLead")}
      actions={
        of.latency.length > 1 && (
          <NativeSelect
            size="xs"
            w={150}
            aria-label={t("latencyOf")}
            data={of.latency.map((l) => ({ value: l.endpoint, label: endpoint(l.endpoint) }))}
            value={shown?.endpoint}
            onChange={(event) => choose(event.currentTarget.value)}
          />
        )
      }
    >
      {shown ? (
        <Chart
          kind="lines"
          label={`${t("latency")}: ${endpoint(shown.endpoint)}`}
          points={of.points}
          step={ranges[range].seconds}
          unit={t("ms")}
          lines={[
            { name: "p50", label: t("p50_line"), values: values((point) => point.p50_ms) },
            { name: "p95", label: t("p95_line"), values: values((point) => point.p95_ms) },
          ]}
        />
      ) : (
        <None>{t("noLatency")}</None>
      )}
    </Section>
  );
}

export function None({ children }: { children: string }) {
  return (
    <Text size="sm" c="dimmed" className="chart-none">
      {children}
    </Text>
  );
}
