package relying

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/signet-authz/signet/pkg/accesstoken"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/tenant-admin/internal/rules"
)

// Identity is what an ID token proved.
type Identity struct {
	Subject   string `json:"sub"`
	SessionID string `json:"sid"` // of the person's session at the authorization server
}

// idClaims are those that are judged (OpenID Connect Core, section 2).
type idClaims struct {
	Issuer    string               `json:"iss"`
	Subject   string               `json:"sub"`
	Audience  accesstoken.Audience `json:"aud"`
	AZP       string               `json:"azp"`
	Nonce     string               `json:"nonce"`
	ExpiresAt int64                `json:"exp"`
	IssuedAt  int64                `json:"iat"`
	SessionID string               `json:"sid"`
}

// identity judges an ID token (OpenID Connect Core, section 3.1.3.7). The
// workspace's keys are those of its ring, which is what its JWKS is made from.
func (p *Party) identity(ctx context.Context, w tenancy.Workspace, token, nonce string) (Identity, error) {
	ring, err := p.Caches.Rings.Ring(ctx, w)
	if err != nil {
		return Identity{}, away("the keys could not be loaded", err)
	}
	now := p.Now()
	verified, err := ring.Verify(now, token)
	if err != nil {
		return Identity{}, refuse("id_token", "the ID token does not verify: "+err.Error())
	}
	var c idClaims
	if err := json.Unmarshal(verified.Claims, &c); err != nil {
		return Identity{}, refuse("id_token", "the claims of the ID token cannot be read")
	}
	for wrong, is := range map[string]bool{
		"is no ID token":                    verified.Header.Typ != "JWT",
		"is another issuer's":               c.Issuer != w.Issuer(),
		"is for another audience":           !slices.Equal(c.Audience, accesstoken.Audience{rules.ConsoleClientID}),
		"was issued to another party":       c.AZP != "" && c.AZP != rules.ConsoleClientID,
		"answers another request":           c.Nonce != nonce,
		"has expired":                       !now.Before(time.Unix(c.ExpiresAt, 0)),
		"was issued in the future":          time.Unix(c.IssuedAt, 0).After(now.Add(domain.ClockSkew)),
		"speaks of somebody who is no user": !strings.HasPrefix(c.Subject, domain.UserIDPrefix),
	} {
		if is {
			return Identity{}, refuse("id_token", "the ID token "+wrong)
		}
	}
	return Identity{Subject: c.Subject, SessionID: c.SessionID}, nil
}
