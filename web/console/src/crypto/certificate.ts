// Reads of a certificate (RFC 5280) what the console shows and registers: who
// it is for, who issued it, how long it is valid, and its public key.

interface Node {
  tag: number;
  /** The element with its header. */
  whole: Uint8Array<ArrayBuffer>;
  body: Uint8Array<ArrayBuffer>;
}

function readAll(der: Uint8Array<ArrayBuffer>): Node[] {
  const nodes: Node[] = [];
  let at = 0;
  while (at < der.length) {
    const tag = der[at] ?? 0;
    let length = der[at + 1] ?? 0;
    let head = 2;
    if (length & 0x80) {
      const bytes = length & 0x7f;
      if (bytes === 0 || bytes > 4) {
        throw new Error("not DER");
      }
      length = 0;
      for (let i = 0; i < bytes; i++) {
        length = length * 256 + (der[at + 2 + i] ?? 0);
      }
      head += bytes;
    }
    const end = at + head + length;
    if (end > der.length) {
      throw new Error("not DER");
    }
    nodes.push({ tag, whole: der.slice(at, end), body: der.slice(at + head, end) });
    at = end;
  }
  return nodes;
}

const oidOf = (body: Uint8Array) => {
  const parts = [Math.floor((body[0] ?? 0) / 40), (body[0] ?? 0) % 40];
  let value = 0;
  for (const byte of body.slice(1)) {
    value = value * 128 + (byte & 0x7f);
    if (!(byte & 0x80)) {
      parts.push(value);
      value = 0;
    }
  }
  return parts.join(".");
};

const attributes: Record<string, string> = {
  "2.5.4.3": "CN",
  "2.5.4.5": "serialNumber",
  "2.5.4.6": "C",
  "2.5.4.7": "L",
  "2.5.4.8": "ST",
  "2.5.4.10": "O",
  "2.5.4.11": "OU",
  "0.9.2342.19200300.100.1.25": "DC",
  "0.9.2342.19200300.100.1.1": "UID",
  "1.2.840.113549.1.9.1": "emailAddress",
};

const decode = (node: Node) =>
  new TextDecoder(node.tag === 0x1e ? "utf-16be" : node.tag === 0x14 ? "latin1" : "utf-8").decode(node.body);

// RFC 4514: the last part first, special characters escaped.
const escapeValue = (value: string) =>
  value
    .replace(/[\\",+<>;]/g, "\\$&")
    .replace(/^[ #]/, "\\$&")
    .replace(/ $/, "\\ ");

function nameOf(body: Uint8Array<ArrayBuffer>): string {
  return readAll(body)
    .reverse()
    .map((set) =>
      readAll(set.body)
        .map((pair) => {
          const [type, value] = readAll(pair.body);
          const oid = type ? oidOf(type.body) : "";
          return `${attributes[oid] ?? oid}=${value ? escapeValue(decode(value)) : ""}`;
        })
        .join("+"),
    )
    .join(",");
}

function timeOf(node: Node): Date {
  const text = new TextDecoder().decode(node.body);
  const [, year = "", month = "", day = "", hour = "", minute = "", second = ""] =
    /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text) ?? [];
  const full = year.length === 2 ? (Number(year) < 50 ? 2000 : 1900) + Number(year) : Number(year);
  return new Date(Date.UTC(full, Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)));
}

export interface AltName {
  kind: "dns" | "uri" | "ip" | "email";
  value: string;
}

function addressOf(body: Uint8Array): string {
  if (body.length === 4) {
    return body.join(".");
  }
  const groups = Array.from({ length: 8 }, (_, i) => (((body[2 * i] ?? 0) << 8) | (body[2 * i + 1] ?? 0)).toString(16));
  return groups.join(":");
}

function altNamesOf(extensions: Node): AltName[] {
  for (const extension of readAll(readAll(extensions.body)[0]?.body ?? new Uint8Array())) {
    const parts = readAll(extension.body);
    const value = parts.at(-1);
    if (parts[0] && value && oidOf(parts[0].body) === "2.5.29.17") {
      return readAll(readAll(value.body)[0]?.body ?? new Uint8Array()).flatMap(({ tag, body }): AltName[] => {
        const text = new TextDecoder().decode(body);
        switch (tag & 0x1f) {
          case 1:
            return [{ kind: "email", value: text }];
          case 2:
            return [{ kind: "dns", value: text }];
          case 6:
            return [{ kind: "uri", value: text }];
          case 7:
            return [{ kind: "ip", value: addressOf(body) }];
          default:
            return [];
        }
      });
    }
  }
  return [];
}

export interface Certificate {
  subject: string;
  issuer: string;
  selfIssued: boolean;
  notBefore: Date;
  notAfter: Date;
  names: AltName[];
  spki: Uint8Array<ArrayBuffer>;
}

export function readCertificate(der: Uint8Array<ArrayBuffer>): Certificate {
  const outer = readAll(der)[0];
  const body = outer && readAll(outer.body)[0];
  if (outer?.tag !== 0x30 || !body) {
    throw new Error("not a certificate");
  }
  const fields = readAll(body.body);
  if (fields[0]?.tag === 0xa0) {
    fields.shift(); // the version
  }
  const [, , issuer, validity, subject, spki, ...rest] = fields;
  if (!issuer || !validity || !subject || !spki) {
    throw new Error("not a certificate");
  }
  const [from, to] = readAll(validity.body);
  if (!from || !to) {
    throw new Error("not a certificate");
  }
  const extensions = rest.find((field) => field.tag === 0xa3);
  return {
    subject: nameOf(subject.body),
    issuer: nameOf(issuer.body),
    selfIssued: nameOf(subject.body) === nameOf(issuer.body),
    notBefore: timeOf(from),
    notAfter: timeOf(to),
    names: extensions ? altNamesOf(extensions) : [],
    spki: spki.whole,
  };
}
