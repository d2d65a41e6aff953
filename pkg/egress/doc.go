// Package egress is the only way out of the product: it fetches small documents
// from addresses that strangers chose, such as the jwks_uri of a client (RFC
// 7591, section 2), its logo, or what an issuer's discovery document names (OpenID Connect
// Discovery 1.0, section 4).
//
// Where a fetch may go is decided when it dials, by the address that the
// connection is about to be made to: whatever the name, its spelling or the
// name server say, nothing is sent to an address that is not public. Redirects
// are not followed, proxies of the environment are not used, only https is
// spoken, and only to port 443 and ports above 1023: below lie services that
// never serve documents and might do harm with what they are sent. The operator
// may except hosts and networks (Allow); nothing else may. What a translator at
// the network's edge makes of a public address, such as NAT64 under a prefix of
// its own, cannot be seen from here: it has to refuse private ones itself.
//
// Every fetch is bounded in time, in size, and in how many there are at once,
// of all and of one tenant. There is no queue in which a slow host could hold
// others up: what goes beyond a bound fails at once.
//
// The Content-Type of an answer is not looked at. Hosts of static files serve
// JWK sets under many types, and whoever fetches reads the document as what it
// must be or not at all. What browsers are shown, such as a logo, is told by its
// bytes.
//
// An Error tells strangers no more than they may know: never an address, nor
// whether a name that leads nowhere public exists at all. The cause is for the
// log. The neighbours are package clientauth, which fetches keys, the authorization
// service, which fetches logos, and package boot, which reads the exceptions.
package egress
