import { readFileSync, writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connect, Plugin } from "vite";

// Development only: stands in for the console's own routes before a running
// service (SIGNET, by default where `make run` listens). Tenants registered
// through it get a service client, whose tokens stand in for a person's session.

const origin = process.env.SIGNET ?? "http://127.0.0.1:8080";
const memory = join(tmpdir(), "signet-console-dev.json");
const nonce = "development";
const policy = `default-src 'none'; script-src 'self' 'nonce-${nonce}'; style-src 'self' 'nonce-${nonce}'; connect-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'`;

interface Known {
  tid: string;
  display_name: string;
  email: string;
  client_id: string;
  client_secret: string;
  token_url: string;
  signed_in: boolean;
}

const load = (): Record<string, Known> => {
  try {
    return JSON.parse(readFileSync(memory, "utf8")) as Record<string, Known>;
  } catch {
    return {};
  }
};
const keep = (known: Record<string, Known>) => writeFileSync(memory, JSON.stringify(known, null, 2), { mode: 0o600 });

const tokens = new Map<string, { value: string; until: number }>();

async function token(of: Known): Promise<string> {
  const held = tokens.get(of.tid);
  if (held && held.until > Date.now()) {
    return held.value;
  }
  const answer = await fetch(of.token_url, {
    method: "POST",
    headers: { Authorization: `Basic ${Buffer.from(`${of.client_id}:${of.client_secret}`).toString("base64")}` },
    body: new URLSearchParams({ grant_type: "client_credentials" }),
  });
  const body = (await answer.json()) as { access_token: string; expires_in: number };
  tokens.set(of.tid, { value: body.access_token, until: Date.now() + (body.expires_in - 30) * 1000 });
  return body.access_token;
}

const json = (res: ServerResponse, status: number, body: unknown) => {
  res.writeHead(status, { "Content-Type": "application/json" });
  res.end(JSON.stringify(body));
};

const read = async (req: IncomingMessage) => {
  const chunks: Buffer[] = [];
  for await (const chunk of req) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
};

function session() {
  const known = Object.values(load());
  return {
    public_url: origin,
    registration: "open",
    csrf: "development",
    tenants: known
      .filter((t) => t.signed_in)
      .map(({ tid, display_name, email }) => ({
        tid,
        display_name,
        user: { sub: "usr_dev", name: email.split("@")[0], email },
        role: "owner",
        signed_in: true,
      })),
    remembered: known.map(({ tid, display_name }) => ({ tid, display_name })),
  };
}

async function stream(req: IncomingMessage, res: ServerResponse, path: string, client: string | null) {
  const of = load()[path.split("/")[4] ?? ""];
  if (!of) {
    return json(res, 401, { title: "not signed in" });
  }
  res.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  res.write(": open\n\n");
  const seen = new Set<string>();
  let first = true;
  const timer = setInterval(async () => {
    const answer = await fetch(`${origin}${path.replace(/\/stream$/, "")}?limit=20`, {
      headers: { Authorization: `Bearer ${await token(of)}` },
    });
    const page = (await answer.json()) as { items: { trace_id: string; client_id?: string }[] };
    for (const trace of page.items.toReversed()) {
      if (!seen.has(trace.trace_id) && !first && (!client || trace.client_id === client)) {
        res.write(`event: trace\nid: ${trace.trace_id}\ndata: ${JSON.stringify(trace)}\n\n`);
      }
      seen.add(trace.trace_id);
    }
    first = false;
  }, 700);
  req.on("close", () => clearInterval(timer));
}

async function api(req: IncomingMessage, res: ServerResponse, url: URL) {
  const path = url.pathname.replace(/^\/console/, "");
  if (path.endsWith("/traces/stream")) {
    return stream(req, res, path, url.searchParams.get("client_id"));
  }
  const headers: Record<string, string> = {};
  for (const name of ["content-type", "if-match", "idempotency-key"]) {
    const value = req.headers[name];
    if (typeof value === "string") {
      headers[name] = value;
    }
  }
  let body = req.method === "GET" || req.method === "HEAD" ? undefined : await read(req);
  const registering = path === "/api/v1/tenants";
  if (registering && body) {
    body = Buffer.from(JSON.stringify({ ...(JSON.parse(body.toString()) as object), with_service_client: true }));
  }
  const of = load()[path.split("/")[4] ?? ""];
  if (of) {
    headers.authorization = `Bearer ${await token(of)}`;
  }
  const answer = await fetch(origin + path + url.search, {
    method: req.method,
    headers,
    body: body?.length ? new Uint8Array(body) : undefined,
  });
  const text = await answer.text();
  if (registering && answer.status === 201) {
    const made = JSON.parse(text) as {
      tenant: { tid: string; display_name: string };
      owner: { email: string };
      service_client: Omit<Known, "tid">;
    };
    keep({
      ...load(),
      [made.tenant.tid]: {
        ...made.service_client,
        tid: made.tenant.tid,
        display_name: made.tenant.display_name,
        email: made.owner.email,
        signed_in: false,
      },
    });
  }
  const out: Record<string, string> = {};
  for (const name of ["content-type", "etag", "x-trace-id", "location"]) {
    const value = answer.headers.get(name);
    if (value) {
      out[name] = value;
    }
  }
  res.writeHead(answer.status, out);
  res.end(text);
}

