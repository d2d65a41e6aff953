import { Text, Title } from "@mantine/core";
import type { Trace } from "~/api/traces";
import { useText } from "~/app/text";
import { Icon } from "~/ui/Icon";
import { explainText } from "./explainText";
import { useServerWords } from "./serverWords";

export type Check = Trace["checks"][number];

/** What was looked at, one after the other. */
export function Checks({ of }: { of: Check[] }) {
  return (
    <ol className="checks">
      {of.map((check, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the checks of one request never change places
        <CheckItem key={i} check={check} />
      ))}
    </ol>
  );
}

function CheckItem({ check }: { check: Check }) {
  const t = useText(explainText);
  const { nameOf, fixOf } = useServerWords();
  const failed = check.result === "fail";
  const facts: [string, string | undefined][] = [
    [t("expected"), failed ? check.expected : undefined],
    [t("actual"), check.actual],
    [t("why"), check.rfc],
    [t("fix"), check.fix && fixOf(check.fix)],
  ];
  return (
    <li className="check" data-result={check.result}>
      <span className="check-mark">
        <Icon name={failed ? "close" : check.result === "info" ? "info" : "check"} size={15} />
      </span>
      <div className="check-body">
        <Title order={3}>
          {nameOf(check.name)}
          <Text span size="xs" c="dimmed" ms="xs" fw={400}>
            {failed ? t("failed") : check.result === "info" ? t("noted") : t("passed")}
          </Text>
        </Title>
        <dl className="check-facts">
          {facts.map(([label, value]) =>
            value ? [<dt key={label}>{label}</dt>, <dd key={`${label}-value`}>{value}</dd>] : null,
          )}
        </dl>
      </div>
    </li>
  );
}
