package domain

import (
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/oauth"
)

// Application types of OpenID Connect Dynamic Client Registration.
const (
	ApplicationWeb    = "web"
	ApplicationNative = "native"
)

// UserIDPrefix begins every user id. No client id may begin with it, so that
// the two can never be taken for each other as a token's subject (RFC 9700,
// section 4.15).
const UserIDPrefix = "usr_"

// The marks of what a self-check makes for itself: clients that are built in,
// which no caller of the admin API can make, and whose ids begin so, and users
// whose ids, which nobody chooses, do. Nothing of a tenant's can be mistaken for it.
const (
	SelfCheckClientPrefix = "selfcheck_"
	SelfCheckUserPrefix   = UserIDPrefix + "selfcheck_"
)

// Client is an application registered at a workspace, in the words of RFC 7591.
type Client struct {
	ClientID                string
	ClientName              string
	ApplicationType         string
	TokenEndpointAuthMethod string
	// TokenEndpointAuthMethodPrevious may be used beside the method until the
	// given time; empty for none.
	TokenEndpointAuthMethodPrevious      string
	TokenEndpointAuthMethodPreviousUntil time.Time
	TokenEndpointAuthSigningAlg          string
	RedirectURIs                         []string
	PostLogoutRedirectURIs               []string
	GrantTypes                           []string
	ResponseTypes                        []string
	ResponseModes                        []string // empty means query, fragment and form_post
	Scope                                oauth.Scope
	Contacts                             []string
	LogoURI                              string
	ClientURI                            string
	PolicyURI                            string
	TosURI                               string
	JWKS                                 []byte // JSON, public keys only
	JWKSURI                              string
	FederatedCredentials                 []FederatedCredential
	TLSClientAuthSubjectDN               string
	TLSClientAuthSANDNS                  string
	TLSClientAuthSANURI                  string
	TLSClientAuthSANIP                   string
	TLSClientAuthSANEmail                string
	IDTokenSignedResponseAlg             string
	DefaultMaxAge                        time.Duration
	RequirePAR                           bool // RFC 9126, section 6
	CertificateBound                     bool // its access tokens are bound to its certificate (RFC 8705, section 3)
	RequireAuthTime                      bool
	Trusted                              bool // consent is not asked for
	Disabled                             bool
	BuiltIn                              bool // made by the product; read-only
	AccessTokenFormat                    TokenFormat
	AccessTokenTTL                       time.Duration
	IDTokenTTL                           time.Duration
	RefreshTokenTTL                      time.Duration
	Version                              int64
	CreatedAt                            time.Time
	UpdatedAt                            time.Time

	// Secrets are those that have not been deleted; expired ones included.
	Secrets []ClientSecret
}

// Public tells whether the client has no credentials (RFC 6749, section 2.1).
func (c *Client) Public() bool { return c.TokenEndpointAuthMethod == oauth.MethodNone }

// Native tells whether the client runs on its user's own device.
func (c *Client) Native() bool { return c.ApplicationType == ApplicationNative }

// MayUseGrant tells whether the client registered the grant type.
func (c *Client) MayUseGrant(grant string) bool {
	for _, g := range c.GrantTypes {
		if g == grant {
			return true
		}
	}
	return false
}

// AuthMethodAllowed tells whether the client may authenticate by the method
// now: its registered one, or its previous one while the overlap lasts.
func (c *Client) AuthMethodAllowed(method string, now time.Time) bool {
	if method == c.TokenEndpointAuthMethod {
		return true
	}
	return method != "" && method == c.TokenEndpointAuthMethodPrevious && now.Before(c.TokenEndpointAuthMethodPreviousUntil)
}

// AuthMethods lists the methods by which the client may authenticate now: its
// registered one and, while the overlap lasts, its previous one.
func (c *Client) AuthMethods(now time.Time) []string {
	methods := []string{c.TokenEndpointAuthMethod}
	if previous := c.TokenEndpointAuthMethodPrevious; c.AuthMethodAllowed(previous, now) && previous != c.TokenEndpointAuthMethod {
		methods = append(methods, previous)
	}
	return methods
}

// ResponseModeAllowed tells whether the client lets answers come by the mode.
func (c *Client) ResponseModeAllowed(mode string) bool {
	if len(c.ResponseModes) == 0 {
		return true
	}
	for _, m := range c.ResponseModes {
		if m == mode {
			return true
		}
	}
	return false
}

