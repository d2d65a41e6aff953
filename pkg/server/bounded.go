package server

import (
	"net"
	"net/netip"
	"sync"
)

// boundedListener closes connections beyond its bounds at once, before a byte
// is read, so that neither one source nor all of them can hold every file
// descriptor.
type boundedListener struct {
	net.Listener
	perSource, total int

	mu       sync.Mutex
	open     int
	bySource map[netip.Prefix]int
}

func newBoundedListener(ln net.Listener, perSource, total int) *boundedListener {
	return &boundedListener{Listener: ln, perSource: perSource, total: total, bySource: map[netip.Prefix]int{}}
}

// Accept returns the next connection within the bounds.
func (l *boundedListener) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		source := sourceOf(conn.RemoteAddr())
		if l.take(source) {
			return &boundedConn{Conn: conn, release: sync.OnceFunc(func() { l.give(source) })}, nil
		}
		_ = conn.Close()
	}
}

func (l *boundedListener) take(source netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.total > 0 && l.open >= l.total || l.perSource > 0 && source.IsValid() && l.bySource[source] >= l.perSource {
		return false
	}
	l.open++
	l.bySource[source]++
	return true
}

func (l *boundedListener) give(source netip.Prefix) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
	if l.bySource[source]--; l.bySource[source] == 0 {
		delete(l.bySource, source)
	}
}

// sourceOf is what counts as one source: an IPv4 address, or the /64 that one
// IPv6 host has to itself.
func sourceOf(addr net.Addr) netip.Prefix {
	ap, err := netip.ParseAddrPort(addr.String())
	if err != nil {
		return netip.Prefix{}
	}
	ip := ap.Addr().Unmap().WithZone("")
	bits := 64
	if ip.Is4() {
		bits = 32
	}
	p, _ := ip.Prefix(bits)
	return p
}

type boundedConn struct {
	net.Conn
	release func()
}

// Close releases the connection's place.
func (c *boundedConn) Close() error {
	defer c.release()
	return c.Conn.Close()
}
