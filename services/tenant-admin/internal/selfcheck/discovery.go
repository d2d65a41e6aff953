package selfcheck

import (
	"bytes"
	"context"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
)

// The well-known paths (RFC 8414, section 3; OpenID Connect Discovery 1.0, section 4).
const (
	wellKnownOpenID = "/.well-known/openid-configuration"
	wellKnownOAuth  = "/.well-known/oauth-authorization-server"
)

func discoveryProbes() []probe {
	const everyLibrary = "Client libraries take everything they do from this document. Where it cannot be read, they do not start."
	return []probe{
		{
			id: "discovery.openid_configuration", title: "The OpenID discovery document is served below the issuer", rfc: "OpenID Connect Discovery 1.0, section 4",
			expected: "200, JSON, with the issuer as it was asked for", why: everyLibrary,
			run: func(ctx context.Context, r *run) result { return r.documentAt(ctx, r.w.Issuer()+wellKnownOpenID) },
		},
		{
			id: "discovery.oauth_path_insertion", title: "The metadata is served at the root, with the issuer's path behind it", rfc: "RFC 8414, section 3.1",
			expected: "200, JSON, with the issuer as it was asked for", why: "An issuer with a path has its metadata here by RFC 8414, and clients of OAuth look nowhere else. " + everyLibrary,
			advice: "Let whatever stands in front of the service pass on /.well-known/ at the root too.",
			run:    func(ctx context.Context, r *run) result { return r.documentAt(ctx, r.atRoot(wellKnownOAuth)) },
		},
		{
			id: "discovery.openid_path_insertion", title: "Its OpenID twin is served at the root", rfc: "RFC 8414, section 5",
			expected: "200, JSON, with the issuer as it was asked for", why: "Some libraries put the path there for OpenID Connect as well.",
			advice: "Let whatever stands in front of the service pass on /.well-known/ at the root too.",
			run:    func(ctx context.Context, r *run) result { return r.documentAt(ctx, r.atRoot(wellKnownOpenID)) },
		},
		{
			id: "discovery.one_document", title: "Every form says the same", rfc: "RFC 8414, section 3", expected: "the same document in each form",
			why: "Two clients that disagree about an endpoint are a fault that nobody finds.", run: sameDocuments,
		},
		{
			id: "discovery.endpoints", title: "Every endpoint is below the issuer", rfc: "RFC 9700, section 4.4", expected: "endpoints below the issuer",
			why: "A client that is sent elsewhere hands its codes and secrets to whoever is there (mix-up).", run: endpointsBelow,
		},
		{
			id: "discovery.https", title: "Everything is https", rfc: "RFC 8414, section 2", expected: "https, or http on a loopback address",
			why:    "Over http, whoever is on the way reads codes, secrets and tokens.",
			advice: "Serve the service over https, and set public_url to that address. It is a setting of the operator's.", run: everythingHTTPS,
		},
		{
			id: "discovery.forwarded_host", title: "Headers of a stranger change nothing", rfc: "RFC 8414, section 3.3", expected: "the same document, whatever X-Forwarded-Host and its like say",
			why: "A cache that keeps a document made for another host sends every client there.", run: forwardedHost,
		},
		{
			id: "discovery.keys", title: "The published keys are sound", rfc: "RFC 7517, section 4", expected: "distinct kid, alg and use in every key, and no private part",
			why: "Every resource server verifies tokens by these keys. A private part among them lets anybody make tokens.", run: keysSound,
		},
		{
			id: "discovery.auth_methods", title: "The methods of client authentication are those that are allowed", rfc: "RFC 8414, section 2",
			expected: "the workspace's token_endpoint_auth_methods", setting: "token_endpoint_auth_methods",
			why: "Clients choose from this list. What is not served fails at their first request.", run: methodsTrue,
		},
		{
			id: "discovery.pkce", title: "PKCE is offered by S256 alone", rfc: "RFC 9700, section 2.1.1", expected: "S256",
			why: "With plain, whoever reads the authorization request can redeem its code.",
			run: func(ctx context.Context, r *run) result {
				return r.ofDocument(ctx, func(m *metadata) (bool, string) {
					return slices.Equal(m.Challenges, []string{oauth.ChallengeMethodS256}), strings.Join(m.Challenges, " ")
				})
			},
		},
		{
			id: "discovery.no_implicit", title: "Neither the implicit nor the password grant is offered", rfc: "RFC 9700, sections 2.1.2 and 2.4", expected: "response_types_supported is code alone, and no grant type password or implicit",
			why: "Both show tokens or passwords to whom they are not meant for.", run: nothingImplicit,
		},
		{
			id: "discovery.iss", title: "Answers are announced to carry iss", rfc: "RFC 9207, section 3", expected: "authorization_response_iss_parameter_supported is true",
			why: "By iss a client of several servers knows which of them answered.",
			run: func(ctx context.Context, r *run) result {
				return r.ofDocument(ctx, func(m *metadata) (bool, string) { return m.Iss, yesNo(m.Iss) })
			},
		},
		{
			id: "discovery.cors", title: "Applications in a browser can read the document and the keys", rfc: "RFC 9700, section 2.6", expected: "Access-Control-Allow-Origin: *",
			why: "They are public, and a single-page application cannot start without them.", run: discoveryCORS,
		},
	}
}

