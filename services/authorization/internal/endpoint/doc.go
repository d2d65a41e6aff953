// Package endpoint holds what client applications call themselves at this
// service: the pushed authorization request endpoint (RFC 9126). It answers JSON,
// errors included, as the endpoints of the token service do, and proves clients
// by the same phase.
//
// Its neighbours are package request, which judges what is pushed by the steps
// that judge it again when a browser opens it, and package page, where that
// happens.
package endpoint
