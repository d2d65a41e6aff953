package keys

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

// nineClaims is a token as the token endpoint issues it.
type nineClaims struct {
	Issuer    string `json:"iss"`
	Subject   string `json:"sub"`
	Audience  string `json:"aud"`
	ExpiresAt int64  `json:"exp"`
	IssuedAt  int64  `json:"iat"`
	ID        string `json:"jti"`
	ClientID  string `json:"client_id"`
	Scope     string `json:"scope"`
	GrantID   string `json:"grant_id"`
}

func sampleClaims() nineClaims {
	return nineClaims{
		Issuer: "https://id.example/acme/default", Subject: NewClientID(), Audience: "https://api.example", ExpiresAt: start.Unix() + 3600,
		IssuedAt: start.Unix(), ID: NewBearer()[:22], ClientID: NewClientID(), Scope: "orders:read orders:write", GrantID: uuid.NewString(),
	}
}

// BenchmarkWholeToken marshals nine claims and signs them.
func BenchmarkWholeToken(b *testing.B) {
	r, w := root(b), workspace(b)
	for _, alg := range ringAlgs {
		g := open(b, r, w, key(b, r, w, alg))
		b.Run(alg, func(b *testing.B) {
			b.ReportAllocs()
			claims := sampleClaims()
			for b.Loop() {
				raw, err := json.Marshal(claims)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := g.Sign(start, alg, "at+jwt", raw); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSign(b *testing.B) {
	r, w := root(b), workspace(b)
	g := open(b, r, w, key(b, r, w, oauth.ES256))
	raw, _ := json.Marshal(sampleClaims())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := g.Sign(start, oauth.ES256, "at+jwt", raw); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerify(b *testing.B) {
	r, w := root(b), workspace(b)
	raw, _ := json.Marshal(sampleClaims())
	for _, alg := range ringAlgs {
		g := open(b, r, w, key(b, r, w, alg))
		token, err := g.Sign(start, alg, "at+jwt", raw)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(alg, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := g.Verify(start, token); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOpaqueToken(b *testing.B) {
	r, w := root(b), workspace(b)
	g := open(b, r, w)
	raw, _ := json.Marshal(sampleClaims())
	b.ReportAllocs()
	for b.Loop() {
		token, err := g.SealToken(raw)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := g.OpenToken(token); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkVerifySecret(b *testing.B) {
	r, w := root(b), workspace(b)
	secret := NewClientSecret()
	kept := domain.ClientSecret{Form: domain.SecretHMACv1, Value: r.SecretMAC(w, "client", secret)}
	b.ReportAllocs()
	for b.Loop() {
		if !r.VerifySecret(w, "client", kept, secret) {
			b.Fatal("the secret does not match")
		}
	}
}

func BenchmarkParseRefresh(b *testing.B) {
	r, w := root(b), workspace(b)
	token := r.FormatRefresh(w, NewRefresh(uuid.New()))
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := r.ParseRefresh(w, token); !ok {
			b.Fatal("the token does not parse")
		}
	}
}

func BenchmarkJWKS(b *testing.B) {
	r, w := root(b), workspace(b)
	g := open(b, r, w, key(b, r, w, oauth.ES256), key(b, r, w, oauth.RS256))
	b.ReportAllocs()
	for b.Loop() {
		if body, _ := g.JWKS(start); len(body) == 0 {
			b.Fatal("the set is empty")
		}
	}
}

// BenchmarkOpenRing is what the first request of a workspace waits for, the
// database aside.
func BenchmarkOpenRing(b *testing.B) {
	r, w := root(b), workspace(b)
	for _, alg := range ringAlgs {
		ks := []domain.SigningKey{key(b, r, w, alg), key(b, r, w, alg)}
		b.Run(fmt.Sprintf("two %s keys", alg), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.OpenRing(w, ks); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
