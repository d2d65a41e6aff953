package keys

import (
	"crypto"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func certificateOf(t testing.TB, key crypto.Signer) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "app"}, NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return cert
}

func x5c(ders ...[]byte) string {
	var out []string
	for _, der := range ders {
		out = append(out, `"`+base64.StdEncoding.EncodeToString(der)+`"`)
	}
	return `"x5c":[` + strings.Join(out, ",") + `]`
}

func TestCertificatesOfClientKeysAreFound(t *testing.T) {
	ec, rs, ed := clientSigners(t)
	whole, byThumbprint, both := certificateOf(t, ec), certificateOf(t, rs), certificateOf(t, ed)
	c, err := ParseClientKeys(set(
		with(foreign(t, ec.Public()), `"kid":"1",`+x5c(whole.Raw, both.Raw)),
		with(foreign(t, rs.Public()), `"kid":"2","x5t":"AAAA","x5t#S256":"`+CertificateThumbprint(byThumbprint.Raw)+`"`),
		with(foreign(t, ed.Public()), `"kid":"3",`+x5c(both.Raw)+`,"x5t#S256":"`+CertificateThumbprint(both.Raw)+`"`),
	))
	require.NoError(t, err)
	require.True(t, c.HasCertificates())
	for cert, want := range map[*x509.Certificate]string{whole: "x5c of the key 1", byThumbprint: "x5t#S256 of the key 2", both: "x5c of the key 3"} {
		by, found := c.Certificate(cert)
		assert.True(t, found)
		assert.Equal(t, want, by)
	}
	_, found := c.Certificate(certificateOf(t, ec))
	assert.False(t, found, "another certificate of the same key")

	bare, err := ParseClientKeys(set(foreign(t, ec.Public())))
	require.NoError(t, err)
	require.False(t, bare.HasCertificates())
	_, found = bare.Certificate(whole)
	assert.False(t, found)
	borrowed, err := ParseClientKeys(set(with(foreign(t, ed.Public()), `"x5t#S256":"`+CertificateThumbprint(whole.Raw)+`"`)))
	require.NoError(t, err)
	_, found = borrowed.Certificate(whole)
	assert.False(t, found, "the thumbprint of a certificate of another key")
}

func TestCertificatesThatAreNotTheKeysAreRefused(t *testing.T) {
	ec, rs, _ := clientSigners(t)
	own, other := certificateOf(t, ec), certificateOf(t, rs)
	key := foreign(t, ec.Public())
	encoded := base64.StdEncoding.EncodeToString(own.Raw)
	for name, members := range map[string]string{
		"another key's":               x5c(other.Raw),
		"another key's first":         x5c(other.Raw, own.Raw),
		"no certificate":              x5c([]byte("x")),
		"cut":                         x5c(own.Raw[:len(own.Raw)-1]),
		"trailing bytes":              x5c(append(own.Raw[:len(own.Raw):len(own.Raw)], 0)),
		"empty":                       `"x5c":[]`,
		"an empty one":                `"x5c":[""]`,
		"null":                        `"x5c":null`,
		"a string":                    `"x5c":"` + encoded + `"`,
		"numbers":                     `"x5c":[1]`,
		"base64url":                   `"x5c":["__-_"]`,
		"no base64 behind it":         `"x5c":["` + encoded + `","!"]`,
		"too many":                    x5c(slices.Repeat([][]byte{own.Raw}, 11)...),
		"too long":                    x5c(own.Raw, make([]byte, 17<<10)),
		"thumbprint of another":       x5c(own.Raw) + `,"x5t#S256":"` + CertificateThumbprint(other.Raw) + `"`,
		"thumbprint too short":        `"x5t#S256":"AAAA"`,
		"thumbprint in hexadecimal":   `"x5t#S256":"` + strings.Repeat("ab", 32) + `"`,
		"thumbprint that is a number": `"x5t#S256":1`,
	} {
		_, err := ParseClientKeys(set(with(key, members)))
		assert.Error(t, err, name)
	}
}
