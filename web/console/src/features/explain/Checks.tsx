import { Anchor, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { audienceQuery } from "~/api/queries";
import type { Trace } from "~/api/traces";
import type { Part } from "~/app/phrases";
import { useText } from "~/app/text";
import { Icon } from "~/ui/Icon";
import { Said } from "~/ui/Said";
import { explainText } from "./explainText";
import { placeOf } from "./places";
import { useServerWords } from "./serverWords";

export type Check = Trace["checks"][number];

/** Whose request it was: with it, a check that did not hold leads to where it is mended. */
interface Asker {
  tid: string;
  aid: string;
  /** The application, where it is one that there is. */
  clientID?: string;
}

/** What was looked at, one after the other. */
export function Checks({ of, asker }: { of: Check[]; asker?: Asker }) {
  return (
    <ol className="checks">
      {of.map((check, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the checks of one request never change places
        <CheckItem key={i} check={check} asker={asker} />
      ))}
    </ol>
  );
}

function CheckItem({ check, asker }: { check: Check; asker?: Asker }) {
  const t = useText(explainText);
  const { say, findingOf } = useServerWords();
  const failed = check.result === "fail";
  const facts: [string, Part[] | "" | undefined][] = [
    [t("expected"), failed && check.expected ? findingOf(check.name, check.expected) : ""],
    [t("actual"), check.actual && findingOf(check.name, check.actual)],
    [t("why"), check.rfc && say(check.rfc)],
    [t("fix"), check.fix && say(check.fix)],
  ];
  return (
    <li className="check" data-result={check.result}>
      <span className="check-mark">
        <Icon name={failed ? "close" : check.result === "info" ? "info" : "check"} size={15} />
      </span>
      <div className="check-body">
        <Title order={3}>
          <Said parts={say(check.name)} />
          <Text span size="xs" c="dimmed" ms="xs" fw={400}>
            {failed ? t("failed") : check.result === "info" ? t("noted") : t("passed")}
          </Text>
        </Title>
        <dl className="check-facts">
          {facts.map(([label, parts]) =>
            parts
              ? [
                  <dt key={label}>{label}</dt>,
                  <dd key={`${label}-value`}>
                    <Said parts={parts} />
                  </dd>,
                ]
              : null,
          )}
        </dl>
        {failed && asker && <Mend check={check} asker={asker} />}
      </div>
    </li>
  );
}

function Mend({ check, asker: { tid, aid, clientID } }: { check: Check; asker: Asker }) {
  const t = useText(explainText);
  const found = placeOf(check.name);
  const audience = check.actual ?? "";
  const api = useQuery({ ...audienceQuery(tid, aid, audience), enabled: !!found?.reach && audience !== "" });
  const place = api.data ? found?.reach : found;
  const ofClient = place?.page === "proof" || place?.page === "client";
  if (!place || (ofClient && !clientID)) {
    return null;
  }
  const params = { tid, aid };
  const hash = place.field;
  return (
    <Anchor
      size="sm"
      mt={6}
      display="inline-block"
      renderRoot={(props) => {
        switch (place.page) {
          case "workspace":
            return <Link {...props} to="/console/$tid/workspaces/$aid/settings" params={params} hash={hash} />;
          case "scopes":
            return <Link {...props} to="/console/$tid/workspaces/$aid/scopes" params={params} search={{}} />;
          case "services":
            return <Link {...props} to="/console/$tid/workspaces/$aid/services" params={params} search={{}} />;
          default:
            return (
              <Link
                {...props}
                to="/console/$tid/workspaces/$aid/clients/$clientId"
                params={{ ...params, clientId: clientID ?? "" }}
                search={place.page === "client" ? { tab: "settings" } : {}}
                hash={hash}
              />
            );
        }
      }}
    >
      {t(`to_${place.page}`)}
    </Anchor>
  );
}

/** Whether the request named an application that there is. */
export const isKnown = (trace: Trace) =>
  !!trace.client_id && !trace.checks.some((check) => check.name === "client found" && check.result === "fail");

export const askerOf = (tid: string, aid: string, trace: Trace): Asker => ({
  tid,
  aid,
  clientID: isKnown(trace) ? trace.client_id : undefined,
});
