import type { Schemas } from "~/api/client";
import type { Certificate } from "~/crypto/certificate";

export const tlsNames = ["subject_dn", "san_dns", "san_uri", "san_ip", "san_email"] as const;
export type TlsName = (typeof tlsNames)[number];

/** The name that the client's certificate must bear, if one is registered. */
export function tlsNameOf(client: Schemas["Client"]): { kind: TlsName; value: string } | null {
  for (const kind of tlsNames) {
    const value = client[`tls_client_auth_${kind}`];
    if (value) {
      return { kind, value };
    }
  }
  return null;
}

/** The patch that registers this name, and no other. */
export function tlsPatch(kind: TlsName, value: string): Schemas["ClientPatch"] {
  // A member with the value null goes back to having none (RFC 7396).
  return Object.fromEntries(
    tlsNames.map((name) => [`tls_client_auth_${name}`, name === kind ? value : null]),
  ) as Schemas["ClientPatch"];
}

/** The name that a certificate offers first: one of the machine rather than its subject. */
export function suggestName(certificate: Certificate): { kind: TlsName; value: string } {
  const [first] = certificate.names;
  return first ? { kind: `san_${first.kind}`, value: first.value } : { kind: "subject_dn", value: certificate.subject };
}
