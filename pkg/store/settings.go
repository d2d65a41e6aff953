package store

import (
	"cmp"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
)

// settingsDoc is the stored form of domain.Settings, the column
// workspaces.settings. Lifetimes are whole microseconds. Names are added to it, never renamed and never given
// another meaning: release N reads what release N-1 wrote. A name that is
// missing reads as the zero value, and so as "off".
type settingsDoc struct {
	Profile                           domain.Profile     `json:"profile"`
	TokenEndpointAuthMethods          []string           `json:"token_endpoint_auth_methods,omitempty"`
	TokenEndpointAuthSigningAlgValues []string           `json:"token_endpoint_auth_signing_alg_values,omitempty"`
	ClientAssertionAudience           string             `json:"client_assertion_audience,omitempty"`
	TLSClientAuthRootCAs              string             `json:"tls_client_auth_root_cas,omitempty"`
	TLSClientAuthCRLs                 string             `json:"tls_client_auth_crls,omitempty"`
	RequirePAR                        bool               `json:"require_pushed_authorization_requests,omitempty"`
	PARTTL                            int64              `json:"par_ttl,omitempty"`
	PKCE                              domain.PKCE        `json:"pkce"`
	AccessTokenFormat                 domain.TokenFormat `json:"access_token_format"`
	AccessTokenSigningAlg             string             `json:"access_token_signing_alg"`
	AccessTokenTTL                    int64              `json:"access_token_ttl"`
	IDTokenTTL                        int64              `json:"id_token_ttl"`
	CodeTTL                           int64              `json:"code_ttl"`
	RefreshTokenTTL                   int64              `json:"refresh_token_ttl"`
	RefreshTokenMaxTTL                int64              `json:"refresh_token_max_ttl"`
	RefreshGrace                      int64              `json:"refresh_grace,omitempty"`
	SessionTTL                        int64              `json:"session_ttl"`
	SessionMaxTTL                     int64              `json:"session_max_ttl"`
	ConsentScopeChoice                bool               `json:"consent_scope_choice,omitempty"`
	DemoUsers                         bool               `json:"demo_users,omitempty"`
	Branding                          brandingDoc        `json:"branding,omitzero"`
}

type brandingDoc struct {
	LogoURI string `json:"logo_uri,omitempty"`
	Color   string `json:"color,omitempty"`
}

func settingsDocOf(s domain.Settings) settingsDoc {
	return settingsDoc{
		Profile:                           s.Profile,
		TokenEndpointAuthMethods:          s.TokenEndpointAuthMethods,
		TokenEndpointAuthSigningAlgValues: s.TokenEndpointAuthSigningAlgValues,
		ClientAssertionAudience:           s.ClientAssertionAudience,
		TLSClientAuthRootCAs:              s.TLSClientAuthRootCAs,
		TLSClientAuthCRLs:                 s.TLSClientAuthCRLs,
		RequirePAR:                        s.RequirePAR,
		PARTTL:                            s.PARTTL.Microseconds(),
		PKCE:                              s.PKCE,
		AccessTokenFormat:                 s.AccessTokenFormat,
		AccessTokenSigningAlg:             s.AccessTokenSigningAlg,
		AccessTokenTTL:                    s.AccessTokenTTL.Microseconds(),
		IDTokenTTL:                        s.IDTokenTTL.Microseconds(),
		CodeTTL:                           s.CodeTTL.Microseconds(),
		RefreshTokenTTL:                   s.RefreshTokenTTL.Microseconds(),
		RefreshTokenMaxTTL:                s.RefreshTokenMaxTTL.Microseconds(),
		RefreshGrace:                      s.RefreshGrace.Microseconds(),
		SessionTTL:                        s.SessionTTL.Microseconds(),
		SessionMaxTTL:                     s.SessionMaxTTL.Microseconds(),
		ConsentScopeChoice:                s.ConsentScopeChoice,
		DemoUsers:                         s.DemoUsers,
		Branding:                          brandingDoc{LogoURI: s.Branding.LogoURI, Color: s.Branding.Color},
	}
}

func (d settingsDoc) settings() domain.Settings {
	return domain.Settings{
		Profile:                           d.Profile,
		TokenEndpointAuthMethods:          d.TokenEndpointAuthMethods,
		TokenEndpointAuthSigningAlgValues: d.TokenEndpointAuthSigningAlgValues,
		ClientAssertionAudience:           d.ClientAssertionAudience,
		TLSClientAuthRootCAs:              d.TLSClientAuthRootCAs,
		TLSClientAuthCRLs:                 d.TLSClientAuthCRLs,
		RequirePAR:                        d.RequirePAR,
		PARTTL:                            cmp.Or(lifetime(d.PARTTL), domain.DefaultSettings(d.Profile).PARTTL),
		PKCE:                              d.PKCE,
		AccessTokenFormat:                 d.AccessTokenFormat,
		AccessTokenSigningAlg:             d.AccessTokenSigningAlg,
		AccessTokenTTL:                    lifetime(d.AccessTokenTTL),
		IDTokenTTL:                        lifetime(d.IDTokenTTL),
		CodeTTL:                           lifetime(d.CodeTTL),
		RefreshTokenTTL:                   lifetime(d.RefreshTokenTTL),
		RefreshTokenMaxTTL:                lifetime(d.RefreshTokenMaxTTL),
		RefreshGrace:                      lifetime(d.RefreshGrace),
		SessionTTL:                        lifetime(d.SessionTTL),
		SessionMaxTTL:                     lifetime(d.SessionMaxTTL),
		ConsentScopeChoice:                d.ConsentScopeChoice,
		DemoUsers:                         d.DemoUsers,
		Branding:                          domain.Branding{LogoURI: d.Branding.LogoURI, Color: d.Branding.Color},
	}
}

// lifetime is the length of time that a document holds.
func lifetime(microseconds int64) time.Duration {
	return time.Duration(microseconds) * time.Microsecond
}
