package selfcheck

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/signet-authz/signet/pkg/accesstoken"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
)

// revocationSpread is how long the end of a token may take to be known everywhere.
const revocationSpread = 1500 * time.Millisecond

func codeFlowProbes() []probe {
	return []probe{
		{
			id: probeCode, title: "A login and a consent lead to a code", rfc: "RFC 6749, section 4.1", expected: "the browser arrives at the redirect URI with a code",
			why: "This is how every user gets into every application.", run: flowLeadsToCode,
		},
		{
			id: "code_flow.state", title: "The answer carries state as it was sent", rfc: "RFC 6749, section 4.1.2", expected: "the same state",
			why: "By state the application knows that the answer belongs to its own request.", run: ofLanding("state", func(r *run) string { return r.asked.query.Get("state") }),
		},
		{
			id: "code_flow.iss", title: "The answer names the issuer", rfc: "RFC 9207, section 2", expected: "iss is the issuer",
			why: "By iss a client of several servers knows which of them answered (mix-up).", run: ofLanding("iss", func(r *run) string { return r.w.Issuer() }),
		},
		{
			id: "code_flow.see_other", title: "No form is sent on to the application", rfc: "RFC 9700, section 4.12", expected: "303 after a form",
			why: "After 307 the browser would post the password once more, to the application.", run: seeOther,
		},
		{
			id: probeTokens, title: "The code becomes tokens", rfc: "RFC 6749, section 5.1", expected: "200 with access_token, token_type Bearer, a number of seconds, and an ID token",
			why: "Without tokens nobody gets anywhere.", run: tokensComplete,
		},
		{
			id: "code_flow.no_store", title: "No cache may keep the tokens", rfc: "RFC 6749, section 5.1", expected: "Cache-Control: no-store",
			why: "A token in a cache belongs to whoever finds it.", run: tokensNotCached,
		},
		{
			id: "code_flow.id_token", title: "The ID token verifies by the published keys and fits the request", rfc: "OpenID Connect Core 1.0, section 3.1.3.7",
			expected: "signature, iss, aud, exp, nonce and at_hash as they must be", why: "It is the application's proof of who the user is.", run: idTokenFits,
		},
		{
			id: "code_flow.access_token", title: "The access token verifies by the published keys", rfc: "RFC 9068, section 2", expected: "typ at+jwt, and iss, aud, client_id, exp as they must be",
			why: "Resource servers believe what it says.", run: accessTokenFits,
		},
		{
			id: "code_flow.current_key_first", title: "The key that signs stands first", rfc: "RFC 7517, section 5", expected: "the key of the ID token is the first of the set",
			why: "Some verifiers look at the first key only, and fail after a rotation.", run: currentKeyFirst,
		},
		{
			id: "code_flow.userinfo", title: "UserInfo speaks of the same user", rfc: "OpenID Connect Core 1.0, section 5.3.2", expected: "sub of the ID token",
			why: "An answer about another user would sign one person in as another.", run: userInfoFits,
		},
		{
			id: "code_flow.code_of_another_client", title: "A code serves only the client that it was issued to", rfc: "RFC 6749, section 4.1.3", expected: "400 invalid_grant for the other, tokens for the owner",
			why: "A stolen code must be worth nothing, and a stranger's attempt must not spoil it.", run: codeOfAnother,
		},
		{
			id: "code_flow.redirect_uri", title: "A code comes with the redirect URI of its request", rfc: "RFC 6749, section 4.1.3", expected: "400 invalid_grant",
			why: "It shows that the code was made for another address.", run: otherRedirectURI,
		},
		{
			id: "code_flow.code_used_twice", title: "A code serves once", rfc: "RFC 6749, section 4.1.2", expected: "400 invalid_grant the second time",
			why: "Whoever finds a code in a log or a history must be too late.", run: codeTwice,
		},
		{
			id: "code_flow.replay_ends_tokens", title: "A code that is used twice ends its tokens", rfc: "RFC 9700, section 4.5", expected: "access and refresh token are dead",
			why: "Of two who use one code, one is a thief, and nobody knows which.", run: replayEnds,
		},
		{
			id: "code_flow.no_token_response", title: "No token comes by the browser", rfc: "RFC 9700, section 2.1.2", expected: "unsupported_response_type",
			why: "A token in an address ends up in histories and logs.", run: noTokenResponse,
		},
		{
			id: "code_flow.prompt_none", title: "Without a login nothing is given in silence", rfc: "OpenID Connect Core 1.0, section 3.1.2.6", expected: "login_required",
			why: "An application that only asks must not be told that somebody is there who is not.", run: promptNone,
		},
	}
}

