package authorization_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
)

const (
	requestURI     = "urn:ietf:params:oauth:request_uri:"
	headingLink    = "This link has expired"
	headingDone    = "This step is already done"
	headingAway    = "We are not available right now"
	headingRequest = "This link is not complete"
)

// secretOf gives a client a secret that is its own id.
func (p *place) secretOf(c *domain.Client) {
	c.Secrets = []domain.ClientSecret{{ID: uuid.New(), ClientID: c.ClientID, Form: domain.SecretHMACv1, Value: p.root.SecretMAC(p.w, c.ClientID, c.ClientID), CreatedAt: p.clock.Now()}}
}

// basic is the Authorization header of such a client, or one with another secret.
func basic(clientID string, secret ...string) string {
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(clientID, append(secret, clientID)[0])
	return r.Header.Get("Authorization")
}

// push sends a form to the endpoint, with credentials where header has them.
func (p *place) push(form url.Values, header ...string) *answer {
	p.t.Helper()
	return p.house.browser().send(http.MethodPost, p.url("/par"), form.Encode(), append([]string{"Origin", "", "Sec-Fetch-Site", ""}, header...)...)
}

// pushed is the request_uri that the client with a secret gets for a request.
func (p *place) pushed(form url.Values) string {
	p.t.Helper()
	a := p.push(form, "Authorization", basic(form.Get("client_id")))
	require.Equal(p.t, http.StatusCreated, a.StatusCode, a.Body)
	return a.requestURI()
}

// requestURI reads the answer to a push.
func (a *answer) requestURI() string {
	t := a.b.t
	t.Helper()
	require.Equal(t, http.StatusCreated, a.StatusCode, a.Body)
	require.Equal(t, "no-cache, no-store", a.Header.Get("Cache-Control"))
	require.Equal(t, "application/json;charset=UTF-8", a.Header.Get("Content-Type"))
	require.Empty(t, a.Header.Values("Set-Cookie"))
	var body map[string]any
	require.NoError(t, json.Unmarshal([]byte(a.Body), &body))
	require.Len(t, body, 2)
	uri, _ := body["request_uri"].(string)
	require.Regexp(t, `^urn:ietf:params:oauth:request_uri:[A-Za-z0-9_-]{43}$`, uri)
	require.Positive(t, body["expires_in"])
	return uri
}

// openURL is where the client sends the browser after a push.
func (p *place) openURL(clientID, uri string, pairs ...string) string {
	v := url.Values{"client_id": {clientID}, "request_uri": {uri}}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return p.url("/oauth2/authorize") + "?" + v.Encode()
}

// refusedJSON expects the error that clients get (RFC 6749, section 5.2).
func (a *answer) refusedJSON(status int, code string) {
	t := a.b.t
	t.Helper()
	require.Equal(t, status, a.StatusCode, a.Body)
	require.Equal(t, "no-store", a.Header.Get("Cache-Control"))
	require.Equal(t, "application/json;charset=UTF-8", a.Header.Get("Content-Type"))
	require.Empty(t, a.Header.Get("Location"))
	require.Regexp(t, `^[0-9a-f]{32}$`, a.Header.Get("X-Trace-Id"))
	var body struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	require.NoError(t, json.Unmarshal([]byte(a.Body), &body))
	require.Equal(t, code, body.Error, a.Body)
	require.Regexp(t, `^[\x20-\x21\x23-\x5B\x5D-\x7E]+$`, body.Description)
}

