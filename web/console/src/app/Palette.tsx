import "@mantine/spotlight/styles.css";
import { useDebouncedValue } from "@mantine/hooks";
import { createSpotlight, Spotlight } from "@mantine/spotlight";
import { useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useFocusGivenBack } from "~/ui/focus";
import { Icon } from "~/ui/Icon";
import { type Entry, isMeant, useActions, useFound, usePages } from "./entries";
import { shellText } from "./shellText";
import { useText } from "./text";

const [store, spotlight] = createSpotlight();
const traceID = /^[0-9a-f]{32}$/i;

/** Finds by name what there is to open and to do, and a request by its trace id. */
export function Palette({ tid, aid, onClose }: { tid: string; aid: string; onClose: () => void }) {
  const t = useText(shellText);
  const navigate = useNavigate();
  const [query, setQuery] = useState("");
  const asked = query.trim().slice(0, 128);
  const [settled] = useDebouncedValue(asked, 200);
  const isTrace = traceID.test(asked);
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
  const pages = usePages({ tid, aid });
  const actions = useActions({ tid, aid });
  const found = useFound({ tid, aid }, isTrace ? "" : settled);
  const trace: Entry = {
    id: asked,
    label: t("explainTrace", { id: asked.slice(0, 8) }),
    icon: "explain",
    run: () =>
      navigate({
        to: "/console/$tid/workspaces/$aid/explain/$traceId",
        params: { tid, aid, traceId: asked.toLowerCase() },
      }),
  };
  const named = asked === "" || isTrace ? [] : (["clients", "users", "workspaces"] as const);
  const groups = [
    { label: t("explain"), entries: isTrace ? [trace] : [] },
    ...named.map((name) => ({ label: t(name), entries: found[name] })),
    { label: t("pages"), entries: pages.filter((entry) => isMeant(entry, asked)) },
    { label: t("actions"), entries: actions.filter((entry) => isMeant(entry, asked)) },
  ].filter(({ entries }) => entries.length > 0);
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
        {groups.map(({ label, entries }) => (
          <Spotlight.ActionsGroup key={label} label={label}>
            {entries.map((entry) => (
              <Spotlight.Action
                key={entry.id}
                label={entry.label}
                description={entry.description}
                leftSection={<Icon name={entry.icon} />}
                onClick={() => void entry.run()}
              />
            ))}
          </Spotlight.ActionsGroup>
        ))}
        {groups.length === 0 && !found.busy && settled === asked && (
          <Spotlight.Empty>{t("findNothing", { q: asked })}</Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
    </Spotlight.Root>
  );
}
