package keys

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/json"
	"hash"
	"slices"

	"github.com/signet-authz/signet/pkg/oauth"
)

// Unverified is a JWT before anything proves it: enough to find the key by
// which to check it, and to explain why it was refused.
type Unverified struct {
	Header Header
	Claims map[string]json.RawMessage

	parts compact
}

// ParseUnverified reads a JWT without checking its signature. It is as strict
// as verification is: one compact JWS, canonical base64url, no member twice,
// nothing critical in the header. The error is ErrToken.
func ParseUnverified(token string) (Unverified, error) {
	parts, err := splitCompact(token)
	if err != nil {
		return Unverified{}, err
	}
	h, _, err := parseHeader(parts.header)
	if err != nil {
		return Unverified{}, err
	}
	raw, err := parts.claims()
	if err != nil {
		return Unverified{}, err
	}
	claims, err := object(raw)
	if err != nil {
		return Unverified{}, refuse("the claims are " + err.Error())
	}
	return Unverified{Header: h, Claims: claims, parts: parts}, nil
}

// VerifyMAC tells whether the JWT bears a MAC under the secret, by one of the
// allowed algorithms (RFC 7518, section 3.2). A secret shorter than the hash is
// no key for it.
func (u Unverified) VerifyMAC(secret string, allowed []string) bool {
	if !slices.Contains(allowed, u.Header.Alg) {
		return false
	}
	var newHash func() hash.Hash
	switch u.Header.Alg {
	case oauth.HS256:
		newHash = sha256.New
	case oauth.HS384:
		newHash = sha512.New384
	case oauth.HS512:
		newHash = sha512.New
	default:
		return false
	}
	mac := hmac.New(newHash, []byte(secret))
	mac.Write([]byte(u.parts.input))
	return len(secret) >= mac.Size() && hmac.Equal(mac.Sum(nil), u.parts.sig)
}
