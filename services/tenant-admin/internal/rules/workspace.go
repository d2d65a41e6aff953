package rules

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

// Workspace judges a workspace's name, state and settings as a whole. What is
// absent has the profile's default. The workspace admin keeps what the admin
// API itself rests on.
func Workspace(m admin.WorkspaceMetadata, before domain.Workspace, served []string, now time.Time) (domain.Workspace, []problem.Finding) {
	r := &report{}
	w := before
	w.DisplayName = or(strings.TrimSpace(m.DisplayName), before.AID)
	w.State = domain.State(or(m.State, string(domain.StateActive)))
	w.Settings = settings(m, served)
	s := w.Settings
	for i, method := range s.TokenEndpointAuthMethods {
		r.when(!slices.Contains(served, method), item("/token_endpoint_auth_methods", i), "this method is not served")
	}
	r.distinct("/token_endpoint_auth_methods", s.TokenEndpointAuthMethods)
	signingAlgs(r, s)
	authorities(r, before.Settings, s, now)
	r.when(s.RefreshTokenMaxTTL < s.RefreshTokenTTL, "/refresh_token_max_ttl", "this may not be shorter than refresh_token_ttl")
	r.when(s.SessionMaxTTL < s.SessionTTL, "/session_max_ttl", "this may not be shorter than session_ttl")
	if s.Branding.LogoURI != "" {
		r.check("/branding/logo_uri", oauth.CheckWebURI(s.Branding.LogoURI))
	}
	if before.AID == domain.AdminWorkspace {
		fixed(r, before, w)
	}
	return w, r.found
}

// signingAlgs refuses algorithms with which no assertion could be signed, and a
// list that leaves one of the allowed methods none.
func signingAlgs(r *report, s domain.Settings) {
	const at = "/token_endpoint_auth_signing_alg_values"
	values := s.TokenEndpointAuthSigningAlgValues
	r.distinct(at, values)
	if len(values) == 0 {
		return
	}
	methods := slices.DeleteFunc(slices.Clone(s.TokenEndpointAuthMethods), func(m string) bool { return !oauth.UsesAssertion(m) })
	r.when(len(methods) == 0, at, "these are for private_key_jwt and client_secret_jwt, of which the workspace allows neither")
	for i, alg := range values {
		usable := slices.ContainsFunc(methods, func(m string) bool { return slices.Contains(oauth.AssertionAlgs(m), alg) })
		r.when(len(methods) > 0 && !usable, item(at, i), "no allowed method signs with this algorithm")
	}
	for _, m := range methods {
		some := slices.ContainsFunc(oauth.AssertionAlgs(m), func(alg string) bool { return slices.Contains(values, alg) })
		r.when(!some, at, "the workspace allows "+m+", for which none of these serves")
	}
}

// authorities refuses certificates and revocation lists of authorities that could
// not be followed. Once they stand, their age hinders no change of another setting.
func authorities(r *report, before, s domain.Settings, now time.Time) {
	if s.TLSClientAuthRootCAs != "" && s.TLSClientAuthRootCAs != before.TLSClientAuthRootCAs {
		r.check("/tls_client_auth_root_cas", clientauth.CheckAuthorities(s.TLSClientAuthRootCAs, now))
	}
	if s.TLSClientAuthCRLs != "" && s.TLSClientAuthCRLs != before.TLSClientAuthCRLs {
		r.check("/tls_client_auth_crls", clientauth.CheckRevocationLists(s.TLSClientAuthCRLs, now))
	}
}

// fixed refuses what would lock a tenant's administrators out.
func fixed(r *report, before, after domain.Workspace) {
	b, a := before.Settings, after.Settings
	const detail = "this cannot be changed in the workspace admin"
	r.when(after.State != domain.StateActive, "/state", detail)
	r.when(a.Profile != b.Profile, "/profile", detail)
	r.when(!slices.Equal(a.TokenEndpointAuthMethods, b.TokenEndpointAuthMethods), "/token_endpoint_auth_methods", detail)
	r.when(!slices.Equal(a.TokenEndpointAuthSigningAlgValues, b.TokenEndpointAuthSigningAlgValues), "/token_endpoint_auth_signing_alg_values", detail)
	r.when(a.ClientAssertionAudience != b.ClientAssertionAudience, "/client_assertion_audience", detail)
	r.when(a.PKCE != b.PKCE, "/pkce", detail)
	r.when(a.AccessTokenFormat != b.AccessTokenFormat, "/access_token_format", detail)
	r.when(a.AccessTokenSigningAlg != b.AccessTokenSigningAlg, "/access_token_signing_alg", detail)
	r.when(a.DemoUsers, "/demo_users", detail)
}

