package tenantadmin_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/accesstoken"
	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
)

// issuer is the authorization server at the other end of the back channel: the
// real client authentication, keys and revocations, and tokens for whoever the
// test says has logged in. How logins really go is the suite's to prove.
type issuer struct {
	w *world

	mu        sync.Mutex
	pushed    map[string]url.Values
	codes     map[string]granted
	refresh   map[string]granted
	renewals  int
	revoked   int
	away      bool // it answers 503
	suspended bool // it refuses every grant
	// change alters the claims of ID tokens, and typ their header.
	change func(claims map[string]any)
	typ    string
}

// granted is what a code or a refresh token stands for.
type granted struct {
	tid, subject, nonce, challenge, sid string
}

func newIssuer(w *world) *issuer {
	return &issuer{w: w, pushed: map[string]url.Values{}, codes: map[string]granted{}, refresh: map[string]granted{}, typ: "JWT"}
}

// request is the authorization request that was pushed before the browser was
// sent to the address.
func (i *issuer) request(to *url.URL) url.Values {
	i.w.t.Helper()
	i.mu.Lock()
	defer i.mu.Unlock()
	require.True(i.w.t, strings.HasSuffix(to.Path, "/admin/oauth2/authorize"), to.String())
	require.Len(i.w.t, to.Query(), 2, "nothing of the request passes through the browser")
	require.Equal(i.w.t, "console", to.Query().Get("client_id"))
	return i.pushed[to.Query().Get("request_uri")]
}

// code is what a login of the user leads to, for the authorization request.
func (i *issuer) code(request url.Values, tid, subject string) string {
	i.mu.Lock()
	defer i.mu.Unlock()
	code := keys.NewBearer()
	i.codes[code] = granted{tid, subject, request.Get("nonce"), request.Get("code_challenge"), "018f0000-0000-7000-8000-000000000000"}
	return code
}

// RoundTrip answers the back channel.
func (i *issuer) RoundTrip(r *http.Request) (*http.Response, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	status, body := i.serve(r, string(raw))
	text, err := json.Marshal(body)
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(text))}, err
}

func (i *issuer) serve(r *http.Request, body string) (int, map[string]any) {
	refuse := func(code string) (int, map[string]any) { return http.StatusBadRequest, map[string]any{"error": code} }
	params, err := oauth.ParseForm(body)
	path, ok := strings.CutPrefix(r.URL.String(), i.w.platform.Config.PublicURL+"/")
	tid, endpoint, _ := strings.Cut(path, "/admin")
	if i.away {
		return http.StatusServiceUnavailable, map[string]any{"error": "temporarily_unavailable"}
	}
	if err != nil || !ok || r.Method != http.MethodPost {
		return http.StatusNotFound, nil
	}
	ws, err := i.w.platform.Resolver.Workspace(r.Context(), tid, "admin")
	if err != nil {
		return http.StatusNotFound, nil
	}
	t := trace.Start("", "token", i.w.now())
	client, err := i.w.platform.ClientAuth.Authenticate(r.Context(), ws, &clientauth.Request{Params: params, Endpoint: r.URL.String()}, t)
	if err != nil {
		return oauth.AsError(err).Status, map[string]any{"error": oauth.AsError(err).Code}
	}
	require.Equal(i.w.t, "console", client.ID())
	require.Equal(i.w.t, oauth.MethodPrivateKeyJWT, client.Method())
	var g granted
	switch {
	case endpoint == "/oauth2/revoke":
		i.revoked++
		delete(i.refresh, params.Get("token"))
		return http.StatusOK, nil
	case endpoint == "/par":
		uri := "urn:ietf:params:oauth:request_uri:" + keys.NewBearer()
		i.pushed[uri] = url.Values(params)
		return http.StatusCreated, map[string]any{"request_uri": uri, "expires_in": 60}
	case endpoint != "/oauth2/token":
		return http.StatusNotFound, nil
	case params.Get("grant_type") == oauth.GrantRefreshToken:
		i.renewals++
		if g, ok = i.refresh[params.Get("refresh_token")]; !ok || i.suspended {
			return refuse("invalid_grant")
		}
		delete(i.refresh, params.Get("refresh_token"))
		g.nonce = ""
	default:
		g, ok = i.codes[params.Get("code")]
		delete(i.codes, params.Get("code"))
		if !ok || g.tid != tid || !oauth.VerifyCodeVerifier(g.challenge, params.Get("code_verifier")) || params.Get("redirect_uri") != i.w.platform.Config.PublicURL+"/console/callback" {
			return refuse("invalid_grant")
		}
	}
	return http.StatusOK, i.tokens(ws, g)
}

func (i *issuer) tokens(ws tenancy.Workspace, g granted) map[string]any {
	now := i.w.now()
	access := accesstoken.Claims{
		Issuer: ws.Issuer(), Subject: g.subject, Audience: accesstoken.Audience{i.w.platform.Config.PublicURL + "/api/v1"}, ExpiresAt: now.Add(time.Hour).Unix(),
		IssuedAt: now.Unix(), ID: accesstoken.NewID(now), ClientID: "console", Scope: "openid admin:read admin:write",
	}
	id := map[string]any{
		"iss": ws.Issuer(), "sub": g.subject, "aud": "console", "azp": "console", "exp": now.Add(time.Hour).Unix(), "iat": now.Unix(), "sid": g.sid,
	}
	if g.nonce != "" {
		id["nonce"] = g.nonce
	}
	if i.change != nil {
		i.change(id)
	}
	refresh := keys.NewBearer()
	i.refresh[refresh] = g
	return map[string]any{
		"access_token": i.sign(ws, accesstoken.Type, access), "token_type": "Bearer", "expires_in": 3600,
		"id_token": i.sign(ws, i.typ, id), "refresh_token": refresh,
	}
}

