package selfcheck

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

// How long is long. What is within is as the defaults have it, or stricter.
const (
	longAccess    = time.Hour
	longCode      = time.Minute
	longRefresh   = 30 * 24 * time.Hour
	longFamily    = 365 * 24 * time.Hour
	longSession   = 24 * time.Hour
	longSignedIn  = 30 * 24 * time.Hour
	adviceSection = "RFC 9700"
)

// adviceProbes hold the workspace's settings against RFC 9700. They send nothing.
func adviceProbes() []probe {
	return slices.Concat([]probe{
		{
			id: "advice.pkce", title: "PKCE is required of every client", rfc: adviceSection + ", section 2.1.1", expected: "required", setting: settingPKCE,
			why: "Without a code challenge a code that was stolen, or slipped in, can be redeemed.", advice: "Set pkce to required, once every client sends a code_challenge.",
			run: judging(func(s domain.Settings) result {
				return warnUnless(s.PKCE == domain.PKCERequired, string(s.PKCE))
			}),
		},
		{
			id: "advice.assertion_audience", title: "Client assertions name the issuer alone", rfc: "RFC 10070", expected: "issuer_only, where clients sign assertions", setting: settingAudience,
			why:    "An assertion that names an endpoint can have been made for somebody else, who passes it on here.",
			advice: "Look at the clients' credentials for assertions that name an endpoint. Where there are none left, set client_assertion_audience to issuer_only.",
			run:    judging(assertionAudience),
		},
		{
			id: "advice.shared_secrets", title: "Clients can prove themselves without a shared secret", rfc: adviceSection + ", section 2.5", expected: "private_key_jwt or a certificate among the methods", setting: settingMethods,
			why:    "A secret that two sides know can leak on either. With a key, only the client can sign.",
			advice: "Add private_key_jwt to token_endpoint_auth_methods, and move the clients there one by one.", run: judging(sharedSecrets),
		},
		{
			id: "advice.assertion_algs", title: "Assertions can be signed by modern algorithms", rfc: "RFC 8725, section 3.2", expected: "an algorithm besides RS256, RS384 and RS512", setting: "token_endpoint_auth_signing_alg_values",
			why: "RSA with PKCS #1 v1.5 is what later profiles forbid; ES256 and Ed25519 are smaller and faster.", advice: "Add ES256 or Ed25519 to token_endpoint_auth_signing_alg_values, or empty the list.",
			run: judging(func(s domain.Settings) result {
				values := s.TokenEndpointAuthSigningAlgValues
				old := len(values) > 0 && !slices.ContainsFunc(values, func(alg string) bool { return !strings.HasPrefix(alg, "RS") })
				return warnUnless(!old, or(strings.Join(values, " "), "all that are served"))
			}),
		},
		{
			id: "advice.token_alg", title: "Access tokens are signed by a modern algorithm", rfc: "RFC 8725, section 3.2", expected: "ES256, Ed25519 or PS256", setting: "access_token_signing_alg",
			why: "RSA with PKCS #1 v1.5 is what later profiles forbid; ES256 and Ed25519 make shorter tokens.", advice: "Set access_token_signing_alg to ES256, once every resource server verifies it.",
			run: judging(func(s domain.Settings) result {
				return warnUnless(s.AccessTokenSigningAlg != oauth.RS256, s.AccessTokenSigningAlg)
			}),
		},
		{
			id: "advice.refresh_grace", title: "A used refresh token is good for nothing", rfc: adviceSection + ", section 4.14.2", expected: "0 s", setting: "refresh_grace",
			why: "Within the grace a thief's use and a client's retry look the same.", advice: "Set refresh_grace to 0, unless clients lose answers on the way.",
			run: judging(func(s domain.Settings) result { return warnUnless(s.RefreshGrace == 0, span(s.RefreshGrace)) }),
		},
		{
			id: "advice.par", title: "Requests are pushed", rfc: "RFC 9126", expected: "a choice: required is the stricter", setting: "require_pushed_authorization_requests",
			why: "A request that passes through the browser can be read and changed there.", run: judging(pushing),
		},
		{
			id: "advice.certificates", title: "Certificates of clients are vouched for, and can be revoked", rfc: "RFC 8705, section 2.1", expected: "authorities, and what they revoked, where tls_client_auth is allowed", setting: "tls_client_auth_root_cas",
			why: "Without an authority no certificate is believed; without its revocation list a stolen one is believed until it ends.", run: judging(authorities),
		},
		{
			id: "advice.demo_users", title: "No demo users can sign in", expected: "off", setting: "demo_users",
			why: "Their passwords were shown to whoever turned them on.", advice: "Set demo_users to false before real users come.",
			run: judging(func(s domain.Settings) result {
				return warnUnless(!s.DemoUsers, map[bool]string{true: "on", false: "off"}[s.DemoUsers])
			}),
		},
	}, lifetimes())
}

