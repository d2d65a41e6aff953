import { Text } from "@mantine/core";
import { useLanguage, useText } from "~/app/text";
import { absolute, relative } from "~/ui/time";
import { inspectText } from "./inspectText";

/** What a token says, claim by claim, and what that means. */
export function Claims({ of }: { of: Record<string, unknown> }) {
  return (
    <dl className="check-facts">
      {Object.entries(of).map(([name, value]) => [
        <dt key={name}>
          <code>{name}</code>
        </dt>,
        <dd key={`${name}-value`}>
          <Claim name={name} value={value} />
        </dd>,
      ])}
    </dl>
  );
}

const explained = [
  "iss",
  "sub",
  "aud",
  "exp",
  "nbf",
  "iat",
  "scope",
  "client_id",
  "jti",
  "auth_time",
  "acr",
  "amr",
  "azp",
  "nonce",
  "sid",
  "cnf",
  "act",
  "at_hash",
  "email",
  "name",
] as const;
const moments = ["exp", "nbf", "iat", "auth_time", "updated_at"];

function Claim({ name, value }: { name: string; value: unknown }) {
  const t = useText(inspectText);
  const language = useLanguage();
  const known = explained.find((claim) => claim === name);
  const moment = moments.includes(name) && typeof value === "number" ? new Date(value * 1000) : null;
  return (
    <>
      {moment
        ? `${absolute(moment, language)} (${relative(moment, new Date(), language)})`
        : typeof value === "string"
          ? value
          : JSON.stringify(value)}
      {known && (
        <Text size="xs" c="dimmed">
          {t(known)}
        </Text>
      )}
    </>
  );
}
