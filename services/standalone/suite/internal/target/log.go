package target

import (
	"bytes"
	"sync"
)

// memory keeps everything that a service logs.
type memory struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write adds to the log.
func (m *memory) Write(b []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.buf.Write(b)
}

// String is everything so far.
func (m *memory) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.buf.String()
}
