package domain

import (
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/oauth"
)

// Profile is the set of rules that a workspace follows.
type Profile string

// The profiles that are fully served. Others are refused until they are.
const (
	ProfileDefault  Profile = "default"   // OAuth 2.1 and OpenID Connect Core
	ProfileOIDCCore Profile = "oidc_core" // as OpenID Connect Core 1.0 clients of 2014 expect
)

// The policies for the audience of client assertions: the issuer alone (RFC
// 10070), or as earlier clients have it also the token endpoint, or the one that
// was called.
const (
	AudienceIssuerOnly       = "issuer_only"
	AudienceIssuerOrEndpoint = "issuer_or_endpoint"
)

// PKCE policy of a workspace.
type PKCE string

// Required asks every client for a code challenge; RequiredForPublic lets
// confidential clients go without.
const (
	PKCERequired          PKCE = "required"
	PKCERequiredForPublic PKCE = "required_for_public"
)

// TokenFormat of access tokens.
type TokenFormat string

// JWT access tokens follow RFC 9068; opaque ones are sealed claims that only
// this workspace can open.
const (
	FormatJWT    TokenFormat = "jwt"
	FormatOpaque TokenFormat = "opaque"
)

// Workspace is one authorization server of a tenant.
type Workspace struct {
	ID          uuid.UUID
	TenantID    uuid.UUID
	AID         string
	Issuer      string
	DisplayName string
	State       State
	Settings    Settings
	Version     int64
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// Settings of a workspace. DefaultSettings is the only place where defaults stand.
type Settings struct {
	Profile                           Profile
	TokenEndpointAuthMethods          []string
	TokenEndpointAuthSigningAlgValues []string
	ClientAssertionAudience           string // one of the policies below
	TLSClientAuthRootCAs              string // PEM: whose certificates tls_client_auth believes
	TLSClientAuthCRLs                 string // PEM: what those have revoked; empty: nothing
	RequirePAR                        bool   // RFC 9126, section 5
	PARTTL                            time.Duration
	PKCE                              PKCE
	AccessTokenFormat                 TokenFormat
	AccessTokenSigningAlg             string
	AccessTokenTTL                    time.Duration
	IDTokenTTL                        time.Duration
	CodeTTL                           time.Duration
	RefreshTokenTTL                   time.Duration // idle
	RefreshTokenMaxTTL                time.Duration // absolute
	RefreshGrace                      time.Duration
	SessionTTL                        time.Duration // idle
	SessionMaxTTL                     time.Duration // absolute
	ConsentScopeChoice                bool          // users may leave out some of the scopes asked for
	DemoUsers                         bool          // the sandbox of demo users
	Branding                          Branding
}

// Branding of the pages that end users see.
type Branding struct {
	LogoURI string
	Color   string // #rrggbb
}

// DefaultSettings of a workspace with the given profile.
func DefaultSettings(p Profile) Settings {
	s := Settings{
		Profile:                           p,
		TokenEndpointAuthMethods:          oauth.Methods(),
		TokenEndpointAuthSigningAlgValues: nil,
		ClientAssertionAudience:           AudienceIssuerOrEndpoint,
		PARTTL:                            time.Minute,
		PKCE:                              PKCERequired,
		AccessTokenFormat:                 FormatJWT,
		AccessTokenSigningAlg:             oauth.ES256,
		AccessTokenTTL:                    time.Hour,
		IDTokenTTL:                        time.Hour,
		CodeTTL:                           time.Minute,
		RefreshTokenTTL:                   30 * 24 * time.Hour,
		RefreshTokenMaxTTL:                365 * 24 * time.Hour,
		SessionTTL:                        12 * time.Hour,
		SessionMaxTTL:                     30 * 24 * time.Hour,
	}
	if p == ProfileOIDCCore {
		s.PKCE = PKCERequiredForPublic
	}
	return s
}

// IDTokenAlg is the signing algorithm of a client's ID tokens: what it
// registered, or the profile's default.
func (s Settings) IDTokenAlg(c *Client) string {
	switch {
	case c.IDTokenSignedResponseAlg != "":
		return c.IDTokenSignedResponseAlg
	case s.Profile == ProfileOIDCCore:
		return oauth.RS256
	default:
		return oauth.ES256
	}
}

// RequiresPKCE tells whether an authorization request of the client must carry
// a code challenge.
func (s Settings) RequiresPKCE(c *Client) bool {
	return s.PKCE != PKCERequiredForPublic || c.Public()
}

// Bounds of the lifetimes that an administrator may set.
const (
	MinTTL             = 10 * time.Second
	MaxAccessTokenTTL  = 24 * time.Hour
	MaxCodeTTL         = 10 * time.Minute
	MaxPARTTL          = 90 * time.Second
	MaxRefreshTokenTTL = 5 * 365 * 24 * time.Hour
	MaxRefreshGrace    = 5 * time.Minute
	MaxSessionTTL      = 365 * 24 * time.Hour
	KeyPublishLead     = time.Hour       // a key is published this long before it signs
	JWKSMaxAge         = 5 * time.Minute // the max-age of the JWKS answer
	ClockSkew          = time.Minute     // what we allow between clocks
)

// EffectiveAccessTokenTTL is the client's lifetime where it has one.
func (s Settings) EffectiveAccessTokenTTL(c *Client) time.Duration {
	return firstPositive(c.AccessTokenTTL, s.AccessTokenTTL)
}

// EffectiveIDTokenTTL is the client's lifetime where it has one.
func (s Settings) EffectiveIDTokenTTL(c *Client) time.Duration {
	return firstPositive(c.IDTokenTTL, s.IDTokenTTL)
}

// EffectiveRefreshTokenTTL is the client's idle lifetime where it has one.
func (s Settings) EffectiveRefreshTokenTTL(c *Client) time.Duration {
	return firstPositive(c.RefreshTokenTTL, s.RefreshTokenTTL)
}

// EffectiveAccessTokenFormat is the client's format where it has one.
func (s Settings) EffectiveAccessTokenFormat(c *Client) TokenFormat {
	if c.AccessTokenFormat != "" {
		return c.AccessTokenFormat
	}
	return s.AccessTokenFormat
}

func firstPositive(ds ...time.Duration) time.Duration {
	for _, d := range ds {
		if d > 0 {
			return d
		}
	}
	return 0
}

// IDTokenAlgs lists the algorithms that ID tokens and access tokens may be
// signed with. Keys for all but the default are made when first needed.
func IDTokenAlgs() []string {
	return []string{oauth.ES256, oauth.RS256, oauth.PS256, oauth.Ed25519}
}
