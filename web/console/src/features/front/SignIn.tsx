import { Alert, Anchor, Button, Stack, Text, TextInput, Title, UnstyledButton } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useId } from "@mantine/hooks";
import { Link, useSearch } from "@tanstack/react-router";
import { loginURL, seatAt, useSession } from "~/api/session";
import { useText } from "~/app/text";
import { CopyInline } from "~/ui/Copy";
import { Icon } from "~/ui/Icon";
import { uiText } from "~/ui/words";
import { frontText } from "./frontText";
import { Public } from "./Public";

/** Where signing in leads: only into the console, and only of this tenant. */
export function returnTo(tid: string, wanted: string | undefined): string {
  return wanted && (wanted === `/console/${tid}` || wanted.startsWith(`/console/${tid}/`)) ? wanted : `/console/${tid}`;
}

export function SignIn() {
  const t = useText(frontText);
  const ui = useText(uiText);
  const session = useSession();
  const search = useSearch({ from: "/console/sign-in" });
  const form = useForm({
    initialValues: { tid: search.tid ?? "" },
    validate: { tid: (value) => (/^[a-z0-9](-?[a-z0-9])+$/.test(value) ? null : t("tidMalformed")) },
  });
  const go = (tid: string) =>
    window.location.assign(
      seatAt(session, tid) ? returnTo(tid, search.return_to) : loginURL(tid, returnTo(tid, search.return_to)),
    );
  const here = session.tenants.filter((tenant) => tenant.signed_in);
  const known = [...session.tenants, ...session.remembered].filter((tenant) => !seatAt(session, tenant.tid));
  // Which of them it was is said only of those that this browser knows: the address is anybody's to make.
  const left = known.find((tenant) => tenant.tid === search.signed_out);
  const message =
    search.error &&
    (`error_${search.error}` in frontText.en ? t(`error_${search.error}` as "error_unknown") : t("error_unknown"));
  return (
    <Public title={t("signInTitle")}>
      <div className="sheet">
        <div className="sheet-card">
          <Title order={1}>{t("signInTitle")}</Title>
          <Text c="dimmed" mt={4} mb="lg">
            {t("signInLead")}
          </Text>
          {search.signed_out && (left || here.length === 0) && (
            <Alert color="green" icon={<Icon name="check" />} role="status" mb="md">
              {left ? t("signedOutOf", { name: left.display_name || left.tid }) : t("signedOut")}
            </Alert>
          )}
          {message && (
            <Alert className="problem" icon={<Icon name="warning" />} title={t("errorTitle")} role="alert" mb="md">
              {message}
              {search.trace_id && (
                <Text size="xs" c="dimmed" mt={6}>
                  {ui("traceID")} <CopyInline value={search.trace_id} thing={ui("traceID")} />
                </Text>
              )}
            </Alert>
          )}
          <form onSubmit={form.onSubmit(({ tid }) => go(tid))} noValidate>
            <Stack gap="md">
              <TextInput
                label={t("tid")}
                placeholder="acme"
                autoComplete="organization"
                autoCapitalize="none"
                spellCheck={false}
                maxLength={40}
                {...form.getInputProps("tid")}
                onChange={(event) => form.setFieldValue("tid", event.currentTarget.value.trim().toLowerCase())}
              />
              <Button type="submit" size="md" fullWidth>
                {t("continue")}
              </Button>
            </Stack>
          </form>
          <Tenants title={t("signedInHere")} of={here} onChoose={go} />
          <Tenants title={t("remembered")} of={known} onChoose={go} />
        </div>
        {session.registration !== "closed" && (
          <Text size="sm" c="dimmed" ta="center" mt="md">
            {t("noTenant")}{" "}
            <Anchor renderRoot={(props) => <Link {...props} to="/console/register" search={{}} />}>
              {t("register")}
            </Anchor>
          </Text>
        )}
      </div>
    </Public>
  );
}

function Tenants({
  title,
  of,
  onChoose,
}: {
  title: string;
  of: { tid: string; display_name: string }[];
  onChoose: (tid: string) => void;
}) {
  const id = useId();
  return of.length === 0 ? null : (
    <>
      <Text size="sm" c="dimmed" mt="xl" mb="xs" id={id}>
        {title}
      </Text>
      <ul className="remembered" aria-labelledby={id}>
        {of.map((tenant) => (
          <li key={tenant.tid}>
            <UnstyledButton className="switch" mb={0} onClick={() => onChoose(tenant.tid)}>
              <span className="switch-mark" aria-hidden="true">
                {tenant.display_name.slice(0, 1).toUpperCase()}
              </span>
              <span className="switch-text">
                <Text size="sm" fw={600} truncate>
                  {tenant.display_name}
                </Text>
                <Text size="xs" c="dimmed" truncate>
                  {tenant.tid}
                </Text>
              </span>
              <Icon name="arrow" size={16} />
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </>
  );
}
