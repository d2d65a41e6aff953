import { Button, Text } from "@mantine/core";
import { api, type Schemas, take } from "~/api/client";
import { keyOf } from "~/api/queries";
import { useText } from "~/app/text";
import { useAct } from "~/ui/act";
import { Icon } from "~/ui/Icon";
import { Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { Rich } from "~/ui/Rich";
import { ShownOnce } from "~/ui/Secret";
import { useDemoPasswords } from "./made";
import { welcomeText } from "./welcomeText";

/** Somebody to sign in: made here, or given passwords that are known again. */
export function DemoUsers({ tid, workspace }: { tid: string; workspace: Schemas["Workspace"] }) {
  const t = useText(welcomeText);
  const { aid, demo_users } = workspace;
  const { value: passwords, hold } = useDemoPasswords(tid, aid);
  const turn = (on: boolean) =>
    take(api.PATCH("/tenants/{tid}/workspaces/{aid}", { params: { path: { tid, aid } }, body: { demo_users: on } }));
  const make = useAct(
    async () => {
      // Passwords are made as the users are turned on.
      if (demo_users) {
        await turn(false);
      }
      return turn(true);
    },
    {
      stale: [keyOf.workspaces(tid), [...keyOf.in(tid, aid), "self"], keyOf.in(tid, aid, "users")],
      done: ({ demo_credentials }) => demo_credentials && hold(demo_credentials),
    },
  );
  return (
    <Section title={t("demoTitle")} lead={demo_users || passwords ? undefined : t("demoBody")}>
      {passwords ? (
        <ShownOnce
          note={t("demoNote")}
          values={passwords.map(({ username, password }) => ({ label: username, value: password }))}
        />
      ) : (
        <>
          {demo_users && (
            <Text size="sm" mb="sm">
              <Rich>{t("demoThere")}</Rich>
            </Text>
          )}
          <Button
            variant="default"
            loading={make.isPending}
            onClick={() => make.mutate()}
            leftSection={<Icon name={demo_users ? "key" : "people"} size={16} />}
          >
            {t(demo_users ? "demoAgain" : "demoMake")}
          </Button>
        </>
      )}
      {make.error && <ProblemAlert error={make.error} />}
    </Section>
  );
}
