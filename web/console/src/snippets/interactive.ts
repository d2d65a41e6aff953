import { type Snippet, type Target, usesSecret } from "./types";

// Programs in which a person signs in: the authorization code with PKCE. The
// first three need only the language's own library and a redirect URI on this
// machine; the others are how the frameworks are told.

const scopeOf = (target: Target) => target.scope || "openid profile email";

export function interactiveSnippets(target: Target): Snippet[] {
  if (target.method === "none" && target.redirectURI && !isLoopback(target.redirectURI)) {
    return [browser(target)];
  }
  const list = [node(target), python(target)];
  if (target.method === "none") {
    list.push(browser(target));
  } else if (target.method === "client_secret_basic" || target.method === "client_secret_post") {
    list.push(spring(target), dotnet(target));
  }
  return list;
}

export function isLoopback(uri: string): boolean {
  try {
    return ["localhost", "127.0.0.1", "[::1]"].includes(new URL(uri).hostname);
  } catch {
    return false;
  }
}

function listens(target: Target) {
  const redirect =
    target.redirectURI && isLoopback(target.redirectURI) ? target.redirectURI : "http://127.0.0.1:3000/callback";
  const url = new URL(redirect);
  return { redirect, host: url.hostname, port: url.port || "80", path: url.pathname };
}

function node(target: Target): Snippet {
  const { redirect, port, path } = listens(target);
  const secret = target.secret ? JSON.stringify(target.secret) : "process.env.CLIENT_SECRET";
  const basic = target.method === "client_secret_basic";
  const post = target.method === "client_secret_post";
  return {
    id: "node",
    label: "Node.js",
    lang: "javascript",
    file: "sign-in.mjs",
    run: "node sign-in.mjs",
    code: `import { createHash, randomBytes } from "node:crypto";
import { createServer } from "node:http";

const issuer = "${target.issuer}";
const client_id = "${target.clientID}";
const redirect_uri = "${redirect}";
${usesSecret(target.method) ? `const client_secret = ${secret};\n` : ""}
const code_verifier = randomBytes(32).toString("base64url");
const state = randomBytes(16).toString("base64url");
const question = new URLSearchParams({
  response_type: "code",
  client_id,
  redirect_uri,
  scope: "${scopeOf(target)}",
  state,
  code_challenge: createHash("sha256").update(code_verifier).digest("base64url"),
  code_challenge_method: "S256",
});
console.log(\`Open this address and sign in:\\n\${issuer}/oauth2/authorize?\${question}\`);

const server = createServer(async (request, response) => {
  const answer = new URL(request.url, redirect_uri);
  if (answer.pathname !== "${path}") return response.writeHead(404).end();
  if (answer.searchParams.get("state") !== state) return response.writeHead(400).end("wrong state");
  const tokens = await fetch(\`\${issuer}/oauth2/token\`, {
    method: "POST",${basic ? '\n    headers: { Authorization: "Basic " + Buffer.from(`${client_id}:${client_secret}`).toString("base64") },' : ""}
    body: new URLSearchParams({
      grant_type: "authorization_code",
      code: answer.searchParams.get("code") ?? "",
      redirect_uri,
      code_verifier,${basic ? "" : "\n      client_id,"}${post ? "\n      client_secret," : ""}
    }),
  });
  console.log(tokens.status, await tokens.json());
  response.end("Done. You can close this window.");
  server.close();
  server.closeAllConnections();
});
server.listen(${port});
`,
  };
}

function python(target: Target): Snippet {
  const { redirect, host, port, path } = listens(target);
  const secret = target.secret ? JSON.stringify(target.secret) : 'os.environ["CLIENT_SECRET"]';
  const basic = target.method === "client_secret_basic";
  const post = target.method === "client_secret_post";
  return {
    id: "python",
    label: "Python",
    lang: "python",
    file: "sign_in.py",
    run: "python3 sign_in.py",
    code: `import base64
import hashlib
import http.server
import os
import secrets
import urllib.parse
import urllib.request

issuer = "${target.issuer}"
client_id = "${target.clientID}"
redirect_uri = "${redirect}"
${usesSecret(target.method) ? `client_secret = ${secret}\n` : ""}
verifier = secrets.token_urlsafe(32)
challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
state = secrets.token_urlsafe(16)
question = urllib.parse.urlencode({
    "response_type": "code", "client_id": client_id, "redirect_uri": redirect_uri, "scope": "${scopeOf(target)}",
    "state": state, "code_challenge": challenge, "code_challenge_method": "S256",
})
print(f"Open this address and sign in:\\n{issuer}/oauth2/authorize?{question}", flush=True)


class Callback(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        answer = dict(urllib.parse.parse_qsl(address.query))
        if address.path != "${path}" or answer.get("state") != state:
            return self.send_error(400)
        form = {
            "grant_type": "authorization_code", "code": answer.get("code", ""),
            "redirect_uri": redirect_uri, "code_verifier": verifier,${basic ? "" : ' "client_id": client_id,'}${post ? ' "client_secret": client_secret,' : ""}
        }
        request = urllib.request.Request(f"{issuer}/oauth2/token", data=urllib.parse.urlencode(form).encode())
${basic ? '        request.add_header("Authorization", "Basic " + base64.b64encode(f"{client_id}:{client_secret}".encode()).decode())\n' : ""}        print(urllib.request.urlopen(request).read().decode())
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"Done. You can close this window.")


http.server.HTTPServer(("${host}", ${port}), Callback).handle_request()
`,
  };
}

