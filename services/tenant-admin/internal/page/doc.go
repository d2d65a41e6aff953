// Package page serves what a person sees of tenant-admin in a browser besides
// the front page and the console: the reference of both specifications, a plain
// one of the admin API that needs no script, a notice where the console was not built in, and what is shown
// where the console's server could not answer. No page fetches anything from
// anywhere else.
package page
