package selfcheck

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/services/tenant-admin/internal/relying"
)

const (
	settingMethods  = "token_endpoint_auth_methods"
	settingAudience = "client_assertion_audience"
)

func clientAuthenticationProbes(s domain.Settings, served []string) []probe {
	var list []probe
	for _, method := range oauth.Methods() {
		switch {
		case !slices.Contains(served, method):
		case slices.Contains(s.TokenEndpointAuthMethods, method):
			list = append(list, methodProbes(method)...)
		default:
			list = append(list, disallowedProbe(method))
		}
		if oauth.UsesAssertion(method) && slices.Contains(s.TokenEndpointAuthMethods, method) {
			list = append(list, assertionProbes(method, s)...)
		}
	}
	return append(list, presentationProbes()...)
}

func authenticationID(method, what string) string {
	return "client_authentication." + method + "." + what
}

// methodProbes try a method that the workspace allows, right and wrong.
func methodProbes(method string) []probe {
	right := probe{
		id: authenticationID(method, "right"), title: method + ": sound credentials are accepted", rfc: rfcOf(method), expected: "200",
		why: "The workspace allows this method, and clients rely on it.", setting: settingMethods, run: rightCredentials(method),
	}
	wrong := probe{
		id: authenticationID(method, "wrong"), title: method + ": other credentials are refused", rfc: "RFC 6749, section 5.2", expected: "401 invalid_client",
		why: "Otherwise anybody can be the client.", run: wrongCredentials(method),
	}
	confused := probe{
		id: authenticationID(method, "other_method"), title: method + ": the client is not taken by another method", rfc: "RFC 7591, section 2", expected: "401 invalid_client",
		why: "A client that chose a strong method must not be let in by a weak one.", run: otherMethod(method),
	}
	if method == oauth.MethodNone {
		right.title, right.expected = "none: a public client is known by its code and verifier", "200 for a sound code"
		wrong.title = "none: a public client with a secret is refused"
		wrong.why = "A secret that is not looked at makes its owner believe in a protection that is not there."
		confused.title, confused.expected = "none: no tokens without a user", "400 unauthorized_client, or 401 invalid_client"
		confused.why = "A public client proves nothing, so that a token of its own would be anybody's."
	}
	return []probe{right, wrong, confused}
}

func rfcOf(method string) string {
	switch {
	case oauth.UsesAssertion(method):
		return "RFC 7523, section 2.2"
	case method == oauth.MethodTLS:
		return "RFC 8705, section 2.1"
	case method == oauth.MethodSelfSignedTLS:
		return "RFC 8705, section 2.2"
	case method == oauth.MethodNone:
		return "RFC 6749, section 2.1"
	default:
		return "RFC 6749, section 2.3.1"
	}
}

// ownToken is the token request of a client for itself.
func ownToken() url.Values {
	return url.Values{"grant_type": {oauth.GrantClientCredentials}, "scope": {oauth.ScopeProfile}}
}

// present sends the token request of a client for itself, with the proof. An outage
// is tried once more.
func (r *run) present(ctx context.Context, p *party, how proof) (answer, error) {
	for tried := false; ; tried = true {
		q := newRequest(http.MethodPost, r.w.Endpoint("/oauth2/token"), ownToken())
		if err := r.prove(ctx, q, p, "/oauth2/token", how); err != nil {
			return answer{}, err
		}
		a, err := r.send(ctx, q)
		if err != nil && q.channel != nil {
			return answer{}, errNoCertificates // the way there is not the server's fault
		}
		if err != nil || a.status != http.StatusServiceUnavailable || tried {
			return a, err
		}
		if err := relying.Pause(ctx, outagePause); err != nil {
			return answer{}, err
		}
	}
}

