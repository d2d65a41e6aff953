import { signInFrameworks } from "./frameworks";
import {
  nodeImports,
  nodeProof,
  pythonImports,
  pythonProof,
  pythonRequest,
  pythonRun,
  showsCertificate,
} from "./proof";
import { isLoopback, quoted, type Snippet, type Target, tokenURL } from "./types";

// Programs in which a person signs in: the authorization code with PKCE. They
// need only the language's own library and a redirect URI on this machine; how
// the frameworks are told stands in frameworks.ts.

const scopeOf = (target: Target) => target.scope || "openid profile email";

const hasIDToken = (target: Target) => scopeOf(target).split(" ").includes("openid");

export function interactiveSnippets(target: Target): Snippet[] {
  const uris = target.redirectURIs ?? [];
  const page = uris.find((uri) => uri.startsWith("https:"));
  const anonymous = target.method === "none";
  if (anonymous && page && !uris.some(isLoopback)) {
    return [browser(target, page)];
  }
  return [
    ...(showsCertificate(target) ? [] : [node(target)]),
    python(target),
    ...(anonymous ? [browser(target, uris.find(isLoopback) ?? page)] : signInFrameworks(target)),
  ];
}

function listens(target: Target) {
  const registered = target.redirectURIs?.find(isLoopback);
  const redirect = registered ?? "http://127.0.0.1:3000/callback";
  const url = new URL(redirect);
  return {
    redirect,
    unregistered: registered ? undefined : redirect,
    // A browser that is sent to localhost tries both families.
    host: url.hostname === "[::1]" ? "::1" : "127.0.0.1",
    port: url.port || "80",
    path: url.pathname,
  };
}

function node(target: Target): Snippet {
  const { redirect, unregistered, host, port, path } = listens(target);
  const proof = nodeProof(target);
  const signed = hasIDToken(target);
  const uses = { "node:crypto": ["createHash", "randomBytes"], "node:http": ["createServer"] };
  const fields = ['grant_type: "authorization_code"', 'code: answer.get("code")', "redirect_uri", "code_verifier"];
  return {
    id: "node",
    label: "Node.js",
    lang: "javascript",
    file: "sign-in.mjs",
    run: "node sign-in.mjs",
    unregistered,
    code: `${nodeImports(uses, proof.imports)}
const issuer = ${quoted(target.issuer)};
const redirect_uri = ${quoted(redirect)};
${proof.before}
const random = () => randomBytes(32).toString("base64url");
const code_verifier = random();
const state = random();
${signed ? "const nonce = random();\n" : ""}const question = new URLSearchParams({
  response_type: "code",
  client_id,
  redirect_uri,
  scope: ${quoted(scopeOf(target))},
  state,
${signed ? "  nonce,\n" : ""}  code_challenge: createHash("sha256").update(code_verifier).digest("base64url"),
  code_challenge_method: "S256",
});
console.log(\`Open this address and sign in:\\n\${issuer}/oauth2/authorize?\${question}\`);

// Whatever else a browser asks for is not the answer.
const answer = await new Promise((resolve) => {
  const server = createServer((request, response) => {
    const [path, query] = request.url.split("?");
    const said = new URLSearchParams(query);
    if (path !== ${quoted(path)} || said.get("state") !== state) {
      return response.writeHead(404).end();
    }
    response.end("Go back to the program. You can close this window.", () => {
      server.close();
      server.closeAllConnections();
      resolve(said);
    });
  }).listen(${port}, ${quoted(host)});
});
if (answer.get("iss") !== issuer) throw new Error("This answer is of another issuer.");
if (answer.has("error")) throw new Error(\`\${answer.get("error")}: \${answer.get("error_description") ?? ""}\`);

const response = await fetch(${quoted(tokenURL(target))}, {
  method: "POST",${proof.header ? `\n  headers: { Authorization: ${proof.header} },` : ""}
  body: new URLSearchParams({
${[...fields, ...proof.fields].map((field) => `    ${field},\n`).join("")}  }),
});
const tokens = await response.json();
if (!response.ok) throw new Error(\`\${tokens.error}: \${tokens.error_description ?? ""}\`);
${
  signed
    ? `
// It came straight from the issuer, which stands for its signature (OpenID Connect Core, 3.1.3.7).
const claims = JSON.parse(Buffer.from(tokens.id_token.split(".")[1], "base64url"));
if (claims.iss !== issuer || claims.aud !== client_id || claims.nonce !== nonce) {
  throw new Error("This ID token is not for us.");
}
console.log(tokens, claims);
`
    : "console.log(tokens);\n"
}`,
  };
}

