// Package page serves what a person sees of tenant-admin in a browser besides
// the front page: the reference of the admin API, made from its specification,
// and the place where the console will be. No page fetches anything from
// anywhere else.
package page
