package selfcheck

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/services/tenant-admin/internal/relying"
)

func itoa(n int) string { return strconv.Itoa(n) }

// browser is the user's, with the cookies of one walk after the other.
type browser struct {
	run     *run
	cookies map[string]string
}

func (r *run) newBrowser() *browser { return &browser{run: r, cookies: map[string]string{}} }

func (b *browser) open(ctx context.Context, method, address string, form url.Values) (answer, error) {
	q := newRequest(method, address, form)
	q.header.Set("Accept", "text/html")
	var sent []string
	for name, value := range b.cookies {
		sent = append(sent, name+"="+value)
	}
	if len(sent) > 0 {
		q.header.Set("Cookie", strings.Join(sent, "; "))
	}
	a, err := b.run.send(ctx, q)
	for _, c := range a.cookies() {
		b.cookies[c.Name] = c.Value
	}
	return a, err
}

// authorization is an authorization request, to be spoilt before it is sent.
type authorization struct {
	party    *party
	query    url.Values
	verifier string
}

// newAuthorization is a sound one: state, nonce, and PKCE with S256.
func newAuthorization(p *party) authorization {
	verifier := keys.NewBearer()
	return authorization{party: p, verifier: verifier, query: url.Values{
		"response_type": {oauth.ResponseTypeCode}, "client_id": {p.id()}, "redirect_uri": {p.redirectURI()}, "scope": {partyScope},
		"state": {keys.NewBearer()}, "nonce": {keys.NewBearer()},
		"code_challenge": {challenge(verifier)}, "code_challenge_method": {oauth.ChallengeMethodS256},
	}}
}

// challenge is the S256 challenge of a verifier (RFC 7636, section 4.2).
func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// landing is where an authorization request led: back to the client, or to a page
// or an error that is not the client's to see.
type landing struct {
	answer
	to     string     // the Location, empty for none
	params url.Values // of the authorization response
	post   int        // the status of the redirect that followed a form
}

// outage tells whether the service could not answer just then.
func (l landing) outage() bool {
	return l.status == http.StatusServiceUnavailable || l.refusal() == oauth.ErrTemporarilyUnavailable.Code
}

// refusal is the error that the request met, at the client's redirect URI or
// where it was pushed.
func (l landing) refusal() string { return or(l.params.Get("error"), l.code()) }

// word describes the landing.
func (l landing) word() string {
	switch {
	case l.params.Get("code") != "":
		return "a code was issued"
	case l.params.Get("error") != "":
		return "refused with " + clip(l.params.Get("error"))
	case l.to != "":
		return "a redirect to " + clip(bare(l.to))
	case l.code() != "":
		return "refused with " + clip(l.code())
	case l.status == http.StatusOK:
		return "a page, status 200"
	default:
		return "an error page, status " + itoa(l.status)
	}
}

// bare is an address without what may be a secret in it.
func bare(address string) string {
	address, _, _ = strings.Cut(address, "?")
	address, _, _ = strings.Cut(address, "#")
	return address
}

// authorize sends the request as the workspace wants it, pushed or by the
// browser, and walks to where it leads, as the user who agrees to everything. An
// outage is tried once more.
func (r *run) authorize(ctx context.Context, a authorization) (landing, error) {
	l, err := r.authorizeOnce(ctx, a)
	if err != nil || !l.outage() {
		return l, err
	}
	if err := relying.Pause(ctx, outagePause); err != nil {
		return landing{}, err
	}
	return r.authorizeOnce(ctx, a)
}

func (r *run) authorizeOnce(ctx context.Context, a authorization) (landing, error) {
	if r.settings.RequirePAR {
		return r.pushed(ctx, a)
	}
	return r.browser.walk(ctx, r.w.Endpoint("/oauth2/authorize")+"?"+a.query.Encode())
}

// pushed is authorize by way of RFC 9126.
func (r *run) pushed(ctx context.Context, a authorization) (landing, error) {
	form := clone(a.query)
	form.Del("client_id")
	res, err := r.call(ctx, a.party, "/par", form)
	if err != nil || res.status != http.StatusCreated {
		return landing{answer: res}, err
	}
	var named struct {
		URI string `json:"request_uri"`
	}
	res.read(&named)
	query := url.Values{"client_id": {a.party.id()}, "request_uri": {named.URI}}
	return r.browser.walk(ctx, r.w.Endpoint("/oauth2/authorize")+"?"+query.Encode())
}