// byHand is what to do where a certificate cannot be presented from here.
func (r *run) byHand() string {
	address := r.w.Endpoint("/oauth2/token")
	if r.document != nil && r.document.Aliases["token_endpoint"] != "" {
		address = r.document.Aliases["token_endpoint"]
	}
	return "Try it by hand: curl --cert client.pem --key client.key " + address + " -d grant_type=client_credentials -d client_id=YOUR_CLIENT"
}

func rightCredentials(method string) func(context.Context, *run) result {
	return func(ctx context.Context, r *run) result {
		p := r.parties[method]
		switch method {
		case oauth.MethodNone:
			t, err := r.obtain(ctx, p)
			if err != nil {
				return broken(err)
			}
			return pass(t.answer.word()).of(t.answer)
		case oauth.MethodTLS:
			return skip("Only your authority can make the certificate that this needs.").advise(r.byHand())
		}
		a, err := r.present(ctx, p, proof{})
		if err != nil {
			return r.unlessByHand(broken(err))
		}
		return unless(a.status == http.StatusOK, a.word()).of(a)
	}
}

func (r *run) unlessByHand(found result) result {
	if found.outcome == skipped && found.actual == errNoCertificates.reason {
		return found.advise(r.byHand())
	}
	return found
}

func wrongCredentials(method string) func(context.Context, *run) result {
	return func(ctx context.Context, r *run) result {
		p, how := r.parties[method], proof{wrong: true}
		if method == oauth.MethodNone {
			a := newAuthorization(p)
			code, err := r.code(ctx, a)
			if err != nil {
				return broken(err)
			}
			q := newRequest(http.MethodPost, r.w.Endpoint("/oauth2/token"), a.redemption(code))
			if err := r.prove(ctx, q, p, "/oauth2/token", proof{method: oauth.MethodClientSecretPost, wrong: true}); err != nil {
				return broken(err)
			}
			res, err := r.send(ctx, q)
			if err != nil {
				return broken(err)
			}
			return refusedWith(res, http.StatusUnauthorized, oauth.ErrInvalidClient.Code)
		}
		a, err := r.present(ctx, p, how)
		if err != nil {
			return r.unlessByHand(broken(err))
		}
		return refusedWith(a, http.StatusUnauthorized, oauth.ErrInvalidClient.Code)
	}
}

// otherMethod has the client prove itself with what it has, by a method that is not
// its own.
func otherMethod(method string) func(context.Context, *run) result {
	other := oauth.MethodClientSecretPost
	if method == other {
		other = oauth.MethodClientSecretBasic
	}
	return func(ctx context.Context, r *run) result {
		if method == oauth.MethodNone {
			a, err := r.present(ctx, r.parties[method], proof{})
			if err != nil {
				return broken(err)
			}
			return unless(a.status == http.StatusBadRequest && a.code() == oauth.ErrUnauthorizedClient.Code || a.status == http.StatusUnauthorized, a.word()).of(a)
		}
		a, err := r.present(ctx, r.parties[method], proof{method: other})
		if err != nil {
			return broken(err)
		}
		return refusedWith(a, http.StatusUnauthorized, oauth.ErrInvalidClient.Code)
	}
}

// disallowedProbe sees to it that a method that the workspace does not allow is
// refused, sound credentials or not.
func disallowedProbe(method string) probe {
	return probe{
		id: authenticationID(method, "disallowed"), title: method + ": refused, as the workspace does not allow it", rfc: rfcOf(method), expected: "401 invalid_client",
		why: "What was taken off the list must be off for clients that still have it, too.", setting: settingMethods,
		run: func(ctx context.Context, r *run) result {
			p := r.parties[method]
			if method == oauth.MethodTLS {
				return skip("Only your authority can make the certificate that this needs.").advise(r.byHand())
			}
			a, err := r.present(ctx, p, proof{})
			if err != nil {
				return r.unlessByHand(broken(err))
			}
			return refusedWith(a, http.StatusUnauthorized, oauth.ErrInvalidClient.Code)
		},
	}
}

