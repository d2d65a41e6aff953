package selfcheck

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/signet-authz/signet/pkg/oauth"
)

// trick is a redirect URI that is not the registered one, and made to pass for it.
type trick struct {
	id, title string
	uri       func(registered string) string
}

// host is where the registered redirect URIs are.
var host = strings.TrimPrefix(origin, "https://")

func tricks() []trick {
	with := func(suffix string) func(string) string { return func(uri string) string { return uri + suffix } }
	at := func(authority string) func(string) string {
		return func(uri string) string { return authority + strings.TrimPrefix(uri, origin) }
	}
	return []trick{
		{"unregistered", "An unregistered redirect URI is refused", at(attackerOrigin)},
		{"missing", "A missing redirect URI is refused", func(string) string { return "" }},
		{"path_suffix", "A longer path is refused", with("/more")},
		{"trailing_slash", "A trailing slash is refused", with("/")},
		{"query_added", "An added query is refused", with("?next=" + attackerOrigin)},
		{"fragment", "A fragment is refused", with("#fragment")},
		{"path_traversal", "A path that climbs is refused", with("/../../elsewhere")},
		{"encoded_traversal", "A path that climbs in disguise is refused", with("/%2e%2e/%2e%2e/elsewhere")},
		{"subdomain", "The host as a part of another is refused", at("https://" + host + ".attacker.invalid")},
		{"host_prefix", "A host below the registered one is refused", at("https://attacker." + host)},
		{"userinfo", "The host as a user's name is refused", at("https://" + host + "@attacker.invalid")},
		{"backslash", "A host behind a backslash is refused", at(`https://attacker.invalid\@` + host)},
		{"port", "Another port is refused", at(origin + ":8443")},
		{"default_port", "The default port, spelt out, is refused", at(origin + ":443")},
		{"scheme", "http instead of https is refused", at("http://" + host)},
		{"case", "Another spelling of the path is refused", func(uri string) string { return origin + strings.ToUpper(strings.TrimPrefix(uri, origin)) }},
		{"javascript", "A script is no redirect URI", func(string) string { return "javascript:alert(1)//" + host }},
	}
}

func redirectProbes() []probe {
	const (
		rfc  = "RFC 9700, section 4.1.3"
		why  = "Whoever gets the redirect to lead elsewhere gets the user's code. So the URI is compared as it stands, character by character."
		want = "an error page, and no redirect"
	)
	var list []probe
	for _, t := range tricks() {
		list = append(list, probe{
			id: "redirects." + t.id, title: t.title, rfc: rfc, expected: want, why: why,
			run: func(ctx context.Context, r *run) result {
				p, err := anyParty(r)
				if err != nil {
					return broken(err)
				}
				a := newAuthorization(p)
				a.query.Set("redirect_uri", t.uri(p.redirectURI()))
				if a.query.Get("redirect_uri") == "" {
					a.query.Del("redirect_uri")
				}
				return r.mustStay(ctx, a)
			},
		})
	}
	return append(
		list,
		probe{
			id: "redirects.another_clients", title: "Another client's redirect URI is refused", rfc: rfc, expected: want, why: why, run: anothersURI,
		},
		probe{
			id: "redirects.repeated", title: "Two redirect URIs are refused", rfc: "RFC 6749, section 3.1", expected: want,
			why: "If one part of a system reads the first and another the last, one of them checks the wrong one.", run: repeatedURI,
		},
		probe{
			id: "redirects.error", title: "An error does not lead to an unregistered redirect URI", rfc: "RFC 9700, section 4.11.2", expected: want,
			why: "A server that sends errors anywhere lends its good name to every phishing site (open redirector).",
			run: func(ctx context.Context, r *run) result {
				p, err := anyParty(r)
				if err != nil {
					return broken(err)
				}
				a := newAuthorization(p)
				a.query.Set("redirect_uri", attackerOrigin+"/cb")
				a.query.Set("scope", "no-such-scope")
				a.query.Set("prompt", oauth.PromptNone)
				return r.mustStay(ctx, a)
			},
		},
		probe{
			id: "redirects.unknown_client", title: "An unknown client leads nowhere", rfc: "RFC 6749, section 4.1.2.1", expected: want,
			why: "Of a client that is not registered nothing is known, least of all where to send a user.", run: unknownClient,
		},
	)
}

// mustStay sends the request and sees to it that the browser is led nowhere.
func (r *run) mustStay(ctx context.Context, a authorization) result {
	l, err := r.authorize(ctx, a)
	if err != nil {
		return broken(err)
	}
	return staying(l)
}

func staying(l landing) result {
	switch {
	case l.to != "":
		return fail("a redirect to " + clip(bare(l.to))).of(l.answer)
	case l.status < http.StatusBadRequest || l.status >= http.StatusInternalServerError:
		return fail(statusWord(l.status)).of(l.answer)
	default:
		return pass(statusWord(l.status) + ", no redirect").of(l.answer)
	}
}

func anothersURI(ctx context.Context, r *run) result {
	p, err := confidentialParty(r)
	if err != nil {
		return broken(err)
	}
	a := newAuthorization(p)
	a.query.Set("redirect_uri", r.parties["other"].redirectURI())
	return r.mustStay(ctx, a)
}

// repeatedURI goes by the browser in every workspace: a form that is pushed is
// refused for less.
func repeatedURI(ctx context.Context, r *run) result {
	p, err := anyParty(r)
	if err != nil {
		return broken(err)
	}
	for _, extra := range []string{attackerOrigin + "/cb", p.redirectURI()} {
		a := newAuthorization(p)
		first := p.redirectURI()
		if extra == first {
			first = attackerOrigin + "/cb"
		}
		a.query.Set("redirect_uri", first)
		l, err := r.browser.walk(ctx, r.w.Endpoint("/oauth2/authorize")+"?"+a.query.Encode()+"&"+url.Values{"redirect_uri": {extra}}.Encode())
		if err != nil {
			return broken(err)
		}
		if found := staying(l); found.outcome != passed {
			return found
		}
	}
	return pass("refused, in either order")
}

func unknownClient(ctx context.Context, r *run) result {
	p, err := anyParty(r)
	if err != nil {
		return broken(err)
	}
	a := newAuthorization(p)
	a.query.Set("client_id", "selfcheck_nobody")
	l, err := r.browser.walk(ctx, r.w.Endpoint("/oauth2/authorize")+"?"+a.query.Encode())
	if err != nil {
		return broken(err)
	}
	return staying(l)
}
