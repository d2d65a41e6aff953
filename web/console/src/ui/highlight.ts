import { createCssVariablesTheme, createHighlighterCore, type HighlighterCore } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";

const grammars = {
  bash: () => import("shiki/langs/shellscript.mjs"),
  go: () => import("shiki/langs/go.mjs"),
  java: () => import("shiki/langs/java.mjs"),
  javascript: () => import("shiki/langs/javascript.mjs"),
  python: () => import("shiki/langs/python.mjs"),
  yaml: () => import("shiki/langs/yaml.mjs"),
  csharp: () => import("shiki/langs/csharp.mjs"),
  json: () => import("shiki/langs/json.mjs"),
};

export type Lang = keyof typeof grammars;
export type Tokens = { content: string; color?: string }[][];

let shared: Promise<HighlighterCore> | undefined;

/** Splits code into coloured words. The colours are CSS variables of the console. */
export async function highlight(code: string, lang: Lang): Promise<Tokens> {
  shared ??= createHighlighterCore({
    themes: [createCssVariablesTheme({ name: "signet", variablePrefix: "--code-", fontStyle: false })],
    langs: [],
    engine: createJavaScriptRegexEngine(),
  });
  const highlighter = await shared;
  await highlighter.loadLanguage(grammars[lang]());
  return highlighter.codeToTokensBase(code, { lang, theme: "signet" });
}
