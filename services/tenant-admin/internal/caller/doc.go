// Package caller tells who calls the admin API and how far they reach: it reads
// the bearer token (RFC 6750), has it checked as what it is (RFC 9068, by
// package accesstoken), and turns a program's scope or a person's role into a
// reach.
//
// A Caller belongs to exactly one tenant. Package endpoint compares that tenant
// with the one that a path names and the reach with what a route needs; nothing
// in the product makes a Caller but this package.
package caller
