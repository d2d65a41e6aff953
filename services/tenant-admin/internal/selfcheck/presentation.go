package selfcheck

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
)

// presentationProbes try how credentials are presented, whatever the method.
func presentationProbes() []probe {
	const one = "Two proofs of two parties could be taken for one."
	return []probe{
		{
			id: "client_authentication.missing", title: "A confidential client without credentials is refused", rfc: "RFC 6749, section 3.2.1", expected: "401 invalid_client",
			why: "Otherwise its id, which is no secret, would be enough.", run: presenting(func(r *run, p *party, q *request) { q.form.Set("client_id", p.id()) }, http.StatusUnauthorized, oauth.ErrInvalidClient.Code),
		},
		{
			id: "client_authentication.unknown_client", title: "An unknown client is refused like a wrong secret", rfc: "RFC 6749, section 5.2", expected: "401 invalid_client",
			why: "Another answer would tell strangers which clients there are.",
			run: presenting(func(_ *run, _ *party, q *request) {
				q.header.Set("Authorization", basic("selfcheck_nobody", keys.NewClientSecret()))
			}, http.StatusUnauthorized, oauth.ErrInvalidClient.Code),
		},
		{
			id: "client_authentication.two_methods", title: "Two methods in one request are refused", rfc: "RFC 6749, section 2.3", expected: "400 invalid_request", why: one,
			run: presenting(func(_ *run, p *party, q *request) {
				q.header.Set("Authorization", basic(p.id(), or(p.secret, keys.NewClientSecret())))
				q.form.Set("client_secret", or(p.secret, keys.NewClientSecret()))
			}, http.StatusBadRequest, oauth.ErrInvalidRequest.Code),
		},
		{
			id: "client_authentication.two_clients", title: "Two clients in one request are refused", rfc: "RFC 6749, section 2.3", expected: "400 invalid_request", why: one,
			run: presenting(func(r *run, p *party, q *request) {
				q.header.Set("Authorization", basic(p.id(), or(p.secret, keys.NewClientSecret())))
				q.form.Set("client_id", r.parties["other"].id())
			}, http.StatusBadRequest, oauth.ErrInvalidRequest.Code),
		},
		{
			id: "client_authentication.secret_in_query", title: "A secret in the address is refused", rfc: "RFC 6749, section 2.3.1", expected: "400 invalid_request",
			why: "Addresses are logged everywhere. Refusing tells the client's developer at once.",
			run: presenting(func(_ *run, p *party, q *request) {
				q.address += "?" + url.Values{"client_id": {p.id()}, "client_secret": {keys.NewClientSecret()}}.Encode()
			}, http.StatusBadRequest, oauth.ErrInvalidRequest.Code),
		},
		{
			id: "client_authentication.unsigned_assertion", title: "An assertion without a signature is refused", rfc: "RFC 8725, section 3.1", expected: "401 invalid_client",
			why: "Everybody can write one.", run: presenting(unsigned, http.StatusUnauthorized, oauth.ErrInvalidClient.Code),
		},
	}
}

// presenting sends a token request of the confidential client, with credentials of
// another making.
func presenting(with func(*run, *party, *request), status int, code string) func(context.Context, *run) result {
	return func(ctx context.Context, r *run) result {
		p, err := confidentialParty(r)
		if err != nil {
			return broken(err)
		}
		q := newRequest(http.MethodPost, r.w.Endpoint("/oauth2/token"), ownToken())
		with(r, p, q)
		a, err := r.send(ctx, q)
		if err != nil {
			return broken(err)
		}
		return refusedWith(a, status, code)
	}
}

// unsigned adds an assertion whose alg is none.
func unsigned(r *run, p *party, q *request) {
	b64 := base64.RawURLEncoding.EncodeToString
	now := r.Now()
	claims, err := json.Marshal(map[string]any{
		"iss": p.id(), "sub": p.id(), "aud": r.w.Issuer(), "jti": keys.NewBearer(), "iat": now.Unix(), "exp": now.Add(assertionLife).Unix(),
	})
	if err != nil {
		return // strings and numbers always marshal
	}
	assert(q.form, b64([]byte(`{"alg":"none","typ":"JWT"}`))+"."+b64(claims)+".")
	q.form.Set("client_id", p.id())
}