func flowLeadsToCode(ctx context.Context, r *run) result {
	l, _, err := r.flow(ctx)
	if r.landed == nil && err != nil {
		return broken(err)
	}
	if err != nil && l.params.Get("code") == "" {
		return broken(err)
	}
	return unless(bare(l.to) == r.asked.party.redirectURI(), l.word()).of(l.answer)
}

// ofLanding holds one parameter of the authorization response to what it must be.
func ofLanding(name string, want func(*run) string) func(context.Context, *run) result {
	return func(ctx context.Context, r *run) result {
		l, _, err := r.flow(ctx)
		if r.landed == nil && err != nil {
			return broken(err)
		}
		got := l.params.Get(name)
		ok := got == want(r) && len(l.params[name]) == 1
		if ok {
			return pass("as it must be").of(l.answer)
		}
		return fail(or(clip(got), "missing")).of(l.answer)
	}
}

func seeOther(ctx context.Context, r *run) result {
	l, _, err := r.flow(ctx)
	switch {
	case r.landed == nil && err != nil:
		return broken(err)
	case l.post == 0:
		return skip("No form was sent in this run.")
	case l.post == http.StatusFound:
		return warn(statusWord(l.post)).of(l.answer)
	default:
		return unless(l.post == http.StatusSeeOther, statusWord(l.post)).of(l.answer)
	}
}

// ofFlow judges the tokens of the first complete flow.
func ofFlow(judge func(r *run, t tokens) result) func(context.Context, *run) result {
	return func(ctx context.Context, r *run) result {
		_, t, err := r.flow(ctx)
		if err != nil {
			return broken(err)
		}
		return judge(r, t)
	}
}

func tokensComplete(ctx context.Context, r *run) result {
	return ofFlow(func(_ *run, t tokens) result {
		var lacks []string
		for name, there := range map[string]bool{"token_type Bearer": t.Type == "Bearer", "expires_in": t.ExpiresIn > 0, "id_token": t.ID != "", "refresh_token": t.Refresh != "", "scope": t.Scope != ""} {
			if !there {
				lacks = append(lacks, name)
			}
		}
		slices.Sort(lacks)
		if len(lacks) > 0 {
			return fail("without " + strings.Join(lacks, ", ")).of(t.answer)
		}
		return pass("200, all there").of(t.answer)
	})(ctx, r)
}

func tokensNotCached(ctx context.Context, r *run) result {
	return ofFlow(func(_ *run, t tokens) result {
		got := t.answer.header.Get("Cache-Control")
		return unless(strings.Contains(got, "no-store"), or(clip(got), "no Cache-Control")).of(t.answer)
	})(ctx, r)
}

// verified checks a JWT by the published keys, and reads its claims.
func (r *run) verified(ctx context.Context, token string, claims any) (keys.Header, string) {
	set, err := r.keySet(ctx)
	if err != nil || set.parsed == nil {
		return keys.Header{}, "the published keys cannot be used"
	}
	u, err := keys.ParseUnverified(token)
	if err != nil {
		return keys.Header{}, "no JWT"
	}
	if _, err := set.parsed.Verify(u, oauth.KeyAlgs()); err != nil {
		// The key may have been made for this very token, and the set been read before.
		r.set = nil
		if set, err = r.keySet(ctx); err != nil || set.parsed == nil {
			return u.Header, "the published keys cannot be used"
		}
		if _, err := set.parsed.Verify(u, oauth.KeyAlgs()); err != nil {
			return u.Header, "no published key verifies it"
		}
	}
	raw, err := json.Marshal(u.Claims)
	if err == nil {
		err = json.Unmarshal(raw, claims)
	}
	if err != nil {
		return u.Header, "its claims cannot be read"
	}
	return u.Header, ""
}

