import type { Part } from "~/app/phrases";

/** What the service said. What stayed English is marked, so that it is read out as English. */
export function Said({ parts }: { parts: Part[] }) {
  return parts.map(({ text, english }, i) =>
    english ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: the parts of what was said never change places
      <span key={i} lang="en">
        {text}
      </span>
    ) : (
      text
    ),
  );
}
