package clientauth_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"math/big"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// today is the house's first moment.
var today = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

// authority issues certificates.
type authority struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// issued is a certificate and its key.
type issued struct {
	der []byte
	key crypto.Signer
}

func serial(t testing.TB) *big.Int {
	t.Helper()
	n, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	require.NoError(t, err)
	return n
}

func ecKey(t testing.TB) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return key
}

func named(cn string) pkix.Name {
	return pkix.Name{CommonName: cn, Organization: []string{"Acme"}, Country: []string{"DE"}}
}

// newAuthority is a root, or where there is one above it an intermediate.
func newAuthority(t testing.TB, cn string, above *authority, change ...func(*x509.Certificate)) *authority {
	t.Helper()
	return newAuthorityWith(t, ecKey(t), cn, above, change...)
}

func newAuthorityWith(t testing.TB, key crypto.Signer, cn string, above *authority, change ...func(*x509.Certificate)) *authority {
	t.Helper()
	a := &authority{key: key}
	template := &x509.Certificate{
		SerialNumber: serial(t), Subject: named(cn), NotBefore: today.Add(-24 * time.Hour), NotAfter: today.Add(365 * 24 * time.Hour),
		BasicConstraintsValid: true, IsCA: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	for _, c := range change {
		c(template)
	}
	parent := above
	if parent == nil {
		parent = &authority{cert: template, key: key}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent.cert, key.Public(), parent.key)
	require.NoError(t, err)
	a.cert, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	return a
}

func leaf(t testing.TB, change ...func(*x509.Certificate)) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: serial(t), Subject: named("app"), NotBefore: today.Add(-time.Hour), NotAfter: today.Add(24 * time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, BasicConstraintsValid: true,
	}
	for _, c := range change {
		c(template)
	}
	return template
}

func (a *authority) issue(t testing.TB, change ...func(*x509.Certificate)) issued {
	t.Helper()
	out := issued{key: ecKey(t)}
	var err error
	out.der, err = x509.CreateCertificate(rand.Reader, leaf(t, change...), a.cert, out.key.Public(), a.key)
	require.NoError(t, err)
	return out
}

func selfSigned(t testing.TB, change ...func(*x509.Certificate)) issued {
	t.Helper()
	out := issued{key: ecKey(t)}
	template := leaf(t, change...)
	var err error
	out.der, err = x509.CreateCertificate(rand.Reader, template, template, out.key.Public(), out.key)
	require.NoError(t, err)
	return out
}

// withSHA1 signs a certificate of an RSA authority anew, with SHA-1, which the
// library no longer does.
func withSHA1(t testing.TB, a *authority, der []byte) []byte {
	t.Helper()
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	sha256RSA, sha1RSA := []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 11}, []byte{0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 5}
	sum := sha1.Sum(bytes.ReplaceAll(cert.RawTBSCertificate, sha256RSA, sha1RSA))
	key, ok := a.key.(*rsa.PrivateKey)
	require.True(t, ok)
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA1, sum[:])
	require.NoError(t, err)
	out := bytes.ReplaceAll(bytes.ReplaceAll(der, sha256RSA, sha1RSA), cert.Signature, signature)
	again, err := x509.ParseCertificate(out)
	require.NoError(t, err)
	require.Equal(t, x509.SHA1WithRSA, again.SignatureAlgorithm)
	return out
}

func (a *authority) pem() string { return pemOf("CERTIFICATE", a.cert.Raw) }

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// list is what the authority has revoked, for the week to come.
func (a *authority) list(t testing.TB, change func(*x509.RevocationList), revoked ...[]byte) string {
	t.Helper()
	l := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: today.Add(-time.Hour), NextUpdate: today.Add(7 * 24 * time.Hour)}
	for _, der := range revoked {
		cert, err := x509.ParseCertificate(der)
		require.NoError(t, err)
		l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: cert.SerialNumber, RevocationTime: today.Add(-time.Hour)})
	}
	if change != nil {
		change(l)
	}
	der, err := x509.CreateRevocationList(rand.Reader, l, a.cert, a.key)
	require.NoError(t, err)
	return pemOf("X509 CRL", der)
}

// believe gives the house's workspace authorities and revocation lists, as a
// change of its settings would.
func (h *house) believe(roots string, lists ...string) {
	h.t.Helper()
	settings := h.w.Settings()
	settings.TLSClientAuthRootCAs, settings.TLSClientAuthCRLs = roots, ""
	for _, l := range lists {
		settings.TLSClientAuthCRLs += l
	}
	var err error
	h.w, err = tenancy.NewResolver(directory{settings}, "https://id.example").Workspace(h.t.Context(), "acme", "default")
	require.NoError(h.t, err)
}

// certified is a request of a client over a connection with the certificate.
func certified(id string, der []byte, chain ...*authority) *clientauth.Request {
	r := request("", "client_id", id)
	r.Certificate = der
	for _, a := range chain {
		r.Chain = append(r.Chain, a.cert.Raw)
	}
	return r
}

// beside is a request that has credentials of its own, over a connection with the
// certificate.
func beside(r *clientauth.Request, der []byte) *clientauth.Request {
	return &clientauth.Request{Params: r.Params, Authorization: r.Authorization, IP: r.IP, Endpoint: r.Endpoint, Certificate: der}
}

// byDNS registers the name app.example.
func byDNS(c *domain.Client) { c.TLSClientAuthSANDNS = "app.example" }

func dns(names ...string) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.DNSNames = names }
}

// x5c is the member of a JWK that holds certificates.
func x5c(ders ...[]byte) string {
	out := ""
	for i, der := range ders {
		if i > 0 {
			out += ","
		}
		out += `"` + base64.StdEncoding.EncodeToString(der) + `"`
	}
	return `"x5c":[` + out + `]`
}