func (i *issuer) sign(ws tenancy.Workspace, typ string, claims any) string {
	raw, err := json.Marshal(claims)
	require.NoError(i.w.t, err)
	ring, err := i.w.platform.Caches.Rings.Ring(i.w.t.Context(), ws)
	require.NoError(i.w.t, err)
	token, err := ring.Sign(i.w.now(), oauth.ES256, typ, raw)
	require.NoError(i.w.t, err)
	return token
}

// visitor is a browser at the console.
type visitor struct {
	w       *world
	cookies map[string]*http.Cookie
}

func (w *world) visitor() *visitor { return &visitor{w: w, cookies: map[string]*http.Cookie{}} }

// ask sends what the console's script would; headers come in pairs, and an empty
// value takes one away.
func (v *visitor) ask(method, path string, body any, headers ...string) reply {
	v.w.t.Helper()
	all := []string{"Sec-Fetch-Site", "same-origin"}
	if value, signed := v.csrf(); signed && method != http.MethodGet {
		all = append(all, "X-Csrf-Token", value)
	}
	return v.plain(method, path, body, append(all, headers...)...)
}

// plain sends a request with the browser's cookies and nothing else.
func (v *visitor) plain(method, path string, body any, headers ...string) reply {
	v.w.t.Helper()
	sent := []string{"Host", "localhost:8080"}
	for _, c := range v.cookies {
		sent = append(sent, "Cookie", c.Name+"="+c.Value)
	}
	r := v.w.do(method, path, "", body, append(sent, headers...)...)
	for _, c := range (&http.Response{Header: r.header}).Cookies() {
		if c.MaxAge < 0 {
			delete(v.cookies, c.Name)
			continue
		}
		v.cookies[c.Name] = c
	}
	return r
}

func (v *visitor) csrf() (string, bool) {
	s, ok := v.plain(http.MethodGet, "/console/api/session", nil).is(http.StatusOK).field("csrf").(string)
	return s, ok
}

// begin starts a sign-in and returns the authorization request.
func (v *visitor) begin(query string) url.Values {
	v.w.t.Helper()
	to, err := url.Parse(v.plain(http.MethodGet, "/console/login?"+query, nil).is(http.StatusSeeOther).header.Get("Location"))
	require.NoError(v.w.t, err)
	return v.w.issuer.request(to)
}

// answer is the callback's query after a login.
func (v *visitor) answer(request url.Values, tid, subject string) string {
	return url.Values{"code": {v.w.issuer.code(request, tid, subject)}, "state": {request.Get("state")}, "iss": {publicURL + "/" + tid + "/admin"}}.Encode()
}

// finish comes back with the answer and returns where that leads.
func (v *visitor) finish(query string) *url.URL {
	v.w.t.Helper()
	to, err := url.Parse(v.plain(http.MethodGet, "/console/callback?"+query, nil).is(http.StatusSeeOther).header.Get("Location"))
	require.NoError(v.w.t, err)
	return to
}

// signIn goes all the way.
func (v *visitor) signIn(tid, subject string) *visitor {
	v.w.t.Helper()
	to := v.finish(v.answer(v.begin("tid="+tid), tid, subject))
	require.Equal(v.w.t, "/console/"+tid, to.String())
	return v
}

// refused comes back with the answer and expects to be led to the sign-in.
func (v *visitor) refused(t testing.TB, query, code string) {
	t.Helper()
	to := v.finish(query)
	require.Equal(t, "/console/sign-in", to.Path)
	require.Equal(t, code, to.Query().Get("error"))
	require.Len(t, to.Query().Get("trace_id"), 32)
	require.Empty(t, v.tenants())
}

// tenants are those that the browser is signed in to.
func (v *visitor) tenants() []string {
	v.w.t.Helper()
	var tids []string
	list, _ := v.ask(http.MethodGet, "/console/api/session", nil).is(http.StatusOK).field("tenants").([]any)
	for _, item := range list {
		m, _ := item.(map[string]any)
		tid, _ := m["tid"].(string)
		tids = append(tids, tid)
	}
	return tids
}

func TestPKCEIsBoundToTheFlow(t *testing.T) {
	w := newWorld(t)
	w.house("acme")
	request := w.visitor().begin("tid=acme")
	raw, err := base64.RawURLEncoding.DecodeString(request.Get("code_challenge"))
	require.NoError(t, err)
	require.Len(t, raw, sha256.Size)
	require.Equal(t, "S256", request.Get("code_challenge_method"))
	require.NotEqual(t, request.Get("nonce"), request.Get("state"))
	again := w.visitor().begin("tid=acme")
	for _, name := range []string{"state", "nonce", "code_challenge"} {
		require.NotEqual(t, request.Get(name), again.Get(name), name)
	}
}
