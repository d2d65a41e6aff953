// Package standalone is the whole service in one process: the gateway with the
// three services behind it as handlers instead of proxies, on SQLite and an
// in-process Redis unless the configuration names others. It migrates its own
// database and needs nothing installed.
//
// Nothing behaves differently here: requests pass the same gateway, carry the
// same seal and meet the same services. Its neighbours are the services' root
// packages, which only this package imports together, and package boot.
package standalone
