import { Anchor, Button, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { api, own, take } from "~/api/client";
import { loginURL, useSession } from "~/api/session";
import { useText } from "~/app/text";
import { useSend } from "~/ui/form";
import { Icon } from "~/ui/Icon";
import { Empty } from "~/ui/Page";
import { ProblemAlert } from "~/ui/Problem";
import { frontText } from "./frontText";
import { Public } from "./Public";
import { isSlug, slugOf } from "./slug";

interface Availability {
  tid: string;
  available: boolean;
  reason?: string;
}

export function Register() {
  const t = useText(frontText);
  const session = useSession();
  return (
    <Public title={t("registerTitle")}>
      <div className="sheet">
        <div className="sheet-card">
          {session.registration === "closed" ? (
            <Empty icon="shield" title={t("closedTitle")}>
              {t("closedBody")}
            </Empty>
          ) : (
            <RegistrationForm />
          )}
        </div>
        <Text size="sm" c="dimmed" ta="center" mt="md">
          {t("haveOne")}{" "}
          <Anchor renderRoot={(props) => <Link {...props} to="/console/sign-in" search={{}} />}>{t("signIn")}</Anchor>
        </Text>
      </div>
    </Public>
  );
}

function RegistrationForm() {
  const t = useText(frontText);
  const session = useSession();
  const { invitation } = useSearch({ from: "/console/register" });
  const [ownSlug, setOwnSlug] = useState(false);
  const [waitsFor, setWaitsFor] = useState<string | null>(null);
  const form = useForm({
    initialValues: {
      display_name: "",
      tid: "",
      owner: { name: "", email: "", password: "" },
      invitation: invitation ?? "",
    },
    validate: {
      display_name: (value) => (value.trim() ? null : t("required")),
      tid: (value) => (value ? null : t("required")),
      owner: {
        email: (value) => (/^\S+@\S+$/.test(value) ? null : t("emailShape")),
        password: (value) => (value.length >= 8 ? null : t("passwordShort")),
      },
    },
    validateInputOnBlur: ["owner.email"],
  });
  const { send, error, rest, busy } = useSend(form, [
    "display_name",
    "tid",
    "owner.name",
    "owner.email",
    "owner.password",
    "invitation",
  ]);
  const submit = form.onSubmit((values) =>
    send(async () => {
      const made = await take(
        api.POST("/tenants", {
          body: {
            tid: values.tid,
            display_name: values.display_name.trim(),
            owner: {
              email: values.owner.email,
              name: values.owner.name.trim() || undefined,
              password: values.owner.password,
            },
            ...(values.invitation ? { invitation: values.invitation } : {}),
          },
        }),
      );
      if (session.registration === "verify_email" && !made.tenant.email_verified) {
        setWaitsFor(values.owner.email);
        return;
      }
      window.location.assign(loginURL(values.tid, `/console/${values.tid}/welcome`, values.owner.email));
    }),
  );
  if (waitsFor) {
    return (
      <Empty icon="check" title={t("verifyTitle")}>
        {t("verifyBody", { email: waitsFor })}
      </Empty>
    );
  }
  return (
    <form onSubmit={submit} noValidate>
      <Title order={1}>{t("registerTitle")}</Title>
      <Text c="dimmed" mt={4} mb="lg">
        {t("registerLead")}
      </Text>
      <Stack gap="md">
        <TextInput
          label={t("tenantName")}
          autoComplete="organization"
          maxLength={200}
          data-autofocus
          {...form.getInputProps("display_name")}
          onChange={(event) => {
            form.setFieldValue("display_name", event.currentTarget.value);
            if (!ownSlug) {
              form.setFieldValue("tid", slugOf(event.currentTarget.value));
            }
          }}
        />
        <div>
          <TextInput
            label={t("tid")}
            description={t("tidHelp")}
            autoComplete="off"
            spellCheck={false}
            autoCapitalize="none"
            maxLength={40}
            {...form.getInputProps("tid")}
            onChange={(event) => {
              setOwnSlug(true);
              form.setFieldValue("tid", event.currentTarget.value.toLowerCase());
            }}
          />
          <Slug tid={form.values.tid} publicURL={session.public_url} />
        </div>
        <TextInput label={t("yourName")} autoComplete="name" maxLength={200} {...form.getInputProps("owner.name")} />
        <TextInput
          label={t("email")}
          type="email"
          autoComplete="username"
          maxLength={320}
          {...form.getInputProps("owner.email")}
        />
        <PasswordInput
          label={t("password")}
          description={t("passwordHelp")}
          autoComplete="new-password"
          maxLength={256}
          {...form.getInputProps("owner.password")}
        />
        {(session.registration === "invite" || form.values.invitation) && (
          <TextInput
            label={t("invitation")}
            description={t("invitationHelp")}
            autoComplete="off"
            maxLength={512}
            {...form.getInputProps("invitation")}
          />
        )}
        {error != null && <ProblemAlert error={error} extra={rest.length ? rest : undefined} />}
        <Button type="submit" size="md" loading={busy} fullWidth>
          {t("create")}
        </Button>
      </Stack>
    </form>
  );
}

/** Says while one types whether the name can be had, and where it will stand. What is no name is not asked for. */
function Slug({ tid, publicURL }: { tid: string; publicURL: string }) {
  const t = useText(frontText);
  const [settled] = useDebouncedValue(tid, 250);
  const check = useQuery({
    queryKey: ["tid", settled],
    queryFn: () => own<Availability>(`/console/api/tids/${encodeURIComponent(settled)}`),
    enabled: isSlug(settled),
    staleTime: 10_000,
    retry: false,
  });
  const malformed = tid !== "" && settled === tid && !isSlug(tid);
  const answer = malformed ? { available: false, reason: "malformed" } : settled === tid ? check.data : undefined;
  const bad = answer && !answer.available;
  const why = malformed ? t("tidMalformed") : answer?.reason === "reserved" ? t("tidReserved") : t("tidTaken");
  return (
    <p className="tid-line" role="status" data-tone={answer ? (bad ? "bad" : "good") : undefined}>
      {answer ? (
        <>
          <Icon name={bad ? "close" : "check"} size={14} /> {bad ? why : t("tidFree", { tid })}
        </>
      ) : (
        `${publicURL.replace(/^https?:\/\//, "")}/${tid || "…"}/default`
      )}
    </p>
  );
}
