import { SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { text, useText } from "~/app/text";
import { Code } from "~/ui/Code";
import { DownloadButton } from "~/ui/Copy";
import type { Snippet } from "./types";

const snippetsText = text(
  "snippets",
  { language: "Language", run: "Run it with", none: "There is no snippet for this method; any OAuth library will do." },
  {
    language: "Sprache",
    run: "So läuft es",
    none: "Für dieses Verfahren gibt es kein Beispiel; jede OAuth-Bibliothek kann es.",
  },
);

/** Code to take away, in the language that was chosen last. */
export function Snippets({ of }: { of: Snippet[] }) {
  const t = useText(snippetsText);
  const [chosen, choose] = useLocalStorage({ key: "signet-snippet", defaultValue: "curl" });
  const narrow = useMediaQuery("(max-width: 40em)");
  const shown = of.find((snippet) => snippet.id === chosen) ?? of[0];
  if (!shown) {
    return (
      <Text size="sm" c="dimmed">
        {t("none")}
      </Text>
    );
  }
  const data = of.map(({ id, label }) => ({ value: id, label }));
  return (
    <Stack gap="sm">
      {narrow ? (
        <Select
          aria-label={t("language")}
          data={data}
          value={shown.id}
          onChange={(id) => id && choose(id)}
          allowDeselect={false}
        />
      ) : (
        <SegmentedControl aria-label={t("language")} data={data} value={shown.id} onChange={choose} w="fit-content" />
      )}
      <Code code={shown.code} lang={shown.lang} label={shown.file ?? shown.label} />
      {shown.run && (
        <Text size="sm" c="dimmed" component="div">
          {t("run")} <code>{shown.run}</code>
        </Text>
      )}
      {shown.file && (
        <div>
          <DownloadButton content={shown.code} name={shown.file} />
        </div>
      )}
    </Stack>
  );
}
