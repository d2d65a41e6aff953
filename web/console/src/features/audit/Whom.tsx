import { Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { workspacesQuery } from "~/api/queries";
import { useTranslate } from "~/app/translate";
import { Said } from "~/ui/Said";
import { ClientLink, UserLink, useClientNames } from "../access/Named";

interface WhomProps {
  tid: string;
  /** The workspace of the event, where it is known. */
  aid: string | undefined;
  kind: string | undefined;
  id: string | undefined;
}

/** Who did something, or what it was done to: its kind, and its name where it has one. */
export function Whom({ tid, aid, kind, id }: WhomProps) {
  const say = useTranslate("events", () => import("./german"));
  if (!kind && !id) {
    return null;
  }
  return (
    <>
      {id && <Name tid={tid} aid={aid} kind={kind} id={id} />}
      <Text size="xs" c="dimmed">
        <Said parts={say(kind ?? "")} />
      </Text>
    </>
  );
}

function Name({ tid, aid, kind, id }: WhomProps & { id: string }) {
  if (id.startsWith("usr_") && (kind === "member" || (aid && kind === "user"))) {
    return <UserLink tid={tid} aid={kind === "member" ? "admin" : (aid ?? "admin")} id={id} />;
  }
  if (kind === "client") {
    return <Client tid={tid} aid={aid} id={id} />;
  }
  if (kind === "workspace") {
    return <Workspace tid={tid} id={id} />;
  }
  return <code className="row-sub">{id}</code>;
}

/** A client that administers is one of the workspace "admin", whatever it changes. */
function Client({ tid, aid = "admin", id }: { tid: string; aid?: string; id: string }) {
  const here = useClientNames(tid, aid);
  const there = useClientNames(tid, "admin");
  const home = here.has(id) ? aid : there.has(id) ? "admin" : undefined;
  return home ? (
    <ClientLink tid={tid} aid={home} id={id} className="row-link" />
  ) : (
    <code className="row-sub">{id}</code>
  );
}

function Workspace({ tid, id }: { tid: string; id: string }) {
  const known = useQuery(workspacesQuery(tid)).data?.items.find((w) => w.id === id || w.aid === id);
  return known ? (
    <Link to="/console/$tid/workspaces/$aid" params={{ tid, aid: known.aid }} className="row-link">
      {known.display_name || known.aid}
    </Link>
  ) : (
    <code className="row-sub">{id}</code>
  );
}
