package server

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"sync"
)

// A request with both Transfer-Encoding and Content-Length is how requests are
// smuggled past a proxy (RFC 9112, section 6.1 and 11.2). net/http reads such a
// request by its chunks and forgets that it had a Content-Length, so plain
// listeners keep the bytes of the header section, where it can still be seen.

// recordedConn keeps what it read of the current request's header section. Its
// methods are called by the connection's own goroutines, one after the other.
type recordedConn struct {
	net.Conn
	pool *sync.Pool // of *[]byte, so that an idle connection holds none

	mu     sync.Mutex
	record *[]byte
	whole  bool // the header section's end has been seen
	early  bool // the next request's first byte is here already
	first  byte
}

var headerEnd = []byte("\r\n\r\n")

// Read reads from the connection and keeps a copy up to the header's end.
func (c *recordedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.mu.Lock()
		c.keep(p[:n], len(p) == 1)
		c.mu.Unlock()
	}
	return n, err
}

func (c *recordedConn) keep(b []byte, single bool) {
	switch {
	case single:
		// While a handler runs, net/http waits for the caller's departure by
		// reading one byte, which is the next request's first.
		c.early, c.first = true, b[0]
	case !c.whole:
		if c.record == nil {
			c.record, _ = c.pool.Get().(*[]byte)
			*c.record = (*c.record)[:0]
		}
		if c.early {
			*c.record = append(*c.record, c.first)
			c.early = false
		}
		seen := max(len(*c.record)-len(headerEnd), 0)
		*c.record = append(*c.record, b...)
		c.whole = bytes.Contains((*c.record)[seen:], headerEnd) || len(*c.record) > maxHeaderBytes+8192
	}
}

// end forgets the request that has been answered.
func (c *recordedConn) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.record != nil && cap(*c.record) <= 16<<10 {
		c.pool.Put(c.record)
	}
	c.record, c.whole = nil, false
}

// unambiguous tells whether the record is this request's header section, whole
// and without a Content-Length. Where it is not sure, because requests were
// pipelined, it says no.
func (c *recordedConn) unambiguous(r *http.Request) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.record == nil {
		return false
	}
	head, _, found := bytes.Cut(bytes.TrimLeft(*c.record, "\r\n"), headerEnd)
	first, rest, _ := bytes.Cut(head, []byte("\r\n"))
	if !found || string(first) != r.Method+" "+r.RequestURI+" "+r.Proto {
		return false
	}
	for line := range bytes.SplitSeq(rest, []byte("\n")) {
		name, _, _ := bytes.Cut(line, []byte(":"))
		if bytes.EqualFold(bytes.TrimSpace(name), []byte("content-length")) {
			return false
		}
	}
	return true
}

type framingKey struct{}

// record makes the server keep the header sections of its connections.
func record(srv *http.Server) {
	srv.ConnContext = func(ctx context.Context, conn net.Conn) context.Context {
		if c, ok := conn.(*recordedConn); ok {
			return context.WithValue(ctx, framingKey{}, c)
		}
		return ctx
	}
	srv.ConnState = func(conn net.Conn, state http.ConnState) {
		c, ok := conn.(*recordedConn)
		if ok && (state == http.StateIdle || state == http.StateClosed || state == http.StateHijacked) {
			c.end()
		}
	}
}

// recordingListener wraps the connections of a plain listener.
type recordingListener struct {
	net.Listener
	pool *sync.Pool
}

func newRecordingListener(ln net.Listener) recordingListener {
	return recordingListener{Listener: ln, pool: &sync.Pool{New: func() any { b := make([]byte, 0, 4096); return &b }}}
}

// Accept returns the next connection, recorded.
func (l recordingListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &recordedConn{Conn: conn, pool: l.pool}, nil
}

// checkFraming refuses a chunked request that had, or may have had, a
// Content-Length too. Where the bytes are out of sight, under TLS, the
// connection ends with the answer: nothing behind the request is ever read as
// another one.
func checkFraming(r *http.Request, answer http.Header) error {
	if len(r.TransferEncoding) == 0 || r.ProtoMajor != 1 {
		return nil
	}
	c, _ := r.Context().Value(framingKey{}).(*recordedConn)
	if c != nil && c.unambiguous(r) {
		return nil
	}
	answer["Connection"] = valueClose
	if c == nil {
		return nil
	}
	return errMalformed.Because("the request has two lengths", nil)
}
