package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const redirectURI = "https://app.example/callback"

// world is a tenant with what the operations need: clients, users, tokens.
type world struct {
	sut     *system
	http    *client
	issuer  string
	path    string // of the workspace
	bearer  string // of the admin API
	confid  account
	opaque  account
	users   []string
	flows   []*flow
	refresh []string
	access  string // a JWT of the confidential client
	blob    string // an opaque token
	proofs  proofs
}

type account struct{ id, secret string }

func (a account) basic() string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(a.id+":"+a.secret))
}

const password = "correct horse battery staple"

func build(ctx context.Context, sut *system, workers int) (*world, error) {
	w := &world{sut: sut, http: newClient(workers)}
	tid := "bench-" + strings.ToLower(rand.Text()[:8])
	token, err := w.register(ctx, tid)
	if err != nil {
		return nil, err
	}
	w.path = "/" + tid + "/default"
	w.bearer, w.issuer = token, sut.url+w.path
	if w.confid, err = w.client(ctx, tid, map[string]any{}); err != nil {
		return nil, err
	}
	if w.opaque, err = w.client(ctx, tid, map[string]any{"access_token_format": "opaque"}); err != nil {
		return nil, err
	}
	if err := w.prove(ctx, tid, workers); err != nil {
		return nil, err
	}
	for i := range workers {
		login := fmt.Sprintf("user%d@bench.example", i)
		if err := w.http.call(ctx, http.MethodPost, w.api(tid, "/users"), w.bearer, map[string]any{"email": login, "name": "Bench User", "password": password}, nil); err != nil {
			return nil, err
		}
		w.users = append(w.users, login)
	}
	return w, w.prime(ctx)
}

// prime gets what the operations start from: tokens, sessions, refresh chains.
func (w *world) prime(ctx context.Context) error {
	var err error
	if w.access, err = w.clientToken(ctx, w.confid); err != nil {
		return err
	}
	if w.blob, err = w.clientToken(ctx, w.opaque); err != nil {
		return err
	}
	for _, user := range w.users {
		f := newFlow(w, user)
		tokens, err := f.whole(ctx)
		if err != nil {
			return fmt.Errorf("code flow of %s: %w", user, err)
		}
		w.flows, w.refresh = append(w.flows, f), append(w.refresh, tokens.RefreshToken)
	}
	return nil
}

func (w *world) api(tid, path string) string {
	return w.sut.url + "/api/v1/tenants/" + tid + "/workspaces/default" + path
}

// register makes a tenant and returns a token for its admin API.
func (w *world) register(ctx context.Context, tid string) (string, error) {
	var answer struct {
		ServiceClient struct {
			ClientID     string `json:"client_id"`
			ClientSecret string `json:"client_secret"`
			TokenURL     string `json:"token_url"`
		} `json:"service_client"`
	}
	if err := w.http.call(ctx, http.MethodPost, w.sut.url+"/api/v1/tenants", "", registration(tid, true), &answer); err != nil {
		return "", err
	}
	a := account{answer.ServiceClient.ClientID, answer.ServiceClient.ClientSecret}
	var token string
	err := w.http.post(ctx, answer.ServiceClient.TokenURL, "grant_type=client_credentials", a.basic(), func(status int, body []byte) error {
		t, err := parseTokens(status, body)
		token = t.AccessToken
		return err
	})
	return token, err
}

func registration(tid string, serviceClient bool) map[string]any {
	return map[string]any{
		"tid": tid, "display_name": "Bench", "with_service_client": serviceClient,
		"owner": map[string]any{"email": "owner@" + tid + ".example", "name": "Owner", "password": password},
	}
}

// populate registers tenants for the effect of their number.
func (w *world) populate(ctx context.Context, n int) error {
	var wg sync.WaitGroup
	var failed atomic.Pointer[error]
	next := make(chan int)
	for range 8 {
		wg.Go(func() {
			for range next {
				tid := "many-" + strings.ToLower(rand.Text()[:16])
				if err := w.http.call(ctx, http.MethodPost, w.sut.url+"/api/v1/tenants", "", registration(tid, false), nil); err != nil {
					failed.Store(&err)
				}
			}
		})
	}
	for i := range n {
		if i%1000 == 999 {
			progress("%d registered", i+1)
		}
		next <- i
	}
	close(next)
	wg.Wait()
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

func (w *world) client(ctx context.Context, tid string, extra map[string]any) (account, error) {
	c := map[string]any{
		"client_name": "Bench", "redirect_uris": []string{redirectURI}, "token_endpoint_auth_method": "client_secret_basic",
		"grant_types": []string{"authorization_code", "refresh_token", "client_credentials"}, "scope": "openid profile email offline_access introspect_tokens",
	}
	for k, v := range extra {
		c[k] = v
	}
	var answer struct {
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
	}
	err := w.http.call(ctx, http.MethodPost, w.api(tid, "/clients"), w.bearer, c, &answer)
	return account{answer.ClientID, answer.ClientSecret}, err
}

type tokens struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	IDToken      string `json:"id_token"`
}

func parseTokens(status int, body []byte) (tokens, error) {
	var t tokens
	if status != http.StatusOK {
		return t, fmt.Errorf("token endpoint: %d %s", status, body)
	}
	return t, json.Unmarshal(body, &t)
}

