import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, Outlet, redirect } from "@tanstack/react-router";
import { seatAt, sessionQuery } from "~/api/session";
import { Crash, Missing, MissingHere, WorkspaceFrame } from "./Fallback";
import { part } from "./part";
import { Shell } from "./Shell";

type Found = Record<string, unknown>;
const word = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);
const words =
  <K extends string>(...names: K[]) =>
  (found: Found) => {
    const kept: Partial<Record<K, string>> = {};
    for (const name of names) {
      const value = word(typeof found[name] === "number" ? String(found[name]) : found[name]);
      if (value !== undefined) {
        kept[name] = value;
      }
    }
    return kept;
  };

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Outlet,
  notFoundComponent: Missing,
  errorComponent: Crash,
  beforeLoad: async ({ context }) => {
    await context.queries.ensureQueryData(sessionQuery);
  },
});

const front = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: part(() => import("~/features/front/Front"), "Front"),
});

const start = createRoute({
  getParentRoute: () => root,
  path: "/console",
  validateSearch: words<"state">("state"),
  beforeLoad: async ({ context, search }) => {
    // Where a logout at the authorization server ends, which says whose it was.
    if (search.state) {
      throw redirect({ to: "/console/sign-in", search: { signed_out: search.state } });
    }
    const session = await context.queries.ensureQueryData(sessionQuery);
    const seat = session.tenants.find((t) => t.signed_in);
    throw seat ? redirect({ to: "/console/$tid", params: { tid: seat.tid } }) : redirect({ to: "/console/sign-in" });
  },
});

const register = createRoute({
  getParentRoute: () => root,
  path: "/console/register",
  validateSearch: words("invitation"),
  component: part(() => import("~/features/front/Register"), "Register"),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/console/sign-in",
  validateSearch: words("error", "tid", "trace_id", "return_to", "signed_out"),
  component: part(() => import("~/features/front/SignIn"), "SignIn"),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/console/invitation",
  validateSearch: words("tid"),
  component: part(() => import("~/features/front/Invitation"), "Invitation"),
});

const verify = createRoute({
  getParentRoute: () => root,
  path: "/console/verify",
  validateSearch: words("tid"),
  component: part(() => import("~/features/front/Verify"), "Verify"),
});

// Where the answers to the playground's authorization requests arrive; no
// tenant is called playground.
const playgroundCallback = createRoute({
  getParentRoute: () => root,
  path: "/console/playground/callback",
  component: part(() => import("~/features/playground/Callback"), "Callback"),
});

const tenant = createRoute({
  getParentRoute: () => root,
  path: "/console/$tid",
  beforeLoad: async ({ context, params, location }) => {
    const session = await context.queries.ensureQueryData(sessionQuery);
    if (!seatAt(session, params.tid)) {
      throw redirect({ to: "/console/sign-in", search: { tid: params.tid, return_to: location.href } });
    }
  },
  component: Shell,
  notFoundComponent: MissingHere,
});

const workspaces = createRoute({
  getParentRoute: () => tenant,
  path: "/",
  validateSearch: words("q"),
  component: part(() => import("~/features/workspaces/Workspaces"), "Workspaces"),
});
const welcome = createRoute({
  getParentRoute: () => tenant,
  path: "/welcome",
  validateSearch: words("client"),
  component: part(() => import("~/features/welcome/Welcome"), "Welcome"),
});
const members = createRoute({
  getParentRoute: () => tenant,
  path: "/members",
  validateSearch: words("q"),
  component: part(() => import("~/features/tenant/Members"), "Members"),
});
const tenantAudit = createRoute({
  getParentRoute: () => tenant,
  path: "/audit",
  validateSearch: words("action", "actor_id", "target_id", "since", "until"),
  component: part(() => import("~/features/audit/Audit"), "TenantAudit"),
});
const tenantSettings = createRoute({
  getParentRoute: () => tenant,
  path: "/settings",
  component: part(() => import("~/features/tenant/TenantSettings"), "TenantSettings"),
});

const workspace = createRoute({
  getParentRoute: () => tenant,
  path: "/workspaces/$aid",
  component: WorkspaceFrame,
  notFoundComponent: MissingHere,
});

