package kv

import (
	"net"
	"sync"
)

// pipe is a connection whose writes do not wait for the reader. The in-process
// server is reached through net.Pipe, which has no buffer at all: a client that is
// still sending a transaction and a server that already answers its first command
// would wait for each other until the time is out.
type pipe struct {
	net.Conn

	mu      sync.Mutex
	more    *sync.Cond
	waiting []byte
	err     error // of the write that failed, or of the end
}

func newPipe(c net.Conn) *pipe {
	p := &pipe{Conn: c}
	p.more = sync.NewCond(&p.mu)
	go p.pump()
	return p
}

// Write keeps a copy; what becomes of it the next call tells.
func (p *pipe) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err != nil {
		return 0, p.err
	}
	p.waiting = append(p.waiting, b...)
	p.more.Signal()
	return len(b), nil
}

func (p *pipe) Close() error {
	p.end(net.ErrClosed)
	return p.Conn.Close()
}

func (p *pipe) end(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
	p.more.Signal()
}

// pump hands on what waits, in its order, until the connection ends.
func (p *pipe) pump() {
	var going []byte
	for {
		p.mu.Lock()
		for len(p.waiting) == 0 && p.err == nil {
			p.more.Wait()
		}
		if p.err != nil {
			p.mu.Unlock()
			return
		}
		going, p.waiting = p.waiting, going[:0]
		p.mu.Unlock()
		if _, err := p.Conn.Write(going); err != nil {
			p.end(err)
			return
		}
	}
}
