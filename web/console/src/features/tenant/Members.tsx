import { Badge, Button, Group, Radio, Stack, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, type Schemas, take } from "~/api/client";
import { keyOf } from "~/api/queries";
import { seatAt, useSession } from "~/api/session";
import { useText } from "~/app/text";
import { useAct } from "~/ui/act";
import { Confirm } from "~/ui/Confirm";
import { Dialog, DialogForm } from "~/ui/Dialog";
import { useSend } from "~/ui/form";
import { Icon } from "~/ui/Icon";
import { itemsOf, List, usePages } from "~/ui/List";
import { Await, Empty, Page, Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { RowActions } from "~/ui/RowActions";
import { ShownOnce } from "~/ui/Secret";
import { Time } from "~/ui/time";
import { uiText } from "~/ui/words";
import { tenantText } from "./tenantText";

type Member = Schemas["Member"];
const roles = ["owner", "admin", "auditor"] as const;
type Role = (typeof roles)[number];
const memberPath = "/tenants/{tid}/members/{user_id}";

export function Members() {
  const t = useText(tenantText);
  const { tid } = useParams({ from: "/console/$tid/members" });
  const { q = "" } = useSearch({ from: "/console/$tid/members" });
  const navigate = useNavigate({ from: "/console/$tid/members" });
  const seat = seatAt(useSession(), tid);
  const [inviting, setInviting] = useState(false);
  const [removing, setRemoving] = useState<Member | null>(null);
  const stale = [[...keyOf.tenant(tid), "members"]];
  const pages = usePages([...keyOf.tenant(tid), "members", q], (cursor) =>
    take(
      api.GET("/tenants/{tid}/members", { params: { path: { tid }, query: { limit: 25, cursor, q: q || undefined } } }),
    ),
  );
  const change = useAct(
    ({ user_id, ...body }: Schemas["MemberPatch"] & { user_id: string }) =>
      take(api.PATCH(memberPath, { params: { path: { tid, user_id } }, body })),
    { stale, say: t("changed") },
  );
  const remove = useAct((user_id: string) => take(api.DELETE(memberPath, { params: { path: { tid, user_id } } })), {
    stale,
    say: t("removed"),
  });
  // Only owners touch owners or make them.
  const mayTouch = (role: string) => seat?.role === "owner" || (seat?.role === "admin" && role !== "owner");
  const actions = (member: Member) => [
    ...roles
      .filter((role) => role !== member.role && mayTouch(role))
      .map((role) => ({
        label: t("makeRole", { role: t(`role_${role}`) }),
        run: () => change.mutate({ user_id: member.user_id, role }),
      })),
    {
      label: t(member.disabled ? "enable" : "disable"),
      run: () => change.mutate({ user_id: member.user_id, disabled: !member.disabled }),
    },
    { label: t("remove"), run: () => setRemoving(member), danger: true },
  ];
  return (
    <Page
      title={t("members")}
      lead={t("membersLead")}
      actions={
        seat?.role !== "auditor" && (
          <Button leftSection={<Icon name="plus" size={16} />} onClick={() => setInviting(true)}>
            {t("invite")}
          </Button>
        )
      }
    >
      {change.error && <ProblemAlert error={change.error} />}
      <List
        label={t("members")}
        of={pages}
        id={(member) => member.user_id}
        search={{
          value: q,
          onChange: (next) => void navigate({ search: next ? { q: next } : {}, replace: true }),
          placeholder: t("findMember"),
        }}
        empty={<Empty icon="people" title={t("members")} />}
        columns={[
          {
            head: t("name"),
            cell: (member) => (
              <>
                <Group gap="xs">
                  <strong>{member.name || member.email}</strong>
                  {member.user_id === seat?.user.sub && <Badge>{t("you")}</Badge>}
                  {member.disabled && <Badge color="red">{t("disabled")}</Badge>}
                </Group>
                <Text size="sm" c="dimmed">
                  {member.email}
                </Text>
              </>
            ),
          },
          { head: t("role"), cell: (member) => t(`role_${member.role}`) },
          { head: t("since"), cell: (member) => <Time at={member.created_at} />, width: 150 },
          {
            head: t("remove"),
            quiet: true,
            width: 60,
            cell: (member) =>
              mayTouch(member.role) && <RowActions name={member.name || member.email} items={actions(member)} />,
          },
        ]}
      />
      <Invitations tid={tid} may={seat?.role !== "auditor"} />
      {inviting && <Invite tid={tid} offered={roles.filter(mayTouch)} onClose={() => setInviting(false)} />}
      <Confirm
        opened={removing !== null}
        onClose={() => setRemoving(null)}
        title={t("remove")}
        action={t("remove")}
        run={() => remove.mutateAsync(removing?.user_id ?? "")}
      >
        {t("removeBody", { name: removing?.name || removing?.email || "" })}
      </Confirm>
    </Page>
  );
}

function Invitations({ tid, may }: { tid: string; may: boolean }) {
  const t = useText(tenantText);
  const key = [...keyOf.tenant(tid), "invitations"];
  const pages = usePages(key, (cursor) =>
    take(api.GET("/tenants/{tid}/invitations", { params: { path: { tid }, query: { limit: 25, cursor } } })),
  );
  const withdraw = useAct(
    (invitation_id: string) =>
      take(api.DELETE("/tenants/{tid}/invitations/{invitation_id}", { params: { path: { tid, invitation_id } } })),
    {
      stale: [key],
      say: t("withdrawn"),
    },
  );
  const items = itemsOf(pages);
  return (
    <Section title={t("invitations")} lead={t("invitationsLead")}>
      <Await of={{ data: items, error: pages.error, isPending: pages.isPending, refetch: pages.refetch }} lines={2}>
        {(all) =>
          all.length === 0 ? (
            <Text size="sm" c="dimmed">
              {t("noInvitations")}
            </Text>
          ) : (
            <ul className="rows">
              {all.map((invitation) => (
                <li key={invitation.invitation_id}>
                  <div>
                    <Text fw={600} size="sm">
                      {invitation.email}
                    </Text>
                    <Text size="sm" c="dimmed">
                      {t(`role_${invitation.role}`)} · {invitation.accepted_at ? t("accepted") : t("expires")}{" "}
                      <Time at={invitation.accepted_at ?? invitation.expires_at} />
                    </Text>
                  </div>
                  {may && !invitation.accepted_at && (
                    <Button size="xs" variant="default" onClick={() => withdraw.mutate(invitation.invitation_id)}>
                      {t("withdraw")}
                    </Button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Await>
    </Section>
  );
}

/** The link under which an invitation is accepted. The code stays in the fragment, which no server sees. */
const invitationLink = (origin: string, tid: string, token: string) =>
  `${origin}/console/invitation?tid=${encodeURIComponent(tid)}#token=${encodeURIComponent(token)}`;

function Invite({ tid, offered, onClose }: { tid: string; offered: Role[]; onClose: () => void }) {
  const t = useText(tenantText);
  const ui = useText(uiText);
  const form = useForm({ initialValues: { email: "", role: "admin" as Role } });
  const [made, setMade] = useState<Schemas["Invitation"] | null>(null);
  const { send, ...sending } = useSend(form, ["email", "role"]);
  const act = useAct(
    (body: Schemas["InvitationInput"]) =>
      take(api.POST("/tenants/{tid}/invitations", { params: { path: { tid } }, body })),
    {
      stale: [[...keyOf.tenant(tid), "invitations"]],
    },
  );
  const submit = form.onSubmit((values) => send(async () => setMade(await act.mutateAsync(values))));
  return (
    <Dialog onClose={onClose} title={t("invite")} closeOnClickOutside={!made}>
      {made?.token ? (
        <Stack>
          <ShownOnce
            note={t("inviteMade", { email: made.email })}
            values={[{ label: t("link"), value: invitationLink(window.location.origin, tid, made.token) }]}
          />
          <Group justify="flex-end">
            <Button onClick={onClose}>{ui("close")}</Button>
          </Group>
        </Stack>
      ) : (
        <DialogForm onSubmit={submit} onClose={onClose} action={t("send")} sending={sending}>
          <TextInput
            label={t("email")}
            type="email"
            required
            maxLength={320}
            data-autofocus
            {...form.getInputProps("email")}
          />
          <Radio.Group label={t("role")} {...form.getInputProps("role")}>
            <Stack gap="sm" mt="xs">
              {offered.map((role) => (
                <Radio key={role} value={role} label={t(`role_${role}`)} description={t(`role_${role}_body`)} />
              ))}
            </Stack>
          </Radio.Group>
        </DialogForm>
      )}
    </Dialog>
  );
}
