import { Stack, Text } from "@mantine/core";
import { useText } from "~/app/text";
import { Code } from "~/ui/Code";
import { oauthText } from "./oauthText";
import { curl, type Wire } from "./wire";

/** A request that proves the client by its certificate, for its owner to send. */
export function ByHand({ wire }: { wire: Omit<Wire, "url"> & { url: string | undefined } }) {
  const t = useText(oauthText);
  const { url } = wire;
  return (
    <Stack gap="sm">
      <Text size="sm">{t("byHand")}</Text>
      {url ? (
        <Code
          code={curl({ ...wire, url }, false, ["--cert client-cert.pem", "--key client-key.pem"])}
          lang="bash"
          label="curl"
        />
      ) : (
        <Text size="sm" c="dimmed">
          {t("byHandWhere")}
        </Text>
      )}
    </Stack>
  );
}
