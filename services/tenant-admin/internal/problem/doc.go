// Package problem is the admin API's one table of errors, in the form of RFC
// 9457. Handlers return its rows as values; what comes from the store, from
// Redis or from the front is mapped to a row here and nowhere else.
//
// It knows nothing of HTTP servers: package endpoint writes what this package
// says.
package problem
