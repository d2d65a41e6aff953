package suite_test

import (
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/services/standalone/suite/internal/browser"
	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/pki"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// door is an endpoint where clients authenticate.
type door struct {
	path string
	// request makes what, but for the credentials, is a sound request about the
	// client. settle looks afterwards whether the request had its effect, or none.
	request func(t testing.TB, g *ground, about *party.App) (form url.Values, settle func(t testing.TB, in bool))
	// opened expects the answer to a request that was let in.
	opened func(t testing.TB, a wire.Answer)
}

// doors are the endpoints, by their members of the metadata.
func doors() map[string]door {
	return map[string]door{
		"token_endpoint":         {"/oauth2/token", redemption, func(t testing.TB, a wire.Answer) { party.ReadTokens(t, a) }},
		"introspection_endpoint": {"/oauth2/introspect", question, func(t testing.TB, a wire.Answer) { require.True(t, a.Active(t)) }},
		"revocation_endpoint":    {"/oauth2/revoke", ending, func(t testing.TB, a wire.Answer) { require.Empty(t, a.Body) }},
		"pushed_authorization_request_endpoint": {"/par", pushing, func(t testing.TB, a wire.Answer) {
			require.Equal(t, http.StatusCreated, a.Status)
			require.NotEmpty(t, a.Text("request_uri"))
			require.Positive(t, a.Number("expires_in"))
		}},
	}
}

// redemption is of a code, which a refusal must not use up.
func redemption(t testing.TB, g *ground, about *party.App) (url.Values, func(testing.TB, bool)) {
	t.Helper()
	r := about.Authorize()
	code := r.ReadCode(t, r.Open(t, g.browser))
	form := party.Form("grant_type", "authorization_code", "code", code, "redirect_uri", about.RedirectURI, "code_verifier", r.Verifier)
	return form, func(t testing.TB, in bool) {
		if !in && !g.shut {
			party.ReadTokens(t, about.Credentials(t).Send(t, about.Workspace, "", "/oauth2/token", form))
		}
	}
}

// question is about the client's own token.
func question(t testing.TB, g *ground, about *party.App) (url.Values, func(testing.TB, bool)) {
	t.Helper()
	return party.Form("token", g.token(t, about)), func(testing.TB, bool) {}
}

// ending is of a token, which must live on after a refusal.
func ending(t testing.TB, g *ground, about *party.App) (url.Values, func(testing.TB, bool)) {
	t.Helper()
	token := g.token(t, about)
	return party.Form("token", token), func(t testing.TB, in bool) { require.Equal(t, !in, g.alive(t, token)) }
}

// pushing is of an authorization request.
func pushing(t testing.TB, _ *ground, about *party.App) (url.Values, func(testing.TB, bool)) {
	t.Helper()
	return about.Authorize().Values, func(testing.TB, bool) {}
}

// field is the ground on which one method is tried: two clients that use it at
// home, one in another workspace and one in another tenant, both under the id of
// the first, and one in a workspace that has shut the method out.
type field struct {
	method                                 string
	own, other, neighbour, foreigner, shut *party.App
	home, next, abroad, without            *ground
}

func newField(t testing.TB, n, abroad *party.Tenant, method string) *field {
	t.Helper()
	f := &field{method: method, home: newGround(t, n), next: newGround(t, n), abroad: newGround(t, abroad), without: newGround(t, n)}
	client := ways()[method].client
	f.own, f.other = client(t, f.home, nil), client(t, f.home, nil)
	f.neighbour, f.foreigner = client(t, f.next, map[string]any{"client_id": f.own.ID}), client(t, f.abroad, map[string]any{"client_id": f.own.ID})
	f.shut = client(t, f.without, nil)
	f.without.shutOut(t, f.shut)
	return f
}

func (f *field) ground(app *party.App) *ground {
	for _, g := range []*ground{f.home, f.next, f.abroad, f.without} {
		if g.Workspace == app.Workspace {
			return g
		}
	}
	return nil
}

// ground is a workspace with a user who is logged in, an authority whose
// certificates it believes, and a token by which all others may be asked about.
type ground struct {
	*party.Workspace

	authority *pki.Authority
	browser   *browser.Browser
	bearer    string
	// left are tokens of a client that gets no more of them, since the method
	// that it uses is shut out.
	left chan string
	shut bool
}

// doorsAndShots bounds how many tokens a client without its method needs.
const doorsAndShots = 8

func newGround(t testing.TB, n *party.Tenant) *ground {
	t.Helper()
	authority := party.Authority(t)
	g := &ground{Workspace: n.NewWorkspace(t, map[string]any{"tls_client_auth_root_cas": authority.PEM()}), authority: authority}
	g.browser = g.Browser(t)
	g.NewApp(t, map[string]any{"trusted": true}).Authorize().Code(t, g.browser, g.NewUser(t))
	inspector := g.NewApp(t, map[string]any{"grant_types": []string{"client_credentials"}, "redirect_uris": nil, "response_types": nil, "scope": "introspect_tokens"})
	g.bearer = party.ReadTokens(t, inspector.Token(t, "grant_type", "client_credentials")).Access
	return g
}

// shutOut takes the client's method from the workspace's list.
func (g *ground) shutOut(t testing.TB, app *party.App) {
	t.Helper()
	g.left = make(chan string, doorsAndShots)
	for range doorsAndShots {
		g.left <- g.token(t, app)
	}
	g.shut = true
	rest := slices.DeleteFunc(clientauth.Methods(), func(m string) bool { return m == app.Method })
	g.Tenant.Must(t, http.MethodPatch, "/workspaces/"+g.AID, map[string]any{"token_endpoint_auth_methods": rest})
}

// token is a live access token of the client's.
func (g *ground) token(t testing.TB, app *party.App) string {
	t.Helper()
	if g.shut {
		return <-g.left
	}
	r := app.Authorize()
	return party.ReadTokens(t, r.Redeem(t, r.ReadCode(t, r.Open(t, g.browser)))).Access
}

func (g *ground) alive(t testing.TB, token string) bool {
	t.Helper()
	return g.Post(t, 0, "/oauth2/introspect", party.Form("token", token).Encode(), "Content-Type", formType, "Authorization", "Bearer "+g.bearer).Active(t)
}
