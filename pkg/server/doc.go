// Package server is the HTTP front that every program of the product shares:
// how a request target must be spelled (CheckTarget), who is calling (Peer and
// its Seal), how parameters are read (ReadParams), how a path becomes a
// workspace (Tenancy), how an error is written (the one error writer), what is
// logged and counted, how a client proves itself and its request is explained
// (ClientEndpoint), and how a program serves and drains (Serve).
//
// New returns an echo instance with all of it in place; a service adds its
// routes. The gateway uses the same front with Config.Edge, so gateway and
// service cannot read one request in two ways.
//
// Client addresses, schemes and certificates are believed in three forms only:
// those of the connection itself, those under a Signet-Peer seal, and those that
// an Ingress states which has proven itself by mutual TLS on the connection.
// Every header that claims to speak for a client (Forwarded, X-Forwarded-*,
// X-Client-Cert, …) is removed before a handler runs.
//
// The standards behind it are RFC 9110 and 9112 (HTTP), RFC 6749 section 5.2
// and RFC 6750 section 3 (errors), RFC 6797 (HSTS), RFC 9440 (Client-Cert). Its
// neighbours are package oauth, whose errors and parameters it carries over
// HTTP, package tenancy, whose resolver it asks, and package clientauth, which
// proves clients. It knows no store:
// Config.Classify tells it which foreign errors are outages.
package server
