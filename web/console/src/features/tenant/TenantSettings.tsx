import { Button, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { useState } from "react";
import { api, type Schemas, type Tagged, take, takeTagged } from "~/api/client";
import { keyOf, tenantQuery } from "~/api/queries";
import { seatAt, useSession } from "~/api/session";
import { useText } from "~/app/text";
import { useAct } from "~/ui/act";
import { Confirm } from "~/ui/Confirm";
import { useSend } from "~/ui/form";
import { Await, Page, Section } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { SaveBar } from "~/ui/SaveBar";
import { Time } from "~/ui/time";
import { uiText } from "~/ui/words";
import { ApiAccess } from "./ApiAccess";
import { tenantText } from "./tenantText";

export function TenantSettings() {
  const t = useText(tenantText);
  const { tid } = useParams({ from: "/console/$tid/settings" });
  const tenant = useQuery(tenantQuery(tid));
  return (
    <Page title={t("settings")} lead={t("settingsLead")} narrow>
      <Await of={tenant}>{(tagged: Tagged<Schemas["Tenant"]>) => <Details key={tagged.etag} tagged={tagged} />}</Await>
    </Page>
  );
}

function Details({ tagged: { value: tenant, etag } }: { tagged: Tagged<Schemas["Tenant"]> }) {
  const t = useText(tenantText);
  const ui = useText(uiText);
  const { tid } = tenant;
  const role = seatAt(useSession(), tid)?.role;
  const [asking, setAsking] = useState(false);
  const form = useForm({ initialValues: { display_name: tenant.display_name ?? "" } });
  const { send, error, rest, busy } = useSend(form, ["display_name"]);
  const patch = useAct(
    (body: Schemas["TenantPatch"]) =>
      takeTagged(api.PATCH("/tenants/{tid}", { params: { path: { tid }, header: { "If-Match": etag } }, body })),
    { stale: [keyOf.tenant(tid), ["session"]], say: ui("saved") },
  );
  const submit = form.onSubmit((values) =>
    send(async () => {
      await patch.mutateAsync(values);
    }),
  );
  return (
    <>
      <form onSubmit={submit} className="stack">
        <fieldset disabled={role === "auditor"} className="plain">
          <Section title={t("basics")}>
            <Stack>
              <TextInput label={t("displayName")} maxLength={200} {...form.getInputProps("display_name")} />
              <dl className="facts">
                <div>
                  <dt>{t("tid")}</dt>
                  <dd>
                    <code>{tid}</code>
                  </dd>
                </div>
                <div>
                  <dt>{t("verified")}</dt>
                  <dd>{t(tenant.email_verified ? "yes" : "no")}</dd>
                </div>
                <div>
                  <dt>{t("made")}</dt>
                  <dd>
                    <Time at={tenant.created_at} exact />
                  </dd>
                </div>
              </dl>
            </Stack>
          </Section>
        </fieldset>
        {error != null && <ProblemAlert error={error} extra={rest.length ? rest : undefined} />}
        <SaveBar dirty={form.isDirty()} busy={busy} onDiscard={() => form.reset()} />
      </form>
      {role === "owner" && <ApiAccess tid={tid} />}
      {role === "owner" && (
        <Section title={t("end")} lead={t("endLead")} tone="danger">
          <Button color="red" variant="outline" onClick={() => setAsking(true)}>
            {t("end")}
          </Button>
        </Section>
      )}
      <Confirm
        opened={asking}
        onClose={() => setAsking(false)}
        title={t("end")}
        action={t("end")}
        name={tid}
        run={() => take(api.DELETE("/tenants/{tid}", { params: { path: { tid } } }))}
        then={() => window.location.assign("/")}
      >
        {t("endBody")}
      </Confirm>
    </>
  );
}
