import { useState } from "react";
import type { Schemas } from "~/api/client";
import { authenticate } from "~/oauth/authenticate";
import { algsAllowed, type Held, methodsInForce, nothingHeld, ProofProblem, proofOf } from "~/oauth/proof";
import { type Exchange, send, textIn } from "~/oauth/send";
import type { Wire } from "~/oauth/wire";
import type { playgroundText } from "./playgroundText";

type Words = keyof typeof playgroundText.en;
export type StepName = Extract<Words, `step_${string}`> extends `step_${infer Name}` ? Name : never;

/** Tokens that came, and the nonce that an ID token among them must bear. */
export interface Tokens {
  access_token: string;
  refresh_token: string;
  id_token: string;
  nonce: string;
}

export interface Step {
  id: number;
  name: StepName;
  exchange: Exchange;
  tokens: Tokens | null;
}

const noTokens: Tokens = { access_token: "", refresh_token: "", id_token: "", nonce: "" };

function tokensIn(exchange: Exchange, nonce: string): Tokens | null {
  const { answer } = exchange;
  return answer?.status === 200 && textIn(answer, "access_token") !== ""
    ? {
        access_token: textIn(answer, "access_token"),
        refresh_token: textIn(answer, "refresh_token"),
        id_token: textIn(answer, "id_token"),
        nonce,
      }
    : null;
}

/** All that the playground holds of one client: how it proves itself, and what it has asked and got. */
export function useBench(workspace: Schemas["Workspace"], client: Schemas["Client"], given: Partial<Held>) {
  const { issuer } = workspace;
  const allowed = algsAllowed(workspace);
  const methods = methodsInForce(client);
  const [chosen, setMethod] = useState<string | null>(null);
  const method = chosen !== null && methods.includes(chosen) ? chosen : (methods[0] ?? "none");
  const [held, setHeld] = useState<Held>({ ...nothingHeld, ...given });
  const [problem, setProblem] = useState<ProofProblem["code"] | null>(null);
  const [busy, setBusy] = useState(false);
  const [steps, setSteps] = useState<Step[]>([]);
  const [tokens, setTokens] = useState<Tokens>(noTokens);

  /** Sends a request in which the client proves itself, unless it is the bearer of a token. */
  const ask = async (wire: Wire, prove = true): Promise<Exchange | null> => {
    setBusy(true);
    setProblem(null);
    try {
      const party = { clientID: client.client_id, issuer };
      return await send(prove ? await authenticate(wire, party, await proofOf(method, held, client, allowed)) : wire);
    } catch (error) {
      setProblem(error instanceof ProofProblem ? error.code : "key_unknown");
      return null;
    } finally {
      setBusy(false);
    }
  };

  /** The same as a step of its own, whose tokens the next ones go on with. */
  const run = async (name: StepName, wire: Wire, { prove = true, nonce = "" } = {}) => {
    const exchange = await ask(wire, prove);
    if (!exchange) {
      return;
    }
    const found = name === "token" || name === "refresh" ? tokensIn(exchange, nonce) : null;
    setSteps((before) => [...before, { id: before.length, name, exchange, tokens: found }]);
    if (found) {
      // Where no other refresh token comes, the one at hand goes on serving (RFC 6749, section 6).
      setTokens((before) => ({ ...found, refresh_token: found.refresh_token || before.refresh_token }));
    }
  };

  return { issuer, client, allowed, methods, method, setMethod, held, setHeld, problem, busy, steps, tokens, ask, run };
}

export type Bench = ReturnType<typeof useBench>;

/** Which endpoint asks for a certificate in place of this one; none where the service has no such endpoints. */
export function mtlsURL(tokenAlias: string | undefined, issuer: string, url: string): string | undefined {
  return tokenAlias?.endsWith("/oauth2/token")
    ? tokenAlias.slice(0, -"/oauth2/token".length) + url.slice(issuer.length)
    : undefined;
}
