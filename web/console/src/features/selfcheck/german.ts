import { phrases } from "~/app/phrases";
import { germanKeys } from "../explain/germanKeys";
import { germanFindings } from "./germanFindings";
import { germanAdvice, germanWhys } from "./germanWhys";

export const translate = phrases({ ...germanKeys, ...germanFindings, ...germanWhys, ...germanAdvice });
