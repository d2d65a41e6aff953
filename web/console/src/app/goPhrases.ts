import { readdirSync, readFileSync, statSync } from "node:fs";
import { countWords, isWorded, plain, type Translate } from "./phrases";

// The service words in Go what it found. This reads the words out of its sources, so
// that a test can hold the other language against them. It is no compiler: it knows
// literals, what they are joined with, and where they stand. Only tests import it.

/** Words of the service: a literal, or several that are joined with what is known only when it runs. */
export interface Phrase {
  /** The words, with {} for each part that is filled in. */
  words: string;
  /** What is given the words, such as the field Expected. */
  field: string;
  /** What is called with them, or the keyword before them, such as return. */
  call: string;
  /** At which place they stand among its arguments. */
  argument: number;
  file: string;
}

interface Token {
  kind: "string" | "name" | "sign";
  text: string;
}

// Tests run in web/console.
const root = `${process.cwd()}/../../`;

/** The sources in the rooms, each a folder or a file of the repository, by their names. */
export function goSources(rooms: readonly string[]): Map<string, string> {
  const names = rooms.flatMap((room) =>
    statSync(root + room).isFile()
      ? [room]
      : readdirSync(root + room, { recursive: true, encoding: "utf8" }).map((name) => `${room}/${name}`),
  );
  const own = names.filter((name) => name.endsWith(".go") && !name.endsWith("_test.go"));
  return new Map(own.map((name) => [name, readFileSync(root + name, "utf8")]));
}

export const goPhrases = (sources: Map<string, string>): Phrase[] =>
  [...sources].flatMap(([file, source]) => phrasesOf(file, tokensOf(source)));

/** Where a single word is one that is shown. */
const shown = new Set(
  "Expected Actual Wrong RFC expected actual rfc return pass warn fail skip unless either or advise expecting Pass Info Sprintf".split(
    " ",
  ),
);

/** Whether the words are such that another language must have them: not only names and values. */
const isSpoken = ({ words, field, call }: Phrase) =>
  countWords(sampleOf(words)) > (shown.has(field) || shown.has(call) ? 0 : 1);

/** The phrase as it is said, with a value in each of its holes. */
export const sampleOf = (words: string) => words.replaceAll("{}", "X1");

/** The phrases that the other language lacks. */
export const unknownTo = (translate: Translate, phrases: Phrase[]) =>
  [...new Set(phrases.filter(isSpoken).map(({ words }) => words))].filter((words) => {
    const said = sampleOf(words);
    const parts = translate(said);
    return parts.some(({ english }) => english) || (!isWorded(said) && plain(parts) === said);
  });

/** The entries whose words the service does not say. */
export function unsaid(table: Record<string, string>, phrases: Phrase[]): string[] {
  // What is wrong with something may be said after a colon, and be the cause of what is said before one.
  const bare = (words: string) => words.replace(/^: |: $/g, "");
  const pieces = phrases.flatMap(({ words }) => words.split("{}").map(bare));
  const whole = new Set([...phrases.map(({ words }) => words), ...pieces]);
  const all = pieces.join("\n");
  return Object.keys(table).filter((english) => {
    const between = english.split(/\{=?\}/);
    return between.length > 1 ? !between.every((piece) => all.includes(bare(piece))) : !whole.has(english);
  });
}

