// Package issue turns an oauth.Authorization into tokens: the access token
// (RFC 9068, or opaque), the ID token (OpenID Connect Core, section 2) and the
// refresh token. It asks nothing and decides nothing about who may have them;
// a grant has proven that.
package issue
