package authorization_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

const headingClient = "We do not know this app"

// AZ-01, AZ-02
func TestClientsThatCannotBeServedLookTheSame(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("off", func(c *domain.Client) { c.Disabled = true })
	p.client("gone")
	_, err := p.data.DeleteClient(t.Context(), "gone", created("client.delete"))
	require.NoError(t, err)
	b := h.browser()
	want := withoutReference(b.open(p.authorizeURL("nobody")).Body)
	for _, id := range []string{"off", "gone", "", "' OR 1=1--", "usr_x", "a/b", "ä", strings.Repeat("a", 129), strings.Repeat("a", 8<<10)} {
		a := b.open(p.authorizeURL("x", "client_id", id))
		require.Equal(t, headingClient, a.errorPage(http.StatusBadRequest), id)
		require.Equal(t, want, withoutReference(a.Body))
	}
	b.open(p.authorizeURL("x", "client_id", "a\x00b")).errorPage(http.StatusBadRequest)
	b.open(p.authorizeURL("x", "client_id", strings.Repeat("a", 1<<20))).errorPage(http.StatusBadRequest)
}

// AZ-03, AZ-05, AZ-06, AZ-10, AZ-13, AZ-15, AZ-21, AZ-25, AZ-27, PK-01, PK-02, PK-03
func TestFaultyRequestsAreReportedToTheClient(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	for _, id := range []string{"app", "spa", "narrow", "machine"} {
		p.client(id, func(c *domain.Client) {
			c.Trusted = true
			switch id {
			case "spa":
				c.TokenEndpointAuthMethod = oauth.MethodNone
			case "narrow":
				c.ResponseModes, c.Scope = []string{oauth.ResponseModeQuery}, oauth.Scope{"openid"}
			case "machine":
				c.GrantTypes, c.ResponseTypes = []string{oauth.GrantClientCredentials}, nil
			}
		})
	}
	p.user("alice")
	b := h.browser()
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret)) // a session must change nothing
	many := make([]string, 1000)
	for i := range many {
		many[i] = "s" + strconv.Itoa(i)
	}
	for i, c := range []struct {
		client, code string
		pairs        []string
	}{
		{"app", "invalid_request", []string{"response_type", ""}},
		{"app", "unsupported_response_type", []string{"response_type", "token"}},
		{"app", "unsupported_response_type", []string{"response_type", "code id_token"}},
		{"machine", "unauthorized_client", nil},
		{"narrow", "invalid_request", []string{"response_mode", "fragment"}},
		{"narrow", "invalid_request", []string{"response_mode", "form_post"}},
		{"app", "invalid_request", []string{"response_mode", "web_message"}},
		{"app", "invalid_request", []string{"response_mode", "Query"}},
		{"app", "invalid_scope", []string{"scope", "openid nope"}},
		{"narrow", "invalid_scope", []string{"scope", "openid profile"}},
		{"app", "invalid_scope", []string{"scope", "openid  profile"}},
		{"app", "invalid_scope", []string{"scope", " openid"}},
		{"app", "invalid_scope", []string{"scope", `openid"`}},
		{"app", "invalid_scope", []string{"scope", "OpenID"}},
		{"app", "invalid_scope", []string{"scope", strings.Join(many, " ")}},
		{"narrow", "invalid_scope", []string{"scope", ""}}, // none is a default scope of the client
		{"app", "invalid_request", []string{"code_challenge", "", "code_challenge_method", ""}},
		{"spa", "invalid_request", []string{"code_challenge", "", "code_challenge_method", ""}},
		{"app", "invalid_request", []string{"code_challenge", ""}},
		{"app", "invalid_request", []string{"code_challenge_method", ""}},
		{"app", "invalid_request", []string{"code_challenge_method", "plain"}},
		{"app", "invalid_request", []string{"code_challenge_method", "s256"}},
		{"app", "invalid_request", []string{"code_challenge_method", "S512"}},
		{"app", "invalid_request", []string{"code_challenge", "short"}},
		{"app", "invalid_request", []string{"code_challenge", challenge()[:42] + "="}},
		{"app", "invalid_request", []string{"prompt", "none login"}},
		{"app", "invalid_request", []string{"prompt", "create"}},
		{"app", "invalid_request", []string{"prompt", "login  consent"}},
		{"app", "invalid_request", []string{"max_age", "-1"}},
		{"app", "invalid_request", []string{"max_age", "-0"}},
		{"app", "invalid_request", []string{"max_age", "+1"}},
		{"app", "invalid_request", []string{"max_age", "1e9"}},
		{"app", "invalid_request", []string{"max_age", "1.5"}},
		{"app", "invalid_request", []string{"max_age", "soon"}},
		{"app", "invalid_request", []string{"max_age", "99999999999999999999"}},
		{"app", "invalid_request", []string{"nonce", strings.Repeat("n", 8<<10)}},
		{"app", "invalid_target", []string{"resource", "files"}},
		{"app", "invalid_target", []string{"resource", "https://files.example#x"}},
		{"app", "invalid_target", []string{"resource", "https://other.example"}},
		{"narrow", "invalid_target", []string{"resource", "https://files.example", "scope", "openid"}},
		{"app", "registration_not_supported", []string{"registration", "{}"}},
		{"app", "request_not_supported", []string{"request", "e30.e30."}},
		{"app", "request_uri_not_supported", []string{"request_uri", "https://evil.example/r"}},
		{"app", "invalid_request", []string{"id_token_hint", "x.y.z"}},
	} {
		t.Run(fmt.Sprint(i, " ", c.pairs), func(t *testing.T) {
			p.refused(b.open(p.authorizeURL(c.client, c.pairs...)), c.code)
		})
	}
	for _, name := range []string{"scope", "nonce", "code_challenge", "response_mode", "prompt", "max_age"} {
		p.refused(b.open(p.authorizeURL("app")+"&"+name+"=a&"+name+"=b"), "invalid_request")
	}
	twice := b.open(p.authorizeURL("app") + "&state=other").response(callback)
	require.Equal(t, "invalid_request", twice.Get("error"))
	require.Empty(t, twice.Get("state"), "of two states neither is the right one")
	both := p.authorizeURL("app", "request", "x", "request_uri", "urn:x")
	b.open(both).errorPage(http.StatusBadRequest)
	b.open(p.authorizeURL("app", "resource", "") + strings.Repeat("&resource=https://files.example", 50)).response(callback)
}

