import { frameworks } from "./frameworks";
import {
  algOf,
  assertionType,
  kidOf,
  nodeImports,
  nodeProof,
  type PythonProof,
  pythonImports,
  pythonProof,
  pythonRequest,
  pythonRun,
  showsCertificate,
  signs,
} from "./proof";
import { quoted, type Snippet, type Target, tokenURL, word } from "./types";

// Programs that get a token by client_credentials. Each runs as it is, with
// nothing but the language's own library unless its run line says otherwise.

export function machineSnippets(target: Target): Snippet[] {
  if (target.method === "none") {
    return [];
  }
  if (showsCertificate(target)) {
    return [curlWithCertificate(target), nodeWithCertificate(target), python(target)];
  }
  return [...shell(target), ...go(target), node(target), python(target), ...frameworks(target)];
}

function node(target: Target): Snippet {
  const proof = nodeProof(target);
  const imports = nodeImports(proof.imports);
  const fields = ['grant_type: "client_credentials"', ...proof.fields];
  return {
    id: "node",
    label: "Node.js",
    lang: "javascript",
    file: "get-token.mjs",
    run: "node get-token.mjs",
    code: `${imports && `${imports}\n`}${proof.before}
const response = await fetch(${quoted(tokenURL(target))}, {
  method: "POST",${proof.header ? `\n  headers: { Authorization: ${proof.header} },` : ""}
  body: new URLSearchParams({
${fields.map((field) => `    ${field},\n`).join("")}  }),
});
console.log(response.status, await response.json());
`,
  };
}

function python(target: Target): Snippet {
  const proof: PythonProof = pythonProof(target);
  return {
    id: "python",
    label: "Python",
    lang: "python",
    file: "get_token.py",
    run: pythonRun(proof, "get_token.py"),
    code: `${pythonImports(proof, "urllib.error", "urllib.parse", "urllib.request")}
${proof.before}
${pythonRequest(target, proof, ['"grant_type": "client_credentials"'])}try:
    response = urllib.request.urlopen(request${proof.context ? `, context=${proof.context}` : ""})
except urllib.error.HTTPError as error:
    response = error  # it says what is wrong
print(response.status, response.read().decode())
`,
  };
}

function shell(target: Target): Snippet[] {
  if (signs(target)) {
    return /^(HS|RS)/.test(algOf(target)) ? [shellAssertion(target)] : [];
  }
  const post = target.method === "client_secret_post";
  const given = (before: string) => (target.secret ? word(before + target.secret) : `"${before}$CLIENT_SECRET"`);
  const proof = post
    ? [`  -d client_id=${target.clientID}`, `  -d ${given("client_secret=")}`]
    : [`  -u ${given(`${target.clientID}:`)}`];
  return [
    {
      id: "curl",
      label: "curl",
      lang: "bash",
      code: [`curl -X POST '${tokenURL(target)}'`, ...proof, "  -d grant_type=client_credentials"].join(" \\\n"),
    },
  ];
}

function shellAssertion(target: Target): Snippet {
  const alg = algOf(target);
  const kid = kidOf(target);
  const header = JSON.stringify({ alg, typ: "client-authentication+jwt", ...(kid ? { kid } : {}) });
  const key = alg.startsWith("HS")
    ? `-hmac ${target.secret ? word(target.secret) : '"$CLIENT_SECRET"'}`
    : "-sign client-key.pem";
  return {
    id: "curl",
    label: "curl",
    lang: "bash",
    file: "get-token.sh",
    run: "bash get-token.sh",
    code: `b64() { openssl base64 -A | tr '+/' '-_' | tr -d '='; }
now=$(date +%s)
header=$(printf %s ${word(header)} | b64)
claims=$(printf '{"iss":"${target.clientID}","sub":"${target.clientID}","aud":"${target.issuer}","jti":"%s","iat":%d,"exp":%d}' \\
  "$(openssl rand -hex 16)" "$now" "$((now + 60))" | b64)
signature=$(printf %s "$header.$claims" | openssl dgst -sha${alg.slice(2)} ${key} -binary | b64)

curl -X POST '${tokenURL(target)}' \\
  -d grant_type=client_credentials \\
  -d client_assertion_type=${assertionType} \\
  -d "client_assertion=$header.$claims.$signature"
`,
  };
}

