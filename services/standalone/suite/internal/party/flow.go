package party

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"github.com/signet-authz/signet/services/standalone/suite/internal/browser"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// Request is an authorization request of one client.
type Request struct {
	App      *App
	Values   url.Values
	Verifier string
}

// Challenge is the S256 challenge of a PKCE verifier.
func Challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// NewVerifier makes a PKCE verifier.
func NewVerifier() string { return rand.Text() + rand.Text() }

// Authorize makes an authorization request with all that a careful client
// sends. Pairs of name and value change it; an empty value removes a parameter.
func (a *App) Authorize(pairs ...string) *Request {
	r := &Request{App: a, Verifier: NewVerifier()}
	r.Values = Form(
		"response_type", "code", "client_id", a.ID, "redirect_uri", a.RedirectURI, "scope", a.Scope, "state", rand.Text(), "nonce", rand.Text(),
		"code_challenge", Challenge(r.Verifier), "code_challenge_method", "S256",
	)
	return r.With(pairs...)
}

// With changes the request.
func (r *Request) With(pairs ...string) *Request {
	for i := 0; i+1 < len(pairs); i += 2 {
		r.Values.Del(pairs[i])
		if pairs[i+1] != "" {
			r.Values.Set(pairs[i], pairs[i+1])
		}
	}
	return r
}

// URL is the address to open.
func (r *Request) URL() string {
	return r.App.Workspace.Address("/oauth2/authorize") + "?" + r.Values.Encode()
}

// Open opens the request in a browser.
func (r *Request) Open(t testing.TB, b *browser.Browser) *browser.Page {
	t.Helper()
	return b.Open(t, r.URL())
}

// LogIn fills in the login page.
func LogIn(t testing.TB, p *browser.Page, u User) *browser.Page {
	t.Helper()
	return p.Press(t, "login-submit", "login", u.Email, "password", u.Password)
}

// Walk opens the request and goes through whatever pages come, as the user:
// login, consent, until the browser leaves or a page asks for neither.
func (r *Request) Walk(t testing.TB, b *browser.Browser, u User) *browser.Page {
	t.Helper()
	p := r.Open(t, b)
	for range 3 {
		switch {
		case p.Landing != nil:
			return p
		case p.Has("login-submit"):
			p = LogIn(t, p, u)
		case p.Has("consent-accept"):
			p = p.Press(t, "consent-accept")
		default:
			return p
		}
	}
	return p
}

// Code walks the request to its code. The answer must be one to this request.
func (r *Request) Code(t testing.TB, b *browser.Browser, u User) string {
	t.Helper()
	p := r.Walk(t, b, u)
	if p.Landing == nil {
		t.Fatalf("the flow ended at %s (%d):\n%s", p.URL.Path, p.Status, p.Text())
	}
	return r.ReadCode(t, p)
}

// ReadCode reads the code off the answer, which must be one to this request.
func (r *Request) ReadCode(t testing.TB, p *browser.Page) string {
	t.Helper()
	answer := p.Answer()
	if !strings.HasPrefix(p.Landing.String(), r.Values.Get("redirect_uri")) {
		t.Fatalf("the browser was sent to %s, not to %s", p.Landing.Redacted(), r.Values.Get("redirect_uri"))
	}
	if answer.Get("state") != r.Values.Get("state") || answer.Get("iss") != r.App.Workspace.Issuer() {
		t.Fatalf("state or iss of the answer are wrong: %v", answer)
	}
	if answer.Get("code") == "" {
		t.Fatalf("no code but error=%s: %s", answer.Get("error"), answer.Get("error_description"))
	}
	return answer.Get("code")
}

// Redeem sends the code to the token endpoint with what belongs to it. Pairs
// change the form; an empty value removes a parameter.
func (r *Request) Redeem(t testing.TB, code string, pairs ...string) wire.Answer {
	t.Helper()
	return r.RedeemAt(t, 0, code, pairs...)
}

// RedeemAt is Redeem at a node.
func (r *Request) RedeemAt(t testing.TB, node int, code string, pairs ...string) wire.Answer {
	t.Helper()
	return r.App.Call(t, node, "/oauth2/token", r.redemption(code, pairs)...)
}

func (r *Request) redemption(code string, pairs []string) []string {
	form := Form("grant_type", "authorization_code", "code", code, "redirect_uri", r.Values.Get("redirect_uri"), "code_verifier", r.Verifier)
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	var out []string
	for name := range form {
		out = append(out, name, form.Get(name))
	}
	return out
}

// Tokens walks the whole flow in the browser and redeems the code.
func (r *Request) Tokens(t testing.TB, b *browser.Browser, u User) Tokens {
	t.Helper()
	return ReadTokens(t, r.Redeem(t, r.Code(t, b, u)))
}

// LogUserIn walks a whole flow in a new browser: the app ends with tokens, the
// browser with a session.
func (a *App) LogUserIn(t testing.TB, u User) (Tokens, *browser.Browser) {
	t.Helper()
	b := a.Workspace.Browser(t)
	return a.Authorize().Tokens(t, b, u), b
}
