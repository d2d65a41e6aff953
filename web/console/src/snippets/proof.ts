import { quoted, type Target, tokenURL, usesSecret } from "./types";

// How a client proves itself, in each language: what stands above the request,
// and what goes into it. Programs for machines and for people share it.

export interface Proof {
  /** What is imported, by module; in Python and Go the modules alone. */
  imports: Record<string, string[]>;
  before: string;
  /** The value of the Authorization header. */
  header?: string;
  /** Members of the form. */
  fields: string[];
}

export const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** The algorithm that the client signs with; what it has registered may be of its former method. */
export function algOf(target: Target): string {
  const hmac = target.method === "client_secret_jwt";
  const fits = target.alg !== undefined && target.alg.startsWith("HS") === hmac;
  return fits ? (target.alg as string) : hmac ? "HS256" : "ES256";
}

export const signs = (target: Target) => target.method.endsWith("_jwt");

export const showsCertificate = (target: Target) => target.method.endsWith("tls_client_auth");

/** The name of the key in a header, where it has one. */
export const kidOf = (target: Target) => (target.method === "private_key_jwt" ? target.kid : undefined);

export function nodeProof(target: Target): Proof {
  const id = `const client_id = ${quoted(target.clientID)};\n`;
  const secret = `const client_secret = ${target.secret ? quoted(target.secret) : "process.env.CLIENT_SECRET"};\n`;
  if (signs(target)) {
    return nodeAssertion(target, id, secret);
  }
  const basic = target.method === "client_secret_basic";
  const post = target.method === "client_secret_post";
  return {
    imports: {},
    before: id + (usesSecret(target.method) ? secret : ""),
    header: basic ? '"Basic " + Buffer.from(`${client_id}:${client_secret}`).toString("base64")' : undefined,
    fields: basic ? [] : post ? ["client_id", "client_secret"] : ["client_id"],
  };
}

function nodeAssertion(target: Target, id: string, secret: string): Proof {
  const alg = algOf(target);
  const hmac = alg.startsWith("HS");
  const kid = kidOf(target);
  const key = 'const key = createPrivateKey(readFileSync("client-key.pem"));\n';
  const used = hmac ? ["createHmac"] : ["createPrivateKey", "sign", ...(alg.startsWith("PS") ? ["constants"] : [])];
  return {
    imports: { "node:crypto": ["randomUUID", ...used], ...(hmac ? {} : { "node:fs": ["readFileSync"] }) },
    before: `${id}${hmac ? secret : key}
// It proves the client to the issuer, once.
function assertion() {
  const encode = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: "${alg}", typ: "client-authentication+jwt"${kid ? `, kid: ${quoted(kid)}` : ""} };
  const claims = { iss: client_id, sub: client_id, aud: ${quoted(target.issuer)}, jti: randomUUID(), iat: now, exp: now + 60 };
  const input = \`\${encode(header)}.\${encode(claims)}\`;
  return \`\${input}.\${${nodeSign(alg)}}\`;
}
`,
    fields: [`client_assertion_type: "${assertionType}"`, "client_assertion: assertion()"],
  };
}

// Node signs every algorithm with its own library; how, depends on the family.
function nodeSign(alg: string): string {
  const hash = `"sha${alg.slice(2)}"`;
  switch (alg.slice(0, 2)) {
    case "HS":
      return `createHmac(${hash}, client_secret).update(input).digest("base64url")`;
    case "RS":
      return `sign(${hash}, Buffer.from(input), key).toString("base64url")`;
    case "PS":
      return `sign(${hash}, Buffer.from(input), { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: ${Number(alg.slice(2)) / 8} }).toString("base64url")`;
    case "ES":
      return `sign(${hash}, Buffer.from(input), { key, dsaEncoding: "ieee-p1363" }).toString("base64url")`;
    default: // Ed25519, Ed448 and their older name, EdDSA
      return 'sign(null, Buffer.from(input), key).toString("base64url")';
  }
}

