// What the service words itself arrives in English. Where the page speaks another
// language its words are looked up by the English ones: whole phrases, and phrases
// with holes for what is filled in when they are said.
//
// In both languages {} is any words, which are looked up in turn, and {=} is one
// value, such as a number or the name of a parameter, which stays what it is.

/** A part of what is shown. */
export interface Part {
  text: string;
  /** The words are English, and the page is not. */
  english: boolean;
}

export type Translate = (said: string) => Part[];

// How far words within words are looked up, lest a hostile value keep the page busy.
const deepest = 5;

const word = /(?<=^|[\s("'])[a-z]{2,}(?=(?:['’]s)?[,.;:)!?"'’…]*(?:\s|$))/g;

/** How many words it has that are no values, as a URL, an algorithm or invalid_grant is one. */
export const countWords = (said: string) => said.match(word)?.length ?? 0;

/** Whether it speaks. One word alone may well be a value: a scope, or the name of a parameter. */
export const isWorded = (said: string) => countWords(said) > 1;

/** The parts where only text can stand. */
export const plain = (parts: Part[]) => parts.map(({ text }) => text).join("");

interface Open {
  pattern: RegExp;
  /** What stands between the holes, in the other language. */
  between: string[];
  /** Which of the holes hold values. */
  values: boolean[];
  weight: number;
}

const hole = /\{=?\}/g;

export function phrases(table: Record<string, string>): Translate {
  const open = Object.entries(table)
    .filter(([english]) => english.search(hole) >= 0)
    .map(([english, other]) => opened(english, other))
    // The more of a phrase is known, the surer it is the one that was said.
    .sort((a, b) => b.weight - a.weight);

  const look = (said: string, depth: number): Part[] => {
    if (Object.hasOwn(table, said)) {
      return [{ text: table[said] as string, english: false }];
    }
    for (const { pattern, between, values } of depth < deepest ? open : []) {
      const filled = pattern.exec(said);
      if (filled) {
        return joined(
          between.flatMap((text, i) => {
            const value = filled[i + 1];
            const known: Part = { text, english: false };
            return value === undefined
              ? [known]
              : [known, ...(values[i] ? [{ text: value, english: false }] : look(value, depth + 1))];
          }),
        );
      }
    }
    return [{ text: said, english: isWorded(said) }];
  };
  return (said) => look(said, 0);
}

function opened(english: string, other: string): Open {
  const holes = english.match(hole) ?? [];
  const between = english.split(hole);
  const pattern = between
    .map(
      (text, i) =>
        text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&") +
        (i < holes.length ? (holes[i] === "{=}" ? "(\\S+)" : "(.+?)") : ""),
    )
    .join("");
  return {
    pattern: new RegExp(`^${pattern}$`, "s"),
    between: other.split(hole),
    values: holes.map((each) => each === "{=}"),
    weight: between.join("").length,
  };
}

/** Neighbours of one language as one part. */
function joined(parts: Part[]): Part[] {
  const out: Part[] = [];
  for (const part of parts.filter(({ text }) => text !== "")) {
    const last = out.at(-1);
    if (last?.english === part.english) {
      last.text += part.text;
    } else {
      out.push({ ...part });
    }
  }
  return out;
}
