import { Button, Group, SegmentedControl, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { api, take } from "~/api/client";
import { keyOf, workspaceQuery } from "~/api/queries";
import { useText } from "~/app/text";
import { CopyInline } from "~/ui/Copy";
import { Icon } from "~/ui/Icon";
import { More } from "~/ui/More";
import { Await, Empty, Page, Section } from "~/ui/Page";
import { ClientName } from "../access/Named";
import { Strength } from "../client/Strength";
import { isKnown } from "../explain/Checks";
import { RequestRow } from "../explain/RequestRow";
import { Figures } from "../overview/Figures";
import { overviewText } from "../overview/overviewText";
import { type Range, rangeOf, ranges } from "../overview/statistics";
import { workspacesText } from "./workspacesText";

const limit = 5;

interface Metadata {
  mtls_endpoint_aliases?: { token_endpoint?: string; introspection_endpoint?: string };
}

/** What the issuer says about itself, read from where every client reads it. */
export const metadataQuery = (tid: string, aid: string) => ({
  queryKey: keyOf.in(tid, aid, "metadata"),
  queryFn: async (): Promise<Metadata> => {
    const answer = await fetch(`/${tid}/${aid}/.well-known/openid-configuration`);
    return answer.ok ? ((await answer.json()) as Metadata) : {};
  },
  staleTime: 60_000,
});

export function Overview() {
  const t = useText(workspacesText);
  const { tid, aid } = useParams({ from: "/console/$tid/workspaces/$aid/" });
  const range = rangeOf(useSearch({ from: "/console/$tid/workspaces/$aid/" }).range);
  const words = useText(overviewText);
  const navigate = useNavigate({ from: "/console/$tid/workspaces/$aid/" });
  const workspace = useQuery(workspaceQuery(tid, aid));
  const metadata = useQuery(metadataQuery(tid, aid));
  const path = { tid, aid };
  const clients = useQuery({
    queryKey: [...keyOf.in(tid, aid, "clients"), "newest"],
    queryFn: () => take(api.GET("/tenants/{tid}/workspaces/{aid}/clients", { params: { path, query: { limit } } })),
  });
  const traces = useQuery({
    queryKey: keyOf.in(tid, aid, "traces", "refused"),
    queryFn: () =>
      take(
        api.GET("/tenants/{tid}/workspaces/{aid}/traces", { params: { path, query: { limit, outcome: "refused" } } }),
      ),
    refetchInterval: 10_000,
  });
  return (
    <Await of={workspace}>
      {({ value: w }) => (
        <Page
          title={w.display_name || w.aid}
          lead={t("overviewLead", { issuer: w.issuer })}
          actions={
            <SegmentedControl
              aria-label={words("range")}
              data={Object.keys(ranges).map((name) => ({ value: name, label: words(`range_${name as Range}`) }))}
              value={range}
              onChange={(name) => void navigate({ search: name === "24h" ? {} : { range: name }, replace: true })}
            />
          }
        >
          <Addresses issuer={w.issuer} mtls={metadata.data?.mtls_endpoint_aliases?.token_endpoint} />
          <Figures tid={tid} aid={aid} range={range} />
          <Section
            title={t("applications")}
            actions={
              <>
                <Button
                  variant="default"
                  size="xs"
                  renderRoot={(props) => (
                    <Link {...props} to="/console/$tid/workspaces/$aid/clients" params={path} search={{}} />
                  )}
                >
                  {t("allApplications")}
                </Button>
                {aid !== "admin" && (
                  <Button
                    size="xs"
                    renderRoot={(props) => (
                      <Link {...props} to="/console/$tid/workspaces/$aid/new-client" params={path} />
                    )}
                  >
                    {t("newApplication")}
                  </Button>
                )}
              </>
            }
          >
            <Await of={clients}>
              {({ items }) =>
                items.length === 0 ? (
                  <Empty icon="apps" title={t("noApplications")}>
                    {t("noApplicationsBody")}
                  </Empty>
                ) : (
                  <ul className="rows">
                    {items.map((client) => (
                      <li key={client.client_id}>
                        <div>
                          <Link
                            to="/console/$tid/workspaces/$aid/clients/$clientId"
                            params={{ ...path, clientId: client.client_id }}
                            className="row-link"
                          >
                            {client.client_name || client.client_id}
                          </Link>
                          <div className="row-sub">{client.client_id}</div>
                        </div>
                        <Strength method={client.token_endpoint_auth_method} />
                      </li>
                    ))}
                  </ul>
                )
              }
            </Await>
          </Section>
          <Section
            title={t("latest")}
            lead={t("latestLead")}
            actions={
              <Button
                variant="default"
                size="xs"
                renderRoot={(props) => (
                  <Link {...props} to="/console/$tid/workspaces/$aid/explain" params={path} search={{}} />
                )}
              >
                {t("allRequests")}
              </Button>
            }
          >
            <Await of={traces}>
              {({ items: refused }) =>
                refused.length === 0 ? (
                  <Group gap="xs">
                    <Icon name="check" />
                    <Text size="sm" c="dimmed">
                      {t("latestEmpty")}
                    </Text>
                  </Group>
                ) : (
                  <Stack gap={0}>
                    {refused.map((trace) => (
                      <RequestRow
                        key={trace.trace_id}
                        tid={tid}
                        aid={aid}
                        trace={trace}
                        clientName={
                          isKnown(trace) ? <ClientName tid={tid} aid={aid} id={trace.client_id ?? ""} /> : undefined
                        }
                      />
                    ))}
                  </Stack>
                )
              }
            </Await>
          </Section>
        </Page>
      )}
    </Await>
  );
}

/** Where applications find the issuer: what most need first, and the rest where few look. */
function Addresses({ issuer, mtls }: { issuer: string; mtls?: string }) {
  const t = useText(workspacesText);
  const rows = (addresses: [keyof typeof workspacesText.en, string | undefined][]) => (
    <dl className="facts facts-rows">
      {addresses.map(
        ([label, value]) =>
          value && (
            <div key={label}>
              <dt>{t(label)}</dt>
              <dd>
                <CopyInline value={value} thing={t(label)} />
              </dd>
            </div>
          ),
      )}
    </dl>
  );
  return (
    <Section title={t("endpoints")} lead={t("endpointsLead")}>
      {rows([
        ["e_issuer", issuer],
        ["e_metadata", `${issuer}/.well-known/openid-configuration`],
        ["e_token", `${issuer}/oauth2/token`],
      ])}
      <More label={t("endpointsMore")}>
        {rows([
          ["e_mtls", mtls],
          ["e_authorize", `${issuer}/oauth2/authorize`],
          ["e_jwks", `${issuer}/.well-known/jwks.json`],
          ["e_introspect", `${issuer}/oauth2/introspect`],
          ["e_revoke", `${issuer}/oauth2/revoke`],
          ["e_userinfo", `${issuer}/userinfo`],
        ])}
      </More>
    </Section>
  );
}
