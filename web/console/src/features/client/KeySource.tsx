import { Alert, Button, FileButton, Group, Select, Stack, Tabs, Text, Textarea, TextInput } from "@mantine/core";
import { useEffect, useState } from "react";
import type { Schemas } from "~/api/client";
import { useLanguage, useText } from "~/app/text";
import { describeJwk, generateKeyPair, type KeyPair, type SigningAlg, signingAlgs } from "~/crypto/jwk";
import { type PastedKey, type PasteError, PasteProblem, readPasted } from "~/crypto/pasted";
import { DownloadButton } from "~/ui/Copy";
import { Icon } from "~/ui/Icon";
import { absolute } from "~/ui/time";
import { clientText } from "./clientText";
import { type Client, keysOf } from "./context";

interface PastedProps {
  /** The private half comes along where the pair was made here, so that it can be tried at once. */
  onKeys: (keys: PastedKey[], privatePem?: string) => void;
}

interface SourceProps extends PastedProps {
  /** Whether only certificates will do. */
  certificates?: boolean;
  /** Takes an address from which keys are fetched, where that will do as well. */
  onURI?: (uri: string) => void;
}

/** Where a public key comes from: made here, pasted, or fetched from an address. */
export function KeySource({ onKeys, certificates, onURI }: SourceProps) {
  const t = useText(clientText);
  if (certificates && !onURI) {
    return <PasteKey onKeys={onKeys} />;
  }
  const forget = () => {
    onKeys([]);
    onURI?.("");
  };
  return (
    <Tabs defaultValue={certificates ? "paste" : "make"} keepMounted={false} onChange={forget}>
      <Tabs.List mb="md">
        {!certificates && <Tabs.Tab value="make">{t("sourceMake")}</Tabs.Tab>}
        <Tabs.Tab value="paste">{t("sourcePaste")}</Tabs.Tab>
        {onURI && <Tabs.Tab value="uri">{t("sourceURI")}</Tabs.Tab>}
      </Tabs.List>
      <Tabs.Panel value="make">
        <MakeKey onKeys={onKeys} />
      </Tabs.Panel>
      <Tabs.Panel value="paste">
        <PasteKey onKeys={onKeys} />
      </Tabs.Panel>
      {onURI && (
        <Tabs.Panel value="uri">
          <KeyAddress onURI={onURI} />
        </Tabs.Panel>
      )}
    </Tabs>
  );
}

function KeyAddress({ onURI }: { onURI: (uri: string) => void }) {
  const t = useText(clientText);
  return (
    <TextInput
      label={t("uriLabel")}
      description={t("uriHelp")}
      type="url"
      placeholder="https://app.example/.well-known/jwks.json"
      maxLength={2048}
      spellCheck={false}
      onChange={(event) => onURI(event.currentTarget.value.trim())}
    />
  );
}

/** What of a client's registration changes when it gets these keys, or this address: it has the one or the other. */
export function keysPatch(client: Client, found: PastedKey[], uri: string): Schemas["ClientPatch"] {
  // A member with the value null goes back to having none (RFC 7396).
  if (uri !== "") {
    return { jwks_uri: uri, jwks: null as never };
  }
  return {
    jwks: { keys: [...keysOf(client), ...found.map((key) => key.jwk)] },
    ...(client.jwks_uri ? { jwks_uri: null as never } : {}),
  };
}