func TestPushedRequestEndsInTheCodeThatItAskedFor(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme", func(s *domain.Settings) { s.PARTTL = 45 * time.Second })
	p.client("app", p.secretOf)
	user := p.user("alice")
	hint := p.idToken(map[string]any{"sub": user.UserID, "aud": "app"})
	form := query("app", "login_hint", "alice@users.example", "id_token_hint", hint, "resource", "https://files.example", "scope", "openid files:read", "claims", `{"userinfo":{"email":null}}`)
	a := p.push(form, "Authorization", basic("app"))
	require.Contains(t, a.Body, `"expires_in":45`)
	uri := a.requestURI()

	login := h.browser().open(p.openURL("app", uri))
	require.Contains(t, login.Body, `value="alice@users.example"`)
	code := p.redeem(p.code(login.logIn("alice", secret).consent("accept")))
	require.Equal(t, "app", code.ClientID)
	require.Equal(t, callback, code.RedirectURI)
	require.Equal(t, challenge(), code.CodeChallenge)
	require.Equal(t, oauth.Scope{"openid", "files:read"}, code.Scope)
	require.Equal(t, []string{"https://files.example"}, code.Resource)
	require.Equal(t, []string{"email"}, code.UserInfoClaims)
	require.Equal(t, "n-1", code.Nonce)
	require.Equal(t, user.UserID, code.UserID)

	// The same by a form of the browser's, and pushed as JSON without client_id,
	// which the credentials say.
	flat := map[string]string{}
	for name := range query("app", "client_id", "") {
		flat[name] = query("app").Get(name)
	}
	body, err := json.Marshal(flat)
	require.NoError(t, err)
	uri = h.browser().send(http.MethodPost, p.url("/par"), string(body), "Content-Type", "application/json", "Authorization", basic("app")).requestURI()
	b := h.browser()
	p.code(b.follow(b.send(http.MethodPost, p.url("/oauth2/authorize"), url.Values{"client_id": {"app"}, "request_uri": {uri}}.Encode())).logIn("alice", secret).consent("accept"))
}

// PA-07
func TestPushedRequestIsOpenedTwiceBeforeTheLoginAndNeverAfter(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app", p.secretOf, func(c *domain.Client) { c.Trusted = true })
	p.user("alice")
	b := h.browser()
	uri := p.pushed(query("app"))
	require.True(t, b.open(p.openURL("app", uri)).isLogin())
	p.code(b.open(p.openURL("app", uri)).logIn("alice", secret))
	require.Equal(t, headingDone, b.open(p.openURL("app", uri)).errorPage(http.StatusBadRequest))
	require.Equal(t, headingDone, h.browser().open(p.openURL("app", uri)).errorPage(http.StatusBadRequest))

	// A session spares the login and nothing else.
	uri = p.pushed(query("app"))
	p.code(b.open(p.openURL("app", uri)))
	require.Equal(t, headingDone, b.open(p.openURL("app", uri)).errorPage(http.StatusBadRequest))

	// Whoever said no, or was not there, may try again: no code was issued.
	uri = p.pushed(query("app", "prompt", "login"))
	p.refused(b.open(p.openURL("app", uri)).submit("action", "cancel"), "access_denied")
	p.code(b.open(p.openURL("app", uri)).logIn("alice", secret))
}

// PA-07: two tabs opened before the first is done lead to one code, in either
// order and at once.
func TestTwoTabsOfOnePushedRequestGetOneCode(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app", p.secretOf)
	p.client("first", p.secretOf, func(c *domain.Client) { c.Trusted = true })
	p.user("alice")
	b := h.browser()
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret).consent("accept"))

	for _, order := range [][2]int{{0, 1}, {1, 0}} {
		uri := p.pushed(query("app", "prompt", "consent"))
		tabs := [2]*answer{b.open(p.openURL("app", uri)), b.open(p.openURL("app", uri))}
		p.code(tabs[order[0]].consent("accept"))
		// Both lived on in their own transactions, one for nearly as long as it may.
		h.clock.Advance(29 * time.Minute)
		require.Equal(t, headingDone, tabs[order[1]].consent("accept").errorPage(http.StatusBadRequest))
	}

	// Two browsers of one user, by way of the login alone.
	uri := p.pushed(query("first"))
	tabs := [2]*answer{h.browser().open(p.openURL("first", uri)), h.browser().open(p.openURL("first", uri))}
	p.code(tabs[1].logIn("alice", secret))
	require.Equal(t, headingDone, tabs[0].logIn("alice", secret).errorPage(http.StatusBadRequest))

	uri = p.pushed(query("app", "prompt", "consent"))
	many := make([]*answer, 8)
	for i := range many {
		many[i] = b.open(p.openURL("app", uri))
	}
	start, answers := make(chan struct{}), make([]*answer, len(many))
	var all sync.WaitGroup
	for i, tab := range many {
		action, values := tab.form()
		values.Set("action", "accept")
		all.Go(func() {
			<-start
			answers[i] = b.send(http.MethodPost, action, values.Encode(), "Sec-Fetch-Site", "same-origin")
		})
	}
	close(start)
	all.Wait()
	codes := 0
	for _, a := range answers {
		if a.StatusCode == http.StatusSeeOther {
			p.redeem(p.code(a))
			codes++
			continue
		}
		require.Equal(t, headingDone, a.errorPage(http.StatusBadRequest))
	}
	require.Equal(t, 1, codes)
}

