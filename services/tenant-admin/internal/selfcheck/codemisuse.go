package selfcheck

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/services/tenant-admin/internal/relying"
)

// refusedWith holds an answer to the error that it must be.
func refusedWith(a answer, status int, codes ...string) result {
	ok := a.status == status
	if len(codes) > 0 {
		ok = ok && slices.Contains(codes, a.code())
	}
	return unless(ok, a.word()).of(a)
}

func codeOfAnother(ctx context.Context, r *run) result {
	web, other := r.web(), r.parties["other"]
	if web == nil {
		return broken(errNoConfidential)
	}
	a := newAuthorization(web)
	code, err := r.code(ctx, a)
	if err != nil {
		return broken(err)
	}
	res, err := r.call(ctx, other, "/oauth2/token", a.redemption(code))
	if err != nil {
		return broken(err)
	}
	if found := refusedWith(res, http.StatusBadRequest, oauth.ErrInvalidGrant.Code); found.outcome != passed {
		return found
	}
	if _, err := r.redeem(ctx, a, code); err != nil {
		return fail("the stranger was refused, and the code was spoilt for its owner").of(res)
	}
	return pass(res.word() + ", and the owner got tokens").of(res)
}

func otherRedirectURI(ctx context.Context, r *run) result {
	p := r.someone()
	if p == nil {
		return broken(errNobody)
	}
	a := newAuthorization(p)
	code, err := r.code(ctx, a)
	if err != nil {
		return broken(err)
	}
	form := a.redemption(code)
	form.Set("redirect_uri", attackerOrigin+"/cb")
	res, err := r.call(ctx, p, "/oauth2/token", form)
	if err != nil {
		return broken(err)
	}
	return refusedWith(res, http.StatusBadRequest, oauth.ErrInvalidGrant.Code)
}

// replay redeems a code twice, and remembers what the first time brought.
func (r *run) replay(ctx context.Context) (tokens, answer, error) {
	if r.replayed != nil {
		return *r.replayed, r.refused, nil
	}
	p := r.someone()
	if p == nil {
		return tokens{}, answer{}, errNobody
	}
	a := newAuthorization(p)
	code, err := r.code(ctx, a)
	if err != nil {
		return tokens{}, answer{}, err
	}
	t, err := r.redeem(ctx, a, code)
	if err != nil {
		return tokens{}, answer{}, err
	}
	again, err := r.call(ctx, p, "/oauth2/token", a.redemption(code))
	if err != nil {
		return tokens{}, answer{}, err
	}
	r.replayed, r.refused = &t, again
	return t, again, nil
}

func codeTwice(ctx context.Context, r *run) result {
	_, again, err := r.replay(ctx)
	if err != nil {
		return broken(err)
	}
	return refusedWith(again, http.StatusBadRequest, oauth.ErrInvalidGrant.Code)
}

func replayEnds(ctx context.Context, r *run) result {
	t, again, err := r.replay(ctx)
	if err != nil {
		return broken(err)
	}
	dead, a, err := r.dies(ctx, t.Access)
	if err != nil {
		return broken(err)
	}
	if !dead {
		return fail("the access token still opens UserInfo").of(a)
	}
	res, err := r.refresh(ctx, r.someone(), t.Refresh)
	if err != nil {
		return broken(err)
	}
	if res.status == http.StatusOK {
		return fail("the refresh token still gives tokens").of(res)
	}
	return pass("both are dead").of(again)
}

// dies waits for the end of an access token to be known.
func (r *run) dies(ctx context.Context, token string) (bool, answer, error) {
	const step = 50 * time.Millisecond
	for waited := time.Duration(0); ; waited += step {
		a, err := r.get(ctx, r.w.Endpoint("/userinfo"), "Authorization", "Bearer "+token)
		if err != nil {
			return false, answer{}, err
		}
		if a.status == http.StatusUnauthorized || waited >= revocationSpread {
			return a.status == http.StatusUnauthorized, a, nil
		}
		if err := relying.Pause(ctx, step); err != nil {
			return false, answer{}, err
		}
	}
}

func noTokenResponse(ctx context.Context, r *run) result {
	p := r.someone()
	if p == nil {
		return broken(errNobody)
	}
	for _, kind := range []string{"token", "id_token token", "code token"} {
		a := newAuthorization(p)
		a.query.Set("response_type", kind)
		l, err := r.authorize(ctx, a)
		if err != nil {
			return broken(err)
		}
		if l.params.Get("access_token") != "" || l.params.Get("code") != "" || l.refusal() == "" {
			return fail("response_type " + kind + ": " + l.word()).of(l.answer)
		}
	}
	return pass("refused, in each combination")
}

func promptNone(ctx context.Context, r *run) result {
	p := r.someone()
	if p == nil {
		return broken(errNobody)
	}
	known := r.browser
	r.browser = r.newBrowser()
	defer func() { r.browser = known }()
	a := newAuthorization(p)
	a.query.Set("prompt", oauth.PromptNone)
	l, err := r.authorize(ctx, a)
	if err != nil {
		return broken(err)
	}
	return unless(l.params.Get("error") == oauth.ErrLoginRequired.Code, l.word()).of(l.answer)
}

// stranger is a token that nobody issued.
func stranger() string { return keys.NewBearer() }
