import { Burger, Drawer, Kbd, Menu, Text, UnstyledButton, VisuallyHidden } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useParams, useRouterState } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";
import { workspacesQuery } from "~/api/queries";
import { seatAt, useSession } from "~/api/session";
import { Icon } from "~/ui/Icon";
import { uiText } from "~/ui/words";
import { AccountMenu, Preferences } from "./Menus";
import { tenantNav, workspaceNav } from "./nav";
import { shellText } from "./shellText";
import { useText } from "./text";

const Palette = lazy(() => import("./Palette").then((module) => ({ default: module.Palette })));

export function Logo() {
  return (
    <span className="logo">
      <svg width="26" height="26" viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="9" className="logo-ground" />
        <circle cx="16" cy="18" r="7.5" fill="none" stroke="#fff" strokeWidth="2.5" />
        <path d="M16 4.500l4 4-4 4-4-4z" fill="#fff" />
      </svg>
      Signet
    </span>
  );
}

export function Shell() {
  const t = useText(shellText);
  const ui = useText(uiText);
  const { tid } = useParams({ from: "/console/$tid" });
  const { aid } = useParams({ strict: false });
  const shown = useShownWorkspace(tid, aid);
  const [menu, { open, close }] = useDisclosure();
  const [palette, setPalette] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  // A new page closes the menu that led to it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is the trigger
  useEffect(close, [path]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setPalette(true);
      }
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
  return (
    <div className="shell">
      <a href="#content" className="skip">
        {t("skip")}
      </a>
      <header className="top">
        <div className="top-start">
          <Burger opened={menu} onClick={open} aria-label={t("openMenu")} size="sm" className="top-burger" />
          <Link to="/console/$tid" params={{ tid }} className="top-logo">
            <Logo />
          </Link>
        </div>
        <UnstyledButton className="top-find" onClick={() => setPalette(true)} aria-keyshortcuts="Control+K Meta+K">
          <Icon name="search" size={16} />
          <span className="top-find-text">{t("findPlaceholder")}</span>
          <Kbd className="top-find-key" aria-hidden="true">
            Ctrl K
          </Kbd>
        </UnstyledButton>
        <div className="top-end">
          <Preferences />
          <AccountMenu tid={tid} />
        </div>
      </header>
      <aside className="side">
        <Nav tid={tid} />
      </aside>
      <Drawer
        opened={menu}
        onClose={close}
        size={288}
        title={<Logo />}
        closeButtonProps={{ "aria-label": ui("close") }}
        className="side-drawer"
      >
        <Nav tid={tid} />
      </Drawer>
      <main id="content" className="content" tabIndex={-1}>
        <Outlet />
      </main>
      {palette && (
        <Suspense fallback={null}>
          <Palette tid={tid} aid={shown ?? "default"} onClose={() => setPalette(false)} />
        </Suspense>
      )}
    </div>
  );
}

function Nav({ tid }: { tid: string }) {
  const t = useText(shellText);
  const { aid } = useParams({ strict: false });
  const shown = useShownWorkspace(tid, aid);
  return (
    <nav aria-label={t("navigation")} className="nav">
      <TenantSwitch tid={tid} />
      <ul>
        {tenantNav.map((item) => (
          <NavItem key={item.to} item={item} params={{ tid }} />
        ))}
      </ul>
      {shown && (
        <>
          <WorkspaceSwitch tid={tid} aid={shown} />
          {workspaceNav.map((group) => (
            <div key={group.label}>
              {group.label && <p className="nav-group">{t(group.label as "groupBuild")}</p>}
              <ul>
                {group.items.map((item) => (
                  <NavItem key={item.to} item={item} params={{ tid, aid: shown }} />
                ))}
              </ul>
            </div>
          ))}
        </>
      )}
    </nav>
  );
}

