package accesstoken_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/accesstoken"
	"github.com/signet-authz/signet/pkg/oauth"
)

// MT-09
func TestBoundTokenIsForTheHolderOfItsKey(t *testing.T) {
	one, two := []byte("one certificate"), []byte("another")
	cnf := accesstoken.Confirmation
	require.Nil(t, cnf(nil))
	require.Nil(t, cnf([]byte{}))
	for name, row := range map[string]struct {
		cnf    map[string]string
		shown  []byte
		reason string
	}{
		"bearer":                    {nil, nil, ""},
		"bearer with a certificate": {nil, one, ""},
		"its own":                   {cnf(one), one, ""},
		"another":                   {cnf(one), two, "another certificate"},
		"none":                      {cnf(one), nil, "none came"},
		"an empty thumbprint":       {map[string]string{"x5t#S256": ""}, one, "another certificate"},
		"an empty one and none":     {map[string]string{"x5t#S256": ""}, nil, "none came"},
		"a key of another kind":     {map[string]string{"jkt": cnf(one)["x5t#S256"]}, one, "not served"},
		"both kinds":                {map[string]string{"jkt": "x", "x5t#S256": cnf(one)["x5t#S256"]}, one, "not served"},
	} {
		err := accesstoken.Bound(accesstoken.Claims{Confirmation: row.cnf}, row.shown)
		if row.reason == "" {
			require.NoError(t, err, name)
			continue
		}
		require.ErrorIs(t, err, oauth.ErrInvalidToken, name)
		require.ErrorContains(t, err, row.reason, name)
	}

	b := setUp(t)
	claims := b.claims()
	claims.Confirmation = cnf(one)
	token := b.sign(t, accesstoken.Type, claims)
	got, err := b.verifier.VerifyPresented(t.Context(), b.w, token, one)
	require.NoError(t, err)
	require.Equal(t, claims, got)
	_, err = b.verifier.VerifyPresented(t.Context(), b.w, token, two)
	require.ErrorIs(t, err, oauth.ErrInvalidToken)
	_, err = b.verifier.VerifyPresented(t.Context(), b.w, token+"x", one)
	require.ErrorIs(t, err, oauth.ErrInvalidToken)
	_, err = b.verifier.Verify(t.Context(), b.w, token)
	require.NoError(t, err, "whoever asks about a token need not hold its key")
}
