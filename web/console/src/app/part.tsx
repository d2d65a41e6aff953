import { lazyRouteComponent } from "@tanstack/react-router";
import { type ComponentType, useEffect, useState } from "react";
import { Problem } from "~/api/problem";
import { ProblemAlert } from "~/ui/Problem";

const answers = () =>
  fetch("/console/api/session").then(
    () => true,
    () => false,
  );

/**
 * A page that is loaded when somebody goes there. Where the service cannot be
 * reached the page says so in its place; to load the whole console anew, as is
 * done for a page of another version, would leave nothing of it.
 */
export function part<K extends string>(load: () => Promise<Record<K, ComponentType>>, name: K) {
  const loadOrSay = () =>
    load().catch(async (failure): Promise<Record<K, ComponentType>> => {
      if (await answers()) {
        throw failure;
      }
      const page = () => load().then((found) => found[name]);
      return { [name]: () => <Unreached load={page} /> } as unknown as Record<K, ComponentType>;
    });
  return lazyRouteComponent<Record<K, ComponentType>, K>(loadOrSay, name);
}

function Unreached({ load }: { load: () => Promise<ComponentType> }) {
  const [Found, setFound] = useState<ComponentType>();
  const again = () =>
    load().then(
      (found) => setFound(() => found),
      async () => {
        // A browser may hold on to a failure for as long as the page lives.
        if (await answers()) {
          window.location.reload();
        }
      },
    );
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, for as long as it is shown
  useEffect(() => {
    window.addEventListener("online", again);
    return () => window.removeEventListener("online", again);
  }, []);
  return Found ? (
    <Found />
  ) : (
    <div className="page">
      <ProblemAlert error={new Problem({ code: "unreachable" }, 0)} onRetry={() => void again()} />
    </div>
  );
}
