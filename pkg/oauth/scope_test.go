package oauth_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestScopeSyntaxIsThatOfRFC6749(t *testing.T) {
	for _, bad := range []string{" ", "a  b", " a", "a ", "a\tb", `a"b`, `a\b`, "ä", "a\x00", strings.Repeat("x ", oauth.MaxScopeValues) + "x"} {
		_, err := oauth.ParseScope(bad)
		require.Error(t, err, bad)
	}
	s, err := oauth.ParseScope("openid a:b openid https://x.example/y")
	require.NoError(t, err)
	require.Equal(t, "openid a:b https://x.example/y", s.String())
	s, err = oauth.ParseScope("")
	require.NoError(t, err)
	require.Nil(t, s)
}

func TestScopeAlgebra(t *testing.T) {
	values := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}), func(s string) string { return s })
	rapid.Check(t, func(t *rapid.T) {
		a, b := oauth.Scope(values.Draw(t, "a")), oauth.Scope(values.Draw(t, "b"))
		union := a.Union(b)
		require.True(t, a.Within(union))
		require.True(t, b.Within(union))
		require.Len(t, union, len(a)+len(b.Missing(a)))
		require.Equal(t, len(a.Missing(b)) == 0, a.Within(b))
	})
}

func TestVerifierBelongsToItsChallengeOnly(t *testing.T) {
	// RFC 7636, appendix B.
	const verifier, challenge = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
	require.True(t, oauth.ValidCodeChallenge(challenge))
	require.True(t, oauth.VerifyCodeVerifier(challenge, verifier))
	for _, bad := range []string{"", challenge, verifier[:42], verifier + strings.Repeat("a", 86), verifier[:42] + "!", verifier[:42] + "l", verifier + "="} {
		require.False(t, oauth.VerifyCodeVerifier(challenge, bad), bad)
	}
	for _, bad := range []string{"", challenge[:42], challenge + "A", challenge[:42] + "=", challenge[:42] + "N", verifier[:42] + "+"} {
		require.False(t, oauth.ValidCodeChallenge(bad), bad)
	}
}

func TestReasonsNeverReachTheWireFields(t *testing.T) {
	cause := errors.New("pq: secret detail")
	e := oauth.ErrInvalidGrant.Because("code was used", cause)
	require.ErrorIs(t, e, oauth.ErrInvalidGrant)
	require.ErrorIs(t, e, cause)
	require.NotErrorIs(t, e, oauth.ErrInvalidClient)
	require.Equal(t, oauth.ErrInvalidGrant.Description, e.Description)
	require.Contains(t, e.Error(), "secret detail", "operators see it")
	require.Empty(t, oauth.ErrInvalidGrant.Reason(), "the table itself is never changed")
	require.Equal(t, "server_error", oauth.AsError(cause).Code)
}

func TestDescriptionsArePlainASCII(t *testing.T) {
	for _, e := range []*oauth.Error{
		oauth.ErrInvalidRequest, oauth.ErrInvalidClient, oauth.ErrInvalidGrant, oauth.ErrUnauthorizedClient, oauth.ErrUnsupportedGrantType, oauth.ErrInvalidScope,
		oauth.ErrAccessDenied, oauth.ErrUnsupportedResponseType, oauth.ErrServerError, oauth.ErrTemporarilyUnavailable, oauth.ErrTooManyRequests, oauth.ErrUnsupportedTokenType,
		oauth.ErrInvalidTarget, oauth.ErrInvalidToken, oauth.ErrInsufficientScope, oauth.ErrLoginRequired, oauth.ErrConsentRequired, oauth.ErrInteractionRequired,
		oauth.ErrAccountSelectionRequired, oauth.ErrRequestNotSupported, oauth.ErrRequestURINotSupported, oauth.ErrRegistrationNotSupported,
	} {
		require.NotEmpty(t, e.Code)
		require.NotEmpty(t, e.RFC, e.Code)
		for _, r := range e.Description {
			require.True(t, r >= 0x20 && r < 0x7F && r != '"' && r != '\\', "%s: %q", e.Code, r)
		}
	}
}
