/** What of the log is asked for, as it stands in the address. */
export interface Filter {
  action?: string;
  actor_id?: string;
  target_id?: string;
  /** Days, the last of them included, as the browser's clock has them. */
  since?: string;
  until?: string;
}

const midnight = (day: string | undefined, ahead: number) => {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/
    .exec(day ?? "")
    ?.slice(1)
    .map(Number);
  if (!parts) {
    return undefined;
  }
  const [year = 0, month = 1, date = 1] = parts;
  const at = new Date(year, month - 1, date + ahead);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
};

/** The filter in the service's terms: moments in place of days. */
export const queryOf = ({ since, until, ...rest }: Filter) => ({
  ...rest,
  since: midnight(since, 0),
  until: midnight(until, 1),
});

/** Everything that the service records, in the order of the alphabet. */
export const actions = [
  "client.create", "client.delete", "client.jwks_refused", "client.update",
  "consent.give", "consent.withdraw",
  "console.sign_in", "console.sign_out",
  "grant.code_replay", "grant.issue", "grant.refresh", "grant.refresh_token_reuse", "grant.replay", "grant.revoke",
  "invitation.accept", "invitation.create", "invitation.delete",
  "key.compromised", "key.create", "key.rotate", "key.upkeep",
  "login.fail", "login.succeed", "logout",
  "member.add", "member.remove", "member.update",
  "scope.create", "scope.delete", "scope.update",
  "secret.create", "secret.delete", "secret.update",
  "service.create", "service.delete", "service.update",
  "session.end",
  "tenant.activate", "tenant.create", "tenant.delete", "tenant.update", "tenant.verify",
  "token.issue", "token.revoke",
  "user.create", "user.delete", "user.password", "user.update",
  "workspace.create", "workspace.delete", "workspace.self_check", "workspace.update",
]; // biome-ignore format: one line for each kind of thing
