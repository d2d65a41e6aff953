import { useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";

/** Leads to the field that the address names behind its #, in a form that has just been shown. */
export function useFieldOfAddress() {
  const hash = useRouterState({ select: (state) => state.location.hash });
  useEffect(() => {
    const named = hash ? document.querySelector<HTMLElement>(`[data-path="${CSS.escape(hash)}"]`) : null;
    if (!named) {
      return;
    }
    const field = named.matches("input, textarea, button") ? named : (named.querySelector("input, textarea") ?? named);
    named.scrollIntoView({ block: "center" });
    (field as HTMLElement).focus({ preventScroll: true });
    const whole = named.closest(".mantine-InputWrapper-root, .mantine-Switch-root") ?? named;
    whole.setAttribute("data-found", "");
    return () => whole.removeAttribute("data-found");
  }, [hash]);
}
