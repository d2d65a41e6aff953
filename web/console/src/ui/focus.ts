import { useLayoutEffect } from "react";

/** Where the focus belongs that an item of a menu has: to the button that the menu hangs from. */
const owner = (focused: Element | null) => {
  const menu = focused?.closest('[role="menu"]');
  return (menu && document.getElementById(menu.getAttribute("aria-labelledby") ?? "")) || focused;
};

/**
 * Remembers what has the focus when a dialog opens, and gives it back when the
 * dialog closes or is taken off the page, which the dialog itself does not live to
 * see. Where that is gone by then, the page's content has it.
 */
export function useFocusGivenBack(opened: boolean, dialog: () => Element | null) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: only opening and closing count
  useLayoutEffect(() => {
    if (!opened) {
      return;
    }
    const before = owner(document.activeElement);
    return () => {
      const own = dialog();
      setTimeout(() => {
        const focused = document.activeElement;
        // Somebody, such as a second dialog, may have taken it meanwhile.
        if (
          focused &&
          focused !== document.body &&
          !own?.contains(focused) &&
          focused.closest('[role="menu"]') === null
        ) {
          return;
        }
        const there = before instanceof HTMLElement && before !== document.body && before.isConnected;
        (there ? before : document.getElementById("content"))?.focus({ preventScroll: true });
      });
    };
  }, [opened]);
}
