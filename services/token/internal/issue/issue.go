package issue

import (
	"context"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/accesstoken"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// Issuer makes tokens.
type Issuer struct {
	Rings *Rings
	Root  *keys.Root
	Now   func() time.Time
}

// Response is the answer of the token endpoint (RFC 6749, section 5.1).
type Response struct {
	AccessToken  string `json:"access_token"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int64  `json:"expires_in"` // seconds
	RefreshToken string `json:"refresh_token,omitempty"`
	IDToken      string `json:"id_token,omitempty"`
	Scope        string `json:"scope"`
}

// Tokens issues what the authorization calls for.
func (i *Issuer) Tokens(ctx context.Context, w tenancy.Workspace, client *domain.Client, catalog *cache.Catalog, a oauth.Authorization) (Response, error) {
	now, settings := a.IssuedAt, w.Settings()
	audience, scope := Audience(w, catalog, a.Scope, a.Resource)
	access, err := i.accessToken(ctx, w, client, accesstoken.Claims{
		Issuer: w.Issuer(), Subject: a.Subject, Audience: audience,
		ExpiresAt: now.Add(settings.EffectiveAccessTokenTTL(client)).Unix(), IssuedAt: now.Unix(), ID: accesstoken.NewID(now),
		ClientID: a.ClientID, Scope: scope.String(), AuthTime: unixOrZero(a.AuthTime), ACR: a.ACR, AMR: a.AMR,
		SessionID: boundSession(a), GrantID: a.GrantID, Confirmation: a.Confirmation, UserInfoClaims: a.UserInfoClaims,
	})
	if err != nil {
		return Response{}, err
	}
	r := Response{AccessToken: access, TokenType: "Bearer", ExpiresIn: int64(settings.EffectiveAccessTokenTTL(client).Seconds()), Scope: scope.String()}
	if a.IssueIDToken {
		if r.IDToken, err = i.idToken(ctx, w, client, a, access, now); err != nil {
			return Response{}, err
		}
	}
	if a.IssueRefreshToken {
		if r.RefreshToken, err = i.refreshToken(w, a); err != nil {
			return Response{}, err
		}
	}
	return r, nil
}

func (i *Issuer) accessToken(ctx context.Context, w tenancy.Workspace, client *domain.Client, c accesstoken.Claims) (string, error) {
	claims, err := json.Marshal(c)
	if err != nil {
		return "", oauth.ErrServerError.Because("the claims could not be written", err)
	}
	settings := w.Settings()
	ring, err := i.Rings.For(ctx, w, settings.AccessTokenSigningAlg)
	if err != nil {
		return "", oauth.ErrTemporarilyUnavailable.Because("no signing key could be had", err)
	}
	var token string
	if settings.EffectiveAccessTokenFormat(client) == domain.FormatOpaque {
		token, err = ring.SealToken(claims)
	} else {
		token, err = ring.Sign(i.Now(), settings.AccessTokenSigningAlg, accesstoken.Type, claims)
	}
	if err != nil {
		return "", oauth.ErrServerError.Because("the access token could not be made", err)
	}
	return token, nil
}

// boundSession is the session with which the access token ends: none where the
// user granted access that outlives it.
func boundSession(a oauth.Authorization) string {
	if a.SessionBound {
		return a.SessionID
	}
	return ""
}

// idClaims are the claims of an ID token (OpenID Connect Core, section 2).
type idClaims struct {
	Issuer    string   `json:"iss"`
	Subject   string   `json:"sub"`
	Audience  string   `json:"aud"`
	ExpiresAt int64    `json:"exp"`
	IssuedAt  int64    `json:"iat"`
	AuthTime  int64    `json:"auth_time,omitempty"`
	Nonce     string   `json:"nonce,omitempty"`
	ACR       string   `json:"acr,omitempty"`
	AMR       []string `json:"amr,omitempty"`
	AZP       string   `json:"azp,omitempty"`
	ATHash    string   `json:"at_hash,omitempty"`
	SessionID string   `json:"sid,omitempty"`
}

func (i *Issuer) idToken(ctx context.Context, w tenancy.Workspace, client *domain.Client, a oauth.Authorization, access string, now time.Time) (string, error) {
	settings := w.Settings()
	alg := settings.IDTokenAlg(client)
	claims, err := json.Marshal(idClaims{
		Issuer: w.Issuer(), Subject: a.Subject, Audience: a.ClientID, AZP: a.ClientID,
		ExpiresAt: now.Add(settings.EffectiveIDTokenTTL(client)).Unix(), IssuedAt: now.Unix(), AuthTime: unixOrZero(a.AuthTime),
		Nonce: a.Nonce, ACR: a.ACR, AMR: a.AMR, ATHash: halfHash(alg, access), SessionID: a.SessionID,
	})
	if err != nil {
		return "", oauth.ErrServerError.Because("the claims could not be written", err)
	}
	if claims, err = withRequested(claims, a); err != nil {
		return "", err
	}
	ring, err := i.Rings.For(ctx, w, alg)
	if err != nil {
		return "", oauth.ErrTemporarilyUnavailable.Because("no signing key could be had", err)
	}
	// Not now: a key made for this very token is active since a moment ago.
	token, err := ring.Sign(i.Now(), alg, "JWT", claims)
	if err != nil {
		return "", oauth.ErrServerError.Because("the ID token could not be signed", err)
	}
	return token, nil
}

// withRequested adds the user's claims that the request asked for by name.
// Protocol claims stand first and are never replaced.
func withRequested(claims []byte, a oauth.Authorization) ([]byte, error) {
	if len(a.IDTokenClaims) == 0 {
		return claims, nil
	}
	extra := a.Claims.Reveal(nil, a.IDTokenClaims)
	if len(extra) == 0 {
		return claims, nil
	}
	more, err := json.Marshal(extra)
	if err != nil {
		return nil, oauth.ErrServerError.Because("the claims could not be written", err)
	}
	return append(append(claims[:len(claims)-1], ','), more[1:]...), nil
}

// refreshToken is the successor that the rotation fixed, or the first of a new
// family.
func (i *Issuer) refreshToken(w tenancy.Workspace, a oauth.Authorization) (string, error) {
	if a.RefreshToken != "" {
		return a.RefreshToken, nil
	}
	id, err := uuid.Parse(a.GrantID)
	if err != nil {
		return "", oauth.ErrServerError.Because("the grant has no id", err)
	}
	return i.Root.FormatRefresh(w, keys.NewRefresh(id)), nil
}

// halfHash is at_hash: the left half of the token's hash, by the hash of the
// signing algorithm (OpenID Connect Core, section 3.1.3.6).
func halfHash(alg, token string) string {
	if alg == oauth.Ed25519 {
		sum := sha512.Sum512([]byte(token))
		return base64.RawURLEncoding.EncodeToString(sum[:sha512.Size/2])
	}
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:sha256.Size/2])
}

func unixOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