function python(target: Target): Snippet {
  const { redirect, unregistered, host, port, path } = listens(target);
  const proof = pythonProof(target);
  const signed = hasIDToken(target);
  const six = host === "::1";
  const modules = [
    "base64",
    "hashlib",
    "http.server",
    "json",
    "secrets",
    "urllib.error",
    "urllib.parse",
    "urllib.request",
  ];
  const fields = [
    '"grant_type": "authorization_code"',
    '"code": answer["code"]',
    '"redirect_uri": redirect_uri',
    '"code_verifier": code_verifier',
  ];
  return {
    id: "python",
    label: "Python",
    lang: "python",
    file: "sign_in.py",
    run: pythonRun(proof, "sign_in.py"),
    unregistered,
    code: `${pythonImports(proof, ...modules, ...(six ? ["socket"] : []))}
issuer = ${quoted(target.issuer)}
redirect_uri = ${quoted(redirect)}
${proof.before}
code_verifier = secrets.token_urlsafe(32)
state = secrets.token_urlsafe(32)
${signed ? "nonce = secrets.token_urlsafe(32)\n" : ""}challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
question = urllib.parse.urlencode({
    "response_type": "code",
    "client_id": client_id,
    "redirect_uri": redirect_uri,
    "scope": ${quoted(scopeOf(target))},
    "state": state,
${signed ? '    "nonce": nonce,\n' : ""}    "code_challenge": challenge,
    "code_challenge_method": "S256",
})
print(f"Open this address and sign in:\\n{issuer}/oauth2/authorize?{question}", flush=True)

answer = {}


class Callback(http.server.BaseHTTPRequestHandler):
    timeout = 2  # a browser may open a connection and say nothing

    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(address.query))
        if address.path != ${quoted(path)} or query.get("state") != state:
            return self.send_error(404)
        answer.update(query)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"Go back to the program. You can close this window.")


${six ? "http.server.HTTPServer.address_family = socket.AF_INET6\n" : ""}with http.server.HTTPServer((${quoted(host)}, ${port}), Callback) as server:
    while not answer:  # whatever else a browser asks for is not the answer
        server.handle_request()
if answer.get("iss") != issuer:
    raise SystemExit("This answer is of another issuer.")
if "error" in answer:
    raise SystemExit(f"{answer['error']}: {answer.get('error_description', '')}")

${pythonRequest(target, proof, fields)}try:
    tokens = json.load(urllib.request.urlopen(request${proof.context ? `, context=${proof.context}` : ""}))
except urllib.error.HTTPError as error:
    raise SystemExit(error.read().decode())  # it says what is wrong
${
  signed
    ? `
# It came straight from the issuer, which stands for its signature (OpenID Connect Core, 3.1.3.7).
claims = json.loads(base64.urlsafe_b64decode(tokens["id_token"].split(".")[1] + "=="))
if (claims["iss"], claims["aud"], claims.get("nonce")) != (issuer, client_id, nonce):
    raise SystemExit("This ID token is not for us.")
`
    : ""
}print(json.dumps(tokens, indent=2))
${signed ? "print(json.dumps(claims, indent=2))\n" : ""}`,
  };
}

function browser(target: Target, redirect: string | undefined): Snippet {
  const uri = redirect ?? "http://localhost:3000/callback";
  const signed = hasIDToken(target);
  const kept = signed ? "{ verifier, state, nonce }" : "{ verifier, state }";
  return {
    id: "browser",
    label: "JavaScript",
    lang: "javascript",
    file: "sign-in.js",
    unregistered: redirect ? undefined : uri,
    code: `const issuer = ${quoted(target.issuer)};
const client_id = ${quoted(target.clientID)};
const redirect_uri = ${quoted(uri)};

const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

// Call this when somebody wants to sign in.
export async function signIn() {
  const [verifier, state${signed ? ", nonce" : ""}] = [random(), random()${signed ? ", random()" : ""}];
  sessionStorage.setItem("sign-in", JSON.stringify(${kept}));
  const challenge = base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
  location.assign(\`\${issuer}/oauth2/authorize?\${new URLSearchParams({
    response_type: "code", client_id, redirect_uri, scope: ${quoted(scopeOf(target))},
    state, ${signed ? "nonce, " : ""}code_challenge: challenge, code_challenge_method: "S256",
  })}\`);
}

// Call this on the page of the redirect URI. It returns the tokens.
export async function finishSignIn() {
  const answer = new URLSearchParams(location.search);
  const ${kept} = JSON.parse(sessionStorage.getItem("sign-in") ?? "{}");
  sessionStorage.removeItem("sign-in");
  history.replaceState(null, "", location.pathname); // the code has no business in the history
  if (!state || answer.get("state") !== state || answer.get("iss") !== issuer) {
    throw new Error("This answer is not for us.");
  }
  if (answer.has("error")) throw new Error(answer.get("error"));
  const response = await fetch(\`\${issuer}/oauth2/token\`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "authorization_code", code: answer.get("code"), redirect_uri, client_id, code_verifier: verifier }),
  });
  const tokens = await response.json();
  if (!response.ok) throw new Error(tokens.error);
${
  signed
    ? `  const claims = JSON.parse(atob(tokens.id_token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/")));
  if (claims.iss !== issuer || claims.aud !== client_id || claims.nonce !== nonce) {
    throw new Error("This ID token is not for us.");
  }
`
    : ""
}  return tokens;
}
`,
  };
}