// FederatedCredential lets a workload prove a client with a token of an issuer
// that the client trusts: whoever holds one of that issuer, for the audience and
// with the subject and claims named here, is the client. It serves with
// private_key_jwt, in place of a key of the client's own.
type FederatedCredential struct {
	Name    string // unique within the client
	Preset  string // one of the presets below, or empty
	Issuer  string // the claim "iss"; for SPIFFE the trust domain, as a SPIFFE ID
	JWKS    []byte // JSON, public keys only
	JWKSURI string // neither: what the issuer's own discovery document names
	// Subject is the claim "sub", or what it begins with where it ends in "*".
	Subject  string
	Audience string            // the only "aud"; empty: the workspace's issuer
	Claims   map[string]string // further claims, each exactly so
	// SingleUse takes each token once, by its "jti".
	SingleUse bool
}

// The presets of federated credentials.
const (
	PresetKubernetes    = "kubernetes"
	PresetGitHubActions = "github_actions"
	PresetSPIFFE        = "spiffe"
)

// ClientSecret is one of a client's secrets. Its value is never kept in clear.
type ClientSecret struct {
	ID        uuid.UUID
	ClientID  string
	Label     string
	Form      SecretForm
	Value     []byte // a MAC, or the sealed secret, as Form says
	CreatedAt time.Time
	ExpiresAt time.Time // zero: never
	// LastUsedAt comes from the usage ledger and may lag some seconds.
	LastUsedAt time.Time
}

// SecretForm says how a secret is kept.
type SecretForm string

// A MAC proves a presented secret without keeping it; a sealed secret can be
// recovered, which client_secret_jwt needs.
const (
	SecretHMACv1 SecretForm = "hmac:v1"
	SecretSealed SecretForm = "sealed"
)

// Live tells whether the secret may be used now.
func (s ClientSecret) Live(now time.Time) bool {
	return s.ExpiresAt.IsZero() || now.Before(s.ExpiresAt)
}

// Serves tells whether the secret is one that the method can use: a MAC cannot
// be keyed with what is kept as a hash.
func (s ClientSecret) Serves(method string) bool {
	return oauth.UsesSecret(method) && (method != oauth.MethodClientSecretJWT || s.Form == SecretSealed)
}

// ValidClientID tells whether an id may name a client: 1 to 128 characters of
// [A-Za-z0-9_-], not beginning as user ids do.
func ValidClientID(id string) bool {
	if id == "" || len(id) > 128 || strings.HasPrefix(id, UserIDPrefix) {
		return false
	}
	for i := range len(id) {
		c := id[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-':
		default:
			return false
		}
	}
	return true
}

// Service is a resource server: an audience with scopes, and the clients that
// stand for it when they ask about tokens.
type Service struct {
	ServiceID string
	Name      string
	Audience  string
	ClientIDs []string
	BuiltIn   bool
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Scope is one scope value that a workspace knows.
type Scope struct {
	Name        string
	Description string
	Default     bool
	ServiceID   string // empty for scopes of the workspace itself
	BuiltIn     bool
	Version     int64
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// StandardScopes are known in every workspace from its start.
func StandardScopes() []Scope {
	return []Scope{
		{Name: oauth.ScopeOpenID, Description: "Confirm who you are", BuiltIn: true},
		{Name: oauth.ScopeProfile, Description: "See your name and profile", BuiltIn: true},
		{Name: oauth.ScopeEmail, Description: "See your e-mail address", BuiltIn: true},
		{Name: oauth.ScopeOfflineAccess, Description: "Stay connected while you are away", BuiltIn: true},
		{Name: oauth.ScopeIntrospectTokens, Description: "Ask about every token of the workspace", BuiltIn: true},
		{Name: oauth.ScopeRevokeTokens, Description: "End every token of the workspace", BuiltIn: true},
	}
}

// AllowsOrigin tells whether a browser application of the client runs at the
// origin: one of its redirect URIs is there.
func (c *Client) AllowsOrigin(origin string) bool {
	if !oauth.ValidOrigin(origin) {
		return false
	}
	for _, uri := range c.RedirectURIs {
		if oauth.SameOrigin(uri, origin) {
			return true
		}
	}
	return false
}
