package keys

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// rootsOf parses root secrets of the versions, each made of its own random bytes
// and kept for the test under its version.
func rootsOf(t testing.TB) func(versions ...string) *Root {
	t.Helper()
	secrets := map[string]string{}
	return func(versions ...string) *Root {
		t.Helper()
		var values []string
		for _, v := range versions {
			if secrets[v] == "" {
				secrets[v] = v + strings.TrimPrefix(GenerateRoot(), "v1")
			}
			values = append(values, secrets[v])
		}
		r, err := ParseRoot(values)
		require.NoError(t, err)
		return r
	}
}

func registered(t testing.TB, c OwnClient) []byte {
	t.Helper()
	jwks, err := c.JWKS()
	require.NoError(t, err)
	return jwks
}

func TestOwnClientSignsWhatItsRegisteredKeysVerify(t *testing.T) {
	r, w := root(t), uuid.New()
	c := r.OwnClient(w, "console")
	jwks := registered(t, c)
	require.True(t, c.Serves(jwks))
	set, err := ParseClientKeys(jwks)
	require.NoError(t, err, "the set has public keys only")
	token := c.Sign("client-authentication+jwt", []byte(`{"iss":"console"}`))
	u, err := ParseUnverified(token)
	require.NoError(t, err)
	kid, err := set.Verify(u, []string{"Ed25519"})
	require.NoError(t, err)
	require.Equal(t, "v1", kid)
	require.Equal(t, "client-authentication+jwt", u.Header.Typ)
	require.JSONEq(t, `"console"`, string(u.Claims["iss"]))
	require.Equal(t, jwks, registered(t, c), "the keys are derived, not drawn")
}

func TestOwnClientsShareNoKey(t *testing.T) {
	r, w := root(t), uuid.New()
	c := r.OwnClient(w, "console")
	for name, other := range map[string]OwnClient{
		"another workspace's": r.OwnClient(uuid.New(), "console"),
		"another client's":    r.OwnClient(w, "consol"),
		"another root's":      root(t).OwnClient(w, "console"),
	} {
		require.False(t, c.Serves(registered(t, other)), name)
	}
	require.False(t, c.Serves(nil))
	require.False(t, c.Serves([]byte(`{"keys":[]}`)))
}

func TestOwnClientIsRegisteredAnewWhenTheRootChanges(t *testing.T) {
	roots, w := rootsOf(t), uuid.New()
	old := roots("v1").OwnClient(w, "console")
	both := roots("v2", "v1").OwnClient(w, "console")
	late := roots("v2").OwnClient(w, "console")
	require.False(t, both.Serves(registered(t, old)), "the new key is not registered yet")
	require.True(t, both.Serves(registered(t, both)))
	require.True(t, old.Serves(registered(t, both)), "a process that has not been restarted leaves the later key alone")
	require.False(t, late.Serves(registered(t, both)), "the key of a root out of use must go")
	require.True(t, late.Serves(registered(t, late)))
}