// TEN-10, TEN-29: a request_uri is one of this workspace, of the client that
// pushed it, and nothing else that is secret.
func TestRequestURIsMeanNothingElsewhere(t *testing.T) {
	h := newHouse(t)
	p, second := h.tenant("acme")
	other, _ := h.tenant("globex")
	for _, at := range []*place{p, second, other} {
		at.client("app", at.secretOf, func(c *domain.Client) { c.Trusted = true })
		at.client("rival", at.secretOf, func(c *domain.Client) { c.Trusted = true })
		at.user("alice")
	}
	b := h.browser()
	code := p.code(b.open(p.authorizeURL("app")).logIn("alice", secret))
	uri := p.pushed(query("app"))
	handle := strings.TrimPrefix(uri, requestURI)
	_, form := h.browser().open(p.authorizeURL("app")).form()
	for name, address := range map[string]string{
		"another workspace": second.openURL("app", uri), "another tenant": other.openURL("app", uri), "another client": p.openURL("rival", uri),
		"a client that is not": p.openURL("nobody", uri), "no client": p.url("/oauth2/authorize?request_uri=" + url.QueryEscape(uri)),
		"unknown": p.openURL("app", requestURI+keys.NewBearer()), "empty": p.openURL("app", requestURI), "cut": p.openURL("app", uri[:len(uri)-1]), "more": p.openURL("app", uri+"A"),
		"padded": p.openURL("app", uri+"="), "another case": p.openURL("app", requestURI+strings.ToUpper(handle)), "long": p.openURL("app", requestURI+strings.Repeat("A", 8<<10)),
		"a code": p.openURL("app", requestURI+code), "a transaction": p.openURL("app", requestURI+form.Get("tx")),
		"a session": p.openURL("app", requestURI+b.cookie(p.url("/"), sessionName)),
	} {
		require.Equal(t, headingLink, b.open(address).errorPage(http.StatusBadRequest), name)
	}
	_, err := p.kv.Workspace(p.w).Code(t.Context(), keys.HashBearer(handle))
	require.ErrorIs(t, err, kv.ErrNotFound, "a handle is no code")
	_, err = p.kv.Workspace(p.w).Code(t.Context(), keys.HashBearer(uri))
	require.ErrorIs(t, err, kv.ErrNotFound)
	b.open(p.url("/login?tx=" + handle)).errorPage(http.StatusBadRequest)
	p.code(b.open(p.openURL("app", uri))) // nothing of this used it up
}

func TestPushedRequestEndsWithItsLife(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme", func(s *domain.Settings) { s.PARTTL = 30 * time.Second })
	p.client("app", p.secretOf, func(c *domain.Client) { c.Trusted = true })
	p.user("alice")
	early, late := p.pushed(query("app")), p.pushed(query("app"))
	h.clock.Advance(29 * time.Second)
	login := h.browser().open(p.openURL("app", early))
	h.clock.Advance(time.Second)
	require.Equal(t, headingLink, h.browser().open(p.openURL("app", late)).errorPage(http.StatusBadRequest))
	h.clock.Advance(10 * time.Minute)
	p.code(login.logIn("alice", secret)) // who had opened it may finish
}

