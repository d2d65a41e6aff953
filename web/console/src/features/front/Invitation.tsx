import { Alert, Button, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { api, own, take } from "~/api/client";
import { isProblem } from "~/api/problem";
import { loginURL } from "~/api/session";
import { useText } from "~/app/text";
import { useSend } from "~/ui/form";
import { Icon } from "~/ui/Icon";
import { ProblemAlert } from "~/ui/Problem";
import { frontText } from "./frontText";
import { codeOfLink } from "./link";
import { Public } from "./Public";

/** What an invitation says to whoever holds its code. */
interface Invited {
  display_name: string;
  email: string;
  role: "owner" | "admin" | "auditor";
}

export function Invitation() {
  const t = useText(frontText);
  const { tid } = useSearch({ from: "/console/invitation" });
  const code = codeOfLink();
  const invited = useQuery({
    queryKey: ["invitation", tid, code],
    queryFn: () => own<Invited>("/console/api/invitation", { tid, token: code }),
    enabled: Boolean(tid && code),
    staleTime: 60_000,
  });
  const over = isProblem(invited.error) && invited.error.status === 404;
  const form = useForm({
    initialValues: { token: code, name: "", password: "" },
    validate: {
      token: (value) => (value ? null : t("required")),
      password: (value) => (value.length >= 8 ? null : t("passwordShort")),
    },
  });
  const { send, error, rest, busy } = useSend(form, code ? ["name", "password"] : ["token", "name", "password"]);
  const submit = form.onSubmit(({ token, name, password }) =>
    send(async () => {
      const member = await take(
        api.POST("/tenants/{tid}/invitations/accept", {
          params: { path: { tid: tid ?? "" } },
          body: { token, password, ...(name.trim() ? { name: name.trim() } : {}) },
        }),
      );
      window.location.assign(loginURL(tid ?? "", `/console/${tid}`, member.email));
    }),
  );
  return (
    <Public title={t("invitationTitle")}>
      <div className="sheet">
        <div className="sheet-card">
          <Title order={1}>{t("invitationTitle")}</Title>
          {over ? (
            <Alert className="warn" icon={<Icon name="info" />} role="alert" mt="md">
              {t("invitationOver")}
            </Alert>
          ) : tid ? (
            <form onSubmit={submit} noValidate>
              <Text c="dimmed" mt={4} mb="lg">
                {invited.data
                  ? t("invitationFor", {
                      tenant: invited.data.display_name || tid,
                      email: invited.data.email,
                      role: t(`role_${invited.data.role}`),
                    })
                  : t("invitationLead", { tid })}
              </Text>
              <Stack gap="md">
                {!code && (
                  <TextInput
                    label={t("invitationToken")}
                    autoComplete="off"
                    spellCheck={false}
                    maxLength={256}
                    {...form.getInputProps("token")}
                  />
                )}
                <TextInput label={t("yourName")} autoComplete="name" maxLength={200} {...form.getInputProps("name")} />
                <PasswordInput
                  label={t("password")}
                  description={t("passwordHelp")}
                  autoComplete="new-password"
                  maxLength={256}
                  {...form.getInputProps("password")}
                />
                {error != null && <ProblemAlert error={error} extra={rest.length ? rest : undefined} />}
                <Button type="submit" size="md" loading={busy} fullWidth>
                  {t("accept")}
                </Button>
              </Stack>
            </form>
          ) : (
            <Alert className="warn" icon={<Icon name="info" />} mt="md">
              {t("invitationMissing")}
            </Alert>
          )}
        </div>
      </div>
    </Public>
  );
}
