package party

import (
	"crypto/tls"
	"encoding/json"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/signet-authz/signet/services/standalone/suite/internal/pki"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
)

// Site is an https server in the world outside, from which the service may
// fetch.
type Site struct {
	URL string

	server *httptest.Server
	mu     sync.Mutex
	pages  map[string]http.HandlerFunc
	hits   map[string]int
}

// NewSite starts one; it ends with the test.
func NewSite(t testing.TB, tg *target.Target) *Site {
	t.Helper()
	ln, err := net.Listen("tcp", target.OutsideIP+":0")
	if err != nil {
		t.Fatalf("a site outside: %v", err)
	}
	certificate := Issue(t, tg.Outside, "site", pki.Server)
	s := &Site{pages: map[string]http.HandlerFunc{}, hits: map[string]int{}}
	s.server = httptest.NewUnstartedServer(s)
	_ = s.server.Listener.Close()
	s.server.Listener, s.server.TLS = ln, &tls.Config{Certificates: []tls.Certificate{*certificate}}
	s.server.StartTLS()
	t.Cleanup(s.server.Close)
	s.URL = s.server.URL
	return s
}

// ServeHTTP serves what was put there.
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.hits[r.URL.Path]++
	page := s.pages[r.URL.Path]
	s.mu.Unlock()
	if page == nil {
		http.NotFound(w, r)
		return
	}
	page(w, r)
}

// Put serves a document at a path.
func (s *Site) Put(path string, document any) {
	s.Handle(path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(document)
	})
}

// Handle serves a path by the handler.
func (s *Site) Handle(path string, page http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages[path] = page
}

// Hits is how often a path was asked for.
func (s *Site) Hits(path string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hits[path]
}

// Close ends the site before its test does.
func (s *Site) Close() { s.server.Close() }
