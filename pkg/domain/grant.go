package domain

import (
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/oauth"
)

// Code is what an authorization code stands for. Redis holds it under the hash
// of the code; SQL decides who redeemed it.
type Code struct {
	ClientID       string
	RedirectURI    string
	CodeChallenge  string // S256; empty where the client sent none
	Scope          oauth.Scope
	Resource       []string
	Nonce          string
	UserID         string
	SessionID      uuid.UUID
	AuthTime       time.Time
	ACR            string
	AMR            []string
	IDTokenClaims  []string
	UserInfoClaims []string
	DPoPJKT        string
	IssuedAt       time.Time
	ExpiresAt      time.Time
}

// Grant is one redeemed code and the refresh tokens under it.
type Grant struct {
	ID           uuid.UUID
	ClientID     string
	UserID       string
	SessionID    uuid.UUID // zero where none
	Scope        oauth.Scope
	Resource     []string
	Confirmation map[string]string // cnf
	AuthTime     time.Time
	ACR          string
	AMR          []string
	// SessionBound grants end with their session; those with offline_access do not.
	SessionBound    bool
	UserInfoClaims  []string
	Generation      int64
	RotatedAt       time.Time
	CreatedAt       time.Time
	LastUsedAt      time.Time
	ExpiresAt       time.Time // idle end of the refresh token
	MaxEndsAt       time.Time // absolute end
	RevokedAt       time.Time
	RevocationCause string
}

// Live tells whether refresh tokens of the grant may be used now.
func (g Grant) Live(now time.Time) bool {
	return g.RevokedAt.IsZero() && now.Before(g.ExpiresAt) && now.Before(g.MaxEndsAt)
}

// RevocationKind says what a revocation ends.
type RevocationKind string

// The kinds of revocation. One of a grant, jti or session ends just that; one
// of a user or client ends everything issued to it before a moment.
const (
	RevokeGrant     RevocationKind = "grant"
	RevokeJTI       RevocationKind = "jti"
	RevokeSession   RevocationKind = "session"
	RevokeUser      RevocationKind = "user"
	RevokeClient    RevocationKind = "client"
	RevokeConsent   RevocationKind = "consent" // target is "user_id client_id"
	RevokeWorkspace RevocationKind = "workspace"
)

// Revocation is the fact that something ended. Facts are only ever added.
type Revocation struct {
	ID          int64
	WorkspaceID uuid.UUID
	Kind        RevocationKind
	Target      string
	Before      time.Time // what was issued at or before this moment has ended
	ExpiresAt   time.Time // nothing issued before Before can live beyond this
	CreatedAt   time.Time
}

// KeyUseSign is the "use" of every key that a workspace publishes (RFC 7517,
// section 4.2).
const KeyUseSign = "sig"

// KeyState of a signing key, derived from its times.
type KeyState string

// A key is published before it signs and for as long as something it signed
// can live.
const (
	KeyNext     KeyState = "next"
	KeyActive   KeyState = "active"
	KeyRetiring KeyState = "retiring"
	KeyRetired  KeyState = "retired"
	KeyRevoked  KeyState = "revoked"
)

// SigningKey is one key of a workspace's ring.
type SigningKey struct {
	KID         string
	Alg         string
	PublicJWK   []byte // JSON with kid, use and alg
	Sealed      []byte // the private key, encrypted at rest
	CreatedAt   time.Time
	ActivatesAt time.Time // signs from then on, until a later key activates
	RetiresAt   time.Time // leaves the JWKS then; zero while it is current or next
	RevokedAt   time.Time
}

// Published tells whether the key stands in the JWKS now.
func (k SigningKey) Published(now time.Time) bool {
	return k.RevokedAt.IsZero() && (k.RetiresAt.IsZero() || now.Before(k.RetiresAt))
}

// AuditEvent is one line of a tenant's or workspace's history.
type AuditEvent struct {
	ID          uuid.UUID
	WorkspaceID uuid.UUID // zero for events of the tenant itself
	At          time.Time
	Action      string // for example client.create, login.succeed, grant.issue
	ActorKind   string // user, client, member, system
	ActorID     string
	TargetKind  string
	TargetID    string
	Outcome     string // success, failure
	IP          string
	TraceID     string
	Detail      map[string]string
}
