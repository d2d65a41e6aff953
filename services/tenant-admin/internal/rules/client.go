package rules

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

// Surroundings are what a client is registered into.
type Surroundings struct {
	PublicURL string // of the service itself, whose origin no client may claim
	Served    []string
	Settings  domain.Settings
	Admin     bool // the workspace is the tenant's workspace "admin"
	Scopes    map[string]domain.Scope
	Now       time.Time
}

// Client judges a client's metadata as a whole. before is the client as it
// stands, nil for a new one. What it returns keeps the identity, times and
// secrets of before.
func Client(m admin.ClientMetadata, before *domain.Client, s Surroundings) (domain.Client, []problem.Finding) {
	r := &report{}
	c := domain.Client{}
	if before != nil {
		c = *before
	}
	c.ClientName, c.Trusted, c.Disabled, c.RequireAuthTime = m.ClientName, m.Trusted, m.Disabled, m.RequireAuthTime
	c.ApplicationType = or(m.ApplicationType, domain.ApplicationWeb)
	c.GrantTypes, c.ResponseTypes, c.ResponseModes = m.GrantTypes, m.ResponseTypes, m.ResponseModes
	c.RedirectURIs, c.PostLogoutRedirectURIs, c.Contacts = m.RedirectUris, m.PostLogoutRedirectUris, m.Contacts
	c.LogoURI, c.ClientURI, c.PolicyURI, c.TosURI = m.LogoURI, m.ClientURI, m.PolicyURI, m.TOSURI
	c.AccessTokenFormat = domain.TokenFormat(m.AccessTokenFormat)
	c.AccessTokenTTL, c.IDTokenTTL, c.RefreshTokenTTL = seconds(m.AccessTokenTTL), seconds(m.IDTokenTTL), seconds(m.RefreshTokenTTL)
	c.DefaultMaxAge = seconds(m.DefaultMaxAge)
	c.IDTokenSignedResponseAlg = m.IDTokenSignedResponseAlg
	c.RequirePAR, c.CertificateBound = m.RequirePushedAuthorizationRequests, m.TLSClientCertificateBoundAccessTokens
	r.when(s.Admin && c.AccessTokenFormat == domain.FormatOpaque, "/access_token_format", "tokens for the admin API are JWTs")

	grants(r, &c)
	r.when(c.RequirePAR && !c.MayUseGrant(oauth.GrantAuthorizationCode), "/require_pushed_authorization_requests", "only a client with the grant type authorization_code makes authorization requests")
	method(r, m, before, &c, s)
	redirects(r, &c, s)
	scope(r, m, &c, s)
	found := clientKeys(r, m, &c, s)
	federated(r, m, before, &c, s)
	signing(r, m, before, &c, found, s)
	certificate(r, m, before, &c, found, s)
	pages(r, &c)
	return c, r.found
}

