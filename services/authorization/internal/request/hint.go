package request

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// Hint is what an id_token_hint says.
type Hint struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`
	Audience  string `json:"aud"`
	SessionID string `json:"sid"`
}

// OpenHint opens an ID token that the workspace issued, expired or not: a hint
// says who somebody was, and stays true. An *oauth.Error says that it could not
// be checked.
func (f *Facts) OpenHint(ctx context.Context, w tenancy.Workspace, token string) (Hint, error) {
	ring, err := f.Caches.Rings.Ring(ctx, w)
	if err != nil {
		return Hint{}, oauth.ErrTemporarilyUnavailable.Because("the keys could not be loaded", err)
	}
	verified, err := ring.Verify(f.Now(), token)
	if err != nil {
		return Hint{}, err
	}
	var h Hint
	if err := json.Unmarshal(verified.Claims, &h); err != nil {
		return Hint{}, err
	}
	if verified.Header.Typ != "JWT" || h.Issuer != w.Issuer() || h.Subject == "" || h.Audience == "" {
		return Hint{}, errors.New("not an ID token of this workspace")
	}
	return h, nil
}
