import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { clientQuery, workspaceQuery } from "~/api/queries";
import { useText } from "~/app/text";
import { OriginNotice } from "~/oauth/ExchangeCard";
import { Await, Empty, Page } from "~/ui/Page";
import { grants } from "./authorization";
import { ChooseClient } from "./ChooseClient";
import { playgroundText } from "./playgroundText";
import { Workbench } from "./Workbench";

export function Playground() {
  const t = useText(playgroundText);
  const from = "/console/$tid/workspaces/$aid/playground";
  const { tid, aid } = useParams({ from });
  const search = useSearch({ from });
  const navigate = useNavigate({ from });
  // The secret of an application that was made here, which is shown this once.
  const [made, setMade] = useState<{ clientID: string; secret: string } | null>(null);
  const workspace = useQuery(workspaceQuery(tid, aid));
  const client = useQuery({ ...clientQuery(tid, aid, search.client_id ?? ""), enabled: !!search.client_id });
  const go = (client_id: string | undefined, grant?: string) => {
    void navigate({ search: { ...(client_id ? { client_id } : {}), ...(grant ? { grant } : {}) }, replace: true });
  };
  return (
    <Page title={t("title")} lead={t("lead")}>
      <Await of={workspace}>
        {({ value }) => (
          <>
            <OriginNotice issuer={value.issuer} />
            <ChooseClient
              tid={tid}
              workspace={value}
              shown={search.client_id ? client.data?.value : undefined}
              made={made?.clientID}
              onChoose={go}
              onMade={(id, secret, grant) => {
                setMade({ clientID: id, secret });
                go(id, grant);
              }}
            />
            {search.client_id ? (
              <Await of={client}>
                {({ value: shown, etag }) => (
                  <Workbench
                    key={shown.client_id}
                    shown={{ tid, aid, client: shown, etag }}
                    workspace={value}
                    secret={made?.clientID === shown.client_id ? made.secret : ""}
                    grant={
                      grants.find((grant) => grant === search.grant) ??
                      grants.find((grant) => shown.grant_types.includes(grant)) ??
                      "authorization_code"
                    }
                    onGrant={(grant) => go(shown.client_id, grant)}
                  />
                )}
              </Await>
            ) : (
              <div className="card">
                <Empty icon="play" title={t("emptyTitle")}>
                  {t("emptyBody")}
                </Empty>
              </div>
            )}
          </>
        )}
      </Await>
    </Page>
  );
}
