import { Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { workspaceQuery } from "~/api/queries";
import { useText } from "~/app/text";
import { interactiveSnippets } from "~/snippets/interactive";
import { machineSnippets } from "~/snippets/machine";
import { showsCertificate } from "~/snippets/proof";
import { Snippets } from "~/snippets/Snippets";
import { targetOf } from "~/snippets/target";
import { Await, Loading, Section } from "~/ui/Page";
import { metadataQuery } from "../workspaces/Overview";
import { clientText } from "./clientText";
import type { Shown } from "./context";

export function ClientCode({ shown }: { shown: Shown }) {
  const t = useText(clientText);
  const { tid, aid, client } = shown;
  const workspace = useQuery(workspaceQuery(tid, aid));
  const metadata = useQuery(metadataQuery(tid, aid));
  const machine = client.grant_types.includes("client_credentials");
  const people = client.grant_types.includes("authorization_code");
  return (
    <Section title={t("code")} lead={t("codeLead")}>
      <Await of={workspace}>
        {({ value }) => {
          const target = targetOf(value, client, {
            mtlsTokenURL: metadata.data?.mtls_endpoint_aliases?.token_endpoint,
          });
          // A certificate is shown at an address of its own, which only the metadata tell.
          if (showsCertificate(target) && metadata.isPending) {
            return <Loading />;
          }
          return (
            <Stack gap="xl">
              {machine && (
                <div>
                  {people && (
                    <Title order={3} mb="sm">
                      {t("codeMachine")}
                    </Title>
                  )}
                  <Snippets of={machineSnippets(target)} />
                </div>
              )}
              {people && (
                <div>
                  {machine && (
                    <Title order={3} mb="sm">
                      {t("codePeople")}
                    </Title>
                  )}
                  <Snippets of={interactiveSnippets(target)} />
                </div>
              )}
              {!machine && !people && (
                <Text size="sm" c="dimmed">
                  {t("codeNoGrant")}
                </Text>
              )}
            </Stack>
          );
        }}
      </Await>
    </Section>
  );
}
