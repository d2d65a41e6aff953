import { describe, expect, it } from "vitest";
import { suggestName, tlsNameOf, tlsPatch } from "~/features/client/tls";
import { readCertificate } from "./certificate";
import { fromBase64, pemBlocks, toBase64url } from "./encoding";
import { describeJwk, generateKeyPair, type Jwk, signingAlgs, thumbprint } from "./jwk";
import { readJwt, verifyJwt } from "./jwt";
import { readPasted } from "./pasted";

// Made with openssl, with every kind of name that an application can be known by.
const certificate = `-----BEGIN CERTIFICATE-----
MIIB/jCCAaSgAwIBAgIBATAKBggqhkjOPQQDAjA0MQswCQYDVQQGEwJERTETMBEG
A1UECgwKQWNtZSwgSW5jLjEQMA4GA1UEAwwHYmlsbGluZzAgFw0yNjExMjYwMDIy
MjFaGA8yMTI2MTEwMjAwMjIyMVowNDELMAkGA1UEBhMCREUxEzARBgNVBAoMCkFj
bWUsIEluYy4xEDAOBgNVBAMMB2JpbGxpbmcwWTATBgcqhkjOPQIBBggqhkjOPQMB
BwNCAATX9nYd0072Z1WNEWWrKSV+ULH7viTXj29dOhVcOUDhz3Rh8F+KPRXzrYMv
oRkYfY1FrgMGa4R16ifPAcDIOsMio4GkMIGhMB0GA1UdDgQWBBT37mYNwE3lIFBP
FdRvSLaiQi7bXzAfBgNVHSMEGDAWgBT37mYNwE3lIFBPFdRvSLaiQi7bXzAPBgNV
HRMBAf8EBTADAQH/ME4GA1UdEQRHMEWCFGJpbGxpbmcuYWNtZS5leGFtcGxlhhVz
cGlmZmU6Ly9hY21lL2JpbGxpbmeHBAoAAAeBEG9wc0BhY21lLmV4YW1wbGUwCgYI
KoZIzj0EAwIDSAAwRQIgfyqfO9lnqs4lruyquvXVYhsJcmKKUOqOsHXJlT7Mw9wC
IQCe0JI8Zn0hv8cxC2SNfHpRsBwrH8V7PRxuFYmCnHEzoA==
-----END CERTIFICATE-----`;
const publicKey = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE1/Z2HdNO9mdVjRFlqyklflCx+74k
149vXToVXDlA4c90YfBfij0V862DL6EZGH2NRa4DBmuEdeonzwHAyDrDIg==
-----END PUBLIC KEY-----`;

describe("a certificate", () => {
  it("is read as openssl reads it", () => {
    const [block] = pemBlocks(certificate);
    const read = readCertificate(block?.der ?? new Uint8Array());
    expect(read.subject).toBe("CN=billing,O=Acme\\, Inc.,C=DE");
    expect(read.selfIssued).toBe(true);
    expect(read.notAfter.getTime()).toBeGreaterThan(read.notBefore.getTime());
    expect(read.names).toEqual([
      { kind: "dns", value: "billing.acme.example" },
      { kind: "uri", value: "spiffe://acme/billing" },
      { kind: "ip", value: "10.0.0.7" },
      { kind: "email", value: "ops@acme.example" },
    ]);
    expect(suggestName(read)).toEqual({ kind: "san_dns", value: "billing.acme.example" });
  });

  it("that is cut off anywhere is refused, never misread", () => {
    const der = pemBlocks(certificate)[0]?.der ?? new Uint8Array();
    for (const length of [0, 1, 2, 10, 100, der.length - 1]) {
      expect(() => readCertificate(der.slice(0, length)), String(length)).toThrow();
    }
  });

  it("and its key in PEM are the same key", async () => {
    const [fromCertificate] = await readPasted(certificate);
    const [fromPEM] = await readPasted(publicKey);
    expect(fromCertificate?.jwk.kid).toBe(fromPEM?.jwk.kid);
    expect(fromCertificate?.jwk.x5c).toHaveLength(1);
    expect(describeJwk(fromPEM?.jwk as Jwk)).toBe("EC P-256");
  });
});

describe("a name of a certificate", () => {
  it("replaces every other one when it is registered", () => {
    expect(tlsPatch("san_dns", "a.example")).toEqual({
      tls_client_auth_subject_dn: null,
      tls_client_auth_san_dns: "a.example",
      tls_client_auth_san_uri: null,
      tls_client_auth_san_ip: null,
      tls_client_auth_san_email: null,
    });
    expect(tlsNameOf({ tls_client_auth_san_uri: "spiffe://a" } as never)).toEqual({
      kind: "san_uri",
      value: "spiffe://a",
    });
  });
});

describe("what is pasted as a key", () => {
  it.each([
    ["a private key in PEM", "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----", "private"],
    ["a private RSA key in PEM", "-----BEGIN RSA PRIVATE KEY-----\nMIGH\n-----END RSA PRIVATE KEY-----", "private"],
    ["a private JWK", '{"kty":"EC","crv":"P-256","x":"a","y":"b","d":"c"}', "private"],
    ["a private key in a set", '{"keys":[{"kty":"RSA","n":"a","e":"AQAB","d":"c"}]}', "private"],
    ["a shared secret", '{"kty":"oct","k":"c2VjcmV0"}', "secret"],
    [
      "a request for a certificate",
      "-----BEGIN CERTIFICATE REQUEST-----\nMIGH\n-----END CERTIFICATE REQUEST-----",
      "request",
    ],
    ["a broken certificate", "-----BEGIN CERTIFICATE-----\nMIGH\n-----END CERTIFICATE-----", "unknown"],
    ["an empty set", '{"keys":[]}', "unknown"],
    ["JSON that is no key", '{"a":1}', "unknown"],
    ["half of a JSON", '{"kty":', "unknown"],
    ["prose", "hello", "unknown"],
    ["nothing", "  ", "empty"],
  ])("is refused where it is %s", async (_what, source, code) => {
    await expect(readPasted(source)).rejects.toMatchObject({ code });
  });

  it("keeps only what everybody may know", async () => {
    const [key] = await readPasted(
      '{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","key_ops":["verify"],"note":"mine"}',
    );
    expect(Object.keys(key?.jwk ?? {}).sort()).toEqual(["crv", "kid", "kty", "use", "x"]);
  });
});

it("a thumbprint is the one of RFC 7638, section 3.1", async () => {
  const n =
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
  expect(await thumbprint({ kty: "RSA", n, e: "AQAB" })).toBe("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
});

describe("a key pair made in the browser", () => {
  it.each(signingAlgs)(
    "of %s signs what its public half verifies, and keeps the private half to itself",
    async (alg) => {
      const pair = await generateKeyPair(alg);
      expect(pair.publicJwk).not.toHaveProperty("d");
      expect(pair.publicJwk.alg).toBe(alg);
      expect(pair.publicJwk.kid).toBe(await thumbprint(pair.publicJwk));
      expect(pemBlocks(pair.privatePem)[0]?.label).toBe("PRIVATE KEY");

      const { createPrivateKey, sign, constants } = await import("node:crypto");
      const key = createPrivateKey(pair.privatePem);
      const part = (value: unknown) => toBase64url(new TextEncoder().encode(JSON.stringify(value)));
      const input = `${part({ alg, kid: pair.publicJwk.kid })}.${part({ sub: "me" })}`;
      const options =
        alg === "PS256"
          ? { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }
          : { key, dsaEncoding: "ieee-p1363" as const };
      const signature = sign(alg === "Ed25519" ? null : "sha256", Buffer.from(input), options).toString("base64url");

      const jwt = readJwt(`Bearer ${input}.${signature}`);
      expect(jwt?.claims).toEqual({ sub: "me" });
      expect(await verifyJwt(jwt as never, [pair.publicJwk])).toBe("valid");
      const altered = readJwt(`${part({ alg, kid: pair.publicJwk.kid })}.${part({ sub: "you" })}.${signature}`);
      expect(await verifyJwt(altered as never, [pair.publicJwk])).toBe("invalid");
      expect(await verifyJwt(jwt as never, [])).toBe("unknown-key");
    },
  );
});

describe("a token", () => {
  it.each(["", "a.b", "a.b.c.d", "eyJhIjoxfQ.W10.", "!!!.???.x", `${"e".repeat(10)}.${"e".repeat(10)}.x`])(
    "%j is none",
    (source) => {
      expect(readJwt(source)).toBeNull();
    },
  );

  it("that claims no signature at all is not taken for good", async () => {
    const jwt = readJwt("eyJhbGciOiJub25lIn0.eyJzdWIiOiJtZSJ9.");
    expect(await verifyJwt(jwt as never, [])).toBe("unsupported");
  });
});

it("base64 is read in both alphabets", () => {
  expect([...fromBase64("-_8=")]).toEqual([...fromBase64("+/8")]);
});
