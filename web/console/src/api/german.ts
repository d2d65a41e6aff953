import { isWorded, type Part, phrases, type Translate } from "~/app/phrases";
import { germanCertificates } from "~/features/explain/germanFaults";
import { germanKeys } from "~/features/explain/germanKeys";
import { germanForms, germanProblems } from "./germanProblems";
import { germanCertificateNames, germanClients, germanPeople, germanProofs, germanWorkspaces } from "./germanRules";

/** What is found is shown as a sentence, and worded as one or as the phrase that it is made of. */
const bare = (words: string) => words.replace(/\.$/, "").replace(/^\p{Lu}/u, (first) => first.toLowerCase());

const german = phrases(
  Object.fromEntries(
    Object.entries({
      ...germanProblems,
      ...germanForms,
      ...germanPeople,
      ...germanWorkspaces,
      ...germanClients,
      ...germanProofs,
      ...germanCertificateNames,
      ...germanCertificates,
      ...germanKeys,
    }).map(([english, words]) => [bare(english), words.replace(/\.$/, "")]),
  ),
);

export const translate: Translate = (said) => {
  const parts = german(bare(said));
  const [first] = parts;
  if (parts.length === 1 && first?.text === bare(said)) {
    return [{ text: said, english: isWorded(said) }];
  }
  const whole = /^\p{Lu}/u.test(said) ? parts.map((part, i) => (i === 0 ? capital(part) : part)) : parts;
  return said.endsWith(".") ? [...whole.slice(0, -1), ...whole.slice(-1).map(ended)] : whole;
};

/** Names such as private_key_jwt are written in one way only. */
const capital = (part: Part): Part =>
  /^[^ ]*[_\d]/.test(part.text) ? part : { ...part, text: part.text.charAt(0).toUpperCase() + part.text.slice(1) };

const ended = (part: Part): Part => ({ ...part, text: `${part.text}.` });
