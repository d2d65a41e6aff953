// Package target finds what the suite is run against: the whole service in this
// process, the five programs as processes of their own on a real Postgres and
// Redis, or a service that is running already under a URL. The tests see a
// public URL, and where there is more than one, the token processes behind it.
package target

import (
	"crypto/tls"
	"crypto/x509"
	"os"
	"path/filepath"
	"time"

	"github.com/signet-authz/signet/services/standalone/suite/internal/pki"
)

// Target is one running service.
type Target struct {
	// Name is the name of the subtests against it.
	Name string
	// URL is the public origin.
	URL string
	// MTLS is the origin that asks for client certificates, empty where there is
	// none, and Trust is the authority of its certificate, in PEM.
	MTLS, Trust string
	// Outside vouches for servers at OutsideIP, from which alone of all addresses
	// that are not public the service fetches; nil where there are none.
	Outside *pki.Authority
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

// OutsideIP is where a test's own servers play the world outside, and
// outsideNetwork what the service is told of it.
const (
	OutsideIP      = "127.0.7.1"
	outsideNetwork = "127.0.7.0/24"
)

// outside makes the authority of those servers, and writes its certificate into
// a file of the directory.
func outside(directory string) (authority *pki.Authority, file string, err error) {
	if authority, err = pki.New("Suite outside"); err != nil {
		return nil, "", err
	}
	file = filepath.Join(directory, "outside.pem")
	if err := os.MkdirAll(directory, 0o700); err != nil {
		return nil, "", err
	}
	return authority, file, os.WriteFile(file, []byte(authority.PEM()), 0o600)
}

// Addr is the public host and port.
func (t *Target) Addr() string { return t.URL[len("http://"):] }

// TLS is how a client reaches MTLS: it knows the authority, and shows the
// certificate that it is given, if any.
func (t *Target) TLS(certificate *tls.Certificate) *tls.Config {
	c := &tls.Config{RootCAs: x509.NewCertPool()}
	c.RootCAs.AppendCertsFromPEM([]byte(t.Trust))
	if certificate != nil {
		// Whatever the server asks for: it may be the wrong one.
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return certificate, nil }
	}
	return c
}
