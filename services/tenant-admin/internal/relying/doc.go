// Package relying is the console's back end as an OpenID Connect relying party:
// the client "console" of every workspace "admin", confidential by
// private_key_jwt (OpenID Connect Core 1.0, sections 3.1 and 9; RFC 7636; RFC
// 9126; RFC 9207; RFC 7009). It pushes authorization requests, redeems codes, judges ID
// tokens, renews and ends what it was given.
//
// The client's keys follow from the root secret, and what is registered of them
// is brought up to date before it is relied on. Calls to the authorization
// server go over a RoundTripper that the program chooses, never over egress:
// they stay within the product.
//
// It knows neither browsers nor sessions; package console does.
package relying
