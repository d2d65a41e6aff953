import { Alert, Button, Loader, Stack, Text } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { arrivedAt } from "~/app/arrival";
import { useText } from "~/app/text";
import { Icon } from "~/ui/Icon";
import { Public } from "../front/Public";
import { answerIn, callbackPath, channelName, type Message, messageOf } from "./authorization";
import { playgroundText } from "./playgroundText";

const patience = 2500;

/**
 * Where an authorization response arrives: it is handed to the page that asked,
 * and forgotten here. Nothing of it is shown, for anybody can write this address.
 */
export function Callback() {
  const t = useText(playgroundText);
  useDocumentTitle(`${t("callbackTitle")} · Signet`);
  const [answer] = useState(() => answerIn(arrivedAt));
  const [state, setState] = useState<"waiting" | "taken" | "lost">("waiting");
  useEffect(() => {
    if (answer === "") {
      return;
    }
    // The code stays neither in the address nor in the history.
    window.history.replaceState(null, "", callbackPath);
    const channel = new BroadcastChannel(channelName);
    const lost = setTimeout(() => setState((now) => (now === "taken" ? now : "lost")), patience);
    let closing: ReturnType<typeof setTimeout> | undefined;
    channel.onmessage = (event: MessageEvent<unknown>) => {
      const message = messageOf(event.data);
      if (message?.kind === "taken" && message.window === window.name) {
        setState("taken");
        closing = setTimeout(() => window.close(), 900);
      }
    };
    channel.postMessage({ kind: "answer", window: window.name, answer } satisfies Message);
    return () => {
      channel.close();
      clearTimeout(lost);
      clearTimeout(closing);
    };
  }, [answer]);
  return (
    <Public>
      <div className="sheet">
        <div className="sheet-card">
          <Stack role="status">
            {answer === "" ? (
              <Text>{t("callbackEmpty")}</Text>
            ) : state === "waiting" ? (
              <Text>
                <Loader size={16} /> {t("callbackWait")}
              </Text>
            ) : state === "taken" ? (
              <Alert className="good" icon={<Icon name="check" />} title={t("callbackTitle")}>
                {t("callbackTaken")}
              </Alert>
            ) : (
              <Alert className="warn" icon={<Icon name="warning" />} title={t("callbackLost")}>
                {t("callbackLostBody")}
              </Alert>
            )}
            {state !== "waiting" && (
              <div>
                <Button variant="default" onClick={() => window.close()}>
                  {t("close")}
                </Button>
              </div>
            )}
          </Stack>
        </div>
      </div>
    </Public>
  );
}