// atRoot puts the issuer's path behind a well-known path.
func (r *run) atRoot(wellKnown string) string {
	u, err := url.Parse(r.w.Issuer())
	if err != nil {
		return r.w.Issuer()
	}
	return u.Scheme + "://" + u.Host + wellKnown + u.Path
}

// documentAt asks for the document in one of its forms.
func (r *run) documentAt(ctx context.Context, address string) result {
	a, err := r.get(ctx, address)
	if err != nil {
		return broken(err)
	}
	var m metadata
	media, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	switch {
	case a.status != http.StatusOK:
		return fail(a.word()).of(a)
	case media != "application/json" || !a.read(&m):
		return fail("no JSON: " + clip(media)).of(a)
	default:
		return unless(m.Issuer == r.w.Issuer(), "issuer "+clip(m.Issuer)).of(a).expecting("issuer " + r.w.Issuer())
	}
}

// ofDocument judges the discovery document.
func (r *run) ofDocument(ctx context.Context, judge func(*metadata) (bool, string)) result {
	m, err := r.metadata(ctx)
	if err != nil {
		return broken(err)
	}
	ok, actual := judge(m)
	return unless(ok, clip(or(actual, "nothing"))).of(m.answer)
}

func sameDocuments(ctx context.Context, r *run) result {
	m, err := r.metadata(ctx)
	if err != nil {
		return broken(err)
	}
	for _, address := range []string{r.w.Issuer() + wellKnownOAuth, r.atRoot(wellKnownOAuth), r.atRoot(wellKnownOpenID)} {
		a, err := r.get(ctx, address)
		if err != nil {
			return broken(err)
		}
		if a.status != http.StatusOK || !bytes.Equal(a.body, m.answer.body) {
			return fail("another one, or none, at " + address).of(a)
		}
	}
	return pass("the same in four forms")
}

// addresses are the endpoints of the document, by their names.
func (m *metadata) addresses() map[string]string {
	return map[string]string{
		"authorization_endpoint": m.Authorization, "token_endpoint": m.Token, "userinfo_endpoint": m.UserInfo, "jwks_uri": m.JWKS,
		"introspection_endpoint": m.Introspection, "revocation_endpoint": m.Revocation, "end_session_endpoint": m.EndSession,
		"pushed_authorization_request_endpoint": m.PAR,
	}
}