// PA-11, PK-09
func TestNothingBesideTheRequestURICounts(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app", p.secretOf, func(c *domain.Client) {
		c.RedirectURIs = []string{callback, "https://app.example/other"}
		c.Trusted = true
	})
	p.user("alice")
	b := h.browser()
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret))
	stranger := strings.Repeat("A", 43)
	for _, pairs := range [][]string{
		{"redirect_uri", "https://app.example/other"},
		{"redirect_uri", "https://evil.example/"},
		{"scope", "openid email"},
		{"scope", "nope"},
		{"state", "another"},
		{"nonce", "another"},
		{"code_challenge", stranger, "code_challenge_method", "S256"},
		{"code_challenge_method", "plain"},
		{"prompt", "login"},
		{"prompt", "none login"},
		{"response_mode", "fragment"},
		{"response_type", "token"},
		{"max_age", "0"},
		{"claims", "{"},
		{"resource", "https://evil.example"},
		{"id_token_hint", "x"},
		{"registration", "{}"},
		{"acr_values", "x"},
	} {
		a := b.open(p.openURL("app", p.pushed(query("app")), pairs...))
		require.True(t, strings.HasPrefix(a.Header.Get("Location"), callback+"?"), "%v: %d %s", pairs, a.StatusCode, a.Header.Get("Location"))
		code := p.redeem(p.code(a))
		require.Equal(t, callback, code.RedirectURI)
		require.Equal(t, challenge(), code.CodeChallenge, pairs)
		require.Equal(t, oauth.Scope{"openid", "profile"}, code.Scope, pairs)
		require.Equal(t, "n-1", code.Nonce, pairs)
	}
	// What asked for less than it could cannot be made to ask for more.
	pushed := p.pushed(query("app", "prompt", "login", "response_mode", "fragment"))
	require.True(t, b.open(p.openURL("app", pushed, "prompt", "none")).isLogin())

	// Ambiguity is not ignored (AZ-05, AZ-27).
	open := p.openURL("app", p.pushed(query("app")))
	for _, more := range []string{"&client_id=app", "&request_uri=x", "&request_uri=" + url.QueryEscape(requestURI+"x"), "&redirect_uri=a&redirect_uri=b"} {
		b.open(open + more).errorPage(http.StatusBadRequest)
	}
	b.open(open + "&request=x").errorPage(http.StatusBadRequest)
	require.Equal(t, headingRequest, b.open(p.openURL("app", p.pushed(query("app")), "request", "x")+"&"+query("app", "client_id", "").Encode()).errorPage(http.StatusBadRequest))
	p.refused(b.open(open+"&scope=a&scope=b"), "invalid_request")
	p.code(b.open(open))
}

