package selfcheck

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/signet-authz/signet/pkg/oauth"
)

func tokenProbes() []probe {
	return []probe{
		{
			id: "tokens.refresh_rotates", title: "A refresh token is renewed with every use", rfc: "RFC 9700, section 4.14.2", expected: "200, with another refresh token",
			why: "So a stolen one is noticed when either of the two uses it.", run: refreshRotates,
		},
		{
			id: "tokens.refresh_reused", title: "An old refresh token ends its family", rfc: "RFC 9700, section 4.14.2", expected: "400 invalid_grant, for the old one and from then on for the newest",
			why: "Of two who use one refresh token, one is a thief, and nobody knows which.", run: refreshReused,
		},
		{
			id: "tokens.refresh_of_another_client", title: "A refresh token serves only its client", rfc: "RFC 6749, section 6", expected: "400 invalid_grant for the other, tokens for the owner",
			why: "A stranger's attempt must neither succeed nor end what is the owner's.", run: refreshOfAnother,
		},
		{
			id: "tokens.refresh_widens", title: "A refresh asks for no more than was granted", rfc: "RFC 6749, section 6", expected: "400 invalid_scope",
			why: "The user agreed to less.", run: refreshWidens,
		},
		{
			id: "tokens.introspect_own", title: "A client learns about its own token", rfc: "RFC 7662, section 2.2", expected: "200, active",
			why: "Resource servers that ask about tokens rely on it.", run: introspects(false),
		},
		{
			id: "tokens.introspect_another", title: "Of another client's token nobody learns anything", rfc: "RFC 7662, section 4", expected: `200 and nothing but {"active":false}`,
			why: "Otherwise a client could try tokens out.", run: introspects(true),
		},
		{
			id: "tokens.introspect_unauthenticated", title: "Nobody asks about tokens without credentials", rfc: "RFC 7662, section 2.1", expected: "401",
			why: "Otherwise anybody could try tokens out.", run: introspectsUnknown,
		},
		{
			id: "tokens.revoke_another", title: "Nobody ends another client's token", rfc: "RFC 7009, section 2.1", expected: "refused, and the token is live",
			why: "Otherwise one client could lock out the users of another.", run: revokesAnother,
		},
		{
			id: "tokens.revoke", title: "A revoked token is dead", rfc: "RFC 7009, section 2", expected: "200, and the token opens nothing any more",
			why: "A sign-out that leaves the token alive is none.", run: revokes,
		},
		{
			id: "tokens.userinfo_wrong_token", title: "UserInfo refuses a token that nobody issued", rfc: "RFC 6750, section 3", expected: "401 with WWW-Authenticate: Bearer",
			why: "By the header a client knows that it must get another token.", run: wrongToken,
		},
		{
			id: "tokens.userinfo_query", title: "UserInfo takes no token from the address", rfc: "RFC 9700, section 4.3.2", expected: "refused",
			why: "Addresses end up in histories and logs.", run: tokenInQuery,
		},
		{
			id: "tokens.get", title: "The token endpoint takes POST only", rfc: "RFC 6749, section 3.2", expected: "405",
			why: "A GET puts the secret into the address.", run: getToken,
		},
		{
			id: "tokens.query", title: "The token endpoint reads no parameter from the address", rfc: "RFC 6749, section 3.2", expected: "400 invalid_request",
			why: "Addresses are logged everywhere.", run: queryToken,
		},
		{
			id: "tokens.repeated_parameter", title: "A repeated parameter is refused", rfc: "RFC 6749, section 3.2", expected: "400 invalid_request",
			why: "If one part of a system reads the first and another the last, one of them checks the wrong one.", run: repeatedParameter,
		},
		{
			id: "tokens.errors_not_cached", title: "No cache may keep errors", rfc: "RFC 6749, section 5.2", expected: "Cache-Control: no-store",
			why: "A cached refusal locks out whoever asks next.", run: errorsNotCached,
		},
		{
			id: "tokens.password_grant", title: "Nobody's password buys a token", rfc: "RFC 9700, section 2.4", expected: "400 unsupported_grant_type",
			why: "The password grant teaches users to give their password to applications.", run: passwordGrant,
		},
		{
			id: "tokens.cors", title: "Only the client's own pages may read an answer", rfc: "RFC 9700, section 2.6", expected: "Access-Control-Allow-Origin for the client's origin alone, and none at the authorization endpoint",
			why: "Otherwise any page that the user visits could use their browser to ask.", run: cors,
		},
	}
}

// refresh spends a refresh token.
func (r *run) refresh(ctx context.Context, p *party, token string, extra ...string) (answer, error) {
	form := url.Values{"grant_type": {oauth.GrantRefreshToken}, "refresh_token": {token}}
	for i := 0; i+1 < len(extra); i += 2 {
		form.Set(extra[i], extra[i+1])
	}
	return r.call(ctx, p, "/oauth2/token", form)
}

