import { phrases, type Translate } from "~/app/phrases";
import { germanFixes, germanNames } from "./germanChecks";
import { germanCertificates, germanFaults, germanOfLibraries } from "./germanFaults";
import { germanFindings } from "./germanFindings";
import { germanFetches, germanKeys } from "./germanKeys";
import { germanReasons } from "./germanReasons";

const german = phrases({
  ...germanNames,
  ...germanFixes,
  ...germanFindings,
  ...germanReasons,
  ...germanFaults,
  ...germanCertificates,
  ...germanKeys,
  ...germanFetches,
  ...germanOfLibraries,
});

/** Of what could be a secret the service tells only how long it is, wherever it stands. */
const hidden = /\[(\d+) characters\]/g;

export const translate: Translate = (said) => german(said.replace(hidden, "[$1 Zeichen]"));