function browser(target: Target): Snippet {
  return {
    id: "browser",
    label: "JavaScript",
    lang: "javascript",
    file: "sign-in.js",
    code: `const issuer = "${target.issuer}";
const client_id = "${target.clientID}";
const redirect_uri = "${target.redirectURI ?? "http://localhost:3000/callback"}";

const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\\+/g, "-").replace(/\\//g, "_").replace(/=+$/, "");
const random = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

// Call this when somebody wants to sign in.
export async function signIn() {
  const verifier = random();
  const state = random();
  sessionStorage.setItem("sign-in", JSON.stringify({ verifier, state }));
  const challenge = base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
  location.assign(\`\${issuer}/oauth2/authorize?\${new URLSearchParams({
    response_type: "code", client_id, redirect_uri, scope: "${scopeOf(target)}",
    state, code_challenge: challenge, code_challenge_method: "S256",
  })}\`);
}

// Call this on the page of the redirect URI. It returns the tokens.
export async function finishSignIn() {
  const answer = new URLSearchParams(location.search);
  const { verifier, state } = JSON.parse(sessionStorage.getItem("sign-in") ?? "{}");
  sessionStorage.removeItem("sign-in");
  if (!state || answer.get("state") !== state || answer.get("iss") !== issuer) throw new Error("This answer is not for us.");
  if (answer.has("error")) throw new Error(answer.get("error"));
  const response = await fetch(\`\${issuer}/oauth2/token\`, {
    method: "POST",
    body: new URLSearchParams({ grant_type: "authorization_code", code: answer.get("code"), redirect_uri, client_id, code_verifier: verifier }),
  });
  if (!response.ok) throw new Error((await response.json()).error);
  return response.json();
}
`,
  };
}

function spring(target: Target): Snippet {
  return {
    id: "spring",
    label: "Spring",
    lang: "yaml",
    file: "application.yaml",
    code: `spring:
  security:
    oauth2:
      client:
        registration:
          signet:
            client-id: ${target.clientID}
            client-secret: ${target.secret ?? "${CLIENT_SECRET}"}
            client-authentication-method: ${target.method}
            authorization-grant-type: authorization_code
            redirect-uri: "${target.redirectURI ?? "{baseUrl}/login/oauth2/code/{registrationId}"}"
            scope: ${scopeOf(target).split(" ").join(", ")}
        provider:
          signet:
            issuer-uri: ${target.issuer}
`,
  };
}

function dotnet(target: Target): Snippet {
  const path = target.redirectURI ? new URL(target.redirectURI).pathname : "/callback";
  return {
    id: "dotnet",
    label: ".NET",
    lang: "csharp",
    file: "Program.cs",
    run: "dotnet add package Microsoft.AspNetCore.Authentication.OpenIdConnect && dotnet run",
    code: `using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;

var builder = WebApplication.CreateBuilder(args);
builder.Services
    .AddAuthentication(options =>
    {
        options.DefaultScheme = CookieAuthenticationDefaults.AuthenticationScheme;
        options.DefaultChallengeScheme = OpenIdConnectDefaults.AuthenticationScheme;
    })
    .AddCookie()
    .AddOpenIdConnect(options =>
    {
        options.Authority = "${target.issuer}";
        options.ClientId = "${target.clientID}";
        options.ClientSecret = ${target.secret ? JSON.stringify(target.secret) : 'Environment.GetEnvironmentVariable("CLIENT_SECRET")'};
        options.ResponseType = "code";
        options.UsePkce = true;
        options.CallbackPath = "${path}";
        options.SaveTokens = true;${target.issuer.startsWith("http:") ? "\n        options.RequireHttpsMetadata = false; // only for an issuer on this machine" : ""}
    });
builder.Services.AddAuthorization();

var app = builder.Build();
app.UseAuthentication();
app.UseAuthorization();
app.MapGet("/", (HttpContext context) => $"Hello {context.User.FindFirst("sub")?.Value}").RequireAuthorization();
app.Run("${target.redirectURI && isLoopback(target.redirectURI) ? new URL(target.redirectURI).origin : "http://localhost:3000"}");
`,
  };
}