// AZ-09
func TestLongStatesAreEchoedOrRefusedButNeverCut(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app", func(c *domain.Client) { c.Trusted = true })
	p.user("alice")
	b := h.browser()
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret))
	for _, state := range []string{"", "x", strings.Repeat("é~", 500), "<script>&\"'%0d%0a", strings.Repeat("s", 8<<10)} {
		a := b.open(p.authorizeURL("app", "state", state)).response(callback)
		require.NotEmpty(t, a.Get("code"))
		require.Equal(t, state, a.Get("state"))
	}
	for _, mode := range []string{"", "fragment", "bogus"} {
		a := b.open(p.authorizeURL("app", "state", strings.Repeat("s", 9<<10), "response_mode", mode)).response(callback)
		require.Equal(t, "invalid_request", a.Get("error"))
		require.Empty(t, a.Get("state"))
	}
	b.open(p.authorizeURL("app", "state", strings.Repeat("s", 64<<10))).errorPage(http.StatusBadRequest)
	b.open(p.authorizeURL("app", "state", "a\r\nSet-Cookie: x=1")).errorPage(http.StatusBadRequest)
	require.NotEmpty(t, b.open(p.authorizeURL("app", "nonce", strings.Repeat("n", 1000))).response(callback).Get("code"))
	require.NotEmpty(t, b.open(p.authorizeURL("app", "nonce", "")).response(callback).Get("code"))
}

