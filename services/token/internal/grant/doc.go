// Package grant holds the grants of the token endpoint, one file each: every
// grant proves, by its one store call, that tokens may be issued, and says for
// whom and what. It never issues tokens and never answers the caller; the
// checks that every grant needs stand in the endpoint before it.
//
// RFC 6749, sections 4 and 6; OAuth 2.1. A grant is added in All and in a file
// of its own.
package grant
