package rules

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

// githubIssuer issues the tokens of GitHub Actions, except for companies that
// have an issuer of their own.
const githubIssuer = "https://token.actions.githubusercontent.com"

// checkedClaims are the claims that every token is held to already; a second
// rule on one of them could only contradict the first.
var checkedClaims = []string{"iss", "sub", "aud", "exp", "nbf", "iat", "jti"}

// federated settles whose tokens prove the client in place of its own. What is
// kept has the defaults of its preset filled in, so that what is read back is
// what holds.
func federated(r *report, m admin.ClientMetadata, before, c *domain.Client, s Surroundings) {
	const at = "/federated_credentials"
	c.FederatedCredentials = nil
	var names []string
	for i, f := range m.FederatedCredentials {
		here := item(at, i)
		r.when(!plainName(f.Name), here+"/name", "use letters, digits, - and _")
		r.when(slices.Contains(names, f.Name), here+"/name", "another credential has this name")
		names = append(names, f.Name)
		c.FederatedCredentials = append(c.FederatedCredentials, credential(r, here, f, s))
	}
	used := slices.Contains(c.AuthMethods(s.Now), oauth.MethodPrivateKeyJWT)
	r.when(len(names) > 0 && !used && !leftOver(names, before), at, "these are for private_key_jwt, as the present or the previous method")
}

// leftOver tells whether the credentials were there when an overlap ended that
// had use for them. They do nothing, and are no reason to refuse a change.
func leftOver(names []string, before *domain.Client) bool {
	if before == nil || before.TokenEndpointAuthMethod == oauth.MethodPrivateKeyJWT {
		return false
	}
	for _, name := range names {
		if !slices.ContainsFunc(before.FederatedCredentials, func(c domain.FederatedCredential) bool { return c.Name == name }) {
			return false
		}
	}
	return true
}

// credential settles one of them.
func credential(r *report, at string, f admin.FederatedCredential, s Surroundings) domain.FederatedCredential {
	c := domain.FederatedCredential{
		Name: f.Name, Preset: f.Preset, Issuer: f.Issuer, JWKSURI: f.JWKSURI, Subject: f.Subject, Audience: f.Audience, Claims: f.Claims,
		SingleUse: f.Preset == domain.PresetGitHubActions,
	}
	if f.SingleUse != nil {
		c.SingleUse = *f.SingleUse
	}
	if c.Preset == domain.PresetGitHubActions {
		c.Issuer = or(c.Issuer, githubIssuer)
	}
	issuer(r, at, &c, f.JWKS, s)
	r.check(at+"/subject", subject(c))
	for _, name := range slices.Sorted(maps.Keys(c.Claims)) {
		here := at + "/claims/" + problem.Step(name)
		r.when(name == "" || len(name) > 128, here, "the name of a claim has 1 to 128 bytes")
		r.when(slices.Contains(checkedClaims, name), here, "this claim is checked by other rules")
	}
	return c
}

// issuer settles who issues the tokens and where its keys are.
func issuer(r *report, at string, c *domain.FederatedCredential, jwks map[string]any, s Surroundings) {
	parse := keys.ParseClientKeys
	switch here := at + "/issuer"; {
	case c.Preset == domain.PresetSPIFFE:
		parse = keys.ParseBundle
		r.check(here, trustDomain(c.Issuer))
		r.when(jwks == nil && c.JWKSURI == "", at+"/jwks_uri", "a trust domain has no discovery: give the jwks of its bundle, or the jwks_uri of its bundle endpoint")
	case c.Issuer == "":
		r.add(here, "this is required")
	case jwks == nil && c.JWKSURI == "": // its own discovery document says
		r.check(here, fetched(c.Issuer, s))
	default:
		r.check(here, httpsURL(c.Issuer))
	}
	r.when(strings.Contains(c.Issuer, "?"), at+"/issuer", "an issuer has no query")
	r.when(jwks != nil && c.JWKSURI != "", at+"/jwks_uri", "give jwks or jwks_uri, not both")
	if jwks != nil {
		raw, err := json.Marshal(jwks)
		if err == nil {
			_, err = parse(raw)
		}
		r.check(at+"/jwks", err)
		c.JWKS = raw
	}
	if c.JWKSURI != "" {
		r.check(at+"/jwks_uri", fetched(c.JWKSURI, s))
	}
}

// subject refuses a rule for subjects that lets in more than one can have meant.
func subject(c domain.FederatedCredential) error {
	prefix, open := strings.CutSuffix(c.Subject, "*")
	switch {
	case strings.Contains(prefix, "*"):
		return errors.New("only a * at the end stands for any ending")
	case prefix == "":
		return errors.New("name at least the beginning of the subject")
	}
	switch c.Preset {
	case domain.PresetKubernetes:
		return serviceAccount(prefix, open)
	case domain.PresetGitHubActions:
		return repository(prefix, open)
	case domain.PresetSPIFFE:
		return spiffeID(prefix, c.Issuer, open)
	default:
		return nil
	}
}

// serviceAccount is how Kubernetes names the subject of a token. The namespace
// is where a cluster draws its borders: without one, every workload of every
// team would be this client.
func serviceAccount(subject string, open bool) error {
	rest, _ := strings.CutPrefix(subject, "system:serviceaccount:")
	namespace, name, found := strings.Cut(rest, ":")
	if rest == subject || !found || namespace == "" || len(namespace) > 63 || strings.Trim(namespace, lower+digits+"-") != "" ||
		name == "" && !open || len(name) > 253 || strings.Trim(name, lower+digits+"-.") != "" {
		return errors.New("use system:serviceaccount:NAMESPACE:NAME, of which only the name may end in *")
	}
	return nil
}

// repository is how GitHub names the subject of a workflow's token. Anyone can
// have a repository there, so the owner must be named in full.
func repository(subject string, open bool) error {
	rest, _ := strings.CutPrefix(subject, "repo:")
	owner, name, found := strings.Cut(rest, "/")
	if rest == subject || !found || owner == "" || strings.Trim(owner, lower+upper+digits+"-_.@") != "" || name == "" && !open {
		return errors.New("use repo:OWNER/REPOSITORY:… with the owner in full; only what follows the owner may end in *")
	}
	return nil
}

// trustDomain refuses what is not a trust domain (SPIFFE ID, section 2.1).
func trustDomain(id string) error {
	name, found := strings.CutPrefix(id, "spiffe://")
	if !found || name == "" || len(name) > 255 || strings.Trim(name, lower+digits+"-._") != "" {
		return errors.New("use the trust domain as a SPIFFE ID without a path, such as spiffe://prod.example")
	}
	return nil
}

// spiffeID refuses what is not the ID of a workload of the trust domain (SPIFFE
// ID, section 2.2).
func spiffeID(id, domain string, open bool) error {
	path, found := strings.CutPrefix(id, domain+"/")
	bad := !found || path == ""
	segments := strings.Split(path, "/")
	for i, s := range segments {
		unfinished := open && i == len(segments)-1
		bad = bad || s == "" && !unfinished || s == "." || s == ".." || strings.Trim(s, lower+upper+digits+"-._") != ""
	}
	if bad {
		return errors.New("use a SPIFFE ID below the trust domain, such as spiffe://prod.example/ns/shop/*")
	}
	return nil
}

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	upper  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits = "0123456789"
)

// plainName tells whether a name is made of letters, digits, - and _.
func plainName(name string) bool {
	return name != "" && strings.Trim(name, lower+upper+digits+"-_") == ""
}