// assertionProbes try what a client assertion must not be.
func assertionProbes(method string, s domain.Settings) []probe {
	spoilt := func(what, title, why string, spoil func(*run, map[string]any)) probe {
		return probe{
			id: authenticationID(method, what), title: method + ": " + title, rfc: "RFC 7523, section 3", expected: "401 invalid_client", why: why,
			run: func(ctx context.Context, r *run) result {
				a, err := r.present(ctx, r.parties[method], proof{claims: func(c map[string]any) { spoil(r, c) }})
				if err != nil {
					return broken(err)
				}
				return refusedWith(a, http.StatusUnauthorized, oauth.ErrInvalidClient.Code)
			},
		}
	}
	endpoint := probe{
		id: authenticationID(method, "endpoint_audience"), title: method + ": an assertion for the token endpoint is accepted, as the workspace allows it", rfc: "RFC 10070",
		expected: "200, as client_assertion_audience is issuer_or_endpoint", setting: settingAudience, why: "Older clients name the endpoint, and the workspace promises to take them.",
		run: endpointAudience(method, false),
	}
	if s.ClientAssertionAudience == domain.AudienceIssuerOnly {
		endpoint.title, endpoint.expected = method+": an assertion for the token endpoint is refused", "401 invalid_client, as client_assertion_audience is issuer_only"
		endpoint.why = "An assertion for anything but the issuer may have been made for somebody who passes it on."
		endpoint.run = endpointAudience(method, true)
	}
	return []probe{
		{
			id: authenticationID(method, "replayed"), title: method + ": an assertion serves once", rfc: "RFC 7523, section 3", expected: "200, then 401 invalid_client",
			why: "Whoever finds an assertion in a log must be too late.", run: replayedAssertion(method),
		},
		spoilt("wrong_audience", "an assertion for another server is refused", "Otherwise a server to which the client talks could be the client here.",
			func(_ *run, c map[string]any) { c["aud"] = attackerOrigin }),
		spoilt("expired", "an expired assertion is refused", "An assertion that never ends is a password.",
			func(r *run, c map[string]any) {
				c["iat"], c["exp"] = r.Now().Add(-10*time.Minute).Unix(), r.Now().Add(-5*time.Minute).Unix()
			}),
		spoilt("without_jti", "an assertion without jti is refused", "Without jti nobody can tell whether it was used before.",
			func(_ *run, c map[string]any) { delete(c, "jti") }),
		spoilt("another_subject", "an assertion of another client is refused", "A client must not speak for another.",
			func(_ *run, c map[string]any) { c["iss"], c["sub"] = "somebody-else", "somebody-else" }),
		endpoint,
	}
}

func endpointAudience(method string, refused bool) func(context.Context, *run) result {
	return func(ctx context.Context, r *run) result {
		a, err := r.present(ctx, r.parties[method], proof{claims: func(c map[string]any) { c["aud"] = r.w.Endpoint("/oauth2/token") }})
		if err != nil {
			return broken(err)
		}
		if refused {
			return refusedWith(a, http.StatusUnauthorized, oauth.ErrInvalidClient.Code)
		}
		return unless(a.status == http.StatusOK, a.word()).of(a)
	}
}

func replayedAssertion(method string) func(context.Context, *run) result {
	return func(ctx context.Context, r *run) result {
		p := r.parties[method]
		token, err := r.assertion(ctx, p, method, p.secret, proof{})
		if err != nil {
			return broken(err)
		}
		var statuses []string
		var last answer
		for range 2 {
			form := ownToken()
			form.Set("client_id", p.id())
			assert(form, token)
			if last, err = r.send(ctx, newRequest(http.MethodPost, r.w.Endpoint("/oauth2/token"), form)); err != nil {
				return broken(err)
			}
			statuses = append(statuses, last.word())
		}
		ok := strings.HasPrefix(statuses[0], "200") && last.status == http.StatusUnauthorized
		return unless(ok, strings.Join(statuses, ", then ")).of(last)
	}
}