const lexeme =
  /\/\/[^\n]*|\/\*[\s\S]*?\*\/|"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)+'|[\p{L}_][\p{L}\p{N}_]*|\d[\w.]*|:=|\S/gu;

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  for (const [text] of source.matchAll(lexeme)) {
    if (text.startsWith('"')) {
      tokens.push({ kind: "string", text: text.slice(1, -1).replace(/\\(["\\])/g, "$1") });
    } else if (text.startsWith("`")) {
      tokens.push({ kind: "string", text: text.slice(1, -1) });
    } else if (!text.startsWith("//") && !text.startsWith("/*")) {
      tokens.push({ kind: /^[\p{L}\p{N}_]/u.test(text) ? "name" : "sign", text });
    }
  }
  return tokens;
}

const isSign = (token: Token | undefined, ...signs: string[]) => token?.kind === "sign" && signs.includes(token.text);

function phrasesOf(file: string, tokens: Token[]): Phrase[] {
  const constants = constantsOf(tokens);
  const phrases: Phrase[] = [];
  const joined = new Set<number>();
  tokens.forEach((token, i) => {
    if (token.kind !== "string" || joined.has(i)) {
      return;
    }
    let first = i;
    while (isSign(tokens[first - 1], "+")) {
      first = operandBefore(tokens, first - 2);
    }
    // What is added to a variable follows what it says already.
    let words = isSign(tokens[first - 1], "=") && isSign(tokens[first - 2], "+") ? "{}" : "";
    for (let from = first; ; ) {
      const after = operandAfter(tokens, from);
      joined.add(from);
      words += wordsOf(tokens.slice(from, after), constants);
      if (!isSign(tokens[after], "+")) {
        break;
      }
      from = after + 1;
    }
    const place = placeOf(tokens, first);
    phrases.push({ words: /rintf$|rorf$/.test(place.call) ? words.replace(/%[a-z]/g, "{}") : words, ...place, file });
  });
  return phrases;
}

/** What one operand says: a literal, a constant of the file, or what is known only later. */
function wordsOf(operand: Token[], constants: Map<string, string | null>): string {
  const [only] = operand;
  if (operand.length !== 1 || !only) {
    return "{}";
  }
  return only.kind === "string" ? only.text : (constants.get(only.text) ?? "{}");
}

/** The constants of a file. A name that has two meanings in it has none. */
function constantsOf(tokens: Token[]): Map<string, string | null> {
  const found = new Map<string, string | null>();
  tokens.forEach((token, i) => {
    const value = tokens[i + 2];
    if (
      token.kind === "name" &&
      isSign(tokens[i + 1], "=") &&
      value?.kind === "string" &&
      !isSign(tokens[i + 3], "+")
    ) {
      found.set(token.text, found.has(token.text) ? null : value.text);
    }
  });
  return found;
}

const opening: Record<string, string> = { ")": "(", "]": "[", "}": "{" };
const closing: Record<string, string> = { "(": ")", "[": "]", "{": "}" };

/** Where the operand begins that ends at the token: a literal, a name, or a call with all that leads to it. */
function operandBefore(tokens: Token[], end: number): number {
  let at = end;
  while (isSign(tokens[at], ")", "]")) {
    at = matching(tokens, at, -1, opening) - 1;
  }
  while (isSign(tokens[at - 1], ".")) {
    at -= 2;
    while (isSign(tokens[at], ")", "]")) {
      at = matching(tokens, at, -1, opening) - 1;
    }
  }
  return at;
}

/** The token behind the operand that begins here. */
function operandAfter(tokens: Token[], begin: number): number {
  let at = isSign(tokens[begin], "(") ? matching(tokens, begin, 1, closing) + 1 : begin + 1;
  for (;;) {
    if (isSign(tokens[at], ".")) {
      at += 2;
    } else if (isSign(tokens[at], "(", "[") && tokens[at - 1]?.kind !== "string") {
      at = matching(tokens, at, 1, closing) + 1;
    } else {
      return at;
    }
  }
}

function matching(tokens: Token[], at: number, step: 1 | -1, other: Record<string, string>): number {
  const self = tokens[at]?.text ?? "";
  let depth = 0;
  for (let i = at; i >= 0 && i < tokens.length; i += step) {
    if (isSign(tokens[i], self)) {
      depth++;
    } else if (isSign(tokens[i], other[self] ?? "") && --depth === 0) {
      return i;
    }
  }
  return at;
}

const keywords = new Set(["return", "case", "if", "switch", "for", "range", "const", "var", "import", "package"]);

/** To what the words are given: a field or a variable, and the call or the statement around. */
function placeOf(tokens: Token[], first: number): Omit<Phrase, "words" | "file"> {
  let field =
    isSign(tokens[first - 1], ":") && tokens[first - 2]?.kind === "name" ? (tokens[first - 2]?.text ?? "") : "";
  let argument = 0;
  for (let at = first - 1; at >= 0; at--) {
    const token = tokens[at];
    const before = tokens[at - 1];
    if (isSign(token, ")", "]", "}")) {
      at = matching(tokens, at, -1, opening);
    } else if (isSign(token, "(", "{", "[")) {
      return { field, call: before?.kind === "name" ? before.text : "", argument };
    } else if (isSign(token, ",")) {
      argument++;
    } else if (isSign(token, "=", ":=") && !isSign(before, "=", "!", "<", ">")) {
      field ||= assigned(tokens, at - 1)[argument] ?? "";
      return { field, call: "", argument };
    } else if (token?.kind === "name" && keywords.has(token.text)) {
      return { field, call: token.text, argument };
    }
  }
  return { field, call: "", argument };
}

/** The names on the left of an assignment that ends at the token: of a.b, c.d these are b and d. */
function assigned(tokens: Token[], end: number): string[] {
  const names = [tokens[end]?.text ?? ""];
  let at = end;
  for (;;) {
    while (isSign(tokens[at - 1], ".")) {
      at -= 2;
    }
    if (!isSign(tokens[at - 1], ",")) {
      return names;
    }
    at -= 2;
    names.unshift(tokens[at]?.text ?? "");
  }
}
