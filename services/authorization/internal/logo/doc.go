// Package logo has the pictures by which workspaces and clients show themselves
// on the pages of end users. They lie at addresses that strangers chose, and are
// served from our own origin: no page loads anything from elsewhere, so that
// nobody learns from a picture who logs in where (RFC 6819, section 5.1.6; RFC
// 7591, section 5).
//
// What package egress brings is a picture only if its bytes say so: PNG, JPEG,
// GIF or WebP, of bounded size and dimensions. Never SVG, which is a document
// with scripts. It is sent on as it came, under the type that it was found to be.
//
// Only addresses that stand in a registration are fetched, and visitors decide
// little about when: one picture is fetched once for all who ask, once every ten
// minutes at most, once a minute while it fails, and a tenant's pictures a few at
// a time, so that they never take the way out from its clients' keys.
package logo
