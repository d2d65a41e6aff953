// Package clientauth proves who a client is: the whole client authentication
// phase of every endpoint that clients call directly (RFC 6749, section 2.3).
//
// All is the visible list of methods; each stands in a file of its own. The
// Authenticator runs the phase: exactly one method may be presented, it must be
// one that the workspace allows and the one that the client registered, and its
// proof must hold. Whatever fails, the caller learns invalid_client and nothing
// more, after the same work; the reason goes to the trace and the log.
//
// The methods of RFC 8705 rest on the client certificate of the connection, which
// comes under the gateway's seal. A certificate beside the credentials of another
// method proves nothing and is free: tokens may be bound to it.
//
// KeySource has the public keys of clients, and of issuers that they trust, from
// registrations and from where these say that the keys are.
//
// Its neighbours are package keys, which compares secrets and verifies
// signatures, package egress, which fetches, package kv, which counts failures,
// and package trace, which explains.
package clientauth