/** The lines that import what a Node.js program uses, each module once. */
export function nodeImports(...parts: Record<string, string[]>[]): string {
  const all: Record<string, string[]> = {};
  for (const [module, names] of parts.flatMap((part) => Object.entries(part))) {
    all[module] = [...(all[module] ?? []), ...names];
  }
  return Object.keys(all)
    .sort()
    .map((module) => `import { ${[...new Set(all[module])].sort().join(", ")} } from "${module}";\n`)
    .join("");
}

export interface PythonProof extends Proof {
  /** What opens the connection, where it is not the usual. */
  context?: string;
  /** What must be installed first. */
  needs?: string;
}

export function pythonProof(target: Target): PythonProof {
  const id = `client_id = ${quoted(target.clientID)}\n`;
  const secret = `client_secret = ${target.secret ? quoted(target.secret) : 'os.environ["CLIENT_SECRET"]'}\n`;
  const os: Record<string, string[]> = usesSecret(target.method) && !target.secret ? { os: [] } : {};
  if (signs(target)) {
    return pythonAssertion(target, id, secret, os);
  }
  if (showsCertificate(target)) {
    return {
      imports: { ssl: [] },
      before: `${id}context = ssl.create_default_context()\ncontext.load_cert_chain("client-cert.pem", "client-key.pem")\n`,
      fields: ['"client_id": client_id'],
      context: "context",
    };
  }
  const basic = target.method === "client_secret_basic";
  const post = target.method === "client_secret_post";
  return {
    imports: { ...os, ...(basic ? { base64: [] } : {}) },
    before: id + (usesSecret(target.method) ? secret : ""),
    header: basic ? '"Basic " + base64.b64encode(f"{client_id}:{client_secret}".encode()).decode()' : undefined,
    fields: basic ? [] : ['"client_id": client_id', ...(post ? ['"client_secret": client_secret'] : [])],
  };
}

function pythonAssertion(target: Target, id: string, secret: string, os: Record<string, string[]>): PythonProof {
  const alg = algOf(target);
  const hmac = alg.startsWith("HS");
  const kid = kidOf(target);
  return {
    imports: { ...os, time: [], uuid: [] },
    before: `${id}${hmac ? secret : 'key = open("client-key.pem").read()\n'}

def assertion():
    """Proves the client to the issuer, once."""
    now = int(time.time())
    return jwt.encode(
        {"iss": client_id, "sub": client_id, "aud": ${quoted(target.issuer)}, "jti": str(uuid.uuid4()), "iat": now, "exp": now + 60},
        ${hmac ? "client_secret" : "key"},
        algorithm="${alg.startsWith("Ed") ? "EdDSA" : alg}",
        headers={"typ": "client-authentication+jwt"${kid ? `, "kid": ${quoted(kid)}` : ""}},
    )

`,
    fields: [`"client_assertion_type": "${assertionType}"`, '"client_assertion": assertion()'],
    needs: "pyjwt[crypto]",
  };
}

/** The lines that import what a Python program uses, each module once. */
export function pythonImports(proof: PythonProof, ...modules: string[]): string {
  const own = [...new Set([...Object.keys(proof.imports), ...modules])].sort();
  return `${own.map((module) => `import ${module}\n`).join("")}${proof.needs ? "\nimport jwt  # PyJWT\n" : ""}`;
}

/** A Python request to the token endpoint. */
export function pythonRequest(target: Target, proof: PythonProof, fields: string[]): string {
  return `request = urllib.request.Request(
    "${tokenURL(target)}",
    data=urllib.parse.urlencode({
${[...fields, ...proof.fields].map((field) => `        ${field},\n`).join("")}    }).encode(),${proof.header ? `\n    headers={"Authorization": ${proof.header}},` : ""}
)
`;
}

export const pythonRun = (proof: PythonProof, file: string) =>
  `${proof.needs ? `pip install '${proof.needs}' && ` : ""}python3 ${file}`;