// AZ-11
func TestPromptNoneShowsNothing(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	b := h.browser()
	p.refused(b.open(p.authorizeURL("app", "prompt", "none")), "login_required")
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret).consent("accept"))
	p.code(b.open(p.authorizeURL("app", "prompt", "none")))
	h.clock.Advance(2 * time.Hour)
	p.refused(b.open(p.authorizeURL("app", "prompt", "none", "max_age", "3600")), "login_required")
}

// AZ-14
func TestPromptLoginCannotBeBypassed(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.client("first", func(c *domain.Client) { c.Trusted = true })
	p.user("alice")
	b := h.browser()
	first := p.redeem(p.code(b.open(p.authorizeURL("app")).logIn("alice", secret).consent("accept")))

	for _, prompt := range []string{"login", "select_account", "login consent"} {
		again := b.open(p.authorizeURL("app", "prompt", prompt))
		require.True(t, again.isLogin(), prompt)
		_, form := again.form()
		tx := form.Get("tx")
		// Going to consent without the login leads to the login, whatever the
		// clocks say of the session.
		require.True(t, b.open(p.url("/consent?tx="+tx)).isLogin())
		require.True(t, b.open(p.url("/consent?proof=x&tx="+tx)).isLogin())
		p.refused(again.submit("action", "cancel"), "access_denied")
	}

	h.clock.Advance(time.Minute)
	forced := b.open(p.authorizeURL("app", "prompt", "login consent"))
	consent := forced.logIn("alice", secret)
	afterLogin := consent.URL.String()
	second := p.redeem(p.code(consent.consent("accept")))
	require.Equal(t, h.clock.Now(), second.AuthTime)
	require.True(t, second.AuthTime.After(first.AuthTime))
	require.NotEqual(t, first.SessionID, second.SessionID)

	// The address after the login, once the flow is done, or with another's proof.
	b.open(afterLogin).errorPage(http.StatusBadRequest)
	proof := consent.URL.Query().Get("proof")
	require.NotEmpty(t, proof)
	_, form := b.open(p.authorizeURL("app", "prompt", "login consent")).form()
	require.True(t, b.open(p.url("/consent?proof="+proof+"&tx="+form.Get("tx"))).isLogin(), "a proof fits one transaction")

	trusted := b.open(p.authorizeURL("first", "prompt", "login"))
	require.True(t, trusted.isLogin())
	p.code(trusted.logIn("alice", secret))
}

// AZ-15
func TestMaxAgeForcesALogin(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.client("strict", func(c *domain.Client) { c.DefaultMaxAge, c.Trusted = time.Minute, true })
	p.user("alice")
	b := h.browser()
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret).consent("accept"))

	require.True(t, b.open(p.authorizeURL("app", "max_age", "0")).isLogin())
	p.code(b.open(p.authorizeURL("app", "max_age", "1")))
	h.clock.Advance(time.Second)
	old := b.open(p.authorizeURL("app", "max_age", "1"))
	require.True(t, old.isLogin())
	h.clock.Advance(10 * time.Second)
	code := p.redeem(p.code(old.logIn("alice", secret)))
	require.Equal(t, h.clock.Now(), code.AuthTime)
	p.code(b.open(p.authorizeURL("app", "max_age", "2147483647")))

	p.code(b.open(p.authorizeURL("strict")))
	h.clock.Advance(time.Minute)
	require.True(t, b.open(p.authorizeURL("strict")).isLogin(), "default_max_age of the client")

	// A login that grows too old while the user thinks is not taken.
	b2 := h.browser()
	p.user("bob")
	b2.open(p.url("/account")).logIn("bob", secret)
	slow := b2.open(p.authorizeURL("app", "max_age", "60"))
	require.True(t, slow.isConsent())
	h.clock.Advance(2 * time.Minute)
	p.refused(slow.consent("accept"), "login_required")
	require.Empty(t, p.events("consent.give")[1:], "nothing was kept of it")
}

