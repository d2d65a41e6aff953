import { Alert, Button, Group, Loader, Select, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { api, type Schemas, take } from "~/api/client";
import { keyOf } from "~/api/queries";
import { useSession } from "~/api/session";
import { useText } from "~/app/text";
import { useAct } from "~/ui/act";
import { Confirm } from "~/ui/Confirm";
import { Icon } from "~/ui/Icon";
import { Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { useMayWrite } from "../client/context";
import { type Grant, throwAway, throwAwayName } from "./authorization";
import { playgroundText } from "./playgroundText";

interface ChooseProps {
  tid: string;
  workspace: Schemas["Workspace"];
  shown: Schemas["Client"] | undefined;
  made: string | undefined;
  onChoose: (clientID: string | undefined) => void;
  onMade: (clientID: string, secret: string, grant: Grant) => void;
}

/** Which application the playground acts for: one that is there, or one made for this. */
export function ChooseClient({ tid, workspace, shown, made, onChoose, onMade }: ChooseProps) {
  const t = useText(playgroundText);
  const { aid } = workspace;
  const [typed, setTyped] = useState("");
  const [settled] = useDebouncedValue(typed.trim(), 200);
  // What stands in the field once an application is chosen is its name, and no search.
  const q = shown && settled === nameOf(shown) ? "" : settled;
  const found = useQuery({
    queryKey: keyOf.in(tid, aid, "clients", "playground", q),
    queryFn: () =>
      take(
        api.GET("/tenants/{tid}/workspaces/{aid}/clients", {
          params: { path: { tid, aid }, query: { limit: 25, q: q || undefined } },
        }),
      ),
    placeholderData: (before) => before,
  });
  const options = [...(shown ? [shown] : []), ...(found.data?.items ?? [])];
  const data = [...new Map(options.map((client) => [client.client_id, client])).values()].map((client) => ({
    value: client.client_id,
    label: nameOf(client),
  }));
  return (
    <Section title={t("application")} lead={t("applicationLead")}>
      <Group align="flex-end" gap="sm">
        <Select
          label={t("choose")}
          description={t("chooseHelp")}
          placeholder={t("chooseNone")}
          data={data}
          value={shown?.client_id ?? null}
          onChange={(value) => onChoose(value ?? undefined)}
          searchable
          clearable
          onSearchChange={setTyped}
          // The service has searched already, in ids as well as names.
          filter={({ options: all }) => all}
          rightSection={found.isFetching ? <Loader size={14} /> : undefined}
          renderOption={({ option }) => (
            <div>
              <Text size="sm">{option.label}</Text>
              <Text className="row-sub">{option.value}</Text>
            </div>
          )}
          flex="1 1 18rem"
          maw={480}
        />
        {shown && <Chosen tid={tid} aid={aid} client={shown} onGone={() => onChoose(undefined)} />}
      </Group>
      {found.error && <ProblemAlert error={found.error} onRetry={() => void found.refetch()} />}
      {shown && made === shown.client_id ? (
        <Alert className="good" icon={<Icon name="check" />} mt="md" role="status">
          {t("made")} {shown.token_endpoint_auth_method !== "none" && t("madeSecret")}
        </Alert>
      ) : (
        <Make tid={tid} workspace={workspace} onMade={onMade} />
      )}
    </Section>
  );
}

const nameOf = (client: Schemas["Client"]) => client.client_name || client.client_id;

function Make({ tid, workspace, onMade }: Pick<ChooseProps, "tid" | "workspace" | "onMade">) {
  const t = useText(playgroundText);
  const { public_url } = useSession();
  const { aid } = workspace;
  const may = useMayWrite(tid, aid) && aid !== "admin";
  const make = useAct(
    (grant: Grant) =>
      take(
        api.POST("/tenants/{tid}/workspaces/{aid}/clients", {
          params: { path: { tid, aid } },
          body: throwAway(grant, public_url, workspace.token_endpoint_auth_methods ?? []),
        }),
      ),
    {
      stale: [keyOf.in(tid, aid, "clients")],
      done: (client, grant) => onMade(client.client_id, client.client_secret ?? "", grant),
    },
  );
  if (!may) {
    return null;
  }
  return (
    <>
      <Group gap="sm" mt="md">
        <Text size="sm" c="dimmed">
          {t("makeOr")}
        </Text>
        {(["authorization_code", "client_credentials"] as const).map((grant) => (
          <Button
            key={grant}
            variant="default"
            size="xs"
            leftSection={<Icon name={grant === "client_credentials" ? "machine" : "people"} size={14} />}
            loading={make.isPending && make.variables === grant}
            onClick={() => make.mutate(grant)}
          >
            {t(grant === "client_credentials" ? "makeConfidential" : "makePublic")}
          </Button>
        ))}
      </Group>
      {make.error && <ProblemAlert error={make.error} />}
    </>
  );
}

/** The way to the chosen application, and the way out of one that was made for this. */
function Chosen({
  tid,
  aid,
  client,
  onGone,
}: {
  tid: string;
  aid: string;
  client: Schemas["Client"];
  onGone: () => void;
}) {
  const t = useText(playgroundText);
  const may = useMayWrite(tid, aid) && !client.built_in;
  const [asking, setAsking] = useState(false);
  const path = { tid, aid, client_id: client.client_id };
  const remove = useAct(
    () => take(api.DELETE("/tenants/{tid}/workspaces/{aid}/clients/{client_id}", { params: { path } })),
    { stale: [keyOf.in(tid, aid, "clients")], say: t("deleted") },
  );
  return (
    <Group gap="xs">
      <Button
        variant="default"
        renderRoot={(props) => (
          <Link
            {...props}
            to="/console/$tid/workspaces/$aid/clients/$clientId"
            params={{ tid, aid, clientId: client.client_id }}
          />
        )}
      >
        {t("openClient")}
      </Button>
      {may && client.client_name === throwAwayName && (
        <Button color="red" variant="outline" onClick={() => setAsking(true)}>
          {t("deleteIt")}
        </Button>
      )}
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("deleteTitle")}
        action={t("deleteIt")}
        run={() => remove.mutateAsync()}
        then={onGone}
      >
        {t("deleteBody")}
      </Confirm>
    </Group>
  );
}