// renewed is refresh that must succeed.
func (r *run) renewed(ctx context.Context, p *party, token string) (tokens, error) {
	a, err := r.refresh(ctx, p, token)
	if err != nil {
		return tokens{}, err
	}
	t := tokens{answer: a}
	if a.status != http.StatusOK || !a.read(&t) || t.Access == "" {
		return tokens{}, &unfitError{failed, "A refresh token gave no tokens: " + a.word() + ".", a.trace()}
	}
	return t, nil
}

// withTokens takes somebody through the flow first.
func withTokens(of func(*run) (*party, error), then func(context.Context, *run, *party, tokens) (result, error)) func(context.Context, *run) result {
	return func(ctx context.Context, r *run) result {
		p, err := of(r)
		if err != nil {
			return broken(err)
		}
		t, err := r.obtain(ctx, p)
		if err != nil {
			return broken(err)
		}
		found, err := then(ctx, r, p, t)
		if err != nil {
			return broken(err)
		}
		return found
	}
}

func refreshRotates(ctx context.Context, r *run) result {
	return withTokens(anyParty, func(ctx context.Context, r *run, p *party, t tokens) (result, error) {
		next, err := r.renewed(ctx, p, t.Refresh)
		if err != nil {
			return result{}, err
		}
		return either(next.Refresh != "" && next.Refresh != t.Refresh, "200, with another one", "200, with the same one or none").of(next.answer), nil
	})(ctx, r)
}

func refreshReused(ctx context.Context, r *run) result {
	return withTokens(anyParty, func(ctx context.Context, r *run, p *party, t tokens) (result, error) {
		// Twice: within refresh_grace the last one before the newest is good for a retry.
		second, err := r.renewed(ctx, p, t.Refresh)
		if err != nil {
			return result{}, err
		}
		third, err := r.renewed(ctx, p, second.Refresh)
		if err != nil {
			return result{}, err
		}
		old, err := r.refresh(ctx, p, t.Refresh)
		if err != nil {
			return result{}, err
		}
		newest, err := r.refresh(ctx, p, third.Refresh)
		if err != nil {
			return result{}, err
		}
		if found := refusedWith(old, http.StatusBadRequest, oauth.ErrInvalidGrant.Code); found.outcome != passed {
			return found, nil
		}
		if newest.status == http.StatusOK {
			return fail("the old one was refused, and the newest lives on").of(newest), nil
		}
		return pass("both refused").of(old), nil
	})(ctx, r)
}

func refreshOfAnother(ctx context.Context, r *run) result {
	return withTokens(confidentialParty, func(ctx context.Context, r *run, p *party, t tokens) (result, error) {
		a, err := r.refresh(ctx, r.parties["other"], t.Refresh)
		if err != nil {
			return result{}, err
		}
		if found := refusedWith(a, http.StatusBadRequest, oauth.ErrInvalidGrant.Code); found.outcome != passed {
			return found, nil
		}
		own, err := r.refresh(ctx, p, t.Refresh)
		if err != nil {
			return result{}, err
		}
		if own.status != http.StatusOK {
			return fail("the stranger was refused, and the owner's tokens were ended").of(own), nil
		}
		return pass(a.word() + ", and the owner got tokens").of(a), nil
	})(ctx, r)
}

func refreshWidens(ctx context.Context, r *run) result {
	p, err := anyParty(r)
	if err != nil {
		return broken(err)
	}
	a := newAuthorization(p)
	a.query.Set("scope", "openid offline_access")
	code, err := r.code(ctx, a)
	if err != nil {
		return broken(err)
	}
	t, err := r.redeem(ctx, a, code)
	if err != nil {
		return broken(err)
	}
	res, err := r.refresh(ctx, p, t.Refresh, "scope", "openid offline_access email")
	if err != nil {
		return broken(err)
	}
	return refusedWith(res, http.StatusBadRequest, oauth.ErrInvalidScope.Code)
}

// introspects asks about a token of web: as itself, or as a stranger.
func introspects(asStranger bool) func(context.Context, *run) result {
	return withTokens(confidentialParty, func(ctx context.Context, r *run, p *party, t tokens) (result, error) {
		asker := p
		if asStranger {
			asker = r.parties["other"]
		}
		a, err := r.call(ctx, asker, "/oauth2/introspect", url.Values{"token": {t.Access}})
		if err != nil {
			return result{}, err
		}
		var told map[string]any
		if a.status != http.StatusOK || !a.read(&told) {
			return fail(a.word()).of(a), nil
		}
		active, _ := told["active"].(bool)
		if asStranger {
			return either(!active && len(told) == 1, `{"active":false}`, "more than that it is not active").of(a), nil
		}
		return either(active, "active", "not active").of(a), nil
	})
}

func introspectsUnknown(ctx context.Context, r *run) result {
	a, err := r.send(ctx, newRequest(http.MethodPost, r.w.Endpoint("/oauth2/introspect"), url.Values{"token": {stranger()}}))
	if err != nil {
		return broken(err)
	}
	return refusedWith(a, http.StatusUnauthorized)
}

