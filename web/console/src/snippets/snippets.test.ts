import { execFile } from "node:child_process";
import type { KeyObject } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { generateKeyPair, type Jwk } from "~/crypto/jwk";
import { readJwt, verifyJwt } from "~/crypto/jwt";
import { interactiveSnippets } from "./interactive";
import { machineSnippets } from "./machine";
import { isLoopback, type Target, word } from "./types";

interface Request {
  authorization?: string;
  form: URLSearchParams;
}

// A token endpoint that only writes down what it is sent.
const received: Request[] = [];
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    received.push({
      authorization: request.headers.authorization,
      form: new URLSearchParams(Buffer.concat(chunks).toString()),
    });
    response.setHeader("Content-Type", "application/json");
    response.end('{"access_token":"made"}');
  });
});
let issuer = "";
beforeAll(async () => {
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/acme/default`;
});
afterAll(() => void server.close());

const target = (method: string, more: Partial<Target> = {}): Target => ({
  issuer,
  clientID: "billing-1",
  secret: "s3cr3t-_A",
  method,
  ...more,
});

async function run(of: Target, id: string, files: Record<string, string> = {}): Promise<Request> {
  const snippet = machineSnippets(of).find((each) => each.id === id);
  expect(snippet, id).toBeDefined();
  const dir = mkdtempSync(join(tmpdir(), "snippet-"));
  for (const [name, content] of Object.entries({ ...files, [snippet?.file ?? "run.sh"]: snippet?.code ?? "" })) {
    writeFileSync(join(dir, name), content);
  }
  const program = { node: "node", python: "python3" }[id] ?? "bash";
  const output = await new Promise<string>((done, fail) => {
    execFile(program, [snippet?.file ?? "run.sh"], { cwd: dir, timeout: 20_000 }, (error, stdout) =>
      error ? fail(error) : done(stdout),
    );
  });
  expect(output).toContain("made");
  return received.at(-1) as Request;
}

describe("a program to take away runs as it is", { timeout: 30_000 }, () => {
  it.each(["node", "python", "curl"])("with the secret in the header (%s)", async (id) => {
    const sent = await run(target("client_secret_basic"), id);
    expect(sent.authorization).toBe(`Basic ${btoa("billing-1:s3cr3t-_A")}`);
    expect(sent.form.get("grant_type")).toBe("client_credentials");
  });

  it.each(["node", "python", "curl"])("with the secret in the form (%s)", async (id) => {
    const sent = await run(target("client_secret_post"), id);
    expect(sent.authorization).toBeUndefined();
    expect([sent.form.get("client_id"), sent.form.get("client_secret")]).toEqual(["billing-1", "s3cr3t-_A"]);
  });

  it.each(["ES256", "RS256", "PS256", "Ed25519"] as const)("signed with a key made here (%s)", async (alg) => {
    const pair = await generateKeyPair(alg);
    const kid = 'it\'s 100% "mine" \\';
    const key = { ...pair.publicJwk, kid };
    const of = target("private_key_jwt", { alg, kid, secret: undefined });
    await provesItself(await run(of, "node", { "client-key.pem": pair.privatePem }), key);
    if (alg === "RS256") {
      await provesItself(await run(of, "curl", { "client-key.pem": pair.privatePem }), key);
    }
  });

  it.each([
    ["ES384", { namedCurve: "secp384r1" }],
    ["ES512", { namedCurve: "secp521r1" }],
    ["RS512", { modulusLength: 2048 }],
    ["PS384", { modulusLength: 2048 }],
  ])("signed with a key made elsewhere (%s)", async (alg, options) => {
    const { generateKeyPairSync } = await import("node:crypto");
    const pair = generateKeyPairSync(alg.startsWith("ES") ? "ec" : ("rsa" as never), options as never) as unknown as {
      publicKey: KeyObject;
      privateKey: KeyObject;
    };
    const of = target("private_key_jwt", { alg, kid: undefined, secret: undefined });
    const pem = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const sent = await run(of, "node", { "client-key.pem": pem });
    await provesItself(sent, pair.publicKey.export({ format: "jwk" }) as Jwk);
  });

  it.each(["node", "curl"])("signed with the secret, by the algorithm that is registered (%s)", async (id) => {
    const sent = await run(target("client_secret_jwt", { alg: "HS512" }), id);
    const { createHmac } = await import("node:crypto");
    const [header, claims, signature] = (sent.form.get("client_assertion") ?? "").split(".");
    expect(signature).toBe(createHmac("sha512", "s3cr3t-_A").update(`${header}.${claims}`).digest("base64url"));
  });

  it.each(["node", "curl"])("signed with the secret (%s)", async (id) => {
    const sent = await run(target("client_secret_jwt"), id);
    const { createHmac } = await import("node:crypto");
    const [header, claims, signature] = (sent.form.get("client_assertion") ?? "").split(".");
    expect(signature).toBe(createHmac("sha256", "s3cr3t-_A").update(`${header}.${claims}`).digest("base64url"));
  });
});

async function provesItself(sent: Request, key: Jwk) {
  expect(sent.form.get("client_assertion_type")).toBe("urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
  const jwt = readJwt(sent.form.get("client_assertion") ?? "");
  expect(jwt?.header.typ).toBe("client-authentication+jwt");
  expect(jwt?.claims).toMatchObject({ iss: "billing-1", sub: "billing-1", aud: issuer });
  expect(await verifyJwt(jwt as never, [key])).toBe("valid");
}

describe("a program to take away", () => {
  it("never holds a secret that is not to be seen any more", () => {
    for (const method of ["client_secret_basic", "client_secret_post", "client_secret_jwt"]) {
      for (const snippet of machineSnippets(target(method, { secret: undefined }))) {
        expect(snippet.code, `${method} ${snippet.id}`).toContain("CLIENT_SECRET");
        expect(snippet.code).not.toContain("undefined");
      }
    }
  });

  it("goes to the address where certificates are asked for", () => {
    const mtlsTokenURL = "https://mtls.example/acme/default/oauth2/token";
    for (const snippet of machineSnippets(target("tls_client_auth", { mtlsTokenURL }))) {
      expect(snippet.code).toContain(mtlsTokenURL);
    }
  });

  it("signs by what fits the method, whatever was registered for the former one", () => {
    for (const [method, alg] of [
      ["client_secret_jwt", "ES256"],
      ["private_key_jwt", "HS256"],
    ] as const) {
      for (const snippet of machineSnippets(target(method, { alg }))) {
        expect(snippet.code, snippet.id).not.toContain(`"${alg}"`);
      }
    }
  });

  it("exists for every kind of application in which people sign in", () => {
    for (const method of ["none", "client_secret_basic", "client_secret_post", "private_key_jwt", "tls_client_auth"]) {
      const list = interactiveSnippets(target(method, { redirectURIs: ["http://localhost:3000/callback"] }));
      expect(list.length, method).toBeGreaterThan(0);
      for (const { id, code, beside } of list) {
        expect(code, `${method} ${id}`).not.toContain("undefined");
        expect(beside?.code ?? "").not.toContain("undefined");
      }
    }
    expect(
      interactiveSnippets(target("none", { redirectURIs: ["https://app.example/cb"] })).map((each) => each.id),
    ).toEqual(["browser"]);
  });

  it("proves the client in the way that is registered, with people too", () => {
    const proof: Record<string, RegExp> = {
      client_secret_basic: /Basic/,
      client_secret_post: /client_secret,|"client_secret"|ClientSecret|client_secret_post/,
      client_secret_jwt: /client_assertion/,
      private_key_jwt: /client_assertion/,
      tls_client_auth: /load_cert_chain/,
    };
    for (const [method, expected] of Object.entries(proof)) {
      for (const { id, code } of interactiveSnippets(target(method)).filter((each) => each.id !== "spring")) {
        expect(code, `${method} ${id}`).toMatch(expected);
      }
    }
  });

  it("says which redirect URI it needs where the client has none on this machine", () => {
    const uris = ["https://localhost:7001/signin", "https://app.example/cb"];
    const needs = (redirectURIs: string[]) =>
      Object.fromEntries(
        interactiveSnippets(target("client_secret_basic", { redirectURIs })).map((each) => [
          each.id,
          each.unregistered,
        ]),
      );
    expect(needs(uris)).toMatchObject({ node: "http://127.0.0.1:3000/callback", spring: undefined });
    expect(needs([...uris, "http://127.0.0.1:8000/cb"])).toMatchObject({ node: undefined, python: undefined });
  });

  it("of a framework is left out where it could not verify the ID token", () => {
    const ids = (idTokenAlg?: string) =>
      interactiveSnippets(target("client_secret_basic", { idTokenAlg })).map((each) => each.id);
    expect(ids()).toContain("spring");
    expect(ids("RS256")).toContain("spring");
    expect(ids("EdDSA")).toEqual(["node", "python"]);
  });

  it("listens on this machine only", () => {
    expect(isLoopback("http://127.0.0.1:3000/x")).toBe(true);
    expect(isLoopback("http://[::1]:3000/x")).toBe(true);
    expect(isLoopback("https://localhost:3000/x")).toBe(false);
    expect(isLoopback("https://app.example/x")).toBe(false);
    expect(isLoopback("nonsense")).toBe(false);
  });

  it("quotes for a shell", () => {
    expect(word("a'b$c`d")).toBe("'a'\\''b$c`d'");
  });
});
