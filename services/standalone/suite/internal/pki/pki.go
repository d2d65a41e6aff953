// Package pki plays certificate authorities: it makes server and client
// certificates, right ones and wrong ones (RFC 5280, RFC 8705).
package pki

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Authority signs certificates. The zero parent is a root.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	// above are the authorities between this one and its root, itself included.
	above [][]byte
}

// New makes a root authority.
func New(name string) (*Authority, error) { return (*Authority)(nil).authority(name) }

// Below makes an authority that this one vouches for.
func (a *Authority) Below(name string) (*Authority, error) { return a.authority(name) }

func (a *Authority) authority(name string) (*Authority, error) {
	key, template, err := prepare(name)
	if err != nil {
		return nil, err
	}
	template.IsCA, template.KeyUsage, template.ExtKeyUsage = true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign, nil
	template.SubjectKeyId = []byte(rand.Text()[:20])
	parent, signer := template, key
	if a != nil {
		parent, signer = a.cert, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, key.Public(), signer)
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	made := &Authority{cert: cert, key: key}
	if a != nil {
		made.above = append([][]byte{der}, a.above...)
	}
	return made, nil
}

// PEM is the authority's certificate.
func (a *Authority) PEM() string { return encode("CERTIFICATE", a.cert.Raw) }

// Issue makes a certificate for the name, for clients; each change is made to it
// before it is signed.
func (a *Authority) Issue(name string, changes ...func(*x509.Certificate)) (*tls.Certificate, error) {
	key, template, err := prepare(name)
	if err != nil {
		return nil, err
	}
	for _, change := range changes {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key.Public(), a.key)
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	return pair(key, append([][]byte{der}, a.above...))
}

// Revoke is the authority's list of certificates that it has taken back, in PEM.
func (a *Authority) Revoke(next time.Time, certs ...*tls.Certificate) (string, error) {
	list := &x509.RevocationList{Number: big.NewInt(time.Now().UnixNano()), ThisUpdate: time.Now().Add(-time.Hour), NextUpdate: next}
	for _, c := range certs {
		list.RevokedCertificateEntries = append(list.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: c.Leaf.SerialNumber, RevocationTime: time.Now().Add(-time.Minute)})
	}
	der, err := x509.CreateRevocationList(rand.Reader, list, a.cert, a.key)
	if err != nil {
		return "", fmt.Errorf("pki: %w", err)
	}
	return encode("X509 CRL", der), nil
}

// SelfSigned makes a certificate that nobody vouches for.
func SelfSigned(name string, changes ...func(*x509.Certificate)) (*tls.Certificate, error) {
	key, template, err := prepare(name)
	if err != nil {
		return nil, err
	}
	for _, change := range changes {
		change(template)
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	return pair(key, [][]byte{der})
}

// Server changes a certificate into one for servers on loopback.
func Server(c *x509.Certificate) {
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	c.DNSNames = []string{"localhost"}
	for i := range byte(20) {
		c.IPAddresses = append(c.IPAddresses, net.IPv4(127, 0, i, 1))
	}
}

// Until changes when a certificate ends; it began an hour before.
func Until(end time.Time) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.NotBefore, c.NotAfter = end.Add(-time.Hour), end }
}

// Thumbprint is the x5t#S256 of a certificate (RFC 8705, section 3.1).
func Thumbprint(c *tls.Certificate) string {
	sum := sha256.Sum256(c.Certificate[0])
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// X5C is a certificate as the JWK member x5c holds it (RFC 7517, section 4.7).
func X5C(c *tls.Certificate) string { return base64.StdEncoding.EncodeToString(c.Certificate[0]) }

// Chain is the certificate and what stands above it, in PEM.
func Chain(c *tls.Certificate) string {
	out := ""
	for _, der := range c.Certificate {
		out += encode("CERTIFICATE", der)
	}
	return out
}

// Key is the certificate's private key, in PEM.
func Key(c *tls.Certificate) (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		return "", fmt.Errorf("pki: %w", err)
	}
	return encode("PRIVATE KEY", der), nil
}

// Write puts a certificate and its key into NAME.crt and NAME.key of a
// directory.
func Write(c *tls.Certificate, directory, name string) (cert, key string, err error) {
	secret, err := Key(c)
	if err != nil {
		return "", "", err
	}
	cert, key = filepath.Join(directory, name+".crt"), filepath.Join(directory, name+".key")
	if err := os.WriteFile(cert, []byte(Chain(c)), 0o600); err != nil {
		return "", "", err
	}
	return cert, key, os.WriteFile(key, []byte(secret), 0o600)
}

// prepare makes a key, and what a client certificate usually says.
func prepare(name string) (*ecdsa.PrivateKey, *x509.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, fmt.Errorf("pki: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, nil, fmt.Errorf("pki: %w", err)
	}
	now := time.Now()
	return key, &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)), Subject: pkix.Name{CommonName: name, Organization: []string{"Acme"}, Country: []string{"DE"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(24 * time.Hour), BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}, nil
}

// Subject is the distinguished name of the certificates made for a name, as RFC
// 4514 writes it.
func Subject(name string) string { return "CN=" + name + ",O=Acme,C=DE" }

func pair(key *ecdsa.PrivateKey, chain [][]byte) (*tls.Certificate, error) {
	leaf, err := x509.ParseCertificate(chain[0])
	if err != nil {
		return nil, fmt.Errorf("pki: %w", err)
	}
	return &tls.Certificate{Certificate: chain, PrivateKey: key, Leaf: leaf}, nil
}

func encode(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
