package server

import (
	"errors"
	"net/http"
	"strings"
	"time"
)

// streamWrite is how long a reader may keep one piece of a stream waiting.
const streamWrite = 10 * time.Second

// longAgo is a deadline that ends what is pending, whatever the time is.
var longAgo = time.Unix(1, 0)

// ErrDraining says that a stream ends because its program does.
var ErrDraining = errors.New("server: draining")

// Stream is an answer that lasts as long as it has a reader. The listener's
// bounds on reading and writing one request, which would cut it off, are lifted;
// in their place each piece of it has a bound of its own.
type Stream struct {
	writer  http.ResponseWriter
	control *http.ResponseController
	drain   *Drain
}

// NewStream makes the answer a stream. It ends with ErrDraining once the
// program drains, lest its readers hold it.
func NewStream(w http.ResponseWriter, drain *Drain) *Stream {
	s := &Stream{writer: w, control: http.NewResponseController(w), drain: drain}
	// Where there is no connection beneath, as in tests, there is no bound either.
	_ = s.control.SetReadDeadline(time.Time{})
	_ = s.control.SetWriteDeadline(time.Time{})
	return s
}

// IsStream tells whether an answer with these headers lasts.
func IsStream(h http.Header) bool {
	return strings.HasPrefix(h.Get("Content-Type"), "text/event-stream")
}

// Write sends one piece at once.
func (s *Stream) Write(p []byte) (int, error) {
	if s.drain.Begun() {
		return 0, ErrDraining
	}
	late := time.AfterFunc(streamWrite, func() { _ = s.control.SetWriteDeadline(longAgo) })
	defer late.Stop()
	n, err := s.writer.Write(p)
	if err != nil {
		return n, err
	}
	if err := s.control.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
		return n, err
	}
	return n, nil
}
