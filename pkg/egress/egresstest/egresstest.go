// Package egresstest has what tests of outgoing fetches need: hosts that count
// the connections made to them, whatever is then said on these, and a name
// server that answers as it is told.
package egresstest

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Certificate makes a certificate for the names, which is its own authority and
// ends at the given time.
func Certificate(t testing.TB, end time.Time, names ...string) (tls.Certificate, *x509.Certificate) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a host"}, NotBefore: end.AddDate(-1, 0, 0), NotAfter: end,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true, IsCA: true,
	}
	for _, name := range names {
		if ip := net.ParseIP(name); ip != nil {
			template.IPAddresses = append(template.IPAddresses, ip)
		} else {
			template.DNSNames = append(template.DNSNames, name)
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, parsed
}

// Names is what the certificates of hosts are for.
func Names() []string { return []string{"localhost", "*.test", "127.0.0.1", "127.0.0.2", "::1"} }

// Host listens on loopback.
type Host struct {
	Addr string            // HOST:PORT
	Port string            // of it
	Root *x509.Certificate // to trust it
	PEM  []byte            // the same as a file

	watch *watch
}

// Listen serves the handler over TLS on an address such as 127.0.0.1:0, until
// the test ends. Without a handler it takes connections and says nothing.
func Listen(t testing.TB, address string, handler http.Handler) *Host {
	t.Helper()
	pair, root := Certificate(t, time.Now().AddDate(1, 0, 0), Names()...)
	h := listen(t, address)
	h.Root, h.PEM = root, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: root.Raw})
	if handler == nil {
		h.mute(t)
		return h
	}
	h.serve(t, tls.NewListener(h.watch, &tls.Config{Certificates: []tls.Certificate{pair}}), handler)
	return h
}

// ListenTLS is Listen with a TLS configuration of the test's own.
func ListenTLS(t testing.TB, address string, config *tls.Config, handler http.Handler) *Host {
	t.Helper()
	h := listen(t, address)
	h.serve(t, tls.NewListener(h.watch, config), handler)
	return h
}

// ListenPlain is Listen without TLS.
func ListenPlain(t testing.TB, address string, handler http.Handler) *Host {
	t.Helper()
	h := listen(t, address)
	h.serve(t, h.watch, handler)
	return h
}

func listen(t testing.TB, address string) *Host {
	t.Helper()
	l, err := net.Listen("tcp", address)
	require.NoError(t, err)
	h := &Host{Addr: l.Addr().String(), watch: &watch{Listener: l, seen: make(chan struct{})}}
	_, h.Port, err = net.SplitHostPort(h.Addr)
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	return h
}

func (h *Host) serve(t testing.TB, l net.Listener, handler http.Handler) {
	s := &http.Server{Handler: handler, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError), ReadHeaderTimeout: time.Minute}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(l)
	}()
	t.Cleanup(func() {
		_ = s.Close()
		<-done
	})
}

// mute takes connections and keeps them.
func (h *Host) mute(t testing.TB) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := h.watch.Accept()
			if err != nil {
				return
			}
			defer func() { _ = conn.Close() }()
		}
	}()
	t.Cleanup(func() {
		_ = h.watch.Close()
		<-done
	})
}

// URL is the https URL of a path there.
func (h *Host) URL(path string) string { return "https://" + h.Addr + path }

// Connections is how many connections have been made so far. It asks the socket
// itself: connections are taken in the order in which they were made, so that
// once one of its own has been taken, none made before can be missing.
func (h *Host) Connections(t testing.TB) int {
	t.Helper()
	conn, err := net.Dial("tcp", h.Addr)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	return h.watch.until(conn.LocalAddr().String())
}

// watch counts the connections that a listener takes.
type watch struct {
	net.Listener

	mu    sync.Mutex
	from  []string
	seen  chan struct{} // closed and made anew with every connection
	ended bool
}

func (w *watch) Accept() (net.Conn, error) {
	conn, err := w.Listener.Accept()
	w.mu.Lock()
	defer w.mu.Unlock()
	close(w.seen)
	w.seen = make(chan struct{})
	if err != nil {
		w.ended = true
		return nil, err
	}
	w.from = append(w.from, conn.RemoteAddr().String())
	return conn, nil
}

// until waits for the watch's own connection and counts the others before it.
func (w *watch) until(own string) int {
	for {
		w.mu.Lock()
		seen, ended := w.seen, w.ended
		if i := slices.Index(w.from, own); i >= 0 {
			w.from = slices.Delete(w.from, i, i+1)
			w.mu.Unlock()
			return i
		}
		w.mu.Unlock()
		if ended {
			return -1
		}
		<-seen
	}
}

// Answer is what the name server says of a name.
type Answer struct {
	Alias     string // CNAME
	Addresses []string
}

// Resolver asks a name server within the process, which answers by the function;
// nil means that the name does not exist. Names come without the final dot.
func Resolver(answer func(name string) *Answer) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go serveDNS(there, answer)
		return here, nil
	}}
}
