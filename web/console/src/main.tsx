import "./app/arrival";
import { nonce } from "./app/nonce";
import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "../../tokens.css";
import "virtual:tokens.css";
import "./app/base.css";
import "./app/shell.css";
import "./app/content.css";
import "./app/lists.css";
import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isProblem } from "./api/problem";
import { createConsoleRouter } from "./app/router";
import { theme, variables } from "./app/theme";

const isOutage = (error: unknown) => isProblem(error) && (error.status === 0 || error.status >= 502);

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A verdict is final; only an outage is worth asking again.
      retry: (failures, error) => failures < 2 && isOutage(error),
      // What the browser holds for no connection is no reason to wait without a word:
      // the page says what is wrong, and looks by itself whether it still is.
      networkMode: "always",
      refetchOnReconnect: true,
      refetchInterval: ({ state }) => (state.data === undefined && isOutage(state.error) ? 10_000 : false),
    },
    mutations: { networkMode: "always" },
  },
});
const router = createConsoleRouter(queries);

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={variables}
        defaultColorScheme="auto"
        getStyleNonce={() => nonce}
      >
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
          <Notifications position="bottom-right" />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
