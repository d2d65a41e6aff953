import { ActionIcon, Avatar, Menu, Text, UnstyledButton, useMantineColorScheme, VisuallyHidden } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { own } from "~/api/client";
import { keyOf } from "~/api/queries";
import { seatAt, useSession } from "~/api/session";
import { useAct } from "~/ui/act";
import { Icon } from "~/ui/Icon";
import { shellText } from "./shellText";
import { chooseLanguage, type Language, languages, useLanguage, useText } from "./text";

export const schemes = [
  { value: "auto", label: "schemeAuto", icon: "session" },
  { value: "light", label: "schemeLight", icon: "sun" },
  { value: "dark", label: "schemeDark", icon: "moon" },
] as const;

/** Language and colour scheme: the two things a person chooses for this browser. */
export function Preferences() {
  const t = useText(shellText);
  const language = useLanguage();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const shown = schemes.find((scheme) => scheme.value === colorScheme) ?? schemes[0];
  return (
    <>
      <Menu width={170} position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("language")}>
            <Icon name="globe" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t("language")}</Menu.Label>
          {Object.entries(languages).map(([tag, name]) => (
            <Menu.Item
              key={tag}
              lang={tag}
              rightSection={tag === language ? <Icon name="check" size={14} /> : null}
              onClick={() => chooseLanguage(tag as Language)}
            >
              {name}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Menu width={170} position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t("scheme")}>
            <Icon name={shown.icon === "session" ? "sun" : shown.icon} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>{t("scheme")}</Menu.Label>
          {schemes.map((scheme) => (
            <Menu.Item
              key={scheme.value}
              leftSection={<Icon name={scheme.icon} size={16} />}
              rightSection={scheme.value === colorScheme ? <Icon name="check" size={14} /> : null}
              onClick={() => setColorScheme(scheme.value)}
            >
              {t(scheme.label)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </>
  );
}

/** Signs out of one tenant, or of all that one is signed in to. */
export function useSignOut() {
  const queries = useQueryClient();
  return useAct((of: { tid: string } | { all: true }) => own<{ logout_url?: string }>("/console/logout", of), {
    done: ({ logout_url }, of) => {
      queries.removeQueries({ queryKey: "tid" in of ? keyOf.tenant(of.tid) : keyOf.tenants });
      window.location.assign(logout_url ?? "/");
    },
  });
}

export function AccountMenu({ tid }: { tid: string }) {
  const t = useText(shellText);
  const session = useSession();
  const seat = seatAt(session, tid);
  const signOut = useSignOut();
  if (!seat) {
    return null;
  }
  const name = seat.user.name || seat.user.email;
  return (
    <Menu width={250} position="bottom-end">
      <Menu.Target>
        <UnstyledButton className="account">
          <VisuallyHidden>
            {t("account")}: {name}
          </VisuallyHidden>
          <Avatar size={32} radius="xl" color="accent" name={name} aria-hidden="true" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <div className="account-who">
          <Text size="sm" fw={600} truncate>
            {name}
          </Text>
          <Text size="xs" c="dimmed" truncate>
            {seat.user.email} · {t(`role_${seat.role}`)}
          </Text>
        </div>
        <Menu.Divider />
        <Menu.Item
          leftSection={<Icon name="external" size={16} />}
          component="a"
          href="/docs"
          target="_blank"
          rel="noreferrer"
        >
          {t("reference")}
        </Menu.Item>
        <Menu.Item leftSection={<Icon name="signout" size={16} />} onClick={() => signOut.mutate({ tid })}>
          {t("signOut", { name: seat.display_name || tid })}
        </Menu.Item>
        {session.tenants.filter((tenant) => tenant.signed_in).length > 1 && (
          <Menu.Item leftSection={<Icon name="signout" size={16} />} onClick={() => signOut.mutate({ all: true })}>
            {t("signOutAll")}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