func TestHintsSayWhoseAnswerIsWanted(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.client("first", func(c *domain.Client) { c.Trusted = true })
	alice := p.user("alice")
	p.user("bob")
	hint := p.idToken(map[string]any{"sub": alice.UserID, "aud": "app"})
	b := h.browser()
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret).consent("accept"))
	p.code(b.open(p.authorizeURL("app", "prompt", "none", "id_token_hint", hint)))

	other := h.browser()
	p.code(other.open(p.authorizeURL("app")).logIn("bob", secret).consent("accept"))
	p.refused(other.open(p.authorizeURL("app", "prompt", "none", "id_token_hint", hint)), "login_required")
	claims := `{"id_token":{"sub":{"value":"` + alice.UserID + `"}}}`
	p.refused(other.open(p.authorizeURL("app", "prompt", "none", "claims", claims)), "login_required")
	for _, client := range []string{"app", "first"} {
		page := other.open(p.authorizeURL(client, "id_token_hint", hint))
		require.True(t, page.isLogin())
		p.refused(page.logIn("bob", secret), "login_required")
		page = other.open(p.authorizeURL(client, "id_token_hint", hint))
		require.NotEmpty(t, p.code(page.logIn("alice", secret)))
		p.code(other.open(p.authorizeURL("app", "prompt", "login")).logIn("bob", secret))
	}
	for name, bad := range map[string]string{
		"access token": p.token("at+jwt", map[string]any{"sub": alice.UserID, "aud": "app"}), "other issuer": p.idToken(map[string]any{"iss": "https://evil.example", "sub": alice.UserID, "aud": "app"}),
		"no subject": p.idToken(map[string]any{"aud": "app"}), "altered": hint[:len(hint)-6] + "AAAAAA",
	} {
		p.refused(b.open(p.authorizeURL("app", "id_token_hint", bad)), "invalid_request")
		require.NotEmpty(t, name)
	}
}

