package party

import (
	"crypto/tls"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/signet-authz/signet/services/standalone/suite/internal/jose"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// Callback is the redirect URI of applications that do not choose another.
const Callback = "https://app.example/cb"

// Scopes are what applications register unless they choose otherwise.
const Scopes = "openid profile email offline_access"

// App is a client application.
type App struct {
	Workspace   *Workspace
	ID          string
	Secret      string
	Method      string
	RedirectURI string
	Scope       string
	// Key signs the client's assertions, where its method has any.
	Key *jose.Key
	// Certificate is what the client shows, where its method wants one, and
	// Former one of its own whose time is over.
	Certificate, Former *tls.Certificate
}

// NewApp registers a client. The metadata given is laid over that of a
// confidential web application with client_secret_basic, all three grants and
// one redirect URI; a nil value leaves a member out.
func (w *Workspace) NewApp(t testing.TB, metadata map[string]any) *App {
	t.Helper()
	body := map[string]any{
		"client_name": "App " + Name("a"), "redirect_uris": []string{Callback}, "scope": Scopes, "response_types": []string{"code"},
		"grant_types":                []string{"authorization_code", "refresh_token", "client_credentials"},
		"token_endpoint_auth_method": "client_secret_basic",
	}
	for k, v := range metadata {
		body[k] = v
		if v == nil {
			delete(body, k)
		}
	}
	if body["token_endpoint_auth_method"] == "none" && metadata["grant_types"] == nil {
		body["grant_types"] = []string{"authorization_code", "refresh_token"}
	}
	a := w.Must(t, http.MethodPost, "/clients", body)
	app := &App{Workspace: w, ID: a.Text("client_id"), Secret: a.Text("client_secret"), Method: a.Text("token_endpoint_auth_method"), Scope: a.Text("scope"), RedirectURI: Callback}
	if app.ID == "" || (app.Secret != "") != strings.HasPrefix(app.Method, "client_secret_") {
		t.Fatalf("not a registration: %d: %s", a.Status, a)
	}
	if uris, ok := a.JSON()["redirect_uris"].([]any); ok && len(uris) > 0 {
		app.RedirectURI, _ = uris[0].(string)
	}
	return app
}

// Public is a public client for browsers or phones.
func (w *Workspace) Public(t testing.TB, metadata map[string]any) *App {
	t.Helper()
	all := map[string]any{"token_endpoint_auth_method": "none"}
	for k, v := range metadata {
		all[k] = v
	}
	return w.NewApp(t, all)
}

// Patch changes the client through the admin API.
func (a *App) Patch(t testing.TB, fields map[string]any) wire.Answer {
	t.Helper()
	return a.Workspace.Must(t, http.MethodPatch, "/clients/"+a.ID, fields)
}

// Basic is the value of an Authorization header with id and secret, encoded as
// RFC 6749, section 2.3.1 has it.
func Basic(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(url.QueryEscape(id)+":"+url.QueryEscape(secret)))
}

// Form makes form values from pairs of name and value; an empty value leaves
// the name out.
func Form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Add(pairs[i], pairs[i+1])
		}
	}
	return v
}

// Call posts a form, given as pairs, to an endpoint with the client's own
// credentials.
func (a *App) Call(t testing.TB, node int, path string, pairs ...string) wire.Answer {
	t.Helper()
	if a.Certificate != nil {
		return a.Credentials(t).Send(t, a.Workspace, "", path, Form(pairs...))
	}
	return wire.Do(t, a.Request(t, node, path, pairs...))
}

// Request is what Call would send, for clients without a certificate.
func (a *App) Request(t testing.TB, node int, path string, pairs ...string) *http.Request {
	t.Helper()
	return a.Credentials(t).Request(t, a.Workspace, node, path, Form(pairs...))
}

// Token calls the token endpoint with the client's own credentials.
func (a *App) Token(t testing.TB, pairs ...string) wire.Answer {
	t.Helper()
	return a.Call(t, 0, "/oauth2/token", pairs...)
}

// Refresh uses a refresh token.
func (a *App) Refresh(t testing.TB, token string, pairs ...string) wire.Answer {
	t.Helper()
	return a.Token(t, append([]string{"grant_type", "refresh_token", "refresh_token", token}, pairs...)...)
}

// Introspect asks about a token.
func (a *App) Introspect(t testing.TB, token string) wire.Answer {
	t.Helper()
	return a.Call(t, 0, "/oauth2/introspect", "token", token)
}

// Active tells whether introspection at the node finds the token active.
func (a *App) Active(t testing.TB, node int, token string) bool {
	t.Helper()
	return a.Call(t, node, "/oauth2/introspect", "token", token).Active(t)
}

// Revoke ends a token.
func (a *App) Revoke(t testing.TB, token string) wire.Answer {
	t.Helper()
	return a.Call(t, 0, "/oauth2/revoke", "token", token)
}

// Tokens are what the token endpoint gave.
type Tokens struct {
	Access, Refresh, ID, Scope string
	ExpiresIn                  int64
}

// ReadTokens reads a token answer, which must be one.
func ReadTokens(t testing.TB, a wire.Answer) Tokens {
	t.Helper()
	if a.Status != http.StatusOK || a.Text("access_token") == "" {
		t.Fatalf("no tokens: %d: %s", a.Status, a)
	}
	return Tokens{
		Access: a.Text("access_token"), Refresh: a.Text("refresh_token"), ID: a.Text("id_token"),
		Scope: a.Text("scope"), ExpiresIn: a.Number("expires_in"),
	}
}
