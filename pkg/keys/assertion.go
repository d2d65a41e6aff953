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

// SignMAC returns the claims as a JWS in compact form, bearing a MAC under the
// secret, as a client with client_secret_jwt makes it.
func SignMAC(secret, alg, typ string, claims []byte) (string, error) {
	newHash, ok := macHash(alg)
	if !ok {
		return "", ErrAlg
	}
	input := encodeHeader(alg, "", typ) + b64.EncodeToString(claims)
	mac := hmac.New(newHash, []byte(secret))
	mac.Write([]byte(input))
	return input + "." + b64.EncodeToString(mac.Sum(nil)), nil
}

// macHash is the hash of a MAC algorithm.
func macHash(alg string) (newHash func() hash.Hash, ok bool) {
	switch alg {
	case oauth.HS256:
		return sha256.New, true
	case oauth.HS384:
		return sha512.New384, true
	case oauth.HS512:
		return sha512.New, true
	default:
		return nil, false
	}
}

// VerifyMAC tells whether the JWT bears a MAC under the secret, by one of the
// allowed algorithms (RFC 7518, section 3.2). A secret shorter than the hash is
// no key for it.
func (u Unverified) VerifyMAC(secret string, allowed []string) bool {
	newHash, ok := macHash(u.Header.Alg)
	if !ok || !slices.Contains(allowed, u.Header.Alg) {
		return false
	}
	mac := hmac.New(newHash, []byte(secret))
	mac.Write([]byte(u.parts.input))
	return len(secret) >= mac.Size() && hmac.Equal(mac.Sum(nil), u.parts.sig)
}
