// @vitest-environment node
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { interactiveSnippets } from "./interactive";

// A token endpoint that gives whatever ID token a test has laid out.
const forms: URLSearchParams[] = [];
let idToken: Record<string, unknown> = {};
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    forms.push(new URLSearchParams(Buffer.concat(chunks).toString()));
    const claims = Buffer.from(JSON.stringify(idToken)).toString("base64url");
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ access_token: "made", id_token: `e30.${claims}.c2ln` }));
  });
});
const listening = (on: Server, host: string) => new Promise<void>((done) => on.listen(0, host, done));
const portOf = (of: Server) => (of.address() as AddressInfo).port;
let issuer = "";
beforeAll(async () => {
  await listening(server, "127.0.0.1");
  issuer = `http://127.0.0.1:${portOf(server)}/acme/default`;
});
afterAll(() => void server.close());

async function freePort(): Promise<number> {
  const probe = createServer();
  await listening(probe, "127.0.0.1");
  const port = portOf(probe);
  await new Promise((closed) => probe.close(closed));
  return port;
}

interface Running {
  question: URLSearchParams;
  callback: URL;
  /** Sends the answer, as the browser would. */
  answer: (members: Record<string, string>) => Promise<Response>;
  ended: Promise<{ code: number | null; output: string }>;
}

async function start(id: string, host = "localhost"): Promise<Running> {
  const callback = new URL(`http://${host}:${await freePort()}/callback`);
  const snippet = interactiveSnippets({
    issuer,
    clientID: "calendar-1",
    secret: "s3cr3t-_A",
    method: "client_secret_post",
    redirectURIs: [callback.href],
  }).find((each) => each.id === id);
  const file = join(mkdtempSync(join(tmpdir(), "snippet-")), snippet?.file ?? "");
  writeFileSync(file, snippet?.code ?? "");
  const program = spawn(id === "node" ? "node" : "python3", [file], { timeout: 20_000 });
  let output = "";
  const ended = new Promise<{ code: number | null; output: string }>((done) =>
    program.on("close", (code) => done({ code, output })),
  );
  const question = await new Promise<URLSearchParams>((found, fail) => {
    const hear = (chunk: Buffer) => {
      output += chunk;
      const printed = /authorize\?(\S+)\n/.exec(output)?.[1];
      if (printed) {
        found(new URLSearchParams(printed));
      }
    };
    program.stdout.on("data", hear);
    program.stderr.on("data", hear);
    void ended.then(() => fail(new Error(output)));
  });
  idToken = { iss: issuer, aud: "calendar-1", nonce: question.get("nonce") };
  const base = new URL(callback);
  base.hostname = host === "localhost" ? "127.0.0.1" : host;
  await listens(base, program);
  const answer = (members: Record<string, string>) => {
    const url = new URL(base);
    url.search = new URLSearchParams({ state: question.get("state") ?? "", iss: issuer, ...members }).toString();
    return fetch(url);
  };
  return { question, callback: base, answer, ended };
}

/** Waits until the program takes connections. */
async function listens(at: URL, program: ChildProcess) {
  while (program.exitCode === null) {
    try {
      return await fetch(new URL("/early", at));
    } catch {
      await new Promise((soon) => setTimeout(soon, 25));
    }
  }
}

describe.each(["node", "python"])("a program in which a person signs in (%s)", { timeout: 30_000 }, (id) => {
  it("prints the tokens, once the answer has come, and ends", async () => {
    const { question, callback, answer, ended } = await start(id);
    expect(Object.fromEntries(question)).toMatchObject({ client_id: "calendar-1", code_challenge_method: "S256" });
    // A connection that says nothing, the icon, and what another page sends there.
    const silent = connect(Number(callback.port), "127.0.0.1");
    silent.on("error", () => {});
    expect((await fetch(new URL("/favicon.ico", callback))).status).toBe(404);
    expect((await answer({ state: "another", code: "injected" })).status).toBe(404);
    expect((await answer({ code: "the-code" })).status).toBe(200);
    const { code, output } = await ended;
    silent.destroy();
    expect(code, output).toBe(0);
    expect(output).toContain("made");
    expect(forms.at(-1)?.get("code")).toBe("the-code");
    expect(forms.at(-1)?.get("client_secret")).toBe("s3cr3t-_A");
  });

  it("says why there is no code", async () => {
    const { answer, ended } = await start(id);
    const before = forms.length;
    await answer({ error: "access_denied", error_description: "the person said no" });
    const { code, output } = await ended;
    expect(code).toBe(1);
    expect(output).toContain("access_denied: the person said no");
    expect(forms.length).toBe(before);
  });

  it("sends no code to its issuer that another one gave", async () => {
    const { answer, ended } = await start(id);
    const before = forms.length;
    await answer({ code: "the-code", iss: "https://evil.example" });
    const { code, output } = await ended;
    expect(code).toBe(1);
    expect(output).toContain("another issuer");
    expect(forms.length).toBe(before);
  });

  it.each([{ nonce: "another" }, { aud: "another" }, { iss: "another" }, { nonce: undefined }])(
    "takes no ID token that is not for it (%o)",
    async (wrong) => {
      const { answer, ended } = await start(id);
      idToken = { ...idToken, ...wrong };
      await answer({ code: "the-code" });
      const { code, output } = await ended;
      expect(code).toBe(1);
      expect(output).not.toContain("made");
    },
  );

  it("listens where an IPv6 redirect URI leads", async () => {
    const { answer, ended } = await start(id, "[::1]");
    await answer({ code: "the-code" });
    expect((await ended).code).toBe(0);
  });
});
