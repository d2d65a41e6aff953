// Package cache keeps what every request needs in the process: workspaces,
// clients, key rings, catalogs of scopes and services, and the set of ended
// things. All of it is bounded, so that keys of an attacker's choosing cannot
// grow it, and all of it is corrected by push (Set.Apply) and, where a push is
// lost, by a short time to live.
//
// A cached answer is at most Options.Fresh old. Only while the source itself
// fails is an older one served, up to Options.Stale. What was pushed out is
// never served again, not even by a load that began before the push.
//
// Values are shared between requests: do not change them.
//
// Revocations are another kind of thing: facts in memory that make
// introspection free of round trips (RFC 7662, RFC 7009). When they cannot be
// refreshed for five seconds, Fresh says so and callers answer 503.
//
// It imports oauth, domain, tenancy and keys. Its sources are functions, given by
// package boot, which stands over packages store and kv.
package cache
