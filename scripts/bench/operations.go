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
	// signs are the assertions that it uses up, where it does, and its limit is
	// the handler that verifies one.
	signs func(w *world) *signer
}

// operations lists what is measured, in the order of the table.
func operations() []operation {
	type do = func(context.Context, int) error
	return []operation{
		{name: "client_credentials", budget: "0 / 0", do: func(w *world) do { return w.credentials(w.confid) }},
		{name: "client_credentials_opaque", budget: "0 / 0", do: func(w *world) do { return w.credentials(w.opaque) }},
		{name: "client_secret_post", budget: "0 / 0", do: (*world).posted},
		{name: "client_secret_jwt", budget: "0 / 1", do: func(w *world) do { return w.asserted(w.proofs.macs) }, signs: func(w *world) *signer { return w.proofs.macs }},
		{name: "private_key_jwt_es256", budget: "0 / 1", do: func(w *world) do { return w.asserted(w.proofs.ecs) }, signs: func(w *world) *signer { return w.proofs.ecs }},
		{name: "private_key_jwt_rs256", budget: "0 / 1", do: func(w *world) do { return w.asserted(w.proofs.rsas) }, signs: func(w *world) *signer { return w.proofs.rsas }},
		{name: "tls_client_auth", budget: "0 / 0", do: func(w *world) do { return w.certified(w.proofs.issuedHTTP, w.proofs.issued) }},
		{name: "self_signed_tls_client_auth", budget: "0 / 0", do: func(w *world) do { return w.certified(w.proofs.selfSignedHTTP, w.proofs.selfSigned) }},
		{name: "par", budget: "0 / 1", do: (*world).push},
		{name: "introspect_jwt", budget: "0 / 0", do: func(w *world) do { return w.introspect(w.access, w.confid) }},
		{name: "introspect_opaque", budget: "0 / 0", do: func(w *world) do { return w.introspect(w.blob, w.opaque) }},
		{name: "userinfo", budget: "1 / 0", do: (*world).userinfo},
		{name: "refresh", budget: "1 / 0", do: (*world).rotate},
		{name: "code_with_session", budget: "3 / 2", do: (*world).codeWithSession},
		{name: "code_flow", budget: "8 / 6", do: (*world).codeFlow},
		{name: "discovery", budget: "0 / 0", do: func(w *world) do { return w.fetch("/.well-known/openid-configuration", "authorization_endpoint") }},
		{name: "jwks", budget: "0 / 0", do: func(w *world) do { return w.fetch("/.well-known/jwks.json", `"keys"`) }},
		{name: "register_tenant", do: (*world).registerOne},
	}
}

func runOperation(ctx context.Context, o options, sut *system, w *world, op operation) (row, error) {
	do := op.do(w)
	sql, redis, err := sut.measureTrips(ctx, func(ctx context.Context) error { return do(ctx, 0) })
	if err != nil {
		return row{}, err
	}
	l := load{workers: o.workers, duration: o.duration, do: do}
	if op.signs != nil {
		l.before = op.signs(w).ahead
	}
	r, err := repeat(ctx, o, op.name, l)
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
