import { Fragment } from "react";

/** Text in which `backticks` set names of parameters and the like apart. */
export function Rich({ children }: { children: string }) {
  return (
    <>
      {children.split("`").map((part, i) => {
        // The parts of one sentence never change places.
        const key = `${i}${part}`;
        return i % 2 === 1 ? <code key={key}>{part}</code> : <Fragment key={key}>{part}</Fragment>;
      })}
    </>
  );
}
