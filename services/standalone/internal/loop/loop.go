// Package loop sends HTTP requests to a handler of the same process, without a
// socket: what one part of the service asks of another by its public API.
package loop

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net/http"
)

// Transport is an http.RoundTripper that a handler answers.
type Transport struct {
	Handler http.Handler
	// tls is what a connection with a client certificate would show; nil: none.
	tls *tls.ConnectionState
}

// WithCertificate is the transport of a client that presents the certificate.
func (t Transport) WithCertificate(certificate *tls.Certificate) http.RoundTripper {
	shown := &tls.ConnectionState{HandshakeComplete: true}
	for _, der := range certificate.Certificate {
		if c, err := x509.ParseCertificate(der); err == nil {
			shown.PeerCertificates = append(shown.PeerCertificates, c)
		}
	}
	t.tls = shown
	return t
}

// peer is where such requests come from, as the handler sees it.
const peer = "127.0.0.1:0"

// RoundTrip runs the handler and returns its whole answer.
func (t Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	in := r.Clone(r.Context())
	in.RequestURI, in.RemoteAddr, in.TLS = "", peer, t.tls
	in.Proto, in.ProtoMajor, in.ProtoMinor = "HTTP/1.1", 1, 1
	if in.Host == "" {
		in.Host = r.URL.Host
	}
	if in.Body == nil {
		in.Body = http.NoBody
	}
	defer func() { _ = in.Body.Close() }()
	out := &recorder{header: http.Header{}}
	t.Handler.ServeHTTP(out, in)
	out.WriteHeader(http.StatusOK)
	return &http.Response{
		Status: http.StatusText(out.status), StatusCode: out.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: out.sent, Body: io.NopCloser(bytes.NewReader(out.body.Bytes())), ContentLength: int64(out.body.Len()), Request: r,
	}, nil
}

// recorder keeps an answer.
type recorder struct {
	header, sent http.Header
	status       int
	body         bytes.Buffer
}

// Header is what the handler sets.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader fixes status and headers, the first time.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status, r.sent = status, r.header.Clone()
	}
}

// Write keeps the body.
func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}
