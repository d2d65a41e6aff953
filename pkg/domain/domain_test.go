package domain_test

import (
	"strings"
	"testing"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/stretchr/testify/require"
)

func TestSlugsHaveOneSpelling(t *testing.T) {
	for _, ok := range []string{"ab", "acme", "a1", "1a", "a-b", "a-b-c", strings.Repeat("a", 40)} {
		require.True(t, domain.ValidSlug(ok), ok)
	}
	for _, bad := range []string{"", "a", "A1", "-a", "a-", "a--b", "a_b", "a.b", "a b", "ab ", " ab", "ａｂ", "a\u200bb", "e\u0301x", "ab.", strings.Repeat("a", 41), "a/b", "a%2fb"} {
		require.False(t, domain.ValidSlug(bad), bad)
	}
}

func TestReservedNamesCannotBeTaken(t *testing.T) {
	for _, name := range []string{"api", "assets", "docs", "console", "healthz", "readyz", "version", "well-known"} {
		require.Error(t, domain.CheckTID(name), name)
	}
	// The console has pages of its own under these.
	for _, name := range []string{"callback", "invitation", "login", "logout", "playground", "register", "sign-in", "verify"} {
		require.Error(t, domain.CheckTID(name), name)
	}
	require.NoError(t, domain.CheckTID("acme"))
	require.Error(t, domain.CheckAID("well-known"))
	require.NoError(t, domain.CheckAID("default"))
}

func TestUserAndClientIDsCannotMeet(t *testing.T) {
	require.False(t, domain.ValidClientID("usr_x"))
	for _, bad := range []string{"", "a b", "a/b", "a\x00", "ä", strings.Repeat("a", 129), "a'--"} {
		require.False(t, domain.ValidClientID(bad), bad)
	}
	require.True(t, domain.ValidClientID("my-app_1"))
}

func TestOnePersonHasOneLogin(t *testing.T) {
	same := [][]string{
		{"Alice@Example.com", "alice@example.com", "ALICE@EXAMPLE.COM ", "ａlice@example.com"},
		{"straße", "STRASSE", "strasse"},
		{"é@x.example", "e\u0301@x.example"},
	}
	for _, group := range same {
		first, err := domain.CanonicalLogin(group[0])
		require.NoError(t, err)
		for _, other := range group[1:] {
			c, err := domain.CanonicalLogin(other)
			require.NoError(t, err)
			require.Equal(t, first, c)
		}
	}
	for _, bad := range []string{"", " ", "a@b@c", "a b", "a\u200bb", "a\u202eb", "a\x00b", "\xff", strings.Repeat("a", 400)} {
		_, err := domain.CanonicalLogin(bad)
		require.Error(t, err, bad)
	}
	require.Error(t, domain.CheckUsername("a@b"), "a username must not look like an address")
	require.NoError(t, domain.CheckEmail("a@b.example"))
	for _, bad := range []string{"a", "@b.example", "a@", "a@b", "a@.b", "a@b."} {
		require.Error(t, domain.CheckEmail(bad), bad)
	}
}

func TestPreviousMethodEndsOnItsDate(t *testing.T) {
	end := time.Unix(1000, 0)
	c := &domain.Client{TokenEndpointAuthMethod: oauth.MethodPrivateKeyJWT, TokenEndpointAuthMethodPrevious: oauth.MethodClientSecretBasic, TokenEndpointAuthMethodPreviousUntil: end}
	require.True(t, c.AuthMethodAllowed(oauth.MethodClientSecretBasic, end.Add(-time.Nanosecond)))
	require.False(t, c.AuthMethodAllowed(oauth.MethodClientSecretBasic, end))
	require.True(t, c.AuthMethodAllowed(oauth.MethodPrivateKeyJWT, end.Add(time.Hour)))
	require.False(t, c.AuthMethodAllowed("", end))
	require.Equal(t, []string{oauth.MethodPrivateKeyJWT, oauth.MethodClientSecretBasic}, c.AuthMethods(end.Add(-time.Nanosecond)))
	require.Equal(t, []string{oauth.MethodPrivateKeyJWT}, c.AuthMethods(end))
	alone := domain.Client{TokenEndpointAuthMethod: oauth.MethodNone}
	require.Equal(t, []string{oauth.MethodNone}, alone.AuthMethods(end))
}

func TestHashedSecretCannotKeyAMAC(t *testing.T) {
	hashed, sealed := domain.ClientSecret{Form: domain.SecretHMACv1}, domain.ClientSecret{Form: domain.SecretSealed}
	for _, method := range oauth.Methods() {
		require.Equal(t, oauth.UsesSecret(method) && method != oauth.MethodClientSecretJWT, hashed.Serves(method), method)
		require.Equal(t, oauth.UsesSecret(method), sealed.Serves(method), method)
	}
}

func TestIDTokenAlgorithmFollowsClientThenProfile(t *testing.T) {
	require.Equal(t, oauth.ES256, domain.DefaultSettings(domain.ProfileDefault).IDTokenAlg(&domain.Client{}))
	require.Equal(t, oauth.RS256, domain.DefaultSettings(domain.ProfileOIDCCore).IDTokenAlg(&domain.Client{}))
	require.Equal(t, oauth.PS256, domain.DefaultSettings(domain.ProfileOIDCCore).IDTokenAlg(&domain.Client{IDTokenSignedResponseAlg: oauth.PS256}))
}

func TestPKCEMayBeWaivedForConfidentialClientsOnly(t *testing.T) {
	s := domain.DefaultSettings(domain.ProfileOIDCCore)
	require.False(t, s.RequiresPKCE(&domain.Client{TokenEndpointAuthMethod: oauth.MethodClientSecretBasic}))
	require.True(t, s.RequiresPKCE(&domain.Client{TokenEndpointAuthMethod: oauth.MethodNone}))
	require.True(t, domain.DefaultSettings(domain.ProfileDefault).RequiresPKCE(&domain.Client{TokenEndpointAuthMethod: oauth.MethodClientSecretBasic}))
}
