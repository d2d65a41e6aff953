package rules

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
)

// maxOverlap is how long a former authentication method may stay in use.
const maxOverlap = 90 * 24 * time.Hour

// method settles how the client authenticates.
func method(r *report, m admin.ClientMetadata, before, c *domain.Client, s Surroundings) {
	otherwise := oauth.MethodClientSecretBasic
	if c.Native() {
		otherwise = oauth.MethodNone
	}
	c.TokenEndpointAuthMethod = or(m.TokenEndpointAuthMethod, otherwise)
	usable(r, "/token_endpoint_auth_method", c.TokenEndpointAuthMethod, s)
	r.when(c.Public() && c.MayUseGrant(oauth.GrantClientCredentials), "/grant_types", "client_credentials needs a client that authenticates; it cannot be used with the method none")
	r.when(before != nil && !before.Public() && c.Public(), "/token_endpoint_auth_method", "a confidential client cannot become public; register another one")
	overlap(r, m.TokenEndpointAuthMethodPrevious, before, c, s)
}

// overlap settles which former method still works, and until when. One whose
// time is over goes without a word: whoever changes something else did not ask
// for it.
func overlap(r *report, p admin.PreviousMethod, before, c *domain.Client, s Surroundings) {
	const at = "/token_endpoint_auth_method_previous"
	c.TokenEndpointAuthMethodPrevious, c.TokenEndpointAuthMethodPreviousUntil = "", time.Time{}
	if p.Method == "" || lapsed(p, before, s.Now) {
		return
	}
	c.TokenEndpointAuthMethodPrevious, c.TokenEndpointAuthMethodPreviousUntil = p.Method, p.Until
	usable(r, at+"/method", p.Method, s)
	r.when(p.Method == oauth.MethodNone || c.Public(), at+"/method", "there is no overlap with the method none")
	r.when(p.Method == c.TokenEndpointAuthMethod, at+"/method", "this is the present method")
	r.when(!p.Until.After(s.Now), at+"/until", "this moment is past; leave the overlap out to end it")
	r.when(p.Until.After(s.Now.Add(maxOverlap)), at+"/until", "this may be at most 90 days ahead")
	begins := before == nil || before.TokenEndpointAuthMethodPrevious != p.Method
	r.when(begins && oauth.UsesSecret(p.Method) && !NeedsSecret(before, *c, s.Now) && !hasSecret(before, p.Method, s.Now),
		at+"/method", "the client has no secret that this method could use")
}

// lapsed tells whether the overlap stands as it did and is over.
func lapsed(p admin.PreviousMethod, before *domain.Client, now time.Time) bool {
	return before != nil && before.TokenEndpointAuthMethodPrevious == p.Method && before.TokenEndpointAuthMethodPreviousUntil.Equal(p.Until) && !p.Until.After(now)
}

// NeedsSecret tells whether a secret must be made together with a client, or
// with a change of one. client_secret_jwt always gets a new one: those there are
// were kept as hashes or have been sent to us in clear. Any other method does
// where no secret has been in use, since one that rests may be anywhere by now.
func NeedsSecret(before *domain.Client, after domain.Client, now time.Time) bool {
	method := after.TokenEndpointAuthMethod
	switch {
	case before == nil:
		return slices.ContainsFunc(after.AuthMethods(now), oauth.UsesSecret)
	case !oauth.UsesSecret(method) || method == before.TokenEndpointAuthMethod:
		return false
	case method == oauth.MethodClientSecretJWT:
		return true
	default:
		return !slices.ContainsFunc(before.AuthMethods(now), oauth.UsesSecret) || !hasSecret(before, method, now)
	}
}

// hasSecret tells whether one of the client's live secrets serves the method.
func hasSecret(c *domain.Client, method string, now time.Time) bool {
	return c != nil && slices.ContainsFunc(c.Secrets, func(s domain.ClientSecret) bool { return s.Live(now) && s.Serves(method) })
}

func usable(r *report, at, method string, s Surroundings) {
	switch {
	case !slices.Contains(s.Served, method):
		r.add(at, "this method is not served")
	case !slices.Contains(s.Settings.TokenEndpointAuthMethods, method):
		r.add(at, "the workspace does not allow this method")
	}
}

// clientKeys settles the client's own keys, and returns those that stand in the
// registration itself. Keys that no method uses are in order: they are there
// before the client moves to them, and after.
func clientKeys(r *report, m admin.ClientMetadata, c *domain.Client, s Surroundings) *keys.ClientKeys {
	c.JWKS, c.JWKSURI = nil, m.JWKSURI
	r.when(m.JWKS != nil && m.JWKSURI != "", "/jwks_uri", "give jwks or jwks_uri, not both")
	var found *keys.ClientKeys
	if m.JWKS != nil {
		raw, err := json.Marshal(m.JWKS)
		if err == nil {
			found, err = keys.ParseClientKeys(raw)
		}
		r.check("/jwks", err)
		c.JWKS = raw
	}
	if m.JWKSURI != "" {
		r.check("/jwks_uri", fetched(m.JWKSURI, s))
	}
	return found
}

// signing settles with which algorithm assertions are signed, and that there is
// something to sign with.
func signing(r *report, m admin.ClientMetadata, before, c *domain.Client, registered *keys.ClientKeys, s Surroundings) {
	const at = "/token_endpoint_auth_signing_alg"
	methods := slices.DeleteFunc(c.AuthMethods(s.Now), func(m string) bool { return !oauth.UsesAssertion(m) })
	byKey := slices.Contains(methods, oauth.MethodPrivateKeyJWT)
	r.when(byKey && len(c.JWKS) == 0 && c.JWKSURI == "" && len(c.FederatedCredentials) == 0, "/jwks", "private_key_jwt needs jwks, jwks_uri or federated_credentials")

	alg, allowed := m.TokenEndpointAuthSigningAlg, s.Settings.TokenEndpointAuthSigningAlgValues
	if p := m.TokenEndpointAuthMethodPrevious; len(methods) == 0 && oauth.UsesAssertion(p.Method) && lapsed(p, before, s.Now) && alg == before.TokenEndpointAuthSigningAlg {
		alg = "" // it was the former method's, and goes with it
	}
	c.TokenEndpointAuthSigningAlg = alg
	if alg == "" {
		unusable := byKey && registered != nil && len(allowed) > 0 && len(c.FederatedCredentials) == 0 &&
			!slices.ContainsFunc(registered.Algs(), func(alg string) bool { return slices.Contains(allowed, alg) })
		r.when(unusable, "/jwks", "the workspace allows no algorithm with which these keys sign")
		return
	}
	r.when(len(methods) == 0, at, "this is for private_key_jwt and client_secret_jwt")
	for _, method := range methods {
		r.when(!slices.Contains(oauth.AssertionAlgs(method), alg), at, method+" cannot sign with this algorithm; where two methods overlap, leave it out")
	}
	r.when(len(allowed) > 0 && !slices.Contains(allowed, alg), at, "the workspace does not allow this algorithm")
	r.when(byKey && registered != nil && !slices.Contains(registered.Algs(), alg), at, "no key of jwks signs with this algorithm")
}
