import { queryOptions, useSuspenseQuery } from "@tanstack/react-query";
import { holdCSRF, own } from "./client";

export interface SessionTenant {
  tid: string;
  display_name: string;
  user: { sub: string; name: string; email: string };
  role: "owner" | "admin" | "auditor";
  signed_in: boolean;
}

export interface Session {
  public_url: string;
  registration: "open" | "invite" | "verify_email" | "closed";
  csrf: string | null;
  tenants: SessionTenant[];
  remembered: { tid: string; display_name: string }[];
}

export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async () => {
    const session = await own<Session>("/console/api/session");
    holdCSRF(session.csrf);
    return session;
  },
  staleTime: 60_000,
});

export const useSession = () => useSuspenseQuery(sessionQuery).data;

/** The seat of the person at a tenant, absent where they are not signed in. */
export const seatAt = (session: Session, tid: string) => session.tenants.find((t) => t.tid === tid && t.signed_in);

export function loginURL(tid: string, returnTo: string, hint?: string): string {
  const query = new URLSearchParams({ tid, return_to: returnTo });
  if (hint) {
    query.set("login_hint", hint);
  }
  return `/console/login?${query}`;
}