function curlWithCertificate(target: Target): Snippet {
  return {
    id: "curl",
    label: "curl",
    lang: "bash",
    code: `curl -X POST '${tokenURL(target)}' \\
  --cert client-cert.pem --key client-key.pem \\
  -d client_id=${target.clientID} \\
  -d grant_type=client_credentials
`,
  };
}

function nodeWithCertificate(target: Target): Snippet {
  return {
    id: "node",
    label: "Node.js",
    lang: "javascript",
    file: "get-token.mjs",
    run: "node get-token.mjs",
    code: `import { readFileSync } from "node:fs";
import { request } from "node:https";

const call = request(
  ${quoted(tokenURL(target))},
  {
    method: "POST",
    cert: readFileSync("client-cert.pem"),
    key: readFileSync("client-key.pem"),
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  },
  (response) => response.pipe(process.stdout),
);
call.end("grant_type=client_credentials&client_id=${target.clientID}");
`,
  };
}

interface GoProof {
  imports: string[];
  /** What stands before the request is made, and what is done to it. */
  before?: string;
  request?: string;
  helpers?: string;
}

function go(target: Target): Snippet[] {
  const proof = goProof(target);
  if (!proof) {
    return [];
  }
  const imports = [...new Set(["fmt", "io", "log", "net/http", "net/url", "strings", ...proof.imports])].sort();
  const code = `package main

import (
${imports.map((path) => `\t"${path}"`).join("\n")}
)

func main() {
	form := url.Values{"grant_type": {"client_credentials"}}
	${proof.before ?? ""}request, err := http.NewRequest(http.MethodPost, ${quoted(tokenURL(target))}, strings.NewReader(form.Encode()))
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	${proof.request ?? ""}response, err := http.DefaultClient.Do(request)
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
${proof.helpers ?? ""}`;
  return [{ id: "go", label: "Go", lang: "go", file: "main.go", run: "go run main.go", code }];
}

function goProof(target: Target): GoProof | undefined {
  const id = quoted(target.clientID);
  const secret = target.secret ? quoted(target.secret) : 'os.Getenv("CLIENT_SECRET")';
  const os = target.secret ? [] : ["os"];
  const alg = algOf(target);
  switch (target.method) {
    case "client_secret_basic":
      return { imports: os, request: `request.SetBasicAuth(${id}, ${secret})\n\t` };
    case "client_secret_post":
      return { imports: os, before: `form.Set("client_id", ${id})\n\tform.Set("client_secret", ${secret})\n\t` };
    case "client_secret_jwt": {
      const [module, hash] = goHash[alg] ?? ["crypto/sha256", "sha256.New"];
      const sign = `	mac := hmac.New(${hash}, []byte(${secret}))
	mac.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))`;
      return goAssertion(target, sign, [...os, "crypto/hmac", module]);
    }
    default:
      return alg === "ES256"
        ? goAssertion(target, goECDSA, ["crypto/ecdsa", "crypto/sha256", "crypto/x509", "encoding/pem", "os"])
        : undefined;
  }
}

const goHash: Record<string, [module: string, hash: string]> = {
  HS384: ["crypto/sha512", "sha512.New384"],
  HS512: ["crypto/sha512", "sha512.New"],
};

const goECDSA = `	file, err := os.ReadFile("client-key.pem")
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

function goAssertion(target: Target, sign: string, imports: string[]): GoProof {
  const id = quoted(target.clientID);
  const kid = kidOf(target);
  return {
    imports: ["crypto/rand", "encoding/base64", "encoding/json", "time", ...imports],
    before: `form.Set("client_assertion_type", "${assertionType}")\n\tform.Set("client_assertion", assertion())\n\t`,
    helpers: `
// assertion proves the client to the issuer, once.
func assertion() string {
	now := time.Now().Unix()
	input := part(map[string]any{"alg": "${algOf(target)}", "typ": "client-authentication+jwt"${kid ? `, "kid": ${quoted(kid)}` : ""}}) + "." +
		part(map[string]any{"iss": ${id}, "sub": ${id}, "aud": ${quoted(target.issuer)}, "jti": rand.Text(), "iat": now, "exp": now + 60})
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