// settings are the profile's defaults with what the metadata says.
func settings(m admin.WorkspaceMetadata, served []string) domain.Settings {
	s := DefaultSettings(domain.Profile(or(m.Profile, string(domain.ProfileDefault))), served)
	if m.TokenEndpointAuthMethods != nil {
		s.TokenEndpointAuthMethods = m.TokenEndpointAuthMethods
	}
	s.TokenEndpointAuthSigningAlgValues = m.TokenEndpointAuthSigningAlgValues
	s.ClientAssertionAudience = or(m.ClientAssertionAudience, s.ClientAssertionAudience)
	s.TLSClientAuthRootCAs, s.TLSClientAuthCRLs, s.RequirePAR = m.TLSClientAuthRootCas, m.TLSClientAuthCrls, m.RequirePushedAuthorizationRequests
	s.PKCE = domain.PKCE(or(m.PKCE, string(s.PKCE)))
	s.AccessTokenFormat = domain.TokenFormat(or(m.AccessTokenFormat, string(s.AccessTokenFormat)))
	s.AccessTokenSigningAlg = or(m.AccessTokenSigningAlg, s.AccessTokenSigningAlg)
	for _, ttl := range []struct {
		into *time.Duration
		from int
	}{
		{&s.AccessTokenTTL, m.AccessTokenTTL},
		{&s.IDTokenTTL, m.IDTokenTTL},
		{&s.CodeTTL, m.CodeTTL},
		{&s.PARTTL, m.PARTTL},
		{&s.RefreshTokenTTL, m.RefreshTokenTTL},
		{&s.RefreshTokenMaxTTL, m.RefreshTokenMaxTTL},
		{&s.RefreshGrace, m.RefreshGrace},
		{&s.SessionTTL, m.SessionTTL},
		{&s.SessionMaxTTL, m.SessionMaxTTL},
	} {
		if ttl.from > 0 {
			*ttl.into = seconds(ttl.from)
		}
	}
	s.ConsentScopeChoice, s.DemoUsers = m.ConsentScopeChoice, m.DemoUsers
	s.Branding = domain.Branding{LogoURI: m.Branding.LogoURI, Color: m.Branding.Color}
	return s
}

// DefaultSettings are those of the domain, with the authentication methods that
// this release serves.
func DefaultSettings(p domain.Profile, served []string) domain.Settings {
	s := domain.DefaultSettings(p)
	s.TokenEndpointAuthMethods = slices.DeleteFunc(slices.Clone(s.TokenEndpointAuthMethods), func(m string) bool { return !slices.Contains(served, m) })
	return s
}

// WorkspaceForm is the wire form of what an administrator may set.
func WorkspaceForm(w domain.Workspace) admin.WorkspaceMetadata {
	s := w.Settings
	return admin.WorkspaceMetadata{
		DisplayName: w.DisplayName, State: string(w.State), Profile: string(s.Profile),
		TokenEndpointAuthMethods: s.TokenEndpointAuthMethods, TokenEndpointAuthSigningAlgValues: s.TokenEndpointAuthSigningAlgValues,
		ClientAssertionAudience: s.ClientAssertionAudience, TLSClientAuthRootCas: s.TLSClientAuthRootCAs, TLSClientAuthCrls: s.TLSClientAuthCRLs,
		RequirePushedAuthorizationRequests: s.RequirePAR, PARTTL: whole(s.PARTTL), PKCE: string(s.PKCE), AccessTokenFormat: string(s.AccessTokenFormat),
		AccessTokenSigningAlg: s.AccessTokenSigningAlg, AccessTokenTTL: whole(s.AccessTokenTTL), IDTokenTTL: whole(s.IDTokenTTL),
		CodeTTL: whole(s.CodeTTL), RefreshTokenTTL: whole(s.RefreshTokenTTL), RefreshTokenMaxTTL: whole(s.RefreshTokenMaxTTL),
		RefreshGrace: whole(s.RefreshGrace), SessionTTL: whole(s.SessionTTL), SessionMaxTTL: whole(s.SessionMaxTTL),
		ConsentScopeChoice: s.ConsentScopeChoice, DemoUsers: s.DemoUsers,
		Branding: admin.Branding{LogoURI: s.Branding.LogoURI, Color: s.Branding.Color},
	}
}

func whole(d time.Duration) int { return int(d / time.Second) }

// Loosen drops from a workspace's document what stands at its profile's
// default, so that a change of profile brings the new profile's defaults.
func Loosen(document map[string]any, w domain.Workspace, served []string) (map[string]any, error) {
	standard := domain.Workspace{DisplayName: w.DisplayName, State: w.State, Settings: DefaultSettings(w.Settings.Profile, served)}
	raw, err := json.Marshal(WorkspaceForm(standard))
	if err != nil {
		return nil, err
	}
	var defaults map[string]any
	if err := json.Unmarshal(raw, &defaults); err != nil {
		return nil, err
	}
	out := maps.Clone(document)
	for name, v := range defaults {
		if name != "display_name" && name != "state" && reflect.DeepEqual(out[name], v) {
			delete(out, name)
		}
	}
	return out, nil
}
