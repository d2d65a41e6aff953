// Package target finds what the suite is run against: the whole service in this
// process, the five programs as processes of their own on a real Postgres and
// Redis, or a service that is running already under a URL. The tests see a
// public URL, and where there is more than one, the token processes behind it.
package target

import "time"

// Target is one running service.
type Target struct {
	// Name is the name of the subtests against it.
	Name string
	// URL is the public origin.
	URL string
	// Nodes are the origins at which the token endpoints answer; the first is
	// the public one.
	Nodes []string
	// Programs is the directory of the programs that were built for it; empty
	// where none were.
	Programs string
	// Log is everything that the service has logged so far; nil where that
	// cannot be seen from here.
	Log func() string
	// Advance moves the service's clock; nil where its time is the world's.
	Advance func(time.Duration)
}

// Addr is the public host and port.
func (t *Target) Addr() string { return t.URL[len("http://"):] }
