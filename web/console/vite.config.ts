import { readFileSync } from "node:fs";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";
import tokens from "../tokens.json" with { type: "json" };

// In development the service runs beside (SIGNET, by default where `make run`
// listens): sign in there, and the session serves here as well, since a cookie
// belongs to a host at all its ports.
const service = process.env.SIGNET ?? "http://localhost:8080";
const routes = ["/console/api", "/console/login", "/console/logout"];

// The console's files live under the path at which the service hands them out.
const base = "/assets/console/";

// tokens.css follows the system; the console also lets a person choose, so the
// same tokens are written once more under the attribute that holds the choice.
function tokensByChoice(): Plugin {
  const id = "virtual:tokens.css";
  const declare = (mode: "light" | "dark") =>
    [
      ...Object.entries(tokens.color[mode]).map(([name, value]) => `--color-${name}:${value}`),
      ...Object.entries(tokens.shadow[mode]).map(([name, value]) => `--shadow-${name}:${value}`),
      `color-scheme:${mode}`,
    ].join(";");
  return {
    name: "signet:tokens",
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load: (resolved) =>
      resolved === `\0${id}`
        ? (["light", "dark"] as const)
            .map((mode) => `:root[data-mantine-color-scheme="${mode}"]{${declare(mode)}}`)
            .join("\n")
        : undefined,
  };
}

// The colour scheme is set before the first paint by a classic script of its
// own: the content security policy allows no inline script, and modules run late.
function prepaint(): Plugin {
  const source = () => readFileSync(new URL("./src/prepaint.js", import.meta.url), "utf8");
  let building = false;
  return {
    name: "signet:prepaint",
    configResolved(config) {
      building = config.command === "build";
    },
    configureServer(server) {
      server.middlewares.use(`${base}prepaint.js`, (_req, res) => {
        res.setHeader("Content-Type", "text/javascript");
        res.end(source());
      });
    },
    buildStart() {
      if (building) {
        this.emitFile({ type: "asset", name: "prepaint.js", source: source() });
      }
    },
    transformIndexHtml: {
      order: "post",
      handler(_html, { bundle }) {
        const file = Object.keys(bundle ?? {}).find((name) => /(^|\/)prepaint-[^/]+\.js$/.test(name));
        return [{ tag: "script", attrs: { src: base + (file ?? "prepaint.js") }, injectTo: "head-prepend" }];
      },
    },
  };
}

export default defineConfig({
  base,
  plugins: [react(), tokensByChoice(), prepaint()],
  resolve: { alias: { "~": new URL("./src", import.meta.url).pathname } },
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
  server: {
    port: 5174,
    strictPort: true,
    host: "localhost",
    proxy: Object.fromEntries(routes.map((route) => [route, { target: service, headers: { origin: service } }])),
  },
  test: { environment: "happy-dom", include: ["src/**/*.test.{ts,tsx}"] },
});
