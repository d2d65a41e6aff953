// Package keys owns the cryptography of the product, passwords and TLS aside:
// the root secret and what is derived from it, bearer values, client secrets,
// refresh tokens, the signing keys of workspaces with their JWKS and life
// cycle, and the public keys of clients with the certificates that they name.
//
// Root is the key-encryption key. Each use takes a subkey of its own (HKDF,
// RFC 5869), and what it makes begins with the version of the root that made
// it, so that a new root can be put in front while old values still open.
//
// OwnClient is the service itself as a client of a workspace, as its console is:
// key pairs derived from the root, of which only the public halves are kept.
//
// Ring is what one workspace signs, seals and verifies with: JWS in compact
// form (RFC 7515, RFC 7518, RFC 8037, RFC 9864, with the advice of RFC 8725),
// JWK sets (RFC 7517) and sealed opaque tokens. State, Rotate and Upkeep are
// the life of a signing key: published, an hour later at the soonest active,
// then retiring until nothing it signed can live, then gone.
//
// Signing and verifying rest on the standard library; JWKs are parsed by jwx,
// which nothing else in the product imports. Everything takes its workspace as
// a tenancy.Workspace. Its neighbours are package store, which keeps the sealed
// keys, package cache, which keeps rings parsed, and package accesstoken, which
// knows what the claims mean.
package keys
