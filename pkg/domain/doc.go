// Package domain holds the nouns of the product (tenant, workspace, client,
// user, session, consent, grant, code, key) and the rules that hold wherever
// they are kept: slugs, lifetimes, what a client may be registered as.
//
// It has no struct tags and does no I/O; wire forms belong to the services and
// rows to package store. The words are those of RFC 7591 and RFC 8414.
package domain