func (w *world) clientToken(ctx context.Context, a account) (string, error) {
	var t tokens
	err := w.http.post(ctx, w.issuer+"/oauth2/token", "grant_type=client_credentials", a.basic(), func(status int, body []byte) (err error) {
		t, err = parseTokens(status, body)
		return err
	})
	return t.AccessToken, err
}

// flow is one end user's browser.
type flow struct {
	w       *world
	user    string
	cookies map[string]string
}

func newFlow(w *world, user string) *flow {
	return &flow{w: w, user: user, cookies: map[string]string{}}
}

// whole is the code flow from an empty browser: authorize, log in, consent,
// redeem. Consent is withdrawn by nobody, so prompt=consent asks each time.
func (f *flow) whole(ctx context.Context) (tokens, error) {
	clear(f.cookies)
	code, verifier, err := f.code(ctx, "consent")
	if err != nil {
		return tokens{}, err
	}
	return f.redeem(ctx, code, verifier)
}

// code walks from the authorization endpoint to the code, through whatever
// pages stand between.
func (f *flow) code(ctx context.Context, prompt string) (code, verifier string, err error) {
	verifier = rand.Text() + rand.Text()
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{
		"response_type": {"code"}, "client_id": {f.w.confid.id}, "redirect_uri": {redirectURI}, "scope": {"openid profile email offline_access"},
		"state": {rand.Text()}, "nonce": {rand.Text()}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	if prompt != "" {
		q.Set("prompt", prompt)
	}
	page, location, err := f.visit(ctx, http.MethodGet, f.w.issuer+"/oauth2/authorize?"+q.Encode(), nil)
	for range 6 {
		if err != nil {
			return "", "", err
		}
		switch {
		case strings.HasPrefix(location, redirectURI):
			u, err := url.Parse(location)
			if err != nil || u.Query().Get("code") == "" || u.Query().Get("state") != q.Get("state") {
				return "", "", fmt.Errorf("the answer is not a code: %s", location)
			}
			return u.Query().Get("code"), verifier, nil
		case location != "":
			page, location, err = f.visit(ctx, http.MethodGet, f.w.sut.url+location, nil)
		case strings.Contains(page, `id="login-submit"`):
			page, location, err = f.submit(ctx, page, "/login", url.Values{"login": {f.user}, "password": {password}, "action": {"login"}})
		case strings.Contains(page, `id="consent-accept"`):
			page, location, err = f.submit(ctx, page, "/consent", url.Values{"action": {"accept"}})
		default:
			return "", "", fmt.Errorf("neither login nor consent page: %.400s", page)
		}
	}
	return "", "", errors.New("the flow does not end")
}

var (
	hidden    = regexp.MustCompile(`<input[^>]*type="hidden"[^>]*>`)
	attribute = regexp.MustCompile(`(name|value)="([^"]*)"`)
)

func (f *flow) submit(ctx context.Context, page, path string, values url.Values) (string, string, error) {
	for _, input := range hidden.FindAllString(page, -1) {
		var name, value string
		for _, a := range attribute.FindAllStringSubmatch(input, -1) {
			if a[1] == "name" {
				name = a[2]
			} else {
				value = html.UnescapeString(a[2])
			}
		}
		values.Set(name, value)
	}
	return f.visit(ctx, http.MethodPost, f.w.issuer+path, values)
}

func (f *flow) visit(ctx context.Context, method, address string, form url.Values) (page, location string, err error) {
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(form.Encode()))
	if err != nil {
		return "", "", err
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range f.cookies {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := f.w.http.http.Do(r)
	if err != nil {
		return "", "", err
	}
	defer func() { _ = res.Body.Close() }()
	var b strings.Builder
	if _, err := copyAll(&b, res.Body); err != nil {
		return "", "", err
	}
	for _, c := range res.Cookies() {
		f.cookies[c.Name] = c.Value
	}
	if res.StatusCode >= 400 {
		return "", "", fmt.Errorf("%s %s: %d %.300s", method, address, res.StatusCode, b.String())
	}
	return b.String(), res.Header.Get("Location"), nil
}

func (f *flow) redeem(ctx context.Context, code, verifier string) (tokens, error) {
	var t tokens
	form := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {redirectURI}, "code_verifier": {verifier}}
	err := f.w.http.post(ctx, f.w.issuer+"/oauth2/token", form.Encode(), f.w.confid.basic(), func(status int, body []byte) (err error) {
		t, err = parseTokens(status, body)
		return err
	})
	if err == nil && (t.RefreshToken == "" || t.IDToken == "") {
		err = errors.New("the answer lacks an ID token or a refresh token")
	}
	return t, err
}

// registrations times single registrations, one after the other.
func (w *world) registrations(ctx context.Context, n int) ([]time.Duration, error) {
	var times []time.Duration
	for range n {
		tid := "timed-" + strings.ToLower(rand.Text()[:12])
		began := time.Now()
		if err := w.http.call(ctx, http.MethodPost, w.sut.url+"/api/v1/tenants", "", registration(tid, false), nil); err != nil {
			return nil, err
		}
		times = append(times, time.Since(began))
	}
	slices.Sort(times)
	return times, nil
}