// PA-09, PA-13, PA-15, PK-01, PK-02, AZ-03, AZ-10, AZ-25, AZ-27: every step of
// the matrix has its row.
func TestFaultyRequestsAreRefusedAtThePush(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	for _, id := range []string{"app", "other", "narrow", "machine"} {
		p.client(id, p.secretOf, func(c *domain.Client) {
			switch id {
			case "other":
				c.RedirectURIs = []string{"https://other.example/cb"}
			case "narrow":
				c.ResponseModes, c.Scope = []string{oauth.ResponseModeQuery}, oauth.Scope{"openid"}
			case "machine":
				c.GrantTypes, c.ResponseTypes = []string{oauth.GrantClientCredentials}, nil
			}
		})
	}
	for _, c := range []struct {
		client, code string
		pairs        []string
	}{
		{"app", "invalid_request", []string{"request_uri", requestURI + keys.NewBearer()}},
		{"app", "invalid_request", []string{"request_uri", "https://evil.example/r"}},
		{"app", "invalid_request", []string{"client_id", "other"}},
		{"app", "invalid_request", []string{"client_id", "nobody"}},
		{"app", "invalid_request", []string{"redirect_uri", ""}},
		{"app", "invalid_request", []string{"redirect_uri", "https://evil.example/"}},
		{"app", "invalid_request", []string{"redirect_uri", "https://other.example/cb"}},
		{"app", "invalid_request", []string{"redirect_uri", callback + "/"}},
		{"app", "invalid_request", []string{"response_mode", "web_message"}},
		{"narrow", "invalid_request", []string{"response_mode", "fragment", "scope", "openid"}},
		{"app", "request_not_supported", []string{"request", "e30.e30."}},
		{"app", "registration_not_supported", []string{"registration", "{}"}},
		{"app", "invalid_request", []string{"response_type", ""}},
		{"app", "unsupported_response_type", []string{"response_type", "code id_token"}},
		{"machine", "unauthorized_client", nil},
		{"app", "invalid_request", []string{"state", strings.Repeat("s", 9<<10)}},
		{"app", "invalid_request", []string{"nonce", strings.Repeat("n", 2<<10)}},
		{"app", "invalid_scope", []string{"scope", "openid nope"}},
		{"narrow", "invalid_scope", []string{"scope", "openid email"}},
		{"app", "invalid_target", []string{"resource", "https://other.example"}},
		{"app", "invalid_request", []string{"code_challenge", "", "code_challenge_method", ""}},
		{"app", "invalid_request", []string{"code_challenge_method", "plain"}},
		{"app", "invalid_request", []string{"code_challenge_method", ""}},
		{"app", "invalid_request", []string{"prompt", "none login"}},
		{"app", "invalid_request", []string{"max_age", "-1"}},
		{"app", "invalid_request", []string{"claims", "["}},
		{"app", "access_denied", []string{"claims", `{"id_token":{"acr":{"essential":true,"value":"silver"}}}`}},
		{"app", "invalid_request", []string{"id_token_hint", "x.y.z"}},
	} {
		a := p.push(query(c.client, c.pairs...), "Authorization", basic(c.client))
		a.refusedJSON(http.StatusBadRequest, c.code)
		require.NotContains(t, a.Body, "evil")
	}
	for _, twice := range []string{"client_id=app", "redirect_uri=" + url.QueryEscape(callback), "scope=openid", "state=x"} {
		h.browser().send(http.MethodPost, p.url("/par"), query("app").Encode()+"&"+twice, "Authorization", basic("app")).refusedJSON(http.StatusBadRequest, "invalid_request")
	}
	h.browser().send(http.MethodPost, p.url("/par")+"?"+query("app").Encode(), "", "Authorization", basic("app")).refusedJSON(http.StatusBadRequest, "invalid_request")
	h.browser().send(http.MethodPost, p.url("/par"), query("app").Encode(), "Authorization", basic("app"), "Content-Type", "text/plain").refusedJSON(http.StatusBadRequest, "invalid_request")
	h.browser().send(http.MethodPost, p.url("/par"), "authorization_details="+strings.Repeat("x", 1<<20), "Authorization", basic("app")).refusedJSON(http.StatusRequestEntityTooLarge, "invalid_request")
	h.browser().send(http.MethodPost, origin+"/acme/nothing/par", query("app").Encode()).refusedJSON(http.StatusNotFound, "not_found")
}

// PA-09
func TestPushIsAPOSTOfAClientAndNothingElse(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app", p.secretOf)
	p.client("spa", func(c *domain.Client) { c.TokenEndpointAuthMethod = oauth.MethodNone })
	for _, method := range []string{http.MethodGet, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		a := h.browser().send(method, p.url("/par"), "", "Authorization", basic("app"))
		a.refusedJSON(http.StatusMethodNotAllowed, "method_not_allowed")
		require.Equal(t, "POST", a.Header.Get("Allow"))
	}
	preflight := h.browser().send(http.MethodOptions, p.url("/par"), "", "Origin", "https://app.example", "Access-Control-Request-Method", "POST")
	require.Equal(t, http.StatusNoContent, preflight.StatusCode)
	require.Equal(t, "https://app.example", preflight.Header.Get("Access-Control-Allow-Origin"))
	require.Equal(t, "https://app.example", p.push(query("spa"), "Origin", "https://app.example").Header.Get("Access-Control-Allow-Origin"))
	require.Equal(t, "https://app.example", p.push(query("spa", "scope", "nope"), "Origin", "https://app.example").Header.Get("Access-Control-Allow-Origin"))
	require.Empty(t, p.push(query("spa"), "Origin", "https://evil.example").Header.Get("Access-Control-Allow-Origin"))

	other, _ := h.tenant("globex")
	other.client("app", other.secretOf)
	record := other.w.Record()
	record.State = domain.StateSuspended
	_, err := h.store.Tenant(other.w.Tenant()).UpdateWorkspace(t.Context(), record, created("workspace.update"))
	require.NoError(t, err)
	h.caches.Apply(cache.Invalidation{Kind: cache.KindWorkspace, TID: "globex", AID: domain.DefaultWorkspace, WorkspaceID: other.w.ID()})
	suspended := other.push(query("app"), "Authorization", basic("app"))
	suspended.refusedJSON(http.StatusUnauthorized, "invalid_client")
	require.True(t, strings.HasPrefix(suspended.Header.Get("WWW-Authenticate"), "Basic realm="))
}

