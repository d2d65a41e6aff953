// Package front is the page at "/" where no console has been built: what Signet
// is, where its API is, and how to begin with curl. It is a page for people who
// build, in English, and has nothing that depends on a request.
package front
