// Package accesstoken is what an access token says and how one is checked: the
// claims of RFC 9068, carried as a signed JWT or sealed as an opaque token, and
// the Verifier that every protected resource of the product itself uses
// (userinfo, introspection, revocation, the admin API), which also holds a token
// that is bound to a client certificate to that certificate (RFC 8705, section 3).
//
// A token holds only in the workspace that issued it, until it expires or a
// revocation ends it. Its neighbours are package keys, which opens tokens, and
// package cache, which knows what has ended.
package accesstoken