/** The workspace of the address, or the one where a tenant's applications live. */
function useShownWorkspace(tid: string, aid: string | undefined) {
  const known = useQuery(workspacesQuery(tid)).data?.items;
  if (aid) {
    return aid;
  }
  return (known?.find((w) => w.aid === "default") ?? known?.find((w) => w.aid !== "admin"))?.aid;
}

function NavItem({ item, params }: { item: (typeof tenantNav)[number]; params: Record<string, string> }) {
  const t = useText(shellText);
  return (
    <li>
      <Link
        to={item.to}
        params={params}
        search={{}}
        activeOptions={{ exact: item.exact ?? false, includeSearch: false }}
        className="nav-item"
      >
        <Icon name={item.icon} />
        {t(item.label as "overview")}
      </Link>
    </li>
  );
}

function TenantSwitch({ tid }: { tid: string }) {
  const t = useText(shellText);
  const session = useSession();
  const name = seatAt(session, tid)?.display_name ?? tid;
  return (
    <Menu width={248} position="bottom-start">
      <Menu.Target>
        <UnstyledButton className="switch">
          <VisuallyHidden>{t("switchTenant")}: </VisuallyHidden>
          <span className="switch-mark" aria-hidden="true">
            {name.slice(0, 1).toUpperCase()}
          </span>
          <span className="switch-text">
            <Text size="sm" fw={600} truncate>
              {name}
            </Text>
            <Text size="xs" c="dimmed" truncate>
              {tid}
            </Text>
          </span>
          <Icon name="chevron" size={16} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t("switchTenant")}</Menu.Label>
        {session.tenants
          .filter((tenant) => tenant.signed_in)
          .map((tenant) => (
            <Menu.Item
              key={tenant.tid}
              leftSection={<Icon name="building" size={16} />}
              rightSection={tenant.tid === tid ? <Icon name="check" size={14} /> : null}
              renderRoot={(props) => <Link {...props} to="/console/$tid" params={{ tid: tenant.tid }} />}
            >
              {tenant.display_name}
            </Menu.Item>
          ))}
        <Menu.Divider />
        <Menu.Item
          leftSection={<Icon name="arrow" size={16} />}
          renderRoot={(props) => <Link {...props} to="/console/sign-in" search={{}} />}
        >
          {t("otherTenant")}
        </Menu.Item>
        {session.registration !== "closed" && (
          <Menu.Item
            leftSection={<Icon name="plus" size={16} />}
            renderRoot={(props) => <Link {...props} to="/console/register" search={{}} />}
          >
            {t("newTenant")}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}

function WorkspaceSwitch({ tid, aid }: { tid: string; aid: string }) {
  const t = useText(shellText);
  const known = useQuery(workspacesQuery(tid)).data?.items ?? [];
  const name = known.find((w) => w.aid === aid)?.display_name ?? aid;
  return (
    <div className="nav-workspace">
      <p className="nav-group">{t("workspace")}</p>
      <Menu width={248} position="bottom-start">
        <Menu.Target>
          <UnstyledButton className="switch switch-small">
            <VisuallyHidden>{t("switchWorkspace")}: </VisuallyHidden>
            <span className="switch-text">
              <Text size="sm" fw={600} truncate>
                {name}
              </Text>
              <Text size="xs" c="dimmed" truncate ff="monospace">
                /{tid}/{aid}
              </Text>
            </span>
            <Icon name="chevron" size={16} />
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          {known.map((w) => (
            <Menu.Item
              key={w.aid}
              leftSection={<Icon name="server" size={16} />}
              rightSection={w.aid === aid ? <Icon name="check" size={14} /> : null}
              renderRoot={(props) => (
                <Link {...props} to="/console/$tid/workspaces/$aid" params={{ tid, aid: w.aid }} />
              )}
            >
              {w.display_name || w.aid}
            </Menu.Item>
          ))}
          <Menu.Divider />
          <Menu.Item
            leftSection={<Icon name="menu" size={16} />}
            renderRoot={(props) => <Link {...props} to="/console/$tid" params={{ tid }} />}
          >
            {t("allWorkspaces")}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
