package store

import (
	"encoding/json"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

// clientDoc is the stored form of what a client registered, the column
// clients.metadata, in the names of RFC 7591 and OpenID Connect Dynamic Client
// Registration. What SQL itself asks about (id, name, trusted, disabled, version, times)
// stands in columns of its own and not here. Names are added, never renamed:
// release N reads what release N-1 wrote.
type clientDoc struct {
	ApplicationType             string             `json:"application_type,omitempty"`
	TokenEndpointAuthMethod     string             `json:"token_endpoint_auth_method"`
	TokenEndpointAuthPrevious   previousMethodDoc  `json:"token_endpoint_auth_method_previous,omitzero"`
	TokenEndpointAuthSigningAlg string             `json:"token_endpoint_auth_signing_alg,omitempty"`
	RedirectURIs                []string           `json:"redirect_uris,omitempty"`
	PostLogoutRedirectURIs      []string           `json:"post_logout_redirect_uris,omitempty"`
	GrantTypes                  []string           `json:"grant_types,omitempty"`
	ResponseTypes               []string           `json:"response_types,omitempty"`
	ResponseModes               []string           `json:"response_modes,omitempty"`
	Scope                       []string           `json:"scope,omitempty"`
	Contacts                    []string           `json:"contacts,omitempty"`
	LogoURI                     string             `json:"logo_uri,omitempty"`
	ClientURI                   string             `json:"client_uri,omitempty"`
	PolicyURI                   string             `json:"policy_uri,omitempty"`
	TosURI                      string             `json:"tos_uri,omitempty"`
	JWKS                        json.RawMessage    `json:"jwks,omitempty"`
	JWKSURI                     string             `json:"jwks_uri,omitempty"`
	FederatedCredentials        []federatedDoc     `json:"federated_credentials,omitempty"`
	TLSClientAuthSubjectDN      string             `json:"tls_client_auth_subject_dn,omitempty"`
	TLSClientAuthSANDNS         string             `json:"tls_client_auth_san_dns,omitempty"`
	TLSClientAuthSANURI         string             `json:"tls_client_auth_san_uri,omitempty"`
	TLSClientAuthSANIP          string             `json:"tls_client_auth_san_ip,omitempty"`
	TLSClientAuthSANEmail       string             `json:"tls_client_auth_san_email,omitempty"`
	IDTokenSignedResponseAlg    string             `json:"id_token_signed_response_alg,omitempty"`
	DefaultMaxAge               int64              `json:"default_max_age,omitempty"`
	RequireAuthTime             bool               `json:"require_auth_time,omitempty"`
	RequirePAR                  bool               `json:"require_pushed_authorization_requests,omitempty"`
	CertificateBound            bool               `json:"tls_client_certificate_bound_access_tokens,omitempty"`
	AccessTokenFormat           domain.TokenFormat `json:"access_token_format,omitempty"`
	AccessTokenTTL              int64              `json:"access_token_ttl,omitempty"`
	IDTokenTTL                  int64              `json:"id_token_ttl,omitempty"`
	RefreshTokenTTL             int64              `json:"refresh_token_ttl,omitempty"`
}

// previousMethodDoc is the authentication method that may still be used beside
// the registered one, until a moment in microseconds since 1970.
type previousMethodDoc struct {
	Method string  `json:"method"`
	Until  instant `json:"until"`
}

// federatedDoc is the stored form of a domain.FederatedCredential.
type federatedDoc struct {
	Name      string            `json:"name"`
	Preset    string            `json:"preset,omitempty"`
	Issuer    string            `json:"issuer"`
	JWKS      json.RawMessage   `json:"jwks,omitempty"`
	JWKSURI   string            `json:"jwks_uri,omitempty"`
	Subject   string            `json:"subject"`
	Audience  string            `json:"audience,omitempty"`
	Claims    map[string]string `json:"claims,omitempty"`
	SingleUse bool              `json:"single_use,omitempty"`
}

func clientDocOf(c domain.Client) clientDoc {
	return clientDoc{
		ApplicationType:             c.ApplicationType,
		TokenEndpointAuthMethod:     c.TokenEndpointAuthMethod,
		TokenEndpointAuthPrevious:   previousMethodDoc{c.TokenEndpointAuthMethodPrevious, at(c.TokenEndpointAuthMethodPreviousUntil)},
		TokenEndpointAuthSigningAlg: c.TokenEndpointAuthSigningAlg,
		RedirectURIs:                c.RedirectURIs,
		PostLogoutRedirectURIs:      c.PostLogoutRedirectURIs,
		GrantTypes:                  c.GrantTypes,
		ResponseTypes:               c.ResponseTypes,
		ResponseModes:               c.ResponseModes,
		Scope:                       c.Scope,
		Contacts:                    c.Contacts,
		LogoURI:                     c.LogoURI,
		ClientURI:                   c.ClientURI,
		PolicyURI:                   c.PolicyURI,
		TosURI:                      c.TosURI,
		JWKS:                        c.JWKS,
		JWKSURI:                     c.JWKSURI,
		FederatedCredentials:        federatedDocs(c.FederatedCredentials),
		TLSClientAuthSubjectDN:      c.TLSClientAuthSubjectDN,
		TLSClientAuthSANDNS:         c.TLSClientAuthSANDNS,
		TLSClientAuthSANURI:         c.TLSClientAuthSANURI,
		TLSClientAuthSANIP:          c.TLSClientAuthSANIP,
		TLSClientAuthSANEmail:       c.TLSClientAuthSANEmail,
		IDTokenSignedResponseAlg:    c.IDTokenSignedResponseAlg,
		DefaultMaxAge:               c.DefaultMaxAge.Microseconds(),
		RequireAuthTime:             c.RequireAuthTime,
		RequirePAR:                  c.RequirePAR,
		CertificateBound:            c.CertificateBound,
		AccessTokenFormat:           c.AccessTokenFormat,
		AccessTokenTTL:              c.AccessTokenTTL.Microseconds(),
		IDTokenTTL:                  c.IDTokenTTL.Microseconds(),
		RefreshTokenTTL:             c.RefreshTokenTTL.Microseconds(),
	}
}

// client is the part of a client that the document holds.
func (d clientDoc) client() domain.Client {
	return domain.Client{
		ApplicationType:                      d.ApplicationType,
		TokenEndpointAuthMethod:              d.TokenEndpointAuthMethod,
		TokenEndpointAuthMethodPrevious:      d.TokenEndpointAuthPrevious.Method,
		TokenEndpointAuthMethodPreviousUntil: d.TokenEndpointAuthPrevious.Until.time(),
		TokenEndpointAuthSigningAlg:          d.TokenEndpointAuthSigningAlg,
		RedirectURIs:                         d.RedirectURIs,
		PostLogoutRedirectURIs:               d.PostLogoutRedirectURIs,
		GrantTypes:                           d.GrantTypes,
		ResponseTypes:                        d.ResponseTypes,
		ResponseModes:                        d.ResponseModes,
		Scope:                                oauth.Scope(d.Scope),
		Contacts:                             d.Contacts,
		LogoURI:                              d.LogoURI,
		ClientURI:                            d.ClientURI,
		PolicyURI:                            d.PolicyURI,
		TosURI:                               d.TosURI,
		JWKS:                                 d.JWKS,
		JWKSURI:                              d.JWKSURI,
		FederatedCredentials:                 federatedCredentials(d.FederatedCredentials),
		TLSClientAuthSubjectDN:               d.TLSClientAuthSubjectDN,
		TLSClientAuthSANDNS:                  d.TLSClientAuthSANDNS,
		TLSClientAuthSANURI:                  d.TLSClientAuthSANURI,
		TLSClientAuthSANIP:                   d.TLSClientAuthSANIP,
		TLSClientAuthSANEmail:                d.TLSClientAuthSANEmail,
		IDTokenSignedResponseAlg:             d.IDTokenSignedResponseAlg,
		DefaultMaxAge:                        lifetime(d.DefaultMaxAge),
		RequireAuthTime:                      d.RequireAuthTime,
		RequirePAR:                           d.RequirePAR,
		CertificateBound:                     d.CertificateBound,
		AccessTokenFormat:                    d.AccessTokenFormat,
		AccessTokenTTL:                       lifetime(d.AccessTokenTTL),
		IDTokenTTL:                           lifetime(d.IDTokenTTL),
		RefreshTokenTTL:                      lifetime(d.RefreshTokenTTL),
	}
}

func federatedDocs(cs []domain.FederatedCredential) []federatedDoc {
	var out []federatedDoc
	for _, c := range cs {
		out = append(out, federatedDoc{
			Name: c.Name, Preset: c.Preset, Issuer: c.Issuer, JWKS: c.JWKS, JWKSURI: c.JWKSURI,
			Subject: c.Subject, Audience: c.Audience, Claims: c.Claims, SingleUse: c.SingleUse,
		})
	}
	return out
}

func federatedCredentials(ds []federatedDoc) []domain.FederatedCredential {
	var out []domain.FederatedCredential
	for _, d := range ds {
		out = append(out, domain.FederatedCredential{
			Name: d.Name, Preset: d.Preset, Issuer: d.Issuer, JWKS: d.JWKS, JWKSURI: d.JWKSURI,
			Subject: d.Subject, Audience: d.Audience, Claims: d.Claims, SingleUse: d.SingleUse,
		})
	}
	return out
}
