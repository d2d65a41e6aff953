// Package gateway is the one program that strangers talk to. It decides by the
// path alone which service answers, removes what only a proxy may say, and
// vouches for the caller's address, scheme and certificate under a seal. It
// knows no OAuth, keeps no state and reads no answer.
//
// The upstreams are http.Handlers: in production each is an Upstream, a proxy
// to a service; in standalone it is the service itself. Nothing else differs.
//
// The standards behind it are RFC 9110 section 7.6 (hop-by-hop fields) and RFC
// 9112 section 11 (smuggling). Its neighbour is package server, whose front it
// shares with every service, so that no path means two things.
package gateway
