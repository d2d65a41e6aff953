import { Alert, Button, Group, List, Text } from "@mantine/core";
import { type Fault, isProblem } from "~/api/problem";
import { loginURL } from "~/api/session";
import { useText } from "~/app/text";
import { CopyInline } from "./Copy";
import { Faults, Worded } from "./Faults";
import { Icon } from "./Icon";
import { uiText } from "./words";

/** What went wrong, in plain words, with the id under which its reason is kept. */
export function ProblemAlert({ error, extra, onRetry }: { error: unknown; extra?: Fault[]; onRetry?: () => void }) {
  const t = useText(uiText);
  const problem = isProblem(error) ? error : null;
  const code = problem?.code ?? "unknown";
  const known = `problem_${code}` in uiText.en;
  const title = known ? (
    t(`problem_${code}` as "problem_unknown")
  ) : problem?.title ? (
    <Worded>{problem.title}</Worded>
  ) : (
    t("problem_unknown")
  );
  const detail =
    known && `problem_${code}_detail` in uiText.en
      ? t(`problem_${code}_detail` as "problem_unknown_detail")
      : ((problem && <Worded>{problem.message}</Worded>) ?? t("problem_unknown_detail"));
  const details = extra ?? problem?.findings.map(({ detail }) => ({ at: "", detail })) ?? [];
  return (
    <Alert color="red" variant="light" title={title} icon={<Icon name="warning" />} role="alert" className="problem">
      <Text size="sm">{details.length > 0 ? "" : detail}</Text>
      {details.length > 0 && (
        <List size="sm">
          {details.map((fault) => (
            <List.Item key={`${fault.at} ${fault.detail}`}>
              <Faults of={[fault]} />
            </List.Item>
          ))}
        </List>
      )}
      {code === "invalid_token" && <SignInAgain />}
      {(problem?.traceID || onRetry) && (
        <Group mt="xs" gap="md">
          {onRetry && (
            <Button size="xs" variant="default" onClick={onRetry} leftSection={<Icon name="refresh" size={14} />}>
              {t("retry")}
            </Button>
          )}
          {problem?.traceID && (
            <Text size="xs" c="dimmed">
              {t("traceID")} <CopyInline value={problem.traceID} thing={t("traceID")} />
            </Text>
          )}
        </Group>
      )}
    </Alert>
  );
}

/** Leads through the sign-in and back to the same page. */
function SignInAgain() {
  const t = useText(uiText);
  const [, , tid] = window.location.pathname.split("/");
  return (
    <Button
      component="a"
      size="xs"
      mt="xs"
      href={loginURL(tid ?? "", window.location.pathname + window.location.search)}
    >
      {t("signInAgain")}
    </Button>
  );
}
