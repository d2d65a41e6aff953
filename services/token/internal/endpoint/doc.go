// Package endpoint holds the endpoints of the token service: token (RFC 6749,
// section 3.2), introspection (RFC 7662), revocation (RFC 7009), UserInfo
// (OpenID Connect Core, section 5.3), metadata (RFC 8414, OpenID Connect
// Discovery) and the JWK Set (RFC 7517).
//
// The token endpoint runs in numbered phases, each once, in order. Its
// neighbours are package clientauth, which proves the client, package grant,
// which proves the grant, and package issue, which makes the tokens.
package endpoint
