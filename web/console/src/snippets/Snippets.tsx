import { Alert, Group, SegmentedControl, Select, Stack, Text } from "@mantine/core";
import { useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { text, useText } from "~/app/text";
import { Code } from "~/ui/Code";
import { DownloadButton } from "~/ui/Copy";
import { Icon } from "~/ui/Icon";
import { Rich } from "~/ui/Rich";
import type { Snippet, SnippetFile } from "./types";

const snippetsText = text(
  "snippets",
  {
    language: "Language",
    run: "Run it with",
    save: "Save {{name}}",
    unregistered: "The application has no such redirect URI yet. Add `{{uri}}` in its settings first.",
    none: "There is no snippet for this method; any OAuth library will do.",
  },
  {
    language: "Sprache",
    run: "So läuft es",
    save: "{{name}} speichern",
    unregistered:
      "Die Anwendung hat diese Redirect-URI noch nicht. Fügen Sie zuerst `{{uri}}` in ihren Einstellungen hinzu.",
    none: "Für dieses Verfahren gibt es kein Beispiel; jede OAuth-Bibliothek kann es.",
  },
);

/** The file of a snippet, and the one beside it where there are two. */
const filesOf = ({ file, label, lang, code, beside }: Snippet): SnippetFile[] => [
  { name: file ?? label, lang, code },
  ...(beside ? [beside] : []),
];

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
      {shown.unregistered && (
        <Alert className="warn" icon={<Icon name="warning" />}>
          <Rich>{t("unregistered", { uri: shown.unregistered })}</Rich>
        </Alert>
      )}
      {filesOf(shown).map(({ name, lang, code }) => (
        <Code key={name} code={code} lang={lang} label={name} />
      ))}
      {shown.run && (
        <Text size="sm" c="dimmed" component="div">
          {t("run")} <code>{shown.run}</code>
        </Text>
      )}
      {shown.file && (
        <Group gap="xs">
          {filesOf(shown).map(({ name, code }) => (
            <DownloadButton key={name} content={code} name={name} label={shown.beside && t("save", { name })} />
          ))}
        </Group>
      )}
    </Stack>
  );
}