func endpointsBelow(ctx context.Context, r *run) result {
	return r.ofDocument(ctx, func(m *metadata) (bool, string) {
		for name, address := range m.addresses() {
			if !strings.HasPrefix(address, r.w.Issuer()+"/") {
				return false, name + ": " + or(address, "missing")
			}
		}
		return true, "all below " + r.w.Issuer()
	})
}

func everythingHTTPS(ctx context.Context, r *run) result {
	m, err := r.metadata(ctx)
	if err != nil {
		return broken(err)
	}
	for name, address := range m.addresses() {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" && !loopback(u.Hostname()) {
			return fail(name + ": " + clip(address)).of(m.answer)
		}
	}
	if strings.HasPrefix(m.Issuer, "http://") {
		return pass("http, on a loopback address")
	}
	return pass("https")
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.IsLoopback()
}

func forwardedHost(ctx context.Context, r *run) result {
	m, err := r.metadata(ctx)
	if err != nil {
		return broken(err)
	}
	a, err := r.get(ctx, r.w.Issuer()+wellKnownOpenID,
		"X-Forwarded-Host", "attacker.invalid", "X-Forwarded-Proto", "gopher", "Forwarded", "host=attacker.invalid", "X-Original-Url", "/other/tenant")
	if err != nil {
		return broken(err)
	}
	return either(a.status == http.StatusOK && bytes.Equal(a.body, m.answer.body), "the same document", "another document, or none").of(a)
}

func keysSound(ctx context.Context, r *run) result {
	set, err := r.keySet(ctx)
	if err != nil {
		return broken(err)
	}
	seen := map[string]bool{}
	for _, key := range set.Keys {
		kid, _ := key["kid"].(string)
		for _, private := range []string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"} {
			if key[private] != nil {
				return fail("a key has the private member " + private).of(set.answer).advise("Revoke the key at once: rotate the keys with emergency. Then show this report to whoever operates the service.")
			}
		}
		alg, _ := key["alg"].(string)
		switch {
		case kid == "" || seen[kid]:
			return fail("a kid is missing or stands there twice").of(set.answer)
		case alg == "" || key["use"] != "sig":
			return fail("a key lacks alg, or its use is not sig").of(set.answer)
		}
		seen[kid] = true
	}
	if _, err := keys.ParseClientKeys(set.answer.body); err != nil {
		return fail(clip(err.Error())).of(set.answer)
	}
	return pass(itoa(len(set.Keys)) + " keys").of(set.answer)
}

func methodsTrue(ctx context.Context, r *run) result {
	return r.ofDocument(ctx, func(m *metadata) (bool, string) {
		want := slices.DeleteFunc(slices.Clone(r.settings.TokenEndpointAuthMethods), func(method string) bool {
			return !slices.Contains(r.Methods, method) || len(m.Aliases) == 0 && oauth.UsesCertificate(method)
		})
		got := slices.Clone(m.AuthMethods)
		slices.Sort(want)
		slices.Sort(got)
		return slices.Equal(want, got), strings.Join(m.AuthMethods, " ")
	})
}

func nothingImplicit(ctx context.Context, r *run) result {
	return r.ofDocument(ctx, func(m *metadata) (bool, string) {
		ok := slices.Equal(m.ResponseTypes, []string{oauth.ResponseTypeCode}) && !slices.Contains(m.GrantTypes, "password") && !slices.Contains(m.GrantTypes, "implicit")
		return ok, strings.Join(m.ResponseTypes, " ") + "; " + strings.Join(m.GrantTypes, " ")
	})
}

func discoveryCORS(ctx context.Context, r *run) result {
	for _, path := range []string{wellKnownOpenID, "/.well-known/jwks.json"} {
		a, err := r.get(ctx, r.w.Endpoint(path), "Origin", origin)
		if err != nil {
			return broken(err)
		}
		if got := a.header.Get("Access-Control-Allow-Origin"); got != "*" {
			return fail(path + ": " + clip(or(got, "no such header"))).of(a)
		}
	}
	return pass("both say *")
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
