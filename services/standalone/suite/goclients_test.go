package suite_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/stretchr/testify/require"
	"github.com/zitadel/oidc/v3/pkg/client"
	"github.com/zitadel/oidc/v3/pkg/client/rp"
	zitadel "github.com/zitadel/oidc/v3/pkg/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"

	"github.com/signet-authz/signet/services/standalone/suite/internal/jose"
	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
)

// golang.org/x/oauth2 with every way that it has to show a secret or an
// assertion, and coreos/go-oidc for what comes of it.
func TestGoLibrariesAuthenticateByEveryMethod(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		provider, err := oidc.NewProvider(t.Context(), w.Issuer())
		require.NoError(t, err)
		verifier := provider.Verifier(&oidc.Config{SkipClientIDCheck: true})
		basic, post := w.NewApp(t, nil), w.NewApp(t, map[string]any{"token_endpoint_auth_method": "client_secret_post"})
		key, mac := w.NewKeyApp(t, nil, jose.NewKey(t, "ES256")), w.NewMACApp(t, nil)
		assertion := func(app *party.App) url.Values { return party.Asserted(app.Assertion(t)).Form }
		for name, c := range map[string]struct {
			app    *party.App
			config clientcredentials.Config
		}{
			"client_secret_basic":            {basic, clientcredentials.Config{ClientSecret: basic.Secret, AuthStyle: oauth2.AuthStyleInHeader}},
			"client_secret_post":             {post, clientcredentials.Config{ClientSecret: post.Secret, AuthStyle: oauth2.AuthStyleInParams}},
			"client_secret_basic, found out": {basic, clientcredentials.Config{ClientSecret: basic.Secret}},
			"client_secret_post, found out":  {post, clientcredentials.Config{ClientSecret: post.Secret}},
			"private_key_jwt":                {key, clientcredentials.Config{AuthStyle: oauth2.AuthStyleInParams, EndpointParams: assertion(key)}},
			"client_secret_jwt":              {mac, clientcredentials.Config{AuthStyle: oauth2.AuthStyleInParams, EndpointParams: assertion(mac)}},
		} {
			c.config.ClientID, c.config.TokenURL, c.config.Scopes = c.app.ID, provider.Endpoint().TokenURL, []string{"profile"}
			token, err := c.config.Token(t.Context())
			require.NoError(t, err, name)
			claims, err := verifier.Verify(t.Context(), token.AccessToken)
			require.NoError(t, err, name)
			require.Equal(t, c.app.ID, claims.Subject, name)
		}
	})
}

// zitadel/oidc signs assertions by go-jose, with the issuer as the one element
// of an array.
func TestAnotherLibrarysAssertionsAreTaken(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		user, key := w.NewUser(t), jose.NewKey(t, "RS256")
		app := w.NewKeyApp(t, nil, key)
		relying, err := rp.NewRelyingPartyOIDC(t.Context(), w.Issuer(), app.ID, "", app.RedirectURI, strings.Fields(party.Scopes))
		require.NoError(t, err)
		signer, err := client.NewSignerFromPrivateKeyByte([]byte(key.PEM(t)), key.ID)
		require.NoError(t, err)
		assertion, err := client.SignedJWTProfileAssertion(app.ID, []string{w.Issuer()}, time.Minute, signer)
		require.NoError(t, err)

		verifier := party.NewVerifier()
		p := party.LogIn(t, w.Browser(t).Open(t, rp.AuthURL("state-3", relying, rp.WithCodeChallenge(zitadel.NewSHACodeChallenge(verifier)))), user).Press(t, "consent-accept")
		require.NotNil(t, p.Landing, p.Text())
		tokens, err := rp.CodeExchange[*zitadel.IDTokenClaims](t.Context(), p.Answer().Get("code"), relying, rp.WithCodeVerifier(verifier), rp.WithClientAssertionJWT(assertion))
		require.NoError(t, err)
		require.Equal(t, user.ID, tokens.IDTokenClaims.Subject)
	})
}
