import type { UseFormReturnType } from "@mantine/form";
import { useState } from "react";
import { type Fault, isProblem, sortFindings } from "~/api/problem";
import { Faults, useProblemWords } from "./Faults";

/**
 * Sends a form: what the service finds wrong with a field stands at the field,
 * and everything else in one notice, as `rest`. `within` is where in
 * the body the form's fields stand, if not at its root.
 */
export function useSend<V extends Record<string, unknown>>(
  form: UseFormReturnType<V>,
  fields: readonly string[],
  within = "",
) {
  const [error, setError] = useState<unknown>(null);
  const [rest, setRest] = useState<Fault[]>([]);
  const [busy, setBusy] = useState(false);
  useProblemWords(); // loads them before they are needed
  const send = async (run: () => Promise<void>) => {
    setBusy(true);
    setError(null);
    try {
      await run();
      form.resetDirty(); // what was sent is what is kept
    } catch (failure) {
      if (isProblem(failure)) {
        const sorted = sortFindings(failure, fields, within);
        form.setErrors(
          Object.fromEntries(
            Object.entries(sorted.errors).map(([field, faults]) => [field, <Faults key={field} of={faults} />]),
          ),
        );
        setRest(sorted.rest);
        setError(Object.keys(sorted.errors).length > 0 && sorted.rest.length === 0 ? null : failure);
        const first = Object.keys(sorted.errors)[0];
        if (first) {
          form.getInputNode(first)?.focus();
        }
      } else {
        setRest([]);
        setError(failure);
      }
    } finally {
      setBusy(false);
    }
  };
  return { send, error, rest, busy };
}
