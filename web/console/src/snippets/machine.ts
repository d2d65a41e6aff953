import { type Snippet, type Target, tokenURL } from "./types";

// Programs that get a token by client_credentials. Each runs as it is, with
// nothing but the language's own library unless its run line says otherwise.

interface Proof {
  go: { imports: string[]; before: string; request: string; helpers?: string };
  node: { imports: string; before: string; headers?: string; body?: string };
  python: { imports: string; before: string; headers?: string; body?: string; run?: string };
}

export function machineSnippets(target: Target): Snippet[] {
  switch (target.method) {
    case "client_secret_basic":
    case "client_secret_post":
      return bySecret(target);
    case "client_secret_jwt":
    case "private_key_jwt":
      return byAssertion(target);
    case "tls_client_auth":
    case "self_signed_tls_client_auth":
      return byCertificate(target);
    default:
      return [];
  }
}

const secretIn = (target: Target, read: string) => (target.secret ? JSON.stringify(target.secret) : read);

function bySecret(target: Target): Snippet[] {
  const post = target.method === "client_secret_post";
  const url = tokenURL(target);
  const id = JSON.stringify(target.clientID);
  const shellSecret = target.secret ?? "$CLIENT_SECRET";
  const curl = [
    `curl -X POST '${url}'`,
    ...(post
      ? [`  -d client_id=${target.clientID}`, `  -d "client_secret=${shellSecret}"`]
      : [`  -u "${target.clientID}:${shellSecret}"`]),
    "  -d grant_type=client_credentials",
  ].join(" \\\n");
  const proof: Proof = {
    go: {
      imports: target.secret ? [] : ["os"],
      before: post
        ? `form.Set("client_id", ${id})\n\tform.Set("client_secret", ${secretIn(target, 'os.Getenv("CLIENT_SECRET")')})\n\t`
        : "",
      request: post ? "" : `request.SetBasicAuth(${id}, ${secretIn(target, 'os.Getenv("CLIENT_SECRET")')})\n\t`,
    },
    node: {
      imports: "",
      before: `const id = ${id};\nconst secret = ${secretIn(target, "process.env.CLIENT_SECRET")};\n\n`,
      headers: post ? undefined : '{ Authorization: "Basic " + Buffer.from(`${id}:${secret}`).toString("base64") }',
      body: post ? "client_id: id, client_secret: secret" : undefined,
    },
    python: {
      imports: `${post ? "" : "import base64\n"}${target.secret ? "" : "import os\n"}`,
      before: `client_id = ${id}\nsecret = ${secretIn(target, 'os.environ["CLIENT_SECRET"]')}\n\n`,
      headers: post
        ? undefined
        : '{"Authorization": "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()}',
      body: post ? '"client_id": client_id, "client_secret": secret' : undefined,
    },
  };
  return [
    { id: "curl", label: "curl", lang: "bash", code: curl },
    ...programs(target, proof),
    spring(target),
    dotnet(target),
  ];
}

function programs(target: Target, proof: Proof): Snippet[] {
  return [go(target, proof.go), node(target, proof.node), python(target, proof.python)];
}

function go(target: Target, proof: Proof["go"]): Snippet {
  const imports = [...new Set(["fmt", "io", "log", "net/http", "net/url", "strings", ...proof.imports])].sort();
  return {
    id: "go",
    label: "Go",
    lang: "go",
    file: "main.go",
    run: "go run main.go",
    code: `package main

import (
${imports.map((path) => `\t"${path}"`).join("\n")}
)

func main() {
	form := url.Values{"grant_type": {"client_credentials"}}
	${proof.before}request, err := http.NewRequest(http.MethodPost, "${tokenURL(target)}", strings.NewReader(form.Encode()))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	${proof.request}response, err := http.DefaultClient.Do(request)
	if err != nil {
		log.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(response.Status, string(body))
}
${proof.helpers ?? ""}`,
  };
}

function node(target: Target, proof: Proof["node"]): Snippet {
  const fields = ['grant_type: "client_credentials"', proof.body].filter(Boolean).join(", ");
  return {
    id: "node",
    label: "Node.js",
    lang: "javascript",
    file: "get-token.mjs",
    run: "node get-token.mjs",
    code: `${proof.imports}${proof.before}const response = await fetch("${tokenURL(target)}", {
  method: "POST",${proof.headers ? `\n  headers: ${proof.headers},` : ""}
  body: new URLSearchParams({ ${fields} }),
});
console.log(response.status, await response.json());
`,
  };
}

