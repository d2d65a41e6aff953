package selfcheck

import (
	"context"
	"net/http"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
)

// settingPKCE is the workspace's policy.
const settingPKCE = "pkce"

func pkceProbes(s domain.Settings) []probe {
	const stolen = "With PKCE a stolen code is worth nothing to the thief."
	confidential := probe{
		id: "pkce.missing_challenge_confidential", title: "A confidential client must send a code challenge", rfc: "RFC 9700, section 2.1.1",
		expected: "invalid_request", setting: settingPKCE, why: stolen, advice: "Set pkce to required.",
		run: asks(confidentialParty, withoutChallenge, refusedRequest),
	}
	if s.PKCE == domain.PKCERequiredForPublic {
		confidential.title, confidential.expected = "A confidential client may leave the code challenge out", "a code, as pkce is required_for_public"
		confidential.run = asks(confidentialParty, withoutChallenge, givenCode)
	}
	return []probe{
		{
			id: "pkce.missing_challenge_public", title: "A public client must send a code challenge", rfc: "RFC 9700, section 2.1.1",
			expected: "invalid_request", why: stolen, run: asks(publicParty, withoutChallenge, refusedRequest),
		},
		confidential,
		{
			id: "pkce.plain", title: "The method plain is refused", rfc: "RFC 9700, section 2.1.1", expected: "invalid_request",
			why: "With plain, whoever reads the authorization request can redeem its code.",
			run: asks(anyParty, func(a *authorization) {
				a.query.Set("code_challenge_method", "plain")
				a.query.Set("code_challenge", a.verifier)
			}, refusedRequest),
		},
		{
			id: "pkce.method_missing", title: "A challenge without a method is refused", rfc: "RFC 7636, section 4.3", expected: "invalid_request",
			why: "Without a method the challenge counts as plain.",
			run: asks(anyParty, func(a *authorization) { a.query.Del("code_challenge_method") }, refusedRequest),
		},
		{
			id: "pkce.wrong_verifier", title: "Another verifier does not redeem the code", rfc: "RFC 7636, section 4.6", expected: "400 invalid_grant", why: stolen,
			run: redeems(func(a *authorization) { a.verifier = keys.NewBearer() }),
		},
		{
			id: "pkce.missing_verifier", title: "A code with a challenge needs its verifier", rfc: "RFC 7636, section 4.6", expected: "400 invalid_grant", why: stolen,
			run: redeems(func(a *authorization) { a.verifier = "" }),
		},
		{
			id: "pkce.challenge_as_verifier", title: "The challenge is no verifier", rfc: "RFC 7636, section 4.6", expected: "400 invalid_grant",
			why: "The challenge passes through the browser, where others can read it.",
			run: redeems(func(a *authorization) { a.verifier = a.query.Get("code_challenge") }),
		},
		{
			id: "pkce.short_verifier", title: "A verifier that could be guessed is refused", rfc: "RFC 7636, section 4.1", expected: "400 invalid_grant, though the challenge fits",
			why: "A verifier has at least 43 characters, lest somebody tries them all.", run: shortVerifier,
		},
		{
			id: "pkce.downgrade", title: "A verifier for a code without a challenge is refused", rfc: "RFC 9700, section 4.8.2", expected: "400 invalid_grant",
			why: "Somebody took the challenge out of the request, to redeem the code themself. The client can notice only by this.", run: downgrade,
		},
	}
}

// The parties that probes speak for, and why there may be none.
func publicParty(r *run) (*party, error) {
	if p := r.public(); p != nil {
		return p, nil
	}
	return nil, errNoPublic
}

func confidentialParty(r *run) (*party, error) {
	if p := r.web(); p != nil {
		return p, nil
	}
	return nil, errNoConfidential
}

func anyParty(r *run) (*party, error) {
	if p := r.someone(); p != nil {
		return p, nil
	}
	return nil, errNobody
}

func withoutChallenge(a *authorization) {
	a.query.Del("code_challenge")
	a.query.Del("code_challenge_method")
}

// asks sends a spoilt authorization request and judges where it led.
func asks(of func(*run) (*party, error), spoil func(*authorization), judge func(*run, landing) result) func(context.Context, *run) result {
	return func(ctx context.Context, r *run) result {
		p, err := of(r)
		if err != nil {
			return broken(err)
		}
		a := newAuthorization(p)
		spoil(&a)
		l, err := r.authorize(ctx, a)
		if err != nil {
			return broken(err)
		}
		return judge(r, l)
	}
}

func refusedRequest(_ *run, l landing) result {
	return unless(l.params.Get("code") == "" && l.refusal() == oauth.ErrInvalidRequest.Code, l.word()).of(l.answer)
}

func givenCode(_ *run, l landing) result {
	return unless(l.params.Get("code") != "", l.word()).of(l.answer)
}

// redeems gets a sound code and spoils the token request for it.
func redeems(spoil func(*authorization)) func(context.Context, *run) result {
	return func(ctx context.Context, r *run) result {
		p, err := anyParty(r)
		if err != nil {
			return broken(err)
		}
		a := newAuthorization(p)
		code, err := r.code(ctx, a)
		if err != nil {
			return broken(err)
		}
		spoil(&a)
		return r.mustNotRedeem(ctx, a, code)
	}
}

func (r *run) mustNotRedeem(ctx context.Context, a authorization, code string) result {
	res, err := r.call(ctx, a.party, "/oauth2/token", a.redemption(code))
	if err != nil {
		return broken(err)
	}
	return refusedWith(res, http.StatusBadRequest, oauth.ErrInvalidGrant.Code, oauth.ErrInvalidRequest.Code)
}

func shortVerifier(ctx context.Context, r *run) result {
	p, err := anyParty(r)
	if err != nil {
		return broken(err)
	}
	a := newAuthorization(p)
	a.verifier = a.verifier[:42]
	a.query.Set("code_challenge", challenge(a.verifier))
	code, err := r.code(ctx, a)
	if err != nil {
		return broken(err)
	}
	return r.mustNotRedeem(ctx, a, code)
}

func downgrade(ctx context.Context, r *run) result {
	p, err := confidentialParty(r)
	if err != nil {
		return broken(err)
	}
	a := newAuthorization(p)
	withoutChallenge(&a)
	l, err := r.authorize(ctx, a)
	if err != nil {
		return broken(err)
	}
	code := l.params.Get("code")
	if code == "" && l.refusal() == oauth.ErrInvalidRequest.Code {
		return pass("no code is issued without a challenge").of(l.answer)
	}
	if code == "" {
		return fail(l.word()).of(l.answer)
	}
	return r.mustNotRedeem(ctx, a, code)
}