// lifetimes are the advice on how long things live.
func lifetimes() []probe {
	var list []probe
	for _, l := range []struct {
		name, what, rfc, why string
		most                 time.Duration
		of                   func(domain.Settings) time.Duration
	}{
		{"access_token_ttl", "Access tokens", adviceSection + ", section 4.9", "Whoever steals an access token has it until it ends.", longAccess, func(s domain.Settings) time.Duration { return s.AccessTokenTTL }},
		{"id_token_ttl", "ID tokens", "OpenID Connect Core 1.0, section 2", "An ID token proves a login of a moment ago, not of yesterday.", longAccess, func(s domain.Settings) time.Duration { return s.IDTokenTTL }},
		{"code_ttl", "Codes", "RFC 6749, section 4.1.2", "A code is redeemed within seconds. The rest of its life serves thieves only.", longCode, func(s domain.Settings) time.Duration { return s.CodeTTL }},
		{"refresh_token_ttl", "Unused refresh tokens", adviceSection + ", section 4.14.2", "A refresh token that nobody uses is one that nobody misses.", longRefresh, func(s domain.Settings) time.Duration { return s.RefreshTokenTTL }},
		{"refresh_token_max_ttl", "Refresh tokens in use", adviceSection + ", section 4.14.2", "After so long the user should say once more that they still want this.", longFamily, func(s domain.Settings) time.Duration { return s.RefreshTokenMaxTTL }},
		{"session_ttl", "Unused sessions", "OpenID Connect Core 1.0, section 3.1.2.3", "A browser that was left open signs in whoever sits down at it.", longSession, func(s domain.Settings) time.Duration { return s.SessionTTL }},
		{"session_max_ttl", "Sessions", "OpenID Connect Core 1.0, section 3.1.2.3", "After so long the user should prove themself once more.", longSignedIn, func(s domain.Settings) time.Duration { return s.SessionMaxTTL }},
	} {
		list = append(list, probe{
			id: "advice." + l.name, title: l.what + " do not live long", rfc: l.rfc, expected: "at most " + span(l.most), why: l.why, setting: l.name,
			advice: "Set " + l.name + " to " + itoa(int(l.most/time.Second)) + " or less.",
			run:    judging(func(s domain.Settings) result { return warnUnless(l.of(s) <= l.most, span(l.of(s))) }),
		})
	}
	return list
}

// judging looks at the settings alone.
func judging(judge func(domain.Settings) result) func(context.Context, *run) result {
	return func(_ context.Context, r *run) result { return judge(r.settings) }
}

func warnUnless(ok bool, actual string) result {
	if ok {
		return pass(actual)
	}
	return warn(actual)
}

func assertionAudience(s domain.Settings) result {
	if !slices.ContainsFunc(s.TokenEndpointAuthMethods, oauth.UsesAssertion) {
		return pass("no client signs assertions here")
	}
	return warnUnless(s.ClientAssertionAudience == domain.AudienceIssuerOnly, s.ClientAssertionAudience)
}

// sharedSecrets warns where there is nothing else, and otherwise only notes it.
func sharedSecrets(s domain.Settings) result {
	secret := slices.DeleteFunc(slices.Clone(s.TokenEndpointAuthMethods), func(m string) bool { return !oauth.UsesSecret(m) })
	strong := slices.ContainsFunc(s.TokenEndpointAuthMethods, func(m string) bool { return m == oauth.MethodPrivateKeyJWT || oauth.UsesCertificate(m) })
	switch {
	case len(secret) == 0:
		return pass("no shared secrets")
	case !strong:
		return warn("nothing but " + strings.Join(secret, ", "))
	default:
		return pass("yes, beside " + strings.Join(secret, ", ")).advise("Once no client uses them any more, take the methods with a shared secret out of token_endpoint_auth_methods.")
	}
}

func pushing(s domain.Settings) result {
	if s.RequirePAR {
		return pass("required")
	}
	return pass("possible").advise("Once every client pushes its requests, set require_pushed_authorization_requests to true.")
}

func authorities(s domain.Settings) result {
	switch {
	case !slices.Contains(s.TokenEndpointAuthMethods, oauth.MethodTLS):
		return pass("tls_client_auth is not allowed")
	case s.TLSClientAuthRootCAs == "":
		return pass("no authority: nobody gets in by tls_client_auth").advise("Add your authority to tls_client_auth_root_cas, or take tls_client_auth out of token_endpoint_auth_methods.")
	case s.TLSClientAuthCRLs == "":
		found := warn("authorities, and no revocation list").advise("Add the authority's revocation list to tls_client_auth_crls, and keep it up to date.")
		found.setting = "tls_client_auth_crls"
		return found
	default:
		return pass("authorities, and revocation lists")
	}
}

// span is a duration as people say it.
func span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d > day && d%day == 0:
		return itoa(int(d/day)) + " days"
	case d >= time.Hour && d%time.Hour == 0:
		return itoa(int(d/time.Hour)) + " h"
	case d >= time.Minute && d%time.Minute == 0:
		return itoa(int(d/time.Minute)) + " min"
	default:
		return itoa(int(d/time.Second)) + " s"
	}
}
