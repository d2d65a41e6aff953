package keys

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"testing"
	"time"

	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/stretchr/testify/require"
)

// certificate is a self-signed one, as a JWK carries it.
func certificate(t testing.TB, key *ecdsa.PrivateKey, ends time.Time) string {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: ends}, &x509.Certificate{}, key.Public(), key)
	require.NoError(t, err)
	return base64.StdEncoding.EncodeToString(der)
}

func TestClientKeysAreDescribed(t *testing.T) {
	ec, rs, ed := clientSigners(t)
	ends := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	jwks := set(
		with(foreign(t, ec.Public()), `"kid":"ec","x5c":["`+certificate(t, ec, ends)+`"]`),
		with(foreign(t, rs.Public()), `"use":"enc","kid":"enc"`),
		with(foreign(t, rs.Public()), `"kid":"rs","alg":"PS256"`),
		with(foreign(t, ed.Public()), `"alg":"EdDSA"`),
	)
	infos, err := DescribeClientKeys(jwks)
	require.NoError(t, err)
	parsed, err := ParseClientKeys(jwks)
	require.NoError(t, err)
	require.Len(t, infos, 3)
	require.Equal(t, ClientKeyInfo{ID: "ec", Algs: []string{oauth.ES256}, Expires: ends}, infos[0])
	require.Equal(t, ClientKeyInfo{ID: "rs", Algs: []string{oauth.PS256}, Bits: 2048}, infos[1])
	require.Equal(t, ClientKeyInfo{ID: parsed.IDs()[2], Algs: []string{oauth.Ed25519, oauth.EdDSA}}, infos[2], "both names of one algorithm")
	_, err = DescribeClientKeys(set(with(foreign(t, ec), `"kid":"private"`)))
	require.Error(t, err)
	_, err = DescribeClientKeys(nil)
	require.Error(t, err)
}