function signIn(res: ServerResponse, url: URL) {
  const tid = url.searchParams.get("tid") ?? "";
  const known = load();
  const of = known[tid];
  const to = of
    ? (url.searchParams.get("return_to") ?? `/console/${tid}`)
    : `/console/sign-in?error=unknown_tenant&tid=${encodeURIComponent(tid)}&trace_id=0123456789abcdef0123456789abcdef`;
  if (of) {
    of.signed_in = true;
    keep(known);
  }
  res.writeHead(303, { Location: to });
  res.end();
}

async function route(req: IncomingMessage, res: ServerResponse, next: Connect.NextFunction) {
  const url = new URL(req.url ?? "/", "http://console");
  if (url.pathname === "/console/api/session") {
    return json(res, 200, session());
  }
  if (url.pathname.startsWith("/console/api/tids/")) {
    const tid = decodeURIComponent(url.pathname.split("/").pop() ?? "");
    const valid = /^[a-z0-9](-?[a-z0-9])+$/.test(tid) && tid.length <= 40;
    const taken = tid in load() || tid === "demo";
    return json(res, 200, {
      tid,
      valid,
      available: valid && !taken,
      reason: !valid ? "malformed" : taken ? "taken" : "",
    });
  }
  if (url.pathname.startsWith("/console/api/v1/")) {
    return api(req, res, url);
  }
  if (url.pathname === "/console/login") {
    return signIn(res, url);
  }
  if (url.pathname === "/console/logout") {
    const { tid } = JSON.parse((await read(req)).toString()) as { tid: string };
    const known = load();
    if (known[tid]) {
      known[tid].signed_in = false;
      keep(known);
    }
    return json(res, 200, { logout_url: "/console/sign-in" });
  }
  // The issuers themselves, for what the browser asks of them.
  if (/^\/[a-z0-9-]+\/[a-z0-9-]+\/(oauth2|\.well-known|userinfo|par|login|consent)/.test(url.pathname)) {
    const answer = await fetch(origin + req.url, { headers: { accept: "application/json" } });
    res.writeHead(answer.status, { "Content-Type": answer.headers.get("content-type") ?? "text/plain" });
    return res.end(await answer.text());
  }
  next();
}

const guarded: Connect.NextHandleFunction = (req, res, next) => {
  route(req, res, next).catch((error: unknown) =>
    json(res, 502, {
      type: "about:blank",
      title: "The service does not answer",
      status: 502,
      code: "unreachable",
      detail: String(error),
      request_id: "",
    }),
  );
};

const wantsPage = (req: IncomingMessage) => /^\/(console(\/.*)?)?(\?.*)?$/.test(req.url ?? "");

export function devBackend(base: string): Plugin {
  return {
    name: "signet:dev-backend",
    configureServer(server) {
      server.middlewares.use(guarded);
      server.middlewares.use(async (req, res, next) => {
        if (!wantsPage(req)) {
          return next();
        }
        const page = readFileSync(new URL("../index.html", import.meta.url), "utf8");
        res.setHeader("Content-Type", "text/html");
        res.end((await server.transformIndexHtml(base, page)).replaceAll("__CSP_NONCE__", nonce));
      });
    },
    // What was built is shown under the policy that the service sends.
    configurePreviewServer(server) {
      server.middlewares.use(guarded);
      server.middlewares.use((req, res, next) => {
        if (!wantsPage(req)) {
          return next();
        }
        const page = readFileSync(new URL("../dist/index.html", import.meta.url), "utf8");
        res.setHeader("Content-Type", "text/html");
        res.setHeader("Content-Security-Policy", policy);
        res.end(page.replaceAll("__CSP_NONCE__", nonce));
      });
    },
  };
}
