import { queryOptions, skipToken, useQuery, useQueryClient } from "@tanstack/react-query";
import type { Schemas } from "~/api/client";
import { keyOf } from "~/api/queries";

/** An application that the guide has made, with what nobody is shown again. */
export interface Made {
  client: Schemas["Client"];
  secret?: string;
  privateKey?: string;
  kid?: string;
  /** Whether what is shown once was copied or saved. */
  taken: boolean;
}

// What is shown once is held where answers are held, for as long as the window
// lives, and never in its storage: whoever goes and comes back finds it, whoever
// loads the page anew does not, and signing out forgets it with the rest.
const held = <T>(queryKey: readonly unknown[]) =>
  queryOptions<T>({
    queryKey,
    queryFn: skipToken,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  });

function useHeld<T>(key: readonly unknown[]) {
  const queries = useQueryClient();
  return { value: useQuery(held<T>(key)).data, hold: (value: T) => void queries.setQueryData(key, value) };
}

export const madeKey = (tid: string, aid: string, clientID: string) => keyOf.in(tid, aid, "made", clientID);

export const useMade = (tid: string, aid: string, clientID: string) => useHeld<Made>(madeKey(tid, aid, clientID));

export const useDemoPasswords = (tid: string, aid: string) =>
  useHeld<Schemas["DemoCredential"][]>(keyOf.in(tid, aid, "demo-passwords"));