// AZ-17
func TestClaimsParameterIsBoundedAndGoesNoFurtherThanConsent(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.client("narrow", func(c *domain.Client) { c.Scope = oauth.Scope{"openid"} })
	p.user("alice")
	b := h.browser()
	ask := func(client, claims string) *answer {
		return b.open(p.authorizeURL(client, "scope", "openid", "claims", claims))
	}
	p.code(b.open(p.authorizeURL("app", "scope", "openid")).logIn("alice", secret).consent("accept"))
	for name, bad := range map[string]string{
		"not JSON": "{", "array": "[]", "string": `"x"`, "trailing": "{}{}", "deep": strings.Repeat(`{"a":`, 1000) + "1" + strings.Repeat("}", 1000),
		"deep array": `{"id_token":{"x":{"values":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + `}}}`,
		"twice":      `{"id_token":{},"id_token":{"email":null}}`, "twice within": `{"id_token":{"sub":null,"sub":{"value":"x"}}}`,
		"kind": `{"id_token":{"email":5}}`, "list": `{"id_token":["email"]}`, "long": `{"id_token":{"` + strings.Repeat("x", 9<<10) + `":null}}`,
	} {
		a := ask("app", bad)
		require.Equal(t, "invalid_request", a.response(callback).Get("error"), name)
	}
	b.open(p.authorizeURL("app", "claims", strings.Repeat("x", 1<<20))).errorPage(http.StatusBadRequest)

	p.code(ask("app", `{"id_token":{"auth_time":{"essential":true},"unknown":null},"else":{"x":1}}`))
	asked := ask("app", `{"userinfo":{"email":{"essential":true}},"id_token":{"given_name":null}}`)
	require.True(t, asked.isConsent(), "a claim needs the consent that its scope needs")
	require.Contains(t, asked.Body, "e-mail")
	code := p.redeem(p.code(asked.consent("accept")))
	require.Equal(t, oauth.Scope{"openid"}, code.Scope, "the scope is what was asked for")
	require.Equal(t, []string{"email"}, code.UserInfoClaims)
	require.Equal(t, []string{"given_name"}, code.IDTokenClaims)
	p.code(ask("app", `{"userinfo":{"email":null}}`))

	denied := p.redeem(p.code(ask("narrow", `{"userinfo":{"email":null}}`).consent("accept")))
	require.Empty(t, denied.UserInfoClaims, "a client gets no claim that its scope could not reveal")
	p.refused(ask("app", `{"id_token":{"acr":{"essential":true,"values":["urn:mace:incommon:iap:silver"]}}}`), "access_denied")
	p.code(ask("app", `{"id_token":{"acr":{"values":["urn:mace:incommon:iap:silver"]}}}`))
}

// AZ-18, AZ-19, CN-09
func TestHintsOfStyleAreBoundedAndEscaped(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	b := h.browser()
	require.Contains(t, b.open(p.authorizeURL("app", "ui_locales", "de en")).Body, `<html lang="de"`)
	for _, locales := range []string{"../../etc/passwd", "xx-yy", strings.Repeat("zz ", 5000), "x\u202e"} {
		require.Contains(t, b.open(p.authorizeURL("app", "ui_locales", locales)).Body, `<html lang="en"`)
	}
	for _, hint := range []string{`"><script>alert(1)</script>`, "<img src=x onerror=1>", strings.Repeat("h", 15<<10)} {
		a := b.open(p.authorizeURL("app", "login_hint", hint))
		require.True(t, a.isLogin())
		require.NotContains(t, a.Body, "<script>alert")
		require.NotContains(t, a.Body, "<img src=x")
		require.NotContains(t, a.Body, strings.Repeat("h", 400))
	}
	for _, path := range []string{"/oauth2/authorize", "/login", "/consent", "/oidc/logout", "/nothing"} {
		a := b.send(http.MethodGet, p.url(path)+"?error=%3Cscript%3Ex&error_description=%3Cscript%3Ex&error_uri=javascript:x&error_hint=%3Cscript%3Ex", "")
		require.NotContains(t, a.Body, "script>x")
		require.NotContains(t, a.Body, "javascript:")
	}
}

// AZ-22, AZ-23, AZ-29
func TestAuthorizeTakesGETAndPOSTAlikeAndNothingElse(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	b := h.browser()
	address := p.url("/oauth2/authorize")
	page := b.follow(b.send(http.MethodPost, address, query("app").Encode(), "Sec-Fetch-Site", "cross-site", "Origin", "https://app.example"))
	p.code(page.logIn("alice", secret).consent("accept"))
	p.code(b.follow(b.send(http.MethodPost, address, query("app").Encode())))
	p.refused(b.follow(b.send(http.MethodPost, address, query("app", "scope", "nope").Encode())), "invalid_scope")
	b.send(http.MethodPost, address, query("app").Encode(), "Content-Type", "text/plain").errorPage(http.StatusBadRequest)
	b.send(http.MethodPost, address, query("app").Encode(), "Content-Type", "").errorPage(http.StatusBadRequest)
	b.send(http.MethodPost, address, "x="+strings.Repeat("x", 80<<10)).errorPage(http.StatusRequestEntityTooLarge)

	for _, method := range []string{http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodTrace} {
		a := b.send(method, address+"?"+query("app").Encode(), "")
		a.errorPage(http.StatusMethodNotAllowed)
		require.Contains(t, a.Header.Get("Allow"), "GET")
		require.Contains(t, a.Header.Get("Allow"), "POST")
	}
	head := h.browser().send(http.MethodHead, p.authorizeURL("app"), "")
	require.Equal(t, http.StatusOK, head.StatusCode)
	preflight := b.send(http.MethodOptions, address, "", "Origin", "https://app.example", "Access-Control-Request-Method", "POST")
	cross := b.send(http.MethodGet, p.authorizeURL("app", "prompt", "none"), "", "Origin", "https://app.example")
	for _, a := range []*answer{preflight, cross} {
		for name := range a.Header {
			require.False(t, strings.HasPrefix(name, "Access-Control-"), name)
		}
	}
}

