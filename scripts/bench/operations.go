package main

import (
	"context"
	"io"
	"net/http"
	"net/url"
)

// operation is one row: what it does, and the round trips that it may cost.
type operation struct {
	name   string
	budget string
	do     func(w *world) func(ctx context.Context, worker int) error
}

// operations lists what is measured, in the order of the table.
func operations() []operation {
	return []operation{
		{"client_credentials", "0 / 0", func(w *world) func(context.Context, int) error { return w.credentials(w.confid) }},
		{"client_credentials_opaque", "0 / 0", func(w *world) func(context.Context, int) error { return w.credentials(w.opaque) }},
		{"introspect_jwt", "0 / 0", func(w *world) func(context.Context, int) error { return w.introspect(w.access, w.confid) }},
		{"introspect_opaque", "0 / 0", func(w *world) func(context.Context, int) error { return w.introspect(w.blob, w.opaque) }},
		{"userinfo", "1 / 0", (*world).userinfo},
		{"refresh", "1 / 0", (*world).rotate},
		{"code_with_session", "3 / 2", (*world).codeWithSession},
		{"code_flow", "8 / 6", (*world).codeFlow},
		{"discovery", "0 / 0", func(w *world) func(context.Context, int) error {
			return w.fetch("/.well-known/openid-configuration", "authorization_endpoint")
		}},
		{"jwks", "0 / 0", func(w *world) func(context.Context, int) error { return w.fetch("/.well-known/jwks.json", `"keys"`) }},
		{"register_tenant", "", (*world).registerOne},
	}
}

func runOperation(ctx context.Context, o options, sut *system, w *world, op operation) (row, error) {
	do := op.do(w)
	sql, redis, err := sut.measureTrips(ctx, func(ctx context.Context) error { return do(ctx, 0) })
	if err != nil {
		return row{}, err
	}
	r, err := repeat(ctx, o, op.name, load{workers: o.workers, duration: o.duration, do: do})
	if err != nil {
		return row{}, err
	}
	r.sql, r.redis, r.budget = sql, redis, op.budget
	if op.name == "register_tenant" {
		times, err := w.registrations(ctx, 10)
		if err != nil {
			return row{}, err
		}
		r.note = "ten in a row: median " + times[len(times)/2].String() + ", slowest " + times[len(times)-1].String()
	}
	return r, nil
}

func (w *world) credentials(a account) func(context.Context, int) error {
	authorization := a.basic()
	return func(ctx context.Context, _ int) error {
		return w.http.post(ctx, w.issuer+"/oauth2/token", "grant_type=client_credentials", authorization, wantToken)
	}
}

func (w *world) introspect(token string, a account) func(context.Context, int) error {
	form, authorization := url.Values{"token": {token}}.Encode(), a.basic()
	return func(ctx context.Context, _ int) error {
		return w.http.post(ctx, w.issuer+"/oauth2/introspect", form, authorization, want(http.StatusOK, `"active":true`))
	}
}

func (w *world) userinfo() func(context.Context, int) error {
	var bearer string
	return func(ctx context.Context, worker int) error {
		if bearer == "" {
			t, err := w.flows[0].whole(ctx)
			if err != nil {
				return err
			}
			bearer = "Bearer " + t.AccessToken
		}
		return w.http.get(ctx, w.issuer+"/userinfo", bearer, want(http.StatusOK, `"sub"`))
	}
}

// rotate turns each worker's own refresh token, over and over.
func (w *world) rotate() func(context.Context, int) error {
	authorization := w.confid.basic()
	return func(ctx context.Context, worker int) error {
		form := url.Values{"grant_type": {"refresh_token"}, "refresh_token": {w.refresh[worker]}}.Encode()
		return w.http.post(ctx, w.issuer+"/oauth2/token", form, authorization, func(status int, body []byte) error {
			t, err := parseTokens(status, body)
			if err == nil {
				w.refresh[worker] = t.RefreshToken
			}
			return err
		})
	}
}

// codeWithSession is the flow of a user who is logged in and has consented:
// authorize, and redeem.
func (w *world) codeWithSession() func(context.Context, int) error {
	return func(ctx context.Context, worker int) error {
		f := w.flows[worker]
		code, verifier, err := f.code(ctx, "")
		if err != nil {
			return err
		}
		_, err = f.redeem(ctx, code, verifier)
		return err
	}
}

func (w *world) codeFlow() func(context.Context, int) error {
	return func(ctx context.Context, worker int) error {
		_, err := w.flows[worker].whole(ctx)
		return err
	}
}

func (w *world) fetch(path, part string) func(context.Context, int) error {
	return func(ctx context.Context, _ int) error {
		return w.http.get(ctx, w.issuer+path, "", want(http.StatusOK, part))
	}
}

func (w *world) registerOne() func(context.Context, int) error {
	return func(ctx context.Context, _ int) error {
		_, err := w.registrations(ctx, 1)
		return err
	}
}

func copyAll(w io.Writer, r io.Reader) (int64, error) { return io.Copy(w, r) }