const overview = createRoute({
  getParentRoute: () => workspace,
  path: "/",
  validateSearch: words("range"),
  component: part(() => import("~/features/workspaces/Overview"), "Overview"),
});
const clients = createRoute({
  getParentRoute: () => workspace,
  path: "/clients",
  validateSearch: words("q"),
  component: part(() => import("~/features/clients/Clients"), "Clients"),
});
const newClient = createRoute({
  getParentRoute: () => workspace,
  path: "/new-client",
  validateSearch: words("client"),
  component: part(() => import("~/features/welcome/Welcome"), "NewClient"),
});
const client = createRoute({
  getParentRoute: () => workspace,
  path: "/clients/$clientId",
  validateSearch: words("tab"),
  component: part(() => import("~/features/client/ClientPage"), "ClientPage"),
});
const explain = createRoute({
  getParentRoute: () => workspace,
  path: "/explain",
  validateSearch: words("client_id", "outcome", "endpoint", "error", "check"),
  component: part(() => import("~/features/explain/Explain"), "Explain"),
});
const explanation = createRoute({
  getParentRoute: () => workspace,
  path: "/explain/$traceId",
  component: part(() => import("~/features/explain/Explanation"), "ExplanationPage"),
});
const selfCheck = createRoute({
  getParentRoute: () => workspace,
  path: "/self-check",
  component: part(() => import("~/features/selfcheck/SelfCheck"), "SelfCheck"),
});
const users = createRoute({
  getParentRoute: () => workspace,
  path: "/users",
  validateSearch: words("q"),
  component: part(() => import("~/features/users/Users"), "Users"),
});
const user = createRoute({
  getParentRoute: () => workspace,
  path: "/users/$userId",
  component: part(() => import("~/features/users/UserPage"), "UserPage"),
});
const scopes = createRoute({
  getParentRoute: () => workspace,
  path: "/scopes",
  validateSearch: words("q"),
  component: part(() => import("~/features/catalog/Scopes"), "Scopes"),
});
const services = createRoute({
  getParentRoute: () => workspace,
  path: "/services",
  validateSearch: words("q", "client"),
  component: part(() => import("~/features/catalog/Services"), "Services"),
});
const grants = createRoute({
  getParentRoute: () => workspace,
  path: "/grants",
  validateSearch: words("user_id", "client_id"),
  component: part(() => import("~/features/access/Grants"), "Grants"),
});
const sessions = createRoute({
  getParentRoute: () => workspace,
  path: "/sessions",
  validateSearch: words("user_id"),
  component: part(() => import("~/features/access/Sessions"), "Sessions"),
});
const keys = createRoute({
  getParentRoute: () => workspace,
  path: "/keys",
  component: part(() => import("~/features/keys/Keys"), "Keys"),
});
const audit = createRoute({
  getParentRoute: () => workspace,
  path: "/audit",
  validateSearch: words("action", "actor_id", "target_id", "since", "until"),
  component: part(() => import("~/features/audit/Audit"), "WorkspaceAudit"),
});
const settings = createRoute({
  getParentRoute: () => workspace,
  path: "/settings",
  component: part(() => import("~/features/workspaces/Settings"), "Settings"),
});
const branding = createRoute({
  getParentRoute: () => workspace,
  path: "/branding",
  component: part(() => import("~/features/workspaces/Branding"), "Branding"),
});
const inspect = createRoute({
  getParentRoute: () => workspace,
  path: "/inspect",
  component: part(() => import("~/features/inspect/Inspect"), "Inspect"),
});

const playground = createRoute({
  getParentRoute: () => workspace,
  path: "/playground",
  validateSearch: words("client_id", "grant"),
  component: part(() => import("~/features/playground/Playground"), "Playground"),
});

const tree = root.addChildren([
  front,
  start,
  register,
  signIn,
  invitation,
  verify,
  playgroundCallback,
  tenant.addChildren([
    workspaces,
    welcome,
    members,
    tenantAudit,
    tenantSettings,
    workspace.addChildren([
      overview,
      clients,
      newClient,
      client,
      explain,
      explanation,
      selfCheck,
      users,
      user,
      scopes,
      services,
      grants,
      sessions,
      keys,
      audit,
      settings,
      branding,
      inspect,
      playground,
    ]),
  ]),
]);

export const createConsoleRouter = (queries: QueryClient) =>
  createRouter({
    routeTree: tree,
    context: { queries },
    defaultPreload: "intent",
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
  });
