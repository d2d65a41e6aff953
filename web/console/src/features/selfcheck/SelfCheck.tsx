import { Alert, Button, Progress, Text, Title } from "@mantine/core";
import { skipToken, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { api, take } from "~/api/client";
import { keyOf, workspaceQuery } from "~/api/queries";
import { useText } from "~/app/text";
import { Icon } from "~/ui/Icon";
import { Empty, Page } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { useMayWrite } from "../client/context";
import { ReportView } from "./ReportView";
import { groups, type Report } from "./report";
import { selfcheckText } from "./selfcheckText";
import "./selfcheck.css";

/** How long the last report stays while one goes to change a setting. */
const kept = 60 * 60_000;

export function SelfCheck() {
  const t = useText(selfcheckText);
  const { tid, aid } = useParams({ from: "/console/$tid/workspaces/$aid/self-check" });
  const may = useMayWrite(tid, aid);
  const queries = useQueryClient();
  const queryKey = keyOf.in(tid, aid, "self-check");
  const last = useQuery<Report>({ queryKey, queryFn: skipToken, gcTime: kept, staleTime: kept });
  const workspace = useQuery(workspaceQuery(tid, aid));
  const check = useMutation({
    mutationFn: () => take(api.POST("/tenants/{tid}/workspaces/{aid}/self-check", { params: { path: { tid, aid } } })),
    onSuccess: (report) => queries.setQueryData(queryKey, report),
  });
  const report = check.isPending ? undefined : last.data;
  const button = may && (
    <Button
      loading={check.isPending}
      onClick={() => check.mutate()}
      variant={report ? "default" : "filled"}
      leftSection={<Icon name={report ? "refresh" : "shield"} size={16} />}
    >
      {report ? t("again") : t("run")}
    </Button>
  );
  return (
    <Page title={t("title")} lead={t("lead")} actions={report && button} narrow>
      {!may && (
        <Alert icon={<Icon name="info" />} title={t("auditor")}>
          {t("auditorBody")}
        </Alert>
      )}
      {check.error && <ProblemAlert error={check.error} />}
      {check.isPending && <Running />}
      {report && <ReportView tid={tid} aid={aid} report={report} issuer={workspace.data?.value.issuer ?? aid} />}
      {!check.isPending && !report && may && (
        <div className="card">
          <Empty icon="shield" title={t("emptyTitle")} action={button}>
            {t("emptyBody")}
          </Empty>
        </div>
      )}
    </Page>
  );
}

/** What is going on. The service answers once, at the end, so that this tells the order and no more. */
function Running() {
  const t = useText(selfcheckText);
  return (
    <div className="card" role="status">
      <Title order={2}>{t("running")}</Title>
      <Text size="sm" c="dimmed" mt={2} mb="md">
        {t("runningBody")}
      </Text>
      <Progress value={100} animated aria-hidden />
      <Text size="sm" fw={600} mt="lg" mb="xs">
        {t("runningOrder")}
      </Text>
      <ol className="trial-order">
        {groups.map((group) => (
          <li key={group}>{t(`group_${group}`)}</li>
        ))}
      </ol>
    </div>
  );
}