// PA-10
func TestWhereRequestsMustBePushedNothingElseIsServed(t *testing.T) {
	for name, at := range map[string]struct {
		settings func(*domain.Settings)
		client   func(*domain.Client)
	}{
		"workspace": {func(s *domain.Settings) { s.RequirePAR = true }, func(*domain.Client) {}},
		"client":    {func(*domain.Settings) {}, func(c *domain.Client) { c.RequirePAR = true }},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			p, _ := h.tenant("acme", at.settings)
			p.client("app", p.secretOf, at.client, func(c *domain.Client) { c.Trusted = true })
			p.user("alice")
			b := h.browser()
			p.code(b.open(p.openURL("app", p.pushed(query("app")))).logIn("alice", secret))

			p.refused(b.open(p.authorizeURL("app")), "invalid_request")
			p.refused(b.follow(b.send(http.MethodPost, p.url("/oauth2/authorize"), query("app").Encode())), "invalid_request")
			p.refused(b.open(p.authorizeURL("app", "prompt", "none")), "invalid_request")
			p.refused(b.open(p.authorizeURL("app", "request_uri", "https://app.example/r")), "invalid_request")
			p.refused(b.open(p.authorizeURL("app")+"&request_uri=a&request_uri=b"), "invalid_request")
			p.refused(b.open(p.authorizeURL("app")+"&request_uri="), "invalid_request")
			p.refused(b.open(p.authorizeURL("app", "request_uri", strings.ToUpper(requestURI)+keys.NewBearer())), "invalid_request")
			spent := p.pushed(query("app"))
			p.code(b.open(p.openURL("app", spent)))
			for _, uri := range []string{spent, requestURI, requestURI + keys.NewBearer()} {
				b.open(p.authorizeURL("app", "request_uri", uri)).errorPage(http.StatusBadRequest)
			}
			p.refused(b.open(p.authorizeURL("app", "request_uri", p.pushed(query("app")), "request", "x")), "invalid_request")
			b.open(p.authorizeURL("app", "redirect_uri", "https://evil.example/")).errorPage(http.StatusBadRequest)
		})
	}
}

// PA-05: what is not ours is not fetched.
func TestForeignRequestURIsAreNotServed(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app")
	b := h.browser()
	for _, uri := range []string{"https://app.example/r", "http://127.0.0.1/r", "file:///etc/passwd", "data:application/jwt,x", "urn:x", "URN:ietf:params:oauth:request_uri:x", " " + requestURI + "x"} {
		b.open(p.openURL("app", uri)).errorPage(http.StatusBadRequest)
		p.refused(b.open(p.authorizeURL("app", "request_uri", uri)), "request_uri_not_supported")
	}
}

