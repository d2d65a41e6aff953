import { Alert, Button, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useSearch } from "@tanstack/react-router";
import { api, take } from "~/api/client";
import { loginURL } from "~/api/session";
import { useText } from "~/app/text";
import { useSend } from "~/ui/form";
import { Icon } from "~/ui/Icon";
import { ProblemAlert } from "~/ui/Problem";
import { frontText } from "./frontText";
import { codeOfLink } from "./link";
import { Public } from "./Public";

export function Invitation() {
  const t = useText(frontText);
  const { tid } = useSearch({ from: "/console/invitation" });
  const form = useForm({
    initialValues: { token: codeOfLink(), name: "", password: "" },
    validate: {
      token: (value) => (value ? null : t("required")),
      password: (value) => (value.length >= 8 ? null : t("passwordShort")),
    },
  });
  const { send, error, rest, busy } = useSend(form, ["token", "name", "password"]);
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
          {tid ? (
            <form onSubmit={submit} noValidate>
              <Text c="dimmed" mt={4} mb="lg">
                {t("invitationLead", { tid })}
              </Text>
              <Stack gap="md">
                <TextInput
                  label={t("invitationToken")}
                  autoComplete="off"
                  spellCheck={false}
                  maxLength={256}
                  {...form.getInputProps("token")}
                />
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
