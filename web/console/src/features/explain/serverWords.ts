import { useQuery } from "@tanstack/react-query";
import { useLanguage } from "~/app/text";

const none = { germanNames: {}, germanFixes: {} } as Record<"germanNames" | "germanFixes", Record<string, string>>;

/**
 * The service's words for a check in the language of the page; what is not known
 * in it stays as it came. The tables are loaded only where they are needed.
 */
export function useServerWords() {
  const german = useLanguage().startsWith("de");
  const tables = useQuery({
    queryKey: ["words", "checks"],
    queryFn: () => import("./germanChecks"),
    enabled: german,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const { germanNames, germanFixes } = (german && tables.data) || none;
  return {
    nameOf: (name: string) => germanNames[name] ?? name,
    fixOf: (fix: string) => germanFixes[fix] ?? fix,
  };
}