// What was true at the push is looked at again when the request is opened.
func TestPushedRequestIsJudgedAgainWhenItIsOpened(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.user("alice")
	for name, c := range map[string]struct {
		change  func(*domain.Client)
		heading string
		code    string
	}{
		"disabled":             {change: func(c *domain.Client) { c.Disabled = true }, heading: headingClient},
		"redirect URI removed": {change: func(c *domain.Client) { c.RedirectURIs = []string{"https://app.example/new"} }, heading: headingRedirect},
		"scope gone":           {change: func(c *domain.Client) { c.Scope = oauth.Scope{"openid"} }, code: "invalid_scope"},
		"grant gone":           {change: func(c *domain.Client) { c.GrantTypes = []string{oauth.GrantClientCredentials} }, code: "unauthorized_client"},
	} {
		id := strings.ReplaceAll(name, " ", "-")
		p.client(id, p.secretOf)
		uri := p.pushed(query(id))
		p.change(id, c.change)
		a := h.browser().open(p.openURL(id, uri))
		if c.heading != "" {
			require.Equal(t, c.heading, a.errorPage(http.StatusBadRequest), name)
		} else {
			p.refused(a, c.code)
		}
	}
}

func TestPushAndOpeningFailClosed(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app", p.secretOf, func(c *domain.Client) { c.Trusted = true })
	p.user("alice")
	b := h.browser()
	p.code(b.open(p.authorizeURL("app")).logIn("alice", secret))
	uri := p.pushed(query("app"))
	require.NoError(t, h.kv.Close())
	a := b.open(p.openURL("app", uri))
	require.Equal(t, headingAway, a.errorPage(http.StatusServiceUnavailable))
	require.NotEmpty(t, a.Header.Get("Retry-After"))
	a = p.push(query("app"), "Authorization", basic("app"))
	a.refusedJSON(http.StatusServiceUnavailable, "temporarily_unavailable")
	require.NotEmpty(t, a.Header.Get("Retry-After"))
}

// One round trip more than the same flow without a push, and none to SQL.
func TestPushedFlowStaysWithinItsRoundTrips(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app", p.secretOf)
	p.user("alice")
	b := h.browser()
	p.code(b.open(p.openURL("app", p.pushed(query("app")))).logIn("alice", secret).consent("accept"))

	h.sql.Store(0)
	h.redis.Store(0)
	uri := p.pushed(query("app"))
	require.Zero(t, h.sql.Load(), "SQL, at the push")
	require.Equal(t, int64(1), h.redis.Load(), "Redis, at the push")
	h.redis.Store(0)
	p.code(b.open(p.openURL("app", uri)))
	require.Equal(t, int64(1), h.sql.Load(), "SQL, with a session")
	require.Equal(t, int64(2), h.redis.Load(), "Redis, with a session: the request, the code")
}

// HX-01
func TestPushedRequestsAreExplainedAndTheirSecretsKept(t *testing.T) {
	h := newHouse(t)
	p, _ := h.tenant("acme")
	p.client("app", p.secretOf, func(c *domain.Client) { c.TokenEndpointAuthMethod = oauth.MethodClientSecretPost })
	uri := p.push(query("app", "client_secret", "app", "state", "canary-state", "nonce", "canary-nonce", "foreign", "canary-foreign")).requestURI()
	handle := strings.TrimPrefix(uri, requestURI)
	kept, err := p.kv.Workspace(p.w).PAR(t.Context(), keys.HashBearer(handle))
	require.NoError(t, err)
	require.Contains(t, string(kept), "canary-state")
	require.NotContains(t, string(kept), "client_secret", "credentials are none of the request")
	require.NotContains(t, string(kept), "canary-foreign", "what no step reads is not kept")

	a := p.push(query("app", "client_secret", "app", "scope", "nope"))
	a.refusedJSON(http.StatusBadRequest, "invalid_scope")
	h.browser().open(p.openURL("app", requestURI+"x")).errorPage(http.StatusBadRequest)
	h.browser().open(p.openURL("app", uri))
	var all strings.Builder
	for range 4 {
		select {
		case body := <-h.traces:
			all.Write(body)
		case <-time.After(10 * time.Second):
			t.Fatal("not explained")
		}
	}
	for _, said := range []string{`"par"`, `"authorize"`, a.Header.Get("X-Trace-Id"), "secret matched", "scope allowed", "pushed request found", "request_uri is unknown or expired"} {
		require.Contains(t, all.String(), said)
	}
	for _, canary := range []string{"canary", handle, challenge()} {
		require.NotContains(t, all.String(), canary)
		require.NotContains(t, h.log.String(), canary)
	}
}