// maxSteps bounds a walk: login, consent, and the redirects between them.
const maxSteps = 8

// walk opens an address and goes on, through the login and consent pages, until it
// is led away from the workspace or nothing leads on.
func (b *browser) walk(ctx context.Context, address string) (landing, error) {
	l := landing{}
	a, err := b.open(ctx, http.MethodGet, address, nil)
	for range maxSteps {
		if err != nil {
			return landing{}, err
		}
		l.answer = a
		if to := a.header.Get("Location"); a.redirects() {
			inside, leads := b.within(to)
			if !leads {
				l.to, l.params = to, responseOf(to)
				return l, nil
			}
			a, err = b.open(ctx, http.MethodGet, inside, nil)
			continue
		}
		path, form := b.fill(a)
		if form == nil {
			return l, nil
		}
		a, err = b.open(ctx, http.MethodPost, b.run.w.Endpoint(path), form)
		l.post = a.status
	}
	return l, err
}

// within tells whether a redirect stays in the workspace, and where it leads there.
func (b *browser) within(location string) (string, bool) {
	w := b.run.w
	switch {
	case strings.HasPrefix(location, w.Issuer()+"/"):
		return location, true
	case strings.HasPrefix(location, w.CookiePath()+"/"):
		return w.Endpoint(strings.TrimPrefix(location, w.CookiePath())), true
	default:
		return "", false
	}
}

// fill answers the form of a page as the user would; nil where it has none.
func (b *browser) fill(a answer) (path string, form url.Values) {
	form = relying.HiddenFields(a.body)
	if a.status != http.StatusOK || form.Get("tx") == "" {
		return "", nil
	}
	form.Set("action", "accept")
	if !strings.Contains(string(a.body), `name="password"`) {
		return "/consent", form
	}
	form.Set("login", b.run.user.Username)
	form.Set("password", b.run.secret)
	return "/login", form
}

// responseOf reads the authorization response out of the address that it came by.
func responseOf(to string) url.Values {
	u, err := url.Parse(to)
	if err != nil {
		return url.Values{}
	}
	params := u.Query()
	if fragment, err := url.ParseQuery(u.EscapedFragment()); err == nil {
		for name, values := range fragment {
			params[name] = append(params[name], values...)
		}
	}
	return params
}

// code is what a request leads to that nothing is wrong with.
func (r *run) code(ctx context.Context, a authorization) (string, error) {
	l, err := r.authorize(ctx, a)
	if err != nil {
		return "", err
	}
	code := l.params.Get("code")
	if code == "" {
		return "", &unfitError{failed, "No code could be had for this: " + l.word() + ".", l.trace()}
	}
	return code, nil
}

// redemption is the token request for a code (RFC 6749, section 4.1.3).
func (a authorization) redemption(code string) url.Values {
	form := url.Values{"grant_type": {oauth.GrantAuthorizationCode}, "code": {code}, "redirect_uri": {a.party.redirectURI()}}
	if a.verifier != "" {
		form.Set("code_verifier", a.verifier)
	}
	return form
}

// tokens is a successful answer of the token endpoint.
type tokens struct {
	Access    string `json:"access_token"`
	Type      string `json:"token_type"`
	ExpiresIn int64  `json:"expires_in"`
	Refresh   string `json:"refresh_token"`
	ID        string `json:"id_token"`
	Scope     string `json:"scope"`

	nonce  string
	answer answer
}

// obtain takes the party through the whole flow.
func (r *run) obtain(ctx context.Context, p *party) (tokens, error) {
	a := newAuthorization(p)
	code, err := r.code(ctx, a)
	if err != nil {
		return tokens{}, err
	}
	return r.redeem(ctx, a, code)
}

func (r *run) redeem(ctx context.Context, a authorization, code string) (tokens, error) {
	res, err := r.call(ctx, a.party, "/oauth2/token", a.redemption(code))
	if err != nil {
		return tokens{}, err
	}
	t := tokens{nonce: a.query.Get("nonce"), answer: res}
	if res.status != http.StatusOK || !res.read(&t) || t.Access == "" {
		return tokens{}, &unfitError{failed, "No tokens could be had for a code: " + res.word() + ".", res.trace()}
	}
	return t, nil
}
