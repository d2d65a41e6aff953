import { createApiReference } from "./standalone.esm.js";

// The first of the references stands where the address names none.
const shown = new URLSearchParams(location.search).get("api") ?? "admin";
document.querySelector(`header a[href="/docs?api=${CSS.escape(shown)}"]`)?.setAttribute("aria-current", "page");

// Nothing is fetched from elsewhere and nothing is reported to anybody: fonts,
// telemetry, the assistant and the request client of the component are off.
createApiReference("#reference", {
  sources: [
    { title: "Admin API", slug: "admin", url: "/api/v1/openapi.yaml" },
    { title: "Protocol endpoints", slug: "protocol", url: "/docs/protocol.yaml" },
  ],
  agent: { disabled: true },
  documentDownloadType: "direct",
  favicon: new URL("./icon.svg", import.meta.url).pathname,
  hideClientButton: true,
  hideTestRequestButton: true,
  mcp: { disabled: true },
  persistAuth: false,
  showDeveloperTools: "never",
  telemetry: false,
  withDefaultFonts: false,
});
