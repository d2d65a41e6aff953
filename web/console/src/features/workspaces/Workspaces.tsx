import { Badge, Button, Group, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, take } from "~/api/client";
import { keyOf } from "~/api/queries";
import { seatAt, useSession } from "~/api/session";
import { useText } from "~/app/text";
import { Dialog, DialogForm } from "~/ui/Dialog";
import { useSend } from "~/ui/form";
import { Icon } from "~/ui/Icon";
import { itemsOf, List, usePages } from "~/ui/List";
import { Empty, Page } from "~/ui/Page";
import { Time } from "~/ui/time";
import { slugOf } from "../front/slug";
import { workspacesText } from "./workspacesText";

export function Workspaces() {
  const t = useText(workspacesText);
  const { tid } = useParams({ from: "/console/$tid" });
  const { q = "" } = useSearch({ from: "/console/$tid/" });
  const navigate = useNavigate({ from: "/console/$tid/" });
  const [making, setMaking] = useState(false);
  const session = useSession();
  const pages = usePages([...keyOf.workspaces(tid), "list", q], (cursor) =>
    take(
      api.GET("/tenants/{tid}/workspaces", {
        params: { path: { tid }, query: { limit: 25, cursor, q: q || undefined } },
      }),
    ),
  );
  const fresh = !q && (itemsOf(pages)?.length ?? 0) <= 2;
  return (
    <Page
      title={t("title")}
      lead={t("lead")}
      actions={
        seatAt(session, tid)?.role !== "auditor" && (
          <Button onClick={() => setMaking(true)} leftSection={<Icon name="plus" size={16} />}>
            {t("new")}
          </Button>
        )
      }
    >
      {fresh && (
        <Link to="/console/$tid/welcome" params={{ tid }} className="tile">
          <span className="tile-icon">
            <Icon name="arrow" size={20} />
          </span>
          <span>
            <Text fw={600}>{t("firstSteps")}</Text>
            <Text size="sm" c="dimmed">
              {t("firstStepsBody")}
            </Text>
          </span>
        </Link>
      )}
      <List
        label={t("title")}
        of={pages}
        id={(w) => w.id}
        search={{
          value: q,
          onChange: (next) => void navigate({ search: next ? { q: next } : {}, replace: true }),
          placeholder: t("search"),
        }}
        empty={<Empty icon="server" title={t("emptyTitle")} />}
        columns={[
          {
            head: t("name"),
            cell: (w) => (
              <>
                <Group gap="xs">
                  <Link to="/console/$tid/workspaces/$aid" params={{ tid, aid: w.aid }} className="row-link">
                    {w.display_name || w.aid}
                  </Link>
                  {w.aid === "admin" && <Badge color="gray">{t("administration")}</Badge>}
                  {w.state === "suspended" && <Badge color="red">{t("suspended")}</Badge>}
                </Group>
                <div className="row-sub">{w.aid}</div>
              </>
            ),
          },
          { head: t("issuer"), cell: (w) => <span className="row-sub">{w.issuer}</span> },
          { head: t("created"), cell: (w) => <Time at={w.created_at} />, width: 140 },
        ]}
      />
      <NewWorkspace tid={tid} opened={making} onClose={() => setMaking(false)} />
    </Page>
  );
}

function NewWorkspace({ tid, opened, onClose }: { tid: string; opened: boolean; onClose: () => void }) {
  const t = useText(workspacesText);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const form = useForm({ initialValues: { display_name: "", aid: "" } });
  const [touched, setTouched] = useState(false);
  const { send, ...sending } = useSend(form, ["display_name", "aid"]);
  const submit = form.onSubmit((values) =>
    send(async () => {
      const made = await take(
        api.POST("/tenants/{tid}/workspaces", {
          params: { path: { tid } },
          body: { aid: values.aid, display_name: values.display_name.trim() || undefined },
        }),
      );
      await queries.invalidateQueries({ queryKey: keyOf.workspaces(tid) });
      await navigate({ to: "/console/$tid/workspaces/$aid", params: { tid, aid: made.aid } });
    }),
  );
  return (
    <Dialog opened={opened} onClose={onClose} title={t("new")}>
      <DialogForm onSubmit={submit} onClose={onClose} action={t("create")} sending={sending}>
        <Text size="sm" c="dimmed">
          {t("createBody")}
        </Text>
        <TextInput
          label={t("displayName")}
          data-autofocus
          maxLength={200}
          {...form.getInputProps("display_name")}
          onChange={(event) => {
            form.setFieldValue("display_name", event.currentTarget.value);
            if (!touched) {
              form.setFieldValue("aid", slugOf(event.currentTarget.value));
            }
          }}
        />
        <TextInput
          label={t("aid")}
          description={t("aidHelp")}
          required
          maxLength={40}
          spellCheck={false}
          {...form.getInputProps("aid")}
          onChange={(event) => {
            setTouched(true);
            form.setFieldValue("aid", event.currentTarget.value.toLowerCase());
          }}
        />
      </DialogForm>
    </Dialog>
  );
}
