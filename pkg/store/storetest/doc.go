// Package storetest holds the store to its contract, on SQLite always and on
// Postgres where DATABASE_URL names one (a superuser's URL: databases are made
// there and dropped again).
//
// [Run] runs two lists. A [Case] proves a law, such as that a code cannot be
// redeemed twice. An [Isolation] proves of one method of store.Workspace or
// store.Tenant that a handle on one workspace or tenant neither sees nor
// changes the rows of another; Run fails where a method has none.
//
// Other packages take an open store from [Open].
package storetest
