package oauth

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
)

// ChallengeMethodS256 is the only code challenge method served; "plain" gives
// no protection against whoever reads the authorization request (RFC 9700,
// section 2.1.1).
const ChallengeMethodS256 = "S256"

// ValidCodeChallenge tells whether s can be an S256 challenge: 43 characters
// of base64url that decode to 32 bytes (RFC 7636, section 4.2).
func ValidCodeChallenge(s string) bool {
	if len(s) != 43 {
		return false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(s)
	return err == nil && len(raw) == sha256.Size
}

// ValidCodeVerifier tells whether s is a code_verifier of RFC 7636, section
// 4.1: 43 to 128 unreserved characters.
func ValidCodeVerifier(s string) bool {
	if len(s) < 43 || len(s) > 128 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '.', c == '_', c == '~':
		default:
			return false
		}
	}
	return true
}

// VerifyCodeVerifier tells, in constant time, whether the verifier belongs to
// the S256 challenge (RFC 7636, section 4.6).
func VerifyCodeVerifier(challenge, verifier string) bool {
	if !ValidCodeVerifier(verifier) {
		return false
	}
	sum := sha256.Sum256([]byte(verifier))
	return subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) == 1
}
