package server

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/trace"
)

var sealKey = []byte("0123456789abcdef0123456789abcdef")

type clock struct{ at time.Time }

func newClock() *clock { return &clock{at: time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time          { return c.at }
func (c *clock) advance(d time.Duration) { c.at = c.at.Add(d) }

func samplePeer() Peer {
	return Peer{IP: netip.MustParseAddr("203.0.113.7"), Scheme: "https", Certificate: []byte("leaf"), Chain: [][]byte{[]byte("issuer"), []byte("root")}, TraceID: strings.Repeat("ab", 16)}
}

func sealed(s *Seal, method, path string, p Peer) *http.Request {
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set(HeaderPeer, s.Header(r, p))
	return r
}

func TestASealCarriesThePeer(t *testing.T) {
	s := NewSeal(sealKey, newClock().now)
	for _, p := range []Peer{
		samplePeer(),
		{IP: netip.MustParseAddr("2001:db8::1"), Scheme: "http", TraceID: trace.NewID()},
		{Scheme: "http", TraceID: trace.NewID()},
	} {
		got, err := s.Open(sealed(s, http.MethodPost, "/acme/default/oauth2/token", p))
		require.NoError(t, err)
		require.Equal(t, p, got)
	}
}

func TestASealSpeaksOfOneMethodAndPathOnly(t *testing.T) {
	s := NewSeal(sealKey, newClock().now)
	r := sealed(s, http.MethodPost, "/acme/default/oauth2/token", samplePeer())
	for _, other := range []*http.Request{
		httptest.NewRequest(http.MethodGet, "/acme/default/oauth2/token", nil),
		httptest.NewRequest(http.MethodPost, "/acme/default/oauth2/revoke", nil),
		httptest.NewRequest(http.MethodPost, "/other/default/oauth2/token", nil),
	} {
		other.Header.Set(HeaderPeer, r.Header.Get(HeaderPeer))
		_, err := s.Open(other)
		require.Error(t, err)
	}
}

func TestASealExpires(t *testing.T) {
	c := newClock()
	s := NewSeal(sealKey, c.now)
	r := sealed(s, http.MethodPost, "/p", samplePeer())
	c.advance(30 * time.Second)
	_, err := s.Open(r)
	require.NoError(t, err)
	c.advance(time.Millisecond)
	_, err = s.Open(r)
	require.Error(t, err)
}

func TestASealOfTheFutureIsRefused(t *testing.T) {
	ahead := newClock()
	ahead.advance(6 * time.Second)
	r := sealed(NewSeal(sealKey, ahead.now), http.MethodPost, "/p", samplePeer())
	_, err := NewSeal(sealKey, newClock().now).Open(r)
	require.Error(t, err)
}

func TestASealUnderAnotherKeyIsRefused(t *testing.T) {
	c := newClock()
	r := sealed(NewSeal([]byte("another key, also of 32 bytes or more"), c.now), http.MethodPost, "/p", samplePeer())
	_, err := NewSeal(sealKey, c.now).Open(r)
	require.Error(t, err)
}

func TestEveryByteOfASealCounts(t *testing.T) {
	s := NewSeal(sealKey, newClock().now)
	r := sealed(s, http.MethodPost, "/p", samplePeer())
	value := r.Header.Get(HeaderPeer)
	for i := range len(value) {
		for _, c := range []byte{'A', 'b', '0', '.', '='} {
			if value[i] == c {
				continue
			}
			r.Header.Set(HeaderPeer, value[:i]+string(c)+value[i+1:])
			_, err := s.Open(r)
			require.Error(t, err, "byte %d", i)
		}
	}
	for _, v := range []string{"", value + ".", value + ".AAAA", value + "=", " " + value, value[:len(value)-1], strings.ToUpper(value)} {
		r.Header.Set(HeaderPeer, v)
		_, err := s.Open(r)
		require.Error(t, err, "%q", v)
	}
}

func TestCertificatesOfASealCannotBeMovedBetweenFields(t *testing.T) {
	c := newClock()
	s := NewSeal(sealKey, c.now)
	one := samplePeer()
	one.Certificate, one.Chain = []byte("leafissuer"), nil
	two := samplePeer()
	two.Certificate, two.Chain = []byte("leaf"), [][]byte{[]byte("issuer")}
	a, b := strings.Split(sealed(s, http.MethodPost, "/p", one).Header.Get(HeaderPeer), "."), strings.Split(sealed(s, http.MethodPost, "/p", two).Header.Get(HeaderPeer), ".")
	require.NotEqual(t, a[5], b[5])
}

func TestTwoSealsAreNone(t *testing.T) {
	s := NewSeal(sealKey, newClock().now)
	r := sealed(s, http.MethodPost, "/p", samplePeer())
	r.Header.Add(HeaderPeer, r.Header.Get(HeaderPeer))
	_, err := s.Open(r)
	require.Error(t, err)
}

func TestAShortPeerKeyIsRefused(t *testing.T) {
	require.Panics(t, func() { NewSeal([]byte("short"), time.Now) })
}

// FuzzSeal holds that nothing opens but what Header made.
func FuzzSeal(f *testing.F) {
	s := NewSeal(sealKey, newClock().now)
	f.Add(sealed(s, http.MethodPost, "/p", samplePeer()).Header.Get(HeaderPeer))
	f.Add("v1.1.a.b.http.c")
	f.Add("v1......")
	f.Fuzz(func(t *testing.T, value string) {
		r := httptest.NewRequest(http.MethodPost, "/p", nil)
		r.Header[HeaderPeer] = []string{value}
		p, err := s.Open(r)
		if err != nil {
			return
		}
		require.Equal(t, value, s.Header(r, p), "an opened seal is the canonical one")
	})
}

func BenchmarkSeal(b *testing.B) {
	s := NewSeal(sealKey, newClock().now)
	p := samplePeer()
	p.Certificate, p.Chain = nil, nil
	r := httptest.NewRequest(http.MethodPost, "/acme/default/oauth2/token", nil)
	b.ReportAllocs()
	for b.Loop() {
		r.Header[HeaderPeer] = []string{s.Header(r, p)}
		if _, err := s.Open(r); err != nil {
			b.Fatal(err)
		}
	}
}