// idClaims are those of an ID token that are judged.
type idClaims struct {
	Issuer    string               `json:"iss"`
	Subject   string               `json:"sub"`
	Audience  accesstoken.Audience `json:"aud"`
	ExpiresAt int64                `json:"exp"`
	IssuedAt  int64                `json:"iat"`
	Nonce     string               `json:"nonce"`
	ATHash    string               `json:"at_hash"`
}

func idTokenFits(ctx context.Context, r *run) result {
	return ofFlow(func(r *run, t tokens) result {
		var c idClaims
		head, wrong := r.verified(ctx, t.ID, &c)
		if wrong != "" {
			return fail(wrong).of(t.answer)
		}
		now := r.Now()
		for _, rule := range []struct {
			name string
			ok   bool
		}{
			{"iss", c.Issuer == r.w.Issuer()},
			{"aud", slices.Contains(c.Audience, r.asked.party.id())},
			{"sub", c.Subject == r.user.UserID},
			{"exp", c.ExpiresAt > now.Unix()},
			{"iat", c.IssuedAt <= now.Add(domain.ClockSkew).Unix()},
			{"nonce", c.Nonce == t.nonce},
			{"at_hash", c.ATHash == "" || c.ATHash == halfHash(head.Alg, t.Access)},
		} {
			if !rule.ok {
				return fail(rule.name + " is not as it must be").of(t.answer)
			}
		}
		return pass("signed by " + head.Alg + ", all as it must be").of(t.answer)
	})(ctx, r)
}

// halfHash is at_hash (OpenID Connect Core, section 3.1.3.6).
func halfHash(alg, token string) string {
	if alg == oauth.Ed25519 || alg == oauth.EdDSA {
		sum := sha512.Sum512([]byte(token))
		return base64.RawURLEncoding.EncodeToString(sum[:sha512.Size/2])
	}
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:sha256.Size/2])
}

func accessTokenFits(ctx context.Context, r *run) result {
	return ofFlow(func(r *run, t tokens) result {
		if !strings.Contains(t.Access, ".") {
			return pass("opaque: it says nothing to anybody else").of(t.answer)
		}
		var c accesstoken.Claims
		head, wrong := r.verified(ctx, t.Access, &c)
		if wrong != "" {
			return fail(wrong).of(t.answer)
		}
		latest := r.Now().Add(r.settings.AccessTokenTTL + domain.ClockSkew).Unix()
		for _, rule := range []struct {
			name string
			ok   bool
		}{
			{"typ", strings.EqualFold(strings.TrimPrefix(head.Typ, "application/"), accesstoken.Type)},
			{"iss", c.Issuer == r.w.Issuer()},
			{"aud", len(c.Audience) > 0},
			{"sub", c.Subject == r.user.UserID},
			{"client_id", c.ClientID == r.asked.party.id()},
			{"jti", c.ID != ""},
			{"exp", c.ExpiresAt > r.Now().Unix() && c.ExpiresAt <= latest},
		} {
			if !rule.ok {
				return fail(rule.name + " is not as it must be").of(t.answer)
			}
		}
		return pass("signed by " + head.Alg + ", all as it must be").of(t.answer)
	})(ctx, r)
}

func currentKeyFirst(ctx context.Context, r *run) result {
	_, t, err := r.flow(ctx)
	if err != nil {
		return broken(err)
	}
	u, err := keys.ParseUnverified(t.ID)
	if err != nil {
		return fail("the ID token is no JWT").of(t.answer)
	}
	r.set = nil // the key may have been made for this very token
	set, err := r.keySet(ctx)
	if err != nil {
		return broken(err)
	}
	first := ""
	if len(set.Keys) > 0 {
		first, _ = set.Keys[0]["kid"].(string)
	}
	return either(first == u.Header.Kid, "it does", "another key stands first").of(set.answer)
}

func userInfoFits(ctx context.Context, r *run) result {
	return ofFlow(func(r *run, t tokens) result {
		a, err := r.get(ctx, r.w.Endpoint("/userinfo"), "Authorization", "Bearer "+t.Access)
		if err != nil {
			return broken(err)
		}
		var who struct {
			Subject string `json:"sub"`
		}
		if a.status != http.StatusOK || !a.read(&who) {
			return fail(a.word()).of(a)
		}
		return either(who.Subject == r.user.UserID, "the same user", "another user").of(a)
	})(ctx, r)
}
