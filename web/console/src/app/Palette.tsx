import { useDebouncedValue } from "@mantine/hooks";
import { createSpotlight, Spotlight } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { api, take } from "~/api/client";
import { keyOf } from "~/api/queries";
import { useFocusGivenBack } from "~/ui/focus";
import { Icon } from "~/ui/Icon";
import { tenantNav, workspaceNav } from "./nav";
import { shellText } from "./shellText";
import { useText } from "./text";

const [store, spotlight] = createSpotlight();
const traceID = /^[0-9a-f]{32}$/i;

/** Finds a page by its name, an application by its own, and a request by its trace id. */
export function Palette({ tid, onClose }: { tid: string; onClose: () => void }) {
  const t = useText(shellText);
  const navigate = useNavigate();
  const { aid = "default" } = useParams({ strict: false });
  const [query, setQuery] = useState("");
  const [settled] = useDebouncedValue(query.trim(), 200);
  const field = useRef<HTMLInputElement>(null);
  useFocusGivenBack(true, () => field.current?.closest('[role="dialog"]') ?? null);
  useEffect(() => spotlight.open(), []);
  // The dialog has no title of its own to be called by.
  useEffect(() => {
    const timer = setTimeout(
      () => field.current?.closest('[role="dialog"]')?.setAttribute("aria-label", t("find")),
      50,
    );
    return () => clearTimeout(timer);
  }, [t]);
  // Enter opens the first result, as long as no other has been chosen.
  const openFirst = (event: KeyboardEvent) => {
    if (event.key === "Enter" && store.getState().selected === -1) {
      event.preventDefault();
      field.current?.closest('[role="dialog"]')?.querySelector<HTMLElement>(".mantine-Spotlight-action")?.click();
    }
  };
  const found = useQuery({
    queryKey: keyOf.in(tid, aid, "find", settled),
    queryFn: () =>
      take(
        api.GET("/tenants/{tid}/workspaces/{aid}/clients", {
          params: { path: { tid, aid }, query: { q: settled, limit: 6 } },
        }),
      ),
    enabled: settled.length > 0 && !traceID.test(settled),
  });
  const asked = query.trim().toLowerCase();
  const pages = [...workspaceNav.flatMap((group) => group.items), ...tenantNav].filter((item) =>
    t(item.label as "overview")
      .toLowerCase()
      .includes(asked),
  );
  const clients = asked ? (found.data?.items ?? []) : [];
  const isTrace = traceID.test(asked);
  return (
    <Spotlight.Root
      store={store}
      query={query}
      onQueryChange={setQuery}
      onSpotlightClose={onClose}
      shortcut={null}
      maxHeight={420}
      scrollable
    >
      <Spotlight.Search
        placeholder={t("findPlaceholder")}
        ref={field}
        onKeyDown={openFirst}
        aria-label={t("find")}
        leftSection={<Icon name="search" />}
      />
      <Spotlight.ActionsList>
        {isTrace && (
          <Spotlight.Action
            label={t("explainTrace", { id: asked.slice(0, 8) })}
            leftSection={<Icon name="explain" />}
            onClick={() =>
              void navigate({
                to: "/console/$tid/workspaces/$aid/explain/$traceId",
                params: { tid, aid, traceId: asked },
              })
            }
          />
        )}
        {clients.length > 0 && (
          <Spotlight.ActionsGroup label={t("applications")}>
            {clients.map((client) => (
              <Spotlight.Action
                key={client.client_id}
                label={client.client_name || client.client_id}
                description={client.client_id}
                leftSection={<Icon name="apps" />}
                onClick={() =>
                  void navigate({
                    to: "/console/$tid/workspaces/$aid/clients/$clientId",
                    params: { tid, aid, clientId: client.client_id },
                  })
                }
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {pages.length > 0 && (
          <Spotlight.ActionsGroup label={t("pages")}>
            {pages.map((item) => (
              <Spotlight.Action
                key={item.to}
                label={t(item.label as "overview")}
                leftSection={<Icon name={item.icon} />}
                onClick={() => void navigate({ to: item.to, params: { tid, aid } })}
              />
            ))}
          </Spotlight.ActionsGroup>
        )}
        {!isTrace && clients.length === 0 && pages.length === 0 && (
          <Spotlight.Empty>{t("findNothing")}</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