function python(target: Target, proof: Proof["python"]): Snippet {
  const fields = ['"grant_type": "client_credentials"', proof.body].filter(Boolean).join(", ");
  return {
    id: "python",
    label: "Python",
    lang: "python",
    file: "get_token.py",
    run: proof.run ?? "python3 get_token.py",
    code: `${proof.imports}import urllib.parse
import urllib.request

${proof.before}request = urllib.request.Request(
    "${tokenURL(target)}",
    data=urllib.parse.urlencode({${fields}}).encode(),${proof.headers ? `\n    headers=${proof.headers},` : ""}
)
print(urllib.request.urlopen(request).read().decode())
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
            authorization-grant-type: client_credentials
        provider:
          signet:
            token-uri: ${target.issuer}/oauth2/token
`,
  };
}

function dotnet(target: Target): Snippet {
  const secret = secretIn(target, 'Environment.GetEnvironmentVariable("CLIENT_SECRET")');
  const post = target.method === "client_secret_post";
  return {
    id: "dotnet",
    label: ".NET",
    lang: "csharp",
    file: "Program.cs",
    run: "dotnet run",
    code: `using System.Net.Http.Headers;
using System.Text;

var id = ${JSON.stringify(target.clientID)};
var secret = ${secret};

using var http = new HttpClient();
${post ? "" : 'http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{id}:{secret}")));\n'}var response = await http.PostAsync("${tokenURL(target)}", new FormUrlEncodedContent(new Dictionary<string, string>
{
    ["grant_type"] = "client_credentials",${post ? '\n    ["client_id"] = id,\n    ["client_secret"] = secret,' : ""}
}));
Console.WriteLine(await response.Content.ReadAsStringAsync());
`,
  };
}

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

// Node signs every algorithm with its own library; how, depends on the family.
function nodeSign(alg: string): string {
  switch (alg) {
    case "HS256":
      return 'createHmac("sha256", secret).update(input).digest("base64url")';
    case "RS256":
      return 'sign("sha256", Buffer.from(input), key).toString("base64url")';
    case "PS256":
      return 'sign("sha256", Buffer.from(input), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }).toString("base64url")';
    case "Ed25519":
    case "EdDSA":
      return 'sign(null, Buffer.from(input), key).toString("base64url")';
    default:
      return 'sign("sha256", Buffer.from(input), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")';
  }
}

function byAssertion(target: Target): Snippet[] {
  const hmac = target.method === "client_secret_jwt";
  const alg = hmac ? "HS256" : (target.alg ?? "ES256");
  const kid = !hmac && target.kid ? `, kid: ${JSON.stringify(target.kid)}` : "";
  const id = JSON.stringify(target.clientID);
  const crypto = hmac
    ? "createHmac, randomUUID"
    : `${alg === "PS256" ? "constants, " : ""}createPrivateKey, randomUUID, sign`;
  const nodeProof: Proof["node"] = {
    imports: `import { ${crypto} } from "node:crypto";\n${hmac ? "" : 'import { readFileSync } from "node:fs";\n'}\n`,
    before: `${hmac ? `const secret = ${secretIn(target, "process.env.CLIENT_SECRET")};` : 'const key = createPrivateKey(readFileSync("client-key.pem"));'}
const encode = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
const now = Math.floor(Date.now() / 1000);
const header = { alg: "${alg}", typ: "client-authentication+jwt"${kid} };
const claims = { iss: ${id}, sub: ${id}, aud: "${target.issuer}", jti: randomUUID(), iat: now, exp: now + 60 };
const input = \`\${encode(header)}.\${encode(claims)}\`;
const assertion = \`\${input}.\${${nodeSign(alg)}}\`;

`,
    body: `client_assertion_type: "${assertionType}", client_assertion: assertion`,
  };
  const pythonKid = !hmac && target.kid ? `, "kid": ${JSON.stringify(target.kid)}` : "";
  const pythonProof: Proof["python"] = {
    imports: `${target.secret || !hmac ? "" : "import os\n"}import time\nimport uuid\n`,
    before: `import jwt  # PyJWT

now = int(time.time())
assertion = jwt.encode(
    {"iss": ${id}, "sub": ${id}, "aud": "${target.issuer}", "jti": str(uuid.uuid4()), "iat": now, "exp": now + 60},
    ${hmac ? secretIn(target, 'os.environ["CLIENT_SECRET"]') : 'open("client-key.pem").read()'},
    algorithm="${alg === "Ed25519" ? "EdDSA" : alg}",
    headers={"typ": "client-authentication+jwt"${pythonKid}${alg === "Ed25519" ? ', "alg": "Ed25519"' : ""}},
)

`,
    body: `"client_assertion_type": "${assertionType}", "client_assertion": assertion`,
    run: "pip install 'pyjwt[crypto]' && python3 get_token.py",
  };
  const snippets = [node(target, nodeProof), python(target, pythonProof)];
  if (hmac || alg === "ES256") {
    snippets.splice(1, 0, go(target, goAssertion(target, hmac)));
  }
  if (hmac || alg === "RS256") {
    snippets.unshift(shellAssertion(target, alg));
  }
  return snippets;
}

