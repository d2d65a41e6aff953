// Package oauth is the vocabulary of the protocol: parameter, grant and
// authentication method names, the one table of errors, scopes, PKCE, redirect
// URI rules, and the Authorization that a grant proves and the issuer turns
// into tokens.
//
// It imports the standard library only and does no I/O, so that every other
// room can speak its words. The standards behind it are RFC 6749, RFC 7636,
// RFC 8252, RFC 8414, RFC 8707, RFC 9126, RFC 9207, RFC 9700 and OpenID
// Connect Core 1.0. Its neighbours are package domain, which adds the rules of
// tenants and clients, and package clientauth, which proves who a client is.
package oauth
