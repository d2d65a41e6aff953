import { Fragment } from "react";
import type { Fault } from "~/api/problem";
import { useText } from "~/app/text";
import { useTranslate } from "~/app/translate";
import { Said } from "./Said";
import { uiText } from "./words";

/** What the service says of a problem, in the language of the page. */
export const useProblemWords = () => useTranslate("problems", () => import("~/api/german"));

/** Words of the service about a problem. */
export function Worded({ children }: { children: string }) {
  const say = useProblemWords();
  return <Said parts={say(children)} />;
}

/** What is wrong within a field, or with what has none, each with its place. */
export function Faults({ of }: { of: Fault[] }) {
  const inOrder = [...of].sort((a, b) => Number(a.at) - Number(b.at) || 0);
  return inOrder.map((fault, i) => (
    <Fragment key={`${fault.at} ${fault.detail}`}>
      {i > 0 && <br />}
      <FaultLine fault={fault} alone={of.length === 1} />
    </Fragment>
  ));
}

/** The only item of a list, and the first if nothing else is wrong, need no number. */
function FaultLine({ fault: { at, detail }, alone }: { fault: Fault; alone: boolean }) {
  const t = useText(uiText);
  const item = /^\d+$/.test(at) ? Number(at) + 1 : 0;
  const place = item > 0 ? (alone && item === 1 ? "" : t("numbered", { item })) : at;
  return (
    <>
      {place && `${place}: `}
      <Worded>{detail}</Worded>
    </>
  );
}