func revokesAnother(ctx context.Context, r *run) result {
	return withTokens(confidentialParty, func(ctx context.Context, r *run, _ *party, t tokens) (result, error) {
		a, err := r.call(ctx, r.parties["other"], "/oauth2/revoke", url.Values{"token": {t.Access}})
		if err != nil {
			return result{}, err
		}
		live, err := r.get(ctx, r.w.Endpoint("/userinfo"), "Authorization", "Bearer "+t.Access)
		if err != nil {
			return result{}, err
		}
		return either(live.status == http.StatusOK, a.word()+", and the token is live", "the token is dead").of(a), nil
	})(ctx, r)
}

func revokes(ctx context.Context, r *run) result {
	return withTokens(anyParty, func(ctx context.Context, r *run, p *party, t tokens) (result, error) {
		a, err := r.call(ctx, p, "/oauth2/revoke", url.Values{"token": {t.Access}})
		if err != nil || a.status != http.StatusOK {
			return fail(a.word()).of(a), err
		}
		dead, last, err := r.dies(ctx, t.Access)
		return either(dead, "200, and it is dead", "200, and it still opens UserInfo").of(last), err
	})(ctx, r)
}

func wrongToken(ctx context.Context, r *run) result {
	a, err := r.get(ctx, r.w.Endpoint("/userinfo"), "Authorization", "Bearer "+stranger())
	if err != nil {
		return broken(err)
	}
	challenge := a.header.Get("WWW-Authenticate")
	ok := a.status == http.StatusUnauthorized && strings.HasPrefix(challenge, "Bearer") && strings.Contains(challenge, `error="invalid_token"`)
	return either(ok, "401 with the header", a.word()+", "+or(clip(challenge), "no WWW-Authenticate")).of(a)
}

func tokenInQuery(ctx context.Context, r *run) result {
	return withTokens(anyParty, func(ctx context.Context, r *run, _ *party, t tokens) (result, error) {
		a, err := r.get(ctx, r.w.Endpoint("/userinfo")+"?"+url.Values{"access_token": {t.Access}}.Encode())
		if err != nil {
			return result{}, err
		}
		return unless(a.status == http.StatusUnauthorized || a.status == http.StatusBadRequest, a.word()).of(a), nil
	})(ctx, r)
}

func getToken(ctx context.Context, r *run) result {
	a, err := r.get(ctx, r.w.Endpoint("/oauth2/token")+"?grant_type="+oauth.GrantClientCredentials)
	if err != nil {
		return broken(err)
	}
	return unless(a.status == http.StatusMethodNotAllowed, a.word()).of(a)
}

// spoiltToken sends a token request of web that is spoilt after its proof.
func (r *run) spoiltToken(ctx context.Context, spoil func(*request)) (answer, error) {
	p, err := confidentialParty(r)
	if err != nil {
		return answer{}, err
	}
	q := newRequest(http.MethodPost, r.w.Endpoint("/oauth2/token"), ownToken())
	if err := r.prove(ctx, q, p, "/oauth2/token", proof{}); err != nil {
		return answer{}, err
	}
	spoil(q)
	return r.send(ctx, q)
}

func queryToken(ctx context.Context, r *run) result {
	a, err := r.spoiltToken(ctx, func(q *request) {
		q.form.Del("grant_type")
		q.address += "?grant_type=" + oauth.GrantClientCredentials
	})
	if err != nil {
		return broken(err)
	}
	return refusedWith(a, http.StatusBadRequest, oauth.ErrInvalidRequest.Code)
}

func repeatedParameter(ctx context.Context, r *run) result {
	a, err := r.spoiltToken(ctx, func(q *request) { q.form.Add("scope", oauth.ScopeEmail) })
	if err != nil {
		return broken(err)
	}
	return refusedWith(a, http.StatusBadRequest, oauth.ErrInvalidRequest.Code)
}

func errorsNotCached(ctx context.Context, r *run) result {
	a, err := r.send(ctx, newRequest(http.MethodPost, r.w.Endpoint("/oauth2/token"), ownToken()))
	if err != nil {
		return broken(err)
	}
	got := a.header.Get("Cache-Control")
	return unless(strings.Contains(got, "no-store"), or(clip(got), "no Cache-Control")).of(a)
}

func passwordGrant(ctx context.Context, r *run) result {
	a, err := r.spoiltToken(ctx, func(q *request) {
		q.form.Set("grant_type", "password")
		q.form.Set("username", r.user.Username)
		q.form.Set("password", r.secret)
	})
	if err != nil {
		return broken(err)
	}
	return refusedWith(a, http.StatusBadRequest, oauth.ErrUnsupportedGrantType.Code)
}

func cors(ctx context.Context, r *run) result {
	const allow = "Access-Control-Allow-Origin"
	for from, want := range map[string]string{attackerOrigin: "", origin: origin} {
		a, err := r.spoiltToken(ctx, func(q *request) { q.header.Set("Origin", from) })
		if err != nil {
			return broken(err)
		}
		if got := a.header.Get(allow); got != want {
			return fail("for " + from + ": " + or(clip(got), "no such header")).of(a)
		}
	}
	a, err := r.get(ctx, r.w.Endpoint("/oauth2/authorize"), "Origin", origin)
	if err != nil {
		return broken(err)
	}
	return either(a.header.Get(allow) == "", "as it must be", "the authorization endpoint lets pages read").of(a)
}
