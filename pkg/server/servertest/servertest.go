// Package servertest makes certificates for tests that speak TLS: authorities,
// what they sign, and the files and pools that programs read them from.
package servertest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Authority signs certificates that are valid for an hour around now.
type Authority struct {
	t     testing.TB
	now   time.Time
	cert  *x509.Certificate
	key   *ecdsa.PrivateKey
	chain [][]byte // between this authority and its root, itself first; empty: it is a root
}

// NewAuthority makes a root.
func NewAuthority(t testing.TB, name string, now time.Time) *Authority {
	t.Helper()
	a := &Authority{t: t, now: now, key: newKey(t)}
	a.cert = a.sign(authorityTemplate(name), a.key, nil)
	return a
}

// Intermediate makes an authority under this one.
func (a *Authority) Intermediate(name string) *Authority {
	a.t.Helper()
	under := &Authority{t: a.t, now: a.now, key: newKey(a.t)}
	under.cert = a.sign(authorityTemplate(name), under.key, a.cert)
	under.chain = append([][]byte{under.cert.Raw}, a.chain...)
	return under
}

// Issue makes a certificate for client and server authentication with its key
// and the chain below the root; change, if not nil, alters it beforehand.
func (a *Authority) Issue(name string, change func(*x509.Certificate)) tls.Certificate {
	a.t.Helper()
	template := &x509.Certificate{
		Subject: pkix.Name{CommonName: name}, KeyUsage: x509.KeyUsageDigitalSignature, BasicConstraintsValid: true,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	}
	if change != nil {
		change(template)
	}
	key := newKey(a.t)
	leaf := a.sign(template, key, a.cert)
	return tls.Certificate{Certificate: append([][]byte{leaf.Raw}, a.chain...), PrivateKey: key, Leaf: leaf}
}

// Localhost makes a certificate for servers on this machine.
func (a *Authority) Localhost() tls.Certificate {
	a.t.Helper()
	return a.Issue("localhost", func(c *x509.Certificate) {
		c.DNSNames = []string{"localhost"}
		c.IPAddresses = append(c.IPAddresses, []byte{127, 0, 0, 1})
	})
}

// Pool holds the authority alone.
func (a *Authority) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	return pool
}

// PEM is the authority's certificate in its armour.
func (a *Authority) PEM() string { return PEM(a.cert.Raw) }

// File writes the authority's certificate and returns the path.
func (a *Authority) File() string {
	a.t.Helper()
	return write(a.t, "ca.pem", a.PEM())
}

// Files writes a certificate with its chain, and its key.
func Files(t testing.TB, c tls.Certificate) (certFile, keyFile string) {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	require.NoError(t, err)
	secret := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})
	return write(t, "cert.pem", PEM(c.Certificate...)), write(t, "key.pem", string(secret))
}

// PEM is the certificates in their armour.
func PEM(certs ...[]byte) string {
	var text []byte
	for _, der := range certs {
		text = append(text, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
	}
	return string(text)
}

func write(t testing.TB, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func authorityTemplate(name string) *x509.Certificate {
	return &x509.Certificate{Subject: pkix.Name{CommonName: name}, KeyUsage: x509.KeyUsageCertSign, IsCA: true, BasicConstraintsValid: true}
}

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

// sign completes the template; without an issuer it signs itself.
func (a *Authority) sign(template *x509.Certificate, key *ecdsa.PrivateKey, issuer *x509.Certificate) *x509.Certificate {
	a.t.Helper()
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	require.NoError(a.t, err)
	template.SerialNumber = serial.Add(serial, big.NewInt(1))
	if template.NotBefore.IsZero() {
		template.NotBefore = a.now.Add(-time.Hour)
	}
	if template.NotAfter.IsZero() {
		template.NotAfter = a.now.Add(time.Hour)
	}
	if issuer == nil {
		issuer = template
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), a.key)
	require.NoError(a.t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(a.t, err)
	return cert
}
