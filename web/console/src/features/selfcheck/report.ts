import type { Schemas } from "~/api/client";

export type Report = Schemas["SelfCheck"];
export type Result = Schemas["SelfCheckResult"];

/** The groups, in the order in which they are tried. */
export const groups = [
  "discovery",
  "code_flow",
  "pkce",
  "redirects",
  "client_authentication",
  "tokens",
  "profile",
  "advice",
] as const;

const weight: Record<string, number> = { fail: 0, warn: 1, pass: 2, skipped: 3 };

export const needsALook = (check: Result) => check.outcome === "fail" || check.outcome === "warn";

export interface Group {
  name: string;
  checks: Result[];
  held: number;
  /** What the group comes to: its worst outcome. */
  outcome: string;
}

/** The checks by group, the worst first in each. A group that this console does not know comes last. */
export function grouped(checks: Result[]): Group[] {
  const known: readonly string[] = groups;
  const names = [...new Set(checks.map((check) => check.group))].sort(
    (a, b) => (known.indexOf(a) + 1 || known.length + 1) - (known.indexOf(b) + 1 || known.length + 1),
  );
  return names.map((name) => {
    const own = checks.filter((check) => check.group === name);
    const sorted = [...own].sort((a, b) => (weight[a.outcome] ?? 2) - (weight[b.outcome] ?? 2));
    return {
      name,
      checks: sorted,
      held: own.filter((check) => check.outcome === "pass").length,
      outcome: sorted[0]?.outcome ?? "pass",
    };
  });
}

/** The report for a ticket or a colleague, as the server words it. */
export function asMarkdown(report: Report, issuer: string): string {
  const { counts } = report;
  const heads: [string, string][] = [
    ["fail", "Failed"],
    ["warn", "Advised"],
    ["skipped", "Not tried"],
    ["pass", "Holds"],
  ];
  const parts = [
    `# Self-check of ${issuer}`,
    `${report.started_at}, profile ${report.profile}: **${report.outcome}** (${counts.fail} failed, ${counts.warn} advised, ${counts.pass} hold, ${counts.skipped} not tried)`,
  ];
  for (const [outcome, head] of heads) {
    const checks = report.checks.filter((check) => check.outcome === outcome);
    if (checks.length > 0) {
      parts.push(`## ${head}`, checks.map(item).join("\n"));
    }
  }
  return `${parts.join("\n\n")}\n`;
}

function item(check: Result): string {
  if (check.outcome === "pass") {
    return `- ${check.title} (\`${check.id}\`)`;
  }
  const facts = [
    check.expected && `expected: ${check.expected}`,
    check.actual && `found: ${check.actual}`,
    check.why && `why: ${check.why}`,
    check.advice && `to do: ${check.advice}`,
    check.setting && `setting: \`${check.setting}\``,
    check.rfc && `see: ${check.rfc}`,
    check.trace_id && `trace_id: \`${check.trace_id}\``,
  ].filter(Boolean);
  return [`- **${check.title}** (\`${check.id}\`)`, ...facts.map((fact) => `  - ${fact}`)].join("\n");
}