// The public half counts only once the private one is saved: a key whose other
// half is lost would lock the application out.
function MakeKey({ onKeys }: PastedProps) {
  const t = useText(clientText);
  const [alg, setAlg] = useState<SigningAlg>("ES256");
  const [pair, setPair] = useState<KeyPair | null>(null);
  const [failed, setFailed] = useState(false);
  const make = async () => {
    setFailed(false);
    try {
      const made = await generateKeyPair(alg);
      setPair(made);
    } catch {
      setFailed(true);
    }
  };
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t("makeBody")}
      </Text>
      {pair ? (
        <Alert className="once" icon={<Icon name="key" />} title={describeJwk(pair.publicJwk)}>
          <Text size="sm" mb="sm">
            {t("makeDone")}
          </Text>
          <DownloadButton
            content={pair.privatePem}
            name="client-key.pem"
            label={t("makeSave")}
            primary
            onSaved={() => onKeys([{ jwk: pair.publicJwk, from: "jwk" }], pair.privatePem)}
          />
        </Alert>
      ) : (
        <Group align="flex-end" gap="sm">
          <Select
            label={t("makeAlg")}
            data={[...signingAlgs]}
            value={alg}
            onChange={(value) => value && setAlg(value as SigningAlg)}
            allowDeselect={false}
            w={150}
          />
          <Button variant="default" onClick={() => void make()}>
            {t("makeDo")}
          </Button>
        </Group>
      )}
      {failed && (
        <Text size="sm" c="var(--color-danger)" role="alert">
          {t("makeUnsupported")}
        </Text>
      )}
    </Stack>
  );
}

function PasteKey({ onKeys }: PastedProps) {
  const t = useText(clientText);
  const [source, setSource] = useState("");
  const [found, setFound] = useState<PastedKey[]>([]);
  const [problem, setProblem] = useState<PasteError | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is pasted is read anew
  useEffect(() => {
    let wanted = true;
    readPasted(source).then(
      (keys) => {
        if (wanted) {
          setFound(keys);
          setProblem(null);
          onKeys(keys);
        }
      },
      (error: unknown) => {
        if (wanted) {
          setFound([]);
          setProblem(error instanceof PasteProblem ? error.code : "unknown");
          onKeys([]);
        }
      },
    );
    return () => {
      wanted = false;
    };
  }, [source]);
  return (
    <Stack gap="sm">
      <Textarea
        label={t("pasteLabel")}
        description={t("pasteHelp")}
        value={source}
        onChange={(event) => setSource(event.currentTarget.value)}
        error={problem && problem !== "empty" ? t(`paste_${problem}`) : undefined}
        minRows={4}
        maxRows={10}
        autosize
        spellCheck={false}
        ff="monospace"
      />
      <div>
        <FileButton
          onChange={(file) => void file?.text().then(setSource)}
          accept=".pem,.crt,.cer,.json,.jwk,.jwks,.pub"
        >
          {(props) => (
            <Button {...props} variant="default" size="xs" leftSection={<Icon name="upload" size={14} />}>
              {t("pasteUpload")}
            </Button>
          )}
        </FileButton>
      </div>
      {found.map((key) => (
        <KeyFacts key={key.jwk.kid} of={key} />
      ))}
    </Stack>
  );
}

/** What was understood of a pasted key. */
function KeyFacts({ of }: { of: PastedKey }) {
  const t = useText(clientText);
  const language = useLanguage();
  const { certificate } = of;
  const now = Date.now();
  const stale = certificate && (certificate.notAfter.getTime() < now || certificate.notBefore.getTime() > now);
  return (
    <Alert
      className={stale ? "warn" : "good"}
      icon={<Icon name={stale ? "warning" : "check"} />}
      title={t("pasteFound", { what: describeJwk(of.jwk), kid: of.jwk.kid ?? "" })}
    >
      {certificate && (
        <dl className="check-facts">
          <dt>{t("pasteSubject")}</dt>
          <dd>{certificate.subject || "–"}</dd>
          <dt>{t("pasteIssuer")}</dt>
          <dd>{certificate.selfIssued ? t("pasteSelf") : certificate.issuer}</dd>
          <dt>{t("pasteValid")}</dt>
          <dd>
            {absolute(certificate.notBefore, language)} – {absolute(certificate.notAfter, language)}
          </dd>
          {certificate.names.length > 0 && (
            <>
              <dt>{t("pasteNames")}</dt>
              <dd>{certificate.names.map((name) => name.value).join(", ")}</dd>
            </>
          )}
        </dl>
      )}
      {stale && <Text size="sm">{t("certExpired")}</Text>}
    </Alert>
  );
}
