package party

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
)

// JWT is a token taken apart; nothing of it is verified.
type JWT struct {
	Header, Claims map[string]any
	Signature      string
}

// ReadJWT takes a compact JWS apart.
func ReadJWT(t testing.TB, token string) JWT {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("not a compact JWS: it has %d parts", len(parts))
	}
	part := func(s string) map[string]any {
		raw, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil {
			t.Fatalf("a part of the JWS is not base64url: %v", err)
		}
		var m map[string]any
		if err := json.Unmarshal(raw, &m); err != nil {
			t.Fatalf("a part of the JWS is not JSON: %v", err)
		}
		return m
	}
	return JWT{Header: part(parts[0]), Claims: part(parts[1]), Signature: parts[2]}
}

// Unsigned puts claims into a JWT with the header given and the signature
// given: a forgery.
func Unsigned(t testing.TB, header, claims map[string]any, signature string) string {
	t.Helper()
	part := func(m map[string]any) string { return base64.RawURLEncoding.EncodeToString([]byte(encode(t, m))) }
	return part(header) + "." + part(claims) + "." + signature
}
