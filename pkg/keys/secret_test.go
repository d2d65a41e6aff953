package keys

import (
	"testing"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// bothForms keeps one secret in either form.
func bothForms(t testing.TB, r *Root, clientID, secret string) (check func(clientID string, presented string) []bool) {
	t.Helper()
	w := workspace(t)
	sealedID := uuid.New()
	sealed, err := r.SealSecret(w, clientID, sealedID.String(), secret)
	require.NoError(t, err)
	kept := []domain.ClientSecret{
		{Form: domain.SecretHMACv1, Value: r.SecretMAC(w, clientID, secret)},
		{Form: domain.SecretSealed, ID: sealedID, Value: sealed},
	}
	return func(clientID, presented string) []bool {
		var out []bool
		for _, s := range kept {
			out = append(out, r.VerifySecret(w, clientID, s, presented))
		}
		return out
	}
}

func TestOnlyTheSecretItselfMatches(t *testing.T) {
	secret := NewClientSecret()
	check := bothForms(t, root(t), "client", secret)
	assert.Equal(t, []bool{true, true}, check("client", secret))
	for _, wrong := range []string{"", secret[:85], secret + "A", secret[:85] + "\x00", " " + secret, NewClientSecret()} {
		assert.Equal(t, []bool{false, false}, check("client", wrong))
	}
	eachBitFlip([]byte(secret), func(flipped []byte) {
		assert.Equal(t, []bool{false, false}, check("client", string(flipped)))
	})
}

func TestSecretOfOneClientIsNotAnothers(t *testing.T) {
	secret := NewClientSecret()
	check := bothForms(t, root(t), "client", secret)
	assert.Equal(t, []bool{false, false}, check("client2", secret))
	assert.Equal(t, []bool{false, false}, check("", "client"+secret))
}

func TestSecretOfOneWorkspaceIsNotAnothers(t *testing.T) {
	r, here, there := root(t), workspace(t), workspace(t)
	id := uuid.New()
	mac := domain.ClientSecret{Form: domain.SecretHMACv1, Value: r.SecretMAC(here, "client", "secret")}
	assert.True(t, r.VerifySecret(here, "client", mac, "secret"))
	assert.False(t, r.VerifySecret(there, "client", mac, "secret"))

	sealed, err := r.SealSecret(here, "client", id.String(), "secret")
	require.NoError(t, err)
	opened, err := r.OpenSecret(here, "client", id.String(), sealed)
	require.NoError(t, err)
	assert.Equal(t, "secret", opened)
	_, err = r.OpenSecret(there, "client", id.String(), sealed)
	assert.ErrorIs(t, err, ErrSealed)
	_, err = r.OpenSecret(here, "client", uuid.NewString(), sealed)
	assert.ErrorIs(t, err, ErrSealed, "a sealed secret may not be moved to another row")
}

func TestDamagedSecretMatchesNothing(t *testing.T) {
	r, w := root(t), workspace(t)
	for name, s := range map[string]domain.ClientSecret{
		"nothing kept": {Form: domain.SecretHMACv1},
		"decoy":        {Form: domain.SecretHMACv1, Value: make([]byte, 33)},
		"unknown form": {Form: "plain", Value: []byte("secret")},
		"no form":      {Value: r.SecretMAC(w, "client", "secret")},
		"empty sealed": {Form: domain.SecretSealed},
		"wrong form":   {Form: domain.SecretSealed, Value: r.SecretMAC(w, "client", "secret")},
	} {
		assert.False(t, r.VerifySecret(w, "client", s, "secret"), name)
		assert.False(t, r.VerifySecret(w, "client", s, ""), name)
	}
}
