import { useQuery } from "@tanstack/react-query";
import type { Translate } from "./phrases";
import { useLanguage } from "./text";

const asItCame: Translate = (text) => [{ text, english: false }];
const unknown: Translate = (text) => [{ text, english: true }];

/**
 * The service's words in the language of the page; what is not known in it stays as
 * it came. The tables are loaded only where they are needed.
 */
export function useTranslate(name: string, german: () => Promise<{ translate: Translate }>): Translate {
  const foreign = useLanguage() !== "en";
  const found = useQuery({
    queryKey: ["words", name],
    queryFn: german,
    enabled: foreign,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return foreign ? (found.data?.translate ?? unknown) : asItCame;
}
