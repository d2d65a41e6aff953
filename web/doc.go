// Package web owns what a person sees of Signet: the design tokens here, the
// server-rendered pages of end users in package pages, the front page in
// package front and the built console in package console.
//
// tokens.json is the one set of design tokens for all of them. tokens.css is
// its form as CSS custom properties, committed so that the console's build and
// the pages read the same file; a test compares the two. The module needs only
// the standard library.
package web
