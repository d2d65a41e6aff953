import { type Part, plain } from "~/app/phrases";
import { useTranslate } from "~/app/translate";

/** Checks that find names of the protocol, one of which is none. */
export const findNames: ReadonlySet<string> = new Set([
  "method is the registered one",
  "method allowed by the workspace",
  "assertion algorithm allowed",
]);

/** The service's words for a check, in the language of the page. */
export function useServerWords() {
  const say = useTranslate("checks", () => import("./german"));
  return {
    say,
    nameOf: (name: string) => plain(say(name)),
    /** What the check of the name expected or found. */
    findingOf: (name: string, finding: string): Part[] =>
      finding === "none" && findNames.has(name) ? [{ text: finding, english: false }] : say(finding),
  };
}
