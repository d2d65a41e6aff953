import { useEffect, useState } from "react";
import { CopyIcon } from "./Copy";
import type { Lang, Tokens } from "./highlight";

interface CodeProps {
  code: string;
  lang?: Lang;
  label: string;
  plain?: boolean;
}

/** A piece of code, coloured as soon as the colouring has been loaded. */
export function Code({ code, lang, label, plain }: CodeProps) {
  const shown = code.trimEnd();
  const [lines, setLines] = useState<{ of: string; tokens: Tokens } | null>(null);
  useEffect(() => {
    let wanted = true;
    if (lang) {
      void import("./highlight")
        .then(({ highlight }) => highlight(shown, lang))
        .then((tokens) => wanted && setLines({ of: shown, tokens }));
    }
    return () => {
      wanted = false;
    };
  }, [shown, lang]);
  return (
    <div className="code">
      {!plain && (
        <div className="code-bar">
          <span>{label}</span>
          <CopyIcon value={code} thing={label} />
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>
        <code>
          {lines?.of === shown
            ? lines.tokens.map((line, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: the lines of one text never change places
                <span key={i}>
                  {line.map((token, k) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: nor do the words of a line
                    <span key={k} style={{ color: token.color }}>
                      {token.content}
                    </span>
                  ))}
                  {"\n"}
                </span>
              ))
            : shown}
        </code>
      </pre>
    </div>
  );
}
