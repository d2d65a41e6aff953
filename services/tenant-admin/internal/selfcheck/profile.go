package selfcheck

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
)

const settingProfile = "profile"

// profileProbes are what the chosen profile demands beyond what all do.
func profileProbes(s domain.Settings) []probe {
	if s.Profile == domain.ProfileOIDCCore {
		return append(oidcCoreProbes(), parProbes(s)...)
	}
	return append([]probe{
		{
			id: "profile.pkce_for_all", title: "default: every client uses PKCE", rfc: "OAuth 2.1, section 4.1.1", expected: "pkce is required", setting: settingPKCE,
			why: "OAuth 2.1 asks it of confidential clients too: it protects them from codes that somebody slipped in.", advice: "Set pkce to required, once every client sends a code_challenge. The profile oidc_core is for those that never will.",
			run: func(_ context.Context, r *run) result {
				if r.settings.PKCE == domain.PKCERequired {
					return pass("required")
				}
				return warn(string(r.settings.PKCE))
			},
		},
		{
			id: "profile.id_token_alg", title: "default: ID tokens are signed with an elliptic curve", rfc: "OpenID Connect Core 1.0, section 3.1.3.7", expected: "ES256",
			why: "Clients that registered no algorithm are promised this one.", run: idTokenAlg(oauth.ES256),
		},
	}, parProbes(s)...)
}

func oidcCoreProbes() []probe {
	return []probe{
		{
			id: "profile.id_token_alg", title: "oidc_core: ID tokens are signed with RS256", rfc: "OpenID Connect Core 1.0, section 15.1", expected: "RS256", setting: settingProfile,
			why: "Clients of OpenID Connect that registered nothing expect it.", run: idTokenAlg(oauth.RS256),
		},
		{
			id: "profile.rs256", title: "oidc_core: RS256 is among the algorithms", rfc: "OpenID Connect Discovery 1.0, section 3", expected: "RS256", setting: settingProfile,
			why: "The specification demands it of every server.",
			run: func(ctx context.Context, r *run) result {
				return r.ofDocument(ctx, func(m *metadata) (bool, string) {
					return slices.Contains(m.IDTokenAlgs, oauth.RS256), strings.Join(m.IDTokenAlgs, " ")
				})
			},
		},
		{
			id: "profile.without_nonce", title: "oidc_core: the code flow works without nonce", rfc: "OpenID Connect Core 1.0, section 3.1.2.1", expected: "a code",
			why: "Clients of 2014 send none in the code flow.", run: asks(anyParty, func(a *authorization) { a.query.Del("nonce") }, givenCode),
		},
		{
			id: "profile.userinfo_post", title: "oidc_core: UserInfo answers a POST", rfc: "OpenID Connect Core 1.0, section 5.3", expected: "200",
			why: "The specification demands both methods.", run: userInfoPost,
		},
	}
}

// parProbes are those on pushed requests, which every workspace takes (RFC 9126).
func parProbes(s domain.Settings) []probe {
	list := []probe{{
		id: "profile.par", title: "A request can be pushed, and its name is good for one code", rfc: "RFC 9126, section 2.2", expected: "201, a code, and an error page after that",
		why: "A pushed request passes through no browser, where it could be read or changed.", run: pushedOnce,
	}}
	if !s.RequirePAR {
		return list
	}
	return append(list, probe{
		id: "profile.par_required", title: "A request that was not pushed is refused", rfc: "RFC 9126, section 5", expected: "invalid_request", setting: "require_pushed_authorization_requests",
		why: "The workspace says that it takes pushed requests alone.",
		run: func(ctx context.Context, r *run) result {
			p, err := anyParty(r)
			if err != nil {
				return broken(err)
			}
			l, err := r.browser.walk(ctx, r.w.Endpoint("/oauth2/authorize")+"?"+newAuthorization(p).query.Encode())
			if err != nil {
				return broken(err)
			}
			return refusedRequest(r, l)
		},
	})
}

func idTokenAlg(want string) func(context.Context, *run) result {
	return ofFlow(func(_ *run, t tokens) result {
		u, err := keys.ParseUnverified(t.ID)
		if err != nil {
			return fail("no JWT").of(t.answer)
		}
		return unless(u.Header.Alg == want, u.Header.Alg).of(t.answer)
	})
}

func userInfoPost(ctx context.Context, r *run) result {
	return withTokens(anyParty, func(ctx context.Context, r *run, _ *party, t tokens) (result, error) {
		a, err := r.send(ctx, newRequest(http.MethodPost, r.w.Endpoint("/userinfo"), url.Values{"access_token": {t.Access}}))
		if err != nil {
			return result{}, err
		}
		return unless(a.status == http.StatusOK, a.word()).of(a), nil
	})(ctx, r)
}

func pushedOnce(ctx context.Context, r *run) result {
	p, err := anyParty(r)
	if err != nil {
		return broken(err)
	}
	form := newAuthorization(p).query
	form.Del("client_id")
	res, err := r.call(ctx, p, "/par", form)
	if err != nil {
		return broken(err)
	}
	var named struct {
		URI string `json:"request_uri"`
	}
	if res.status != http.StatusCreated || !res.read(&named) || named.URI == "" {
		return fail(res.word()).of(res)
	}
	address := r.w.Endpoint("/oauth2/authorize") + "?" + url.Values{"client_id": {p.id()}, "request_uri": {named.URI}}.Encode()
	first, err := r.browser.walk(ctx, address)
	if err != nil {
		return broken(err)
	}
	if first.params.Get("code") == "" {
		return fail("201, then " + first.word()).of(first.answer)
	}
	second, err := r.browser.walk(ctx, address)
	if err != nil {
		return broken(err)
	}
	return unless(second.to == "" && second.status >= http.StatusBadRequest, "201, a code, then "+second.word()).of(second.answer)
}
