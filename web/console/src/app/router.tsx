import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { seatAt, sessionQuery } from "~/api/session";
import { Crash, Missing } from "./Fallback";
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
  component: lazyRouteComponent(() => import("~/features/front/Front"), "Front"),
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
  component: lazyRouteComponent(() => import("~/features/front/Register"), "Register"),
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/console/sign-in",
  validateSearch: words("error", "tid", "trace_id", "return_to", "signed_out"),
  component: lazyRouteComponent(() => import("~/features/front/SignIn"), "SignIn"),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/console/invitation",
  validateSearch: words("tid"),
  component: lazyRouteComponent(() => import("~/features/front/Invitation"), "Invitation"),
});

const verify = createRoute({
  getParentRoute: () => root,
  path: "/console/verify",
  validateSearch: words("tid"),
  component: lazyRouteComponent(() => import("~/features/front/Verify"), "Verify"),
});

// Where the answers to the playground's authorization requests arrive; no
// tenant is called playground.
const playgroundCallback = createRoute({
  getParentRoute: () => root,
  path: "/console/playground/callback",
  component: lazyRouteComponent(() => import("~/features/playground/Callback"), "Callback"),
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
});

const workspaces = createRoute({
  getParentRoute: () => tenant,
  path: "/",
  validateSearch: words("q"),
  component: lazyRouteComponent(() => import("~/features/workspaces/Workspaces"), "Workspaces"),
});
const welcome = createRoute({
  getParentRoute: () => tenant,
  path: "/welcome",
  validateSearch: words("client"),
  component: lazyRouteComponent(() => import("~/features/welcome/Welcome"), "Welcome"),
});
const members = createRoute({
  getParentRoute: () => tenant,
  path: "/members",
  validateSearch: words("q"),
  component: lazyRouteComponent(() => import("~/features/tenant/Members"), "Members"),
});
const tenantAudit = createRoute({
  getParentRoute: () => tenant,
  path: "/audit",
  validateSearch: words("action", "actor_id", "target_id"),
  component: lazyRouteComponent(() => import("~/features/audit/Audit"), "TenantAudit"),
});
const tenantSettings = createRoute({
  getParentRoute: () => tenant,
  path: "/settings",
  component: lazyRouteComponent(() => import("~/features/tenant/TenantSettings"), "TenantSettings"),
});

const workspace = createRoute({ getParentRoute: () => tenant, path: "/workspaces/$aid", component: Outlet });

const overview = createRoute({
  getParentRoute: () => workspace,
  path: "/",
  validateSearch: words("range"),
  component: lazyRouteComponent(() => import("~/features/workspaces/Overview"), "Overview"),
});
const clients = createRoute({
  getParentRoute: () => workspace,
  path: "/clients",
  validateSearch: words("q"),
  component: lazyRouteComponent(() => import("~/features/clients/Clients"), "Clients"),
});
const newClient = createRoute({
  getParentRoute: () => workspace,
  path: "/new-client",
  validateSearch: words("client"),
  component: lazyRouteComponent(() => import("~/features/welcome/Welcome"), "NewClient"),
});
const client = createRoute({
  getParentRoute: () => workspace,
  path: "/clients/$clientId",
  validateSearch: words("tab"),
  component: lazyRouteComponent(() => import("~/features/client/ClientPage"), "ClientPage"),
});
const explain = createRoute({
  getParentRoute: () => workspace,
  path: "/explain",
  validateSearch: words("client_id", "outcome", "endpoint", "error", "check"),
  component: lazyRouteComponent(() => import("~/features/explain/Explain"), "Explain"),
});
const explanation = createRoute({
  getParentRoute: () => workspace,
  path: "/explain/$traceId",
  component: lazyRouteComponent(() => import("~/features/explain/Explanation"), "ExplanationPage"),
});
const selfCheck = createRoute({
  getParentRoute: () => workspace,
  path: "/self-check",
  component: lazyRouteComponent(() => import("~/features/selfcheck/SelfCheck"), "SelfCheck"),
});
const users = createRoute({
  getParentRoute: () => workspace,
  path: "/users",
  validateSearch: words("q"),
  component: lazyRouteComponent(() => import("~/features/users/Users"), "Users"),
});
const user = createRoute({
  getParentRoute: () => workspace,
  path: "/users/$userId",
  component: lazyRouteComponent(() => import("~/features/users/UserPage"), "UserPage"),
});
const scopes = createRoute({
  getParentRoute: () => workspace,
  path: "/scopes",
  validateSearch: words("q"),
  component: lazyRouteComponent(() => import("~/features/catalog/Scopes"), "Scopes"),
});
const services = createRoute({
  getParentRoute: () => workspace,
  path: "/services",
  validateSearch: words("q", "client"),
  component: lazyRouteComponent(() => import("~/features/catalog/Services"), "Services"),
});
const grants = createRoute({
  getParentRoute: () => workspace,
  path: "/grants",
  validateSearch: words("user_id", "client_id"),
  component: lazyRouteComponent(() => import("~/features/access/Grants"), "Grants"),
});
const sessions = createRoute({
  getParentRoute: () => workspace,
  path: "/sessions",
  validateSearch: words("user_id"),
  component: lazyRouteComponent(() => import("~/features/access/Sessions"), "Sessions"),
});
const keys = createRoute({
  getParentRoute: () => workspace,
  path: "/keys",
  component: lazyRouteComponent(() => import("~/features/keys/Keys"), "Keys"),
});
const audit = createRoute({
  getParentRoute: () => workspace,
  path: "/audit",
  validateSearch: words("action", "actor_id", "target_id"),
  component: lazyRouteComponent(() => import("~/features/audit/Audit"), "WorkspaceAudit"),
});
const settings = createRoute({
  getParentRoute: () => workspace,
  path: "/settings",
  component: lazyRouteComponent(() => import("~/features/workspaces/Settings"), "Settings"),
});
const branding = createRoute({
  getParentRoute: () => workspace,
  path: "/branding",
  component: lazyRouteComponent(() => import("~/features/workspaces/Branding"), "Branding"),
});
const inspect = createRoute({
  getParentRoute: () => workspace,
  path: "/inspect",
  component: lazyRouteComponent(() => import("~/features/inspect/Inspect"), "Inspect"),
});

const playground = createRoute({
  getParentRoute: () => workspace,
  path: "/playground",
  validateSearch: words("client_id", "grant"),
  component: lazyRouteComponent(() => import("~/features/playground/Playground"), "Playground"),
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