func TestDefaultScopesServeRequestsWithoutOne(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	p.user("alice")
	a := h.browser().open(p.authorizeURL("app", "scope", "")).logIn("alice", secret)
	require.Contains(t, a.Body, "See your notes")
	code := p.redeem(p.code(a.consent("accept")))
	require.Equal(t, oauth.Scope{"notes"}, code.Scope)
	require.Empty(t, code.Resource)
}

func TestPKCEMayBeLeftOutWhereTheWorkspaceSaysSo(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme", func(s *domain.Settings) { *s = domain.DefaultSettings(domain.ProfileOIDCCore) })
	p.client("app", func(c *domain.Client) { c.Trusted = true })
	p.client("spa", func(c *domain.Client) { c.TokenEndpointAuthMethod, c.Trusted = oauth.MethodNone, true })
	p.user("alice")
	b := h.browser()
	without := []string{"code_challenge", "", "code_challenge_method", ""}
	code := p.redeem(p.code(b.open(p.authorizeURL("app", without...)).logIn("alice", secret)))
	require.Empty(t, code.CodeChallenge)
	p.refused(b.open(p.authorizeURL("spa", without...)), "invalid_request")
}

// Refusals are explained to the administrator, never to the caller.
func TestRefusalsAreExplained(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	explained := func() string {
		t.Helper()
		select {
		case body := <-h.traces:
			return string(body)
		case <-time.After(10 * time.Second):
			t.Fatal("the refusal was not explained")
			return ""
		}
	}
	a := h.browser().open(p.authorizeURL("app", "code_challenge", "", "code_challenge_method", "", "state", "canary-state"))
	require.Equal(t, "invalid_request", a.response(callback).Get("error"))
	id := a.Header.Get("X-Trace-Id")
	text := explained()
	for _, want := range []string{id, `"authorize"`, `"app"`, "PKCE challenge present", "code_challenge is missing", "RFC 7636, section 4.4.1"} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, "canary")
	require.Equal(t, origin+"/console/acme/explain/"+id, a.response(callback).Get("error_uri"))
	require.NotContains(t, a.Header.Get("Location"), "code_challenge", "the reason stays here")

	// What may not be redirected leads there by its page.
	a = h.browser().open(p.authorizeURL("app", "redirect_uri", callback+"/x?canary"))
	a.errorPage(http.StatusBadRequest)
	text = explained()
	require.Contains(t, text, `"expected":"`+callback+`"`, "what is registered")
	require.Contains(t, text, `"actual":"`+callback+`/x?…"`, "what came, without what could be a secret in it")
	require.Contains(t, a.Body, `href="/console/acme/explain/`+a.Header.Get("X-Trace-Id")+`"`)

	// So does what a user decides. A page on the way to an answer leads nowhere.
	b := h.browser()
	p.user("alice")
	page := b.open(p.authorizeURL("app"))
	require.NotContains(t, page.Body, "/explain/")
	explained()
	require.NotContains(t, page.logIn("alice", "a canary").Body, "/explain/")
	text = explained()
	for _, want := range []string{`"login"`, `"refused"`, `"app"`, "password matches", "usr_"} {
		require.Contains(t, text, want)
	}
	require.NotContains(t, text, "canary")
	require.NotContains(t, text, "alice", "what was entered may be a password in the wrong field")
	granted := page.logIn("alice", secret)
	require.Contains(t, explained(), `"granted"`)
	denied := granted.consent("deny")
	require.Equal(t, "access_denied", denied.response(callback).Get("error"))
	require.Equal(t, origin+"/console/acme/explain/"+denied.Header.Get("X-Trace-Id"), denied.response(callback).Get("error_uri"))
	text = explained()
	for _, want := range []string{`"consent"`, `"refused"`, `"app"`, "user agrees", "access_denied"} {
		require.Contains(t, text, want)
	}
}