func or(v, otherwise string) string {
	if v == "" {
		return otherwise
	}
	return v
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

// grants settles which grants a client may use and what follows from each.
func grants(r *report, c *domain.Client) {
	r.distinct("/grant_types", c.GrantTypes)
	r.distinct("/response_types", c.ResponseTypes)
	r.distinct("/response_modes", c.ResponseModes)
	if c.GrantTypes == nil {
		c.GrantTypes = []string{oauth.GrantAuthorizationCode}
	}
	r.when(len(c.GrantTypes) == 0, "/grant_types", "name at least one grant type")
	code := c.MayUseGrant(oauth.GrantAuthorizationCode)
	if c.ResponseTypes == nil && code {
		c.ResponseTypes = []string{oauth.ResponseTypeCode}
	}
	hasCode := slices.Contains(c.ResponseTypes, oauth.ResponseTypeCode)
	r.when(code && !hasCode, "/response_types", "the grant type authorization_code needs the response type code")
	r.when(!code && hasCode, "/response_types", "the response type code needs the grant type authorization_code")
	r.when(c.MayUseGrant(oauth.GrantRefreshToken) && !code, "/grant_types", "refresh_token needs a grant that gives refresh tokens, such as authorization_code")
}

// redirects settles where users are sent back to.
func redirects(r *report, c *domain.Client, s Surroundings) {
	r.when(c.MayUseGrant(oauth.GrantAuthorizationCode) && len(c.RedirectURIs) == 0, "/redirect_uris", "the grant type authorization_code needs at least one")
	lists := []struct {
		at   string
		uris []string
	}{{"/redirect_uris", c.RedirectURIs}, {"/post_logout_redirect_uris", c.PostLogoutRedirectURIs}}
	for _, l := range lists {
		r.distinct(l.at, l.uris)
		for i, uri := range l.uris {
			if l.at == "/redirect_uris" && uri == s.PublicURL+ConsolePlaygroundPath {
				continue // the one page of the service itself that answers are meant for
			}
			r.check(item(l.at, i), redirectURI(uri, c.Native(), s.PublicURL))
		}
	}
}

// redirectURI refuses what package oauth refuses, and the service's own origin:
// a client there could pass for the service (RFC 9700, section 4.11).
func redirectURI(uri string, native bool, publicURL string) error {
	if err := oauth.CheckRedirectURI(uri, native); err != nil {
		return err
	}
	if oauth.SameOrigin(uri, publicURL) {
		return errors.New("this is the authorization server's own origin")
	}
	return nil
}

// scope settles what the client may ask for.
func scope(r *report, m admin.ClientMetadata, c *domain.Client, s Surroundings) {
	const at = "/scope"
	parsed, err := oauth.ParseScope(m.Scope)
	r.check(at, err)
	if parsed == nil && err == nil && c.MayUseGrant(oauth.GrantAuthorizationCode) {
		parsed = usualScope(s.Scopes)
	}
	c.Scope = parsed
	for _, v := range parsed {
		if _, known := s.Scopes[v]; !known {
			r.add(at, "the workspace has no scope "+v)
		}
	}
	for _, v := range parsed {
		r.when(oauth.AtIssuer(v) && c.Public(), at, "the scope "+v+" gives rights over the tokens of others, and a public client cannot prove itself")
	}
	if c.GrantTypes != nil && !c.MayUseGrant(oauth.GrantAuthorizationCode) {
		for _, v := range parsed {
			r.when(v == oauth.ScopeOpenID || v == oauth.ScopeOfflineAccess, at, "the scope "+v+" needs a user, and so the grant type authorization_code")
		}
	}
}

// usualScope is what a client of users has where it names nothing.
func usualScope(known map[string]domain.Scope) oauth.Scope {
	var out oauth.Scope
	for _, v := range []string{oauth.ScopeOpenID, oauth.ScopeProfile, oauth.ScopeEmail, oauth.ScopeOfflineAccess} {
		if _, ok := known[v]; ok {
			out = append(out, v)
		}
	}
	return out
}

// certificate settles which certificate is the client's. With tls_client_auth it
// is known by exactly one name (RFC 8705, section 2.1.2), with
// self_signed_tls_client_auth it stands among the client's keys (section 2.2). A
// former method needs the same for as long as it may be used, and takes the name
// with it.
func certificate(r *report, m admin.ClientMetadata, before, c *domain.Client, registered *keys.ClientKeys, s Surroundings) {
	c.TLSClientAuthSubjectDN, c.TLSClientAuthSANDNS, c.TLSClientAuthSANURI = m.TLSClientAuthSubjectDN, m.TLSClientAuthSANDNS, m.TLSClientAuthSANURI
	c.TLSClientAuthSANIP, c.TLSClientAuthSANEmail = m.TLSClientAuthSANIP, m.TLSClientAuthSANEmail
	methods := c.AuthMethods(s.Now)
	byName := slices.Contains(methods, oauth.MethodTLS)
	if p := m.TokenEndpointAuthMethodPrevious; !byName && p.Method == oauth.MethodTLS && lapsed(p, before, s.Now) && sameNames(before, c) {
		c.TLSClientAuthSubjectDN, c.TLSClientAuthSANDNS, c.TLSClientAuthSANURI, c.TLSClientAuthSANIP, c.TLSClientAuthSANEmail = "", "", "", "", ""
	}
	given := 0
	for _, n := range clientauth.CertificateNames() {
		value, at := n.Registered(c), "/"+n.Parameter
		if value == "" {
			continue
		}
		given++
		r.when(!byName, at, "this is for tls_client_auth")
		r.when(given > 1, at, "give exactly one name of the certificate")
		r.check(at, n.Check(value))
	}
	r.when(byName && given == 0, "/tls_client_auth_subject_dn", "tls_client_auth needs a name of the certificate")
	named := c.JWKSURI != "" || len(c.JWKS) > 0 && (registered == nil || registered.HasCertificates())
	r.when(slices.Contains(methods, oauth.MethodSelfSignedTLS) && !named, "/jwks", "self_signed_tls_client_auth needs a key with its certificate, as x5c or x5t#S256, or a jwks_uri where there is one")
}

func sameNames(a, b *domain.Client) bool {
	return !slices.ContainsFunc(clientauth.CertificateNames(), func(n clientauth.CertificateName) bool { return n.Registered(a) != n.Registered(b) })
}

// pages settles what users see of the client.
func pages(r *report, c *domain.Client) {
	for _, p := range []struct{ at, uri string }{{"/logo_uri", c.LogoURI}, {"/client_uri", c.ClientURI}, {"/policy_uri", c.PolicyURI}, {"/tos_uri", c.TosURI}} {
		if p.uri != "" {
			r.check(p.at, oauth.CheckWebURI(p.uri))
		}
	}
	for i, contact := range c.Contacts {
		r.check(item("/contacts", i), domain.CheckEmail(contact))
	}
	r.when(strings.TrimSpace(c.ClientName) != c.ClientName, "/client_name", "it begins or ends with a space")
}
