import { Button, FileButton, PasswordInput, Stack, Text, Textarea } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import type { Schemas } from "~/api/client";
import { useText } from "~/app/text";
import { readJwt } from "~/crypto/jwt";
import type { SigningKey } from "~/crypto/privateKey";
import { Icon } from "~/ui/Icon";
import { uiText } from "~/ui/words";
import { oauthText } from "./oauthText";
import { type Held, ProofProblem, signingKeyOf } from "./proof";
import "./oauth.css";

interface FieldsProps {
  client: Schemas["Client"];
  /** By which algorithms the workspace lets a client sign. */
  allowed: readonly string[];
  method: string;
  held: Held;
  onChange: (held: Held) => void;
  problem: ProofProblem["code"] | null;
}

/** Where the secret or the key is typed that a method needs. */
export function ProofFields({ client, allowed, method, held, onChange, problem }: FieldsProps) {
  const t = useText(oauthText);
  const ui = useText(uiText);
  const secret = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // What is missing may stand far from the button that was pressed.
    if (problem) {
      secret.current?.focus();
    }
  }, [problem]);
  if (method === "none") {
    return (
      <Text size="sm" c="dimmed">
        {t("none")}
      </Text>
    );
  }
  if (method === "private_key_jwt") {
    return <KeyField client={client} allowed={allowed} held={held} onChange={onChange} problem={problem} />;
  }
  return (
    <PasswordInput
      ref={secret}
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

function KeyField({ client, allowed, held, onChange, problem }: Omit<FieldsProps, "method">) {
  const t = useText(oauthText);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (problem) {
      field.current?.focus();
    }
  }, [problem]);
  const assertion = readJwt(held.key);
  const { key, code } = useKey(client, allowed, assertion ? "" : held.key);
  const known = !key || key.registered || !!client.jwks_uri;
  return (
    <Stack gap="xs">
      <Textarea
        ref={field}
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
        className={key ? "token-field concealed" : "token-field"}
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
function useKey(client: Schemas["Client"], allowed: readonly string[], source: string) {
  const [read, setRead] = useState<{ key?: SigningKey; code?: ProofProblem["code"] }>({});
  useEffect(() => {
    let wanted = true;
    setRead({});
    if (source.trim() !== "") {
      signingKeyOf(source, client, allowed).then(
        (key) => wanted && setRead({ key }),
        (error: unknown) => wanted && setRead({ code: error instanceof ProofProblem ? error.code : "key_unknown" }),
      );
    }
    return () => {
      wanted = false;
    };
  }, [client, allowed, source]);
  return read;
}
