import { Text, Tooltip } from "@mantine/core";
import { type Language, useLanguage, useText } from "~/app/text";
import { uiText } from "./words";

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

export function relative(at: Date, now: Date, language: Language): string {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  for (const [unit, size] of steps) {
    if (Math.abs(seconds) >= size) {
      // What lasts seven days is not said to last six, a second after it began.
      return format.format(seconds > 0 ? Math.round(seconds / size) : Math.trunc(seconds / size), unit);
    }
  }
  return format.format(seconds, "second");
}

export const absolute = (at: Date, language: Language) =>
  new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "medium" }).format(at);

/** A moment as people say it, with the exact one behind it. */
export function Time({ at, exact }: { at: string | undefined; exact?: boolean }) {
  const t = useText(uiText);
  const language = useLanguage();
  if (!at) {
    return (
      <Text component="span" inherit c="dimmed">
        {t("never")}
      </Text>
    );
  }
  const date = new Date(at);
  const full = absolute(date, language);
  return (
    <Tooltip label={full}>
      <time dateTime={at}>{exact ? full : relative(date, new Date(), language)}</time>
    </Tooltip>
  );
}

/** A lifetime in the largest unit that divides it. */
export function useDuration() {
  const t = useText(uiText);
  return (seconds: number) => {
    if (seconds >= 86_400 && seconds % 86_400 === 0) {
      return t("days", { count: seconds / 86_400 });
    }
    if (seconds >= 3600 && seconds % 3600 === 0) {
      return t("hours", { count: seconds / 3600 });
    }
    if (seconds >= 60 && seconds % 60 === 0) {
      return t("minutes", { count: seconds / 60 });
    }
    return t("seconds", { count: seconds });
  };
}
