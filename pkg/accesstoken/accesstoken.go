package accesstoken

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// Type is the "typ" of a JWT access token (RFC 9068, section 2.1).
const Type = "at+jwt"

// MaxBytes bounds a presented token.
const MaxBytes = 16 << 10

// Claims of an access token (RFC 9068, section 2.2). Times are seconds since
// the epoch.
type Claims struct {
	Issuer       string            `json:"iss"`
	Subject      string            `json:"sub"`
	Audience     Audience          `json:"aud"`
	ExpiresAt    int64             `json:"exp"`
	IssuedAt     int64             `json:"iat"`
	ID           string            `json:"jti"`
	ClientID     string            `json:"client_id"`
	Scope        string            `json:"scope,omitempty"`
	AuthTime     int64             `json:"auth_time,omitempty"`
	ACR          string            `json:"acr,omitempty"`
	AMR          []string          `json:"amr,omitempty"`
	SessionID    string            `json:"sid,omitempty"`
	GrantID      string            `json:"grant_id,omitempty"`
	Confirmation map[string]string `json:"cnf,omitempty"`
	// UserInfoClaims are single claims that the authorization request asked of
	// the UserInfo endpoint (OpenID Connect Core, section 5.5).
	UserInfoClaims []string `json:"userinfo_claims,omitempty"`
}

// UserID is the end user on whose behalf the token was issued; empty for a
// client's own token.
func (c Claims) UserID() string {
	if strings.HasPrefix(c.Subject, domain.UserIDPrefix) {
		return c.Subject
	}
	return ""
}

// Scopes is the scope as a list.
func (c Claims) Scopes() oauth.Scope {
	s, err := oauth.ParseScope(c.Scope)
	if err != nil {
		return nil
	}
	return s
}

// Audience is one string, or an array where there are several.
type Audience []string

// MarshalJSON writes a single audience as a string.
func (a Audience) MarshalJSON() ([]byte, error) {
	if len(a) == 1 {
		return json.Marshal(a[0])
	}
	return json.Marshal([]string(a))
}

// UnmarshalJSON reads both forms.
func (a *Audience) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		*a = make(Audience, 1)
		return json.Unmarshal(b, &(*a)[0])
	}
	return json.Unmarshal(b, (*[]string)(a))
}

// Verifier checks access tokens of any workspace.
type Verifier struct {
	Rings       func(ctx context.Context, w tenancy.Workspace) (*keys.Ring, error)
	Revocations *cache.Revocations
	Now         func() time.Time
}

// Verify opens the token and checks that it is the workspace's own, that it
// has not expired and that nothing ended it. The error is invalid_token, or
// temporarily_unavailable where that cannot be known right now. It says nothing
// of who may use the token: see VerifyPresented.
func (v *Verifier) Verify(ctx context.Context, w tenancy.Workspace, token string) (Claims, error) {
	if token == "" || len(token) > MaxBytes {
		return Claims{}, oauth.ErrInvalidToken.Because("the token is empty or too long", nil)
	}
	ring, err := v.Rings(ctx, w)
	if err != nil {
		return Claims{}, oauth.ErrTemporarilyUnavailable.Because("the key ring could not be loaded", err)
	}
	raw, err := open(ring, token, v.Now())
	if err != nil {
		return Claims{}, oauth.ErrInvalidToken.Because("the token does not open", err)
	}
	var c Claims
	if err := json.Unmarshal(raw, &c); err != nil {
		return Claims{}, oauth.ErrInvalidToken.Because("the claims are not those of an access token", err)
	}
	switch now := v.Now(); {
	case c.Issuer != w.Issuer():
		return Claims{}, oauth.ErrInvalidToken.Because("the token has another issuer", nil)
	case c.ExpiresAt <= now.Unix():
		return Claims{}, oauth.ErrInvalidToken.Because("the token has expired", nil)
	case c.IssuedAt > now.Add(domain.ClockSkew).Unix():
		return Claims{}, oauth.ErrInvalidToken.Because("the token was issued in the future", nil)
	}
	if err := v.Live(w, c); err != nil {
		return Claims{}, err
	}
	return c, nil
}

// Live tells whether nothing has ended the token since it was issued.
func (v *Verifier) Live(w tenancy.Workspace, c Claims) error {
	if !v.Revocations.Fresh() {
		return oauth.ErrTemporarilyUnavailable.Because("the list of revocations is out of date", nil)
	}
	ended := v.Revocations.Ended(cache.Facts{
		WorkspaceID: w.ID(), GrantID: c.GrantID, JTI: c.ID, UserID: c.UserID(), ClientID: c.ClientID,
		SessionID: c.SessionID, IssuedAt: c.issuedAt(),
	})
	if ended {
		return oauth.ErrInvalidToken.Because("the token was revoked", nil)
	}
	return nil
}

// open reads either form of token. The two cannot be confused: a JWT has two
// dots, an opaque token none.
func open(ring *keys.Ring, token string, now time.Time) ([]byte, error) {
	if !strings.Contains(token, ".") {
		return ring.OpenToken(token)
	}
	verified, err := ring.Verify(now, token)
	if err != nil {
		return nil, err
	}
	if verified.Header.Typ != Type {
		return nil, errors.New("typ is not " + Type)
	}
	return verified.Claims, nil
}

// Revocation is the fact that ends this one token.
func Revocation(w tenancy.Workspace, c Claims) domain.Revocation {
	exp := time.Unix(c.ExpiresAt, 0)
	return domain.Revocation{WorkspaceID: w.ID(), Kind: domain.RevokeJTI, Target: c.ID, Before: exp, ExpiresAt: exp.Add(domain.ClockSkew)}
}

// NewID returns a fresh "jti": the moment of issue in milliseconds and 80
// random bits. Revocations end what was issued before a moment, and "iat" counts
// whole seconds, too coarse to tell a login from the password change before it.
func NewID(now time.Time) string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(now.UnixMilli())<<16)
	_, _ = rand.Read(b[6:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// issuedAt is the moment of issue, as exactly as the token tells it.
func (c Claims) issuedAt() time.Time {
	b, err := base64.RawURLEncoding.DecodeString(c.ID)
	if err != nil || len(b) != 16 {
		return time.Unix(c.IssuedAt, 0)
	}
	return time.UnixMilli(int64(binary.BigEndian.Uint64(b[:8]) >> 16))
}
