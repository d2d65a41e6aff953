import { createApiReference } from "./standalone.esm.js";

// Nothing is fetched from elsewhere and nothing is reported to anybody: fonts,
// telemetry, the assistant and the request client of the component are off.
createApiReference("#reference", {
  sources: [
    { title: "Admin API", slug: "admin", url: "/api/v1/openapi.yaml" },
    { title: "Protocol endpoints", slug: "protocol", url: "/docs/protocol.yaml" },
  ],
  agent: { disabled: true },
  documentDownloadType: "direct",
  favicon: "/assets/front/icon.svg",
  hideClientButton: true,
  hideTestRequestButton: true,
  mcp: { disabled: true },
  persistAuth: false,
  showDeveloperTools: "never",
  telemetry: false,
  withDefaultFonts: false,
});
