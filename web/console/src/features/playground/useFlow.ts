import { useCallback, useEffect, useRef, useState } from "react";
import { challengeOf, randomValue } from "~/oauth/pkce";
import { channelName, isFor, type Message, messageOf, type Parameters } from "./authorization";

/** One run of the code flow: what it asks, what it keeps to itself, and the answer once it is there. */
export function useFlow(clientID: string, redirectURI: string, scope: string) {
  const [id, setID] = useState(randomValue);
  const [verifier, setVerifier] = useState("");
  // What was asked last: an answer is held to it, however the fields change meanwhile.
  const [asked, setAsked] = useState<Parameters | null>(null);
  const [answer, setAnswer] = useState<string | null>(null);
  const [parameters, setParameters] = useState<Parameters>({
    response_type: "code",
    client_id: clientID,
    redirect_uri: redirectURI,
    scope,
    state: "",
    nonce: "",
    code_challenge: "",
    code_challenge_method: "S256",
    prompt: "",
    login_hint: "",
    resource: "",
  });
  const name = `playground-${id}`;

  /** Begins with new random values; what was typed stays. */
  const begin = useCallback(() => {
    const secret = randomValue();
    setID(randomValue());
    setVerifier(secret);
    setAsked(null);
    setAnswer(null);
    void challengeOf(secret).then((code_challenge) =>
      setParameters((before) => ({ ...before, state: randomValue(), nonce: randomValue(), code_challenge })),
    );
  }, []);
  useEffect(begin, [begin]);

  const sent = useRef({ name, state: "" });
  sent.current = { name, state: (asked ?? parameters).state };
  useEffect(() => {
    const channel = new BroadcastChannel(channelName);
    channel.onmessage = (event: MessageEvent<unknown>) => {
      const message = messageOf(event.data);
      if (message?.kind === "answer" && isFor(message, sent.current.name, sent.current.state)) {
        setAnswer(message.answer);
        channel.postMessage({ kind: "taken", window: message.window } satisfies Message);
      }
    };
    return () => channel.close();
  }, []);

  return {
    id,
    verifier,
    parameters,
    asked,
    answer,
    begin,
    change: (changed: Partial<Parameters>) => setParameters((before) => ({ ...before, ...changed })),
    /** Opens the window that goes to the issuer; false where the browser keeps it shut. */
    open: (url: string) => {
      setAnswer(null);
      setAsked(parameters);
      return window.open(url, name) !== null;
    },
  };
}

export type Flow = ReturnType<typeof useFlow>;
