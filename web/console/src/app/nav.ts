import type { IconName } from "~/ui/Icon";
import type { shellText } from "./shellText";

type Label = keyof typeof shellText.en;

interface Item {
  label: Label;
  icon: IconName;
  to: string;
  exact?: boolean;
}

const aid = "/console/$tid/workspaces/$aid";

/** The pages of a workspace, in the order in which one needs them. */
export const workspaceNav: { label: Label | null; items: Item[] }[] = [
  { label: null, items: [{ label: "overview", icon: "home", to: aid, exact: true }] },
  {
    label: "groupBuild",
    items: [
      { label: "clients", icon: "apps", to: `${aid}/clients` },
      { label: "services", icon: "cube", to: `${aid}/services` },
      { label: "scopes", icon: "scope", to: `${aid}/scopes` },
      { label: "playground", icon: "play", to: `${aid}/playground` },
      { label: "inspect", icon: "inspect", to: `${aid}/inspect` },
    ],
  },
  {
    label: "groupPeople",
    items: [
      { label: "users", icon: "people", to: `${aid}/users` },
      { label: "grants", icon: "grant", to: `${aid}/grants` },
      { label: "sessions", icon: "session", to: `${aid}/sessions` },
    ],
  },
  {
    label: "groupOperate",
    items: [
      { label: "explain", icon: "explain", to: `${aid}/explain` },
      { label: "selfCheck", icon: "shield", to: `${aid}/self-check` },
      { label: "keys", icon: "key", to: `${aid}/keys` },
      { label: "audit", icon: "audit", to: `${aid}/audit` },
      { label: "branding", icon: "palette", to: `${aid}/branding` },
      { label: "settings", icon: "settings", to: `${aid}/settings` },
    ],
  },
];

export const tenantNav: Item[] = [
  { label: "workspaces", icon: "server", to: "/console/$tid", exact: true },
  { label: "welcome", icon: "arrow", to: "/console/$tid/welcome" },
  { label: "members", icon: "people", to: "/console/$tid/members" },
  { label: "audit", icon: "audit", to: "/console/$tid/audit" },
  { label: "settings", icon: "settings", to: "/console/$tid/settings" },
];
