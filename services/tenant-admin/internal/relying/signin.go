package relying

import (
	"context"
	"html"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/signet-authz/signet/pkg/tenancy"
)

// SignIn signs a person in who has just chosen their password here, without
// asking them for it again: it goes through the login page as their browser
// would, so that there is no second way to log in. Besides the tokens it returns
// the cookies of the session that the person now has at the authorization server,
// to be handed on to their browser, whose name is agent.
func (p *Party) SignIn(ctx context.Context, w tenancy.Workspace, login, password, agent string) (Tokens, []*http.Cookie, error) {
	f := NewFlow(w)
	to, err := p.Authorization(ctx, w, f, "")
	if err != nil {
		return Tokens{}, nil, err
	}
	b := browser{party: p, agent: agent, cookies: map[string]*http.Cookie{}}
	a, err := b.open(ctx, http.MethodGet, p.Resolver.PublicURL()+to, nil)
	if err != nil {
		return Tokens{}, nil, away("the login page did not open", err)
	}
	fields := HiddenFields(a.body)
	if a.status != http.StatusOK || fields.Get("tx") == "" {
		return Tokens{}, nil, refuse("login_page", "there is no login form")
	}
	fields.Set("login", login)
	fields.Set("password", password)
	fields.Set("action", "accept")
	a, err = b.open(ctx, http.MethodPost, w.Endpoint("/login"), fields)
	if err != nil {
		return Tokens{}, nil, away("the login was not answered", err)
	}
	code, err := p.landing(w, f, a.location)
	if err != nil {
		return Tokens{}, nil, err
	}
	t, err := p.Redeem(ctx, w, f, code)
	return t, slices.Collect(maps.Values(b.cookies)), err
}

// landing reads the code out of the address to which the login led.
func (p *Party) landing(w tenancy.Workspace, f Flow, location string) (string, error) {
	query, found := strings.CutPrefix(location, p.callback()+"?")
	if !found {
		return "", refuse("login_refused", "the login did not lead back")
	}
	answer, err := url.ParseQuery(query)
	if err != nil {
		return "", refuse("login_refused", "the answer cannot be read")
	}
	return f.Code(w, answer)
}

// browser keeps the cookies of one walk.
type browser struct {
	party   *Party
	agent   string
	cookies map[string]*http.Cookie
}

func (b browser) open(ctx context.Context, method, address string, form url.Values) (answer, error) {
	header := http.Header{"Accept": {"text/html"}, "User-Agent": {b.agent}}
	var sent []string
	for _, c := range b.cookies {
		sent = append(sent, c.Name+"="+c.Value)
	}
	if len(sent) > 0 {
		header.Set("Cookie", strings.Join(sent, "; "))
	}
	a, err := b.party.send(ctx, method, address, form, header)
	for _, c := range a.cookies {
		b.cookies[c.Name] = c
	}
	return a, err
}

var hidden = regexp.MustCompile(`<input type="hidden" name="(tx|csrf)" value="([^"]*)">`)

// HiddenFields reads what our own login and consent forms carry along.
func HiddenFields(page []byte) url.Values {
	v := url.Values{}
	for _, m := range hidden.FindAllSubmatch(page, -1) {
		v.Set(string(m[1]), html.UnescapeString(string(m[2])))
	}
	return v
}