function shellAssertion(target: Target, alg: string): Snippet {
  const kid = alg !== "HS256" && target.kid ? `,"kid":"${target.kid}"` : "";
  const signature =
    alg === "HS256"
      ? `openssl dgst -sha256 -hmac "${target.secret ?? "$CLIENT_SECRET"}" -binary`
      : "openssl dgst -sha256 -sign client-key.pem -binary";
  return {
    id: "curl",
    label: "curl",
    lang: "bash",
    file: "get-token.sh",
    run: "bash get-token.sh",
    code: `b64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
now=$(date +%s)
header=$(printf '{"alg":"${alg}","typ":"client-authentication+jwt"${kid}}' | b64)
claims=$(printf '{"iss":"${target.clientID}","sub":"${target.clientID}","aud":"${target.issuer}","jti":"%s","iat":%d,"exp":%d}' \\
  "$(openssl rand -hex 16)" "$now" "$((now + 60))" | b64)
signature=$(printf '%s' "$header.$claims" | ${signature} | b64)

curl -X POST '${tokenURL(target)}' \\
  -d grant_type=client_credentials \\
  -d client_assertion_type=${assertionType} \\
  -d "client_assertion=$header.$claims.$signature"
`,
  };
}

function goAssertion(target: Target, hmac: boolean): Proof["go"] {
  const id = JSON.stringify(target.clientID);
  const kid = !hmac && target.kid ? `, "kid": ${JSON.stringify(target.kid)}` : "";
  const sign = hmac
    ? `	mac := hmac.New(sha256.New, []byte(${secretIn(target, 'os.Getenv("CLIENT_SECRET")')}))
	mac.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))`
    : `	file, err := os.ReadFile("client-key.pem")
	if err != nil {
		log.Fatal(err)
	}
	block, _ := pem.Decode(file)
	if block == nil {
		log.Fatal("client-key.pem is not PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		log.Fatal(err)
	}
	digest := sha256.Sum256([]byte(input))
	r, s, err := ecdsa.Sign(rand.Reader, key.(*ecdsa.PrivateKey), digest[:])
	if err != nil {
		log.Fatal(err)
	}
	signature := make([]byte, 64)
	r.FillBytes(signature[:32])
	s.FillBytes(signature[32:])
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)`;
  return {
    imports: [
      "crypto/rand",
      "crypto/sha256",
      "encoding/base64",
      "encoding/json",
      "time",
      ...(hmac
        ? ["crypto/hmac", ...(target.secret ? [] : ["os"])]
        : ["crypto/ecdsa", "crypto/x509", "encoding/pem", "os"]),
    ],
    before: `form.Set("client_assertion_type", "${assertionType}")\n\tform.Set("client_assertion", assertion())\n\t`,
    request: "",
    helpers: `
// assertion proves the client to the issuer, once.
func assertion() string {
	now := time.Now().Unix()
	input := part(map[string]any{"alg": "${hmac ? "HS256" : "ES256"}", "typ": "client-authentication+jwt"${kid}}) + "." +
		part(map[string]any{"iss": ${id}, "sub": ${id}, "aud": "${target.issuer}", "jti": rand.Text(), "iat": now, "exp": now + 60})
${sign}
}

func part(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		log.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(raw)
}
`,
  };
}

function byCertificate(target: Target): Snippet[] {
  const url = tokenURL(target);
  const id = target.clientID;
  return [
    {
      id: "curl",
      label: "curl",
      lang: "bash",
      code: `curl -X POST '${url}' \\
  --cert client-cert.pem --key client-key.pem \\
  -d client_id=${id} \\
  -d grant_type=client_credentials
`,
    },
    {
      id: "node",
      label: "Node.js",
      lang: "javascript",
      file: "get-token.mjs",
      run: "node get-token.mjs",
      code: `import { readFileSync } from "node:fs";
import { request } from "node:https";

const call = request(
  "${url}",
  {
    method: "POST",
    cert: readFileSync("client-cert.pem"),
    key: readFileSync("client-key.pem"),
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  },
  (response) => response.pipe(process.stdout),
);
call.end("grant_type=client_credentials&client_id=${id}");
`,
    },
    {
      id: "python",
      label: "Python",
      lang: "python",
      file: "get_token.py",
      run: "python3 get_token.py",
      code: `import ssl
import urllib.parse
import urllib.request

context = ssl.create_default_context()
context.load_cert_chain("client-cert.pem", "client-key.pem")
request = urllib.request.Request(
    "${url}",
    data=urllib.parse.urlencode({"grant_type": "client_credentials", "client_id": "${id}"}).encode(),
)
print(urllib.request.urlopen(request, context=context).read().decode())
`,
    },
  ];
}
