import { Button, FileButton, PasswordInput, Stack, Text, Textarea } from "@mantine/core";
import { useEffect, useState } from "react";
import type { Schemas } from "~/api/client";
import { useText } from "~/app/text";
import type { Jwk } from "~/crypto/jwk";
import { readJwt } from "~/crypto/jwt";
import type { SigningKey } from "~/crypto/privateKey";
import { Icon } from "~/ui/Icon";
import { uiText } from "~/ui/words";
import { oauthText } from "./oauthText";
import { type Held, keyOf, ProofProblem } from "./proof";

interface FieldsProps {
  client: Schemas["Client"];
  method: string;
  held: Held;
  onChange: (held: Held) => void;
  problem: ProofProblem["code"] | null;
}

/** Where the secret or the key is typed that a method needs. */
export function ProofFields({ client, method, held, onChange, problem }: FieldsProps) {
  const t = useText(oauthText);
  const ui = useText(uiText);
  if (method === "none") {
    return (
      <Text size="sm" c="dimmed">
        {t("none")}
      </Text>
    );
  }
  if (method === "private_key_jwt") {
    return <KeyField client={client} held={held} onChange={onChange} problem={problem} />;
  }
  return (
    <PasswordInput
      label={t("secret")}
      description={t("memory")}
      value={held.secret}
      onChange={(event) => onChange({ ...held, secret: event.currentTarget.value })}
      error={problem ? t(problem) : undefined}
      autoComplete="off"
      spellCheck={false}
      maxLength={1024}
      data-1p-ignore
      data-lpignore="true"
      visibilityToggleButtonProps={{ "aria-label": `${ui("reveal")}: ${t("secret")}` }}
    />
  );
}

function KeyField({ client, held, onChange, problem }: Omit<FieldsProps, "method">) {
  const t = useText(oauthText);
  const assertion = readJwt(held.key);
  const { key, code } = useKey(client, assertion ? "" : held.key);
  const registered = (client.jwks as { keys?: Jwk[] } | undefined)?.keys ?? [];
  const known = !key || !!client.jwks_uri || registered.some((jwk) => jwk.kid === key.kid);
  return (
    <Stack gap="xs">
      <Textarea
        label={t("key")}
        description={
          <>
            {t("keyHelp")} {t("memoryKey")}
          </>
        }
        value={held.key}
        onChange={(event) => onChange({ ...held, key: event.currentTarget.value })}
        error={problem ? t(problem) : code ? t(code) : undefined}
        placeholder="-----BEGIN PRIVATE KEY-----"
        autosize
        minRows={3}
        maxRows={8}
        spellCheck={false}
        autoComplete="off"
        maxLength={20_000}
        className="token-field"
      />
      <div>
        <FileButton
          onChange={(file) => void file?.text().then((text) => onChange({ ...held, key: text }))}
          accept=".pem,.key,.json,.jwk,.jwt"
        >
          {(props) => (
            <Button {...props} variant="default" size="xs" leftSection={<Icon name="upload" size={14} />}>
              {t("keyFile")}
            </Button>
          )}
        </FileButton>
      </div>
      {key && (
        <Text size="sm" c="dimmed" role="status">
          {t("keyReads", { alg: key.alg, kid: key.kid })}
          {!known && ` ${t("keyUnknown")}`}
        </Text>
      )}
      {assertion && (
        <Text size="sm" c="dimmed" role="status">
          {t("assertionReads", { issuer: String(assertion.claims.iss ?? "–") })}
        </Text>
      )}
    </Stack>
  );
}

/** Understands the key while it is being pasted. */
function useKey(client: Schemas["Client"], source: string) {
  const [read, setRead] = useState<{ key?: SigningKey; code?: ProofProblem["code"] }>({});
  useEffect(() => {
    let wanted = true;
    setRead({});
    if (source.trim() !== "") {
      keyOf(source, client).then(
        (key) => wanted && setRead({ key }),
        (error: unknown) => wanted && setRead({ code: error instanceof ProofProblem ? error.code : "key_unknown" }),
      );
    }
    return () => {
      wanted = false;
    };
  }, [client, source]);
  return read;
}
