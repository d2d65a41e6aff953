package page

import (
	"encoding/json"
	"errors"

	"github.com/signet-authz/signet/pkg/oauth"
)

// hint is what an id_token_hint says.
type hint struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`
	Audience  string `json:"aud"`
	SessionID string `json:"sid"`
}

// openHint opens an ID token that this workspace issued, expired or not: a
// hint says who somebody was, and stays true. An *oauth.Error says that it
// could not be checked.
func (v *visit) openHint(token string) (hint, error) {
	ring, err := v.Caches.Rings.Ring(v.ctx, v.w)
	if err != nil {
		return hint{}, oauth.ErrTemporarilyUnavailable.Because("the keys could not be loaded", err)
	}
	verified, err := ring.Verify(v.Now(), token)
	if err != nil {
		return hint{}, err
	}
	var h hint
	if err := json.Unmarshal(verified.Claims, &h); err != nil {
		return hint{}, err
	}
	if verified.Header.Typ != "JWT" || h.Issuer != v.w.Issuer() || h.Subject == "" || h.Audience == "" {
		return hint{}, errors.New("not an ID token of this workspace")
	}
	return h, nil
}
