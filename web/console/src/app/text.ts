import i18n from "i18next";
import { initReactI18next, useTranslation } from "react-i18next";

// Every part of the console brings its words with it, in both languages side
// by side; the compiler refuses a German text without its English twin.

const choice = "signet-language";
export const languages = { en: "English", de: "Deutsch" } as const;
export type Language = keyof typeof languages;

export function preferredLanguage(stored: string | null, offered: readonly string[]): Language {
  if (stored === "en" || stored === "de") {
    return stored;
  }
  const first = offered.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in languages);
  return (first as Language | undefined) ?? "en";
}

function stored(): string | null {
  try {
    return localStorage.getItem(choice);
  } catch {
    return null;
  }
}

void i18n.use(initReactI18next).init({
  lng: preferredLanguage(stored(), navigator.languages ?? [navigator.language]),
  fallbackLng: "en",
  resources: {},
  keySeparator: false,
  nsSeparator: false,
  initAsync: false,
  interpolation: { escapeValue: false },
  react: { useSuspense: false },
});
document.documentElement.lang = i18n.language;

export function chooseLanguage(language: Language) {
  try {
    localStorage.setItem(choice, language);
  } catch {
    // The choice then lasts as long as the page.
  }
  document.documentElement.lang = language;
  void i18n.changeLanguage(language);
}

type Words = Record<string, string>;
type KeyOf<T> = keyof T extends infer K ? (K extends `${infer Base}_${"one" | "other"}` ? Base : K) : never;

export interface Text<T extends Words> {
  name: string;
  en: T;
  de: Record<keyof T, string>;
}

export function text<const T extends Words>(name: string, en: T, de: Record<keyof T, string>): Text<T> {
  i18n.addResourceBundle("en", name, en);
  i18n.addResourceBundle("de", name, de);
  return { name, en, de };
}

export type Say<T> = (key: KeyOf<T> & string, values?: Record<string, string | number>) => string;

export function useText<T extends Words>(words: Text<T>): Say<T> {
  const { t } = useTranslation(words.name);
  return t as unknown as Say<T>;
}

export const useLanguage = () => useTranslation().i18n.language as Language;
