// Package suite is the black-box suite: it drives Signet as clients, browsers,
// administrators and attackers would, over HTTP alone, and asserts the laws of
// the protocol and of the product.
//
// The same tests run against three targets. The whole service in this process
// is always one; the five programs on a real Postgres and Redis join it where
// DATABASE_URL and REDIS_URL are set; with SIGNET_URL set, the service that
// answers there is the only one. Every test makes a tenant of its own through
// the public API, so tests neither meet nor need an empty service.
//
// The module stands outside go.work: it brings client libraries that others
// wrote, and the product must not depend on them.
package suite
