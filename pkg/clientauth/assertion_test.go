package clientauth_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
)

const macSecret = "a-secret-of-more-than-sixty-four-bytes-for-the-longest-of-the-three-hashes"

// keyed registers a client with private_key_jwt and the keys.
func (h *house) keyed(id string, set []byte) *domain.Client {
	c := h.client(id, oauth.MethodPrivateKeyJWT)
	c.JWKS = set
	return c
}

// sealedClient registers a client with client_secret_jwt.
func (h *house) sealedClient(id string) *domain.Client {
	c := h.client(id, oauth.MethodClientSecretJWT)
	c.Secrets = nil
	h.sealedSecret(c, macSecret)
	return c
}

func (h *house) sealedSecret(c *domain.Client, value string) {
	secretID := uuid.New()
	sealed, err := h.root.SealSecret(h.w, c.ClientID, secretID.String(), value)
	require.NoError(h.t, err)
	c.Secrets = append(c.Secrets, domain.ClientSecret{ID: secretID, ClientID: c.ClientID, Form: domain.SecretSealed, Value: sealed})
}

// epoch lets the memory of used assertions begin before the assertions do.
func (h *house) epoch() { h.advance(time.Minute) }

func TestEverySafeAlgorithmProvesAKey(t *testing.T) {
	h := newHouse(t)
	h.epoch()
	rsaKey := newKey(t, oauth.RS256)
	for _, alg := range oauth.KeyAlgs() {
		key := rsaKey
		if !strings.HasSuffix(alg[:2], "S") || alg[0] == 'E' {
			key = newKey(t, alg)
		}
		h.keyed("by-"+alg, jwks(t, `"kid":"k1"`, key))
		h.accepted("by-"+alg, oauth.MethodPrivateKeyJWT, present(h.assertionOf("by-"+alg, alg, key).under("kid", "k1").token(t)))
	}
	require.Contains(t, h.used, "key:k1")
	h.sealedClient("mac")
	for _, alg := range oauth.SecretAlgs() {
		h.accepted("mac", oauth.MethodClientSecretJWT, present(h.assertionOf("mac", alg, macSecret).token(t)))
	}
	require.Contains(t, h.used, h.clients["mac"].Secrets[0].ID.String())
}

// PJ-07, PJ-15, PJ-26, and what clients in the field send
func TestAssertionsAsClientsSendThem(t *testing.T) {
	h := newHouse(t)
	h.epoch()
	key, other := newKey(t, oauth.ES256), newKey(t, oauth.ES256)
	h.keyed("app", jwks(t, "", other, key))
	h.sealedClient("mac")
	now := h.clock()
	introspect := h.w.Endpoint("/oauth2/introspect")
	for name, change := range map[string]func(*jwt){
		"as it is":              func(*jwt) {},
		"typ JWT":               func(j *jwt) { j.under("typ", "JWT") },
		"typ in full":           func(j *jwt) { j.under("typ", "application/client-authentication+jwt") },
		"no typ":                func(j *jwt) { j.under("typ", nil) },
		"a kid of nobody's":     func(j *jwt) { j.under("kid", "unknown to the set, whose keys have none") },
		"no iat":                func(j *jwt) { j.with("iat", nil) },
		"iat 8 s ahead":         func(j *jwt) { j.with("iat", now.Add(8*time.Second).Unix()) },
		"nbf 8 s ahead":         func(j *jwt) { j.with("nbf", now.Add(8*time.Second).Unix()) },
		"exp 10 min ahead":      func(j *jwt) { j.with("exp", now.Add(10*time.Minute).Unix()) },
		"array of one audience": func(j *jwt) { j.with("aud", []string{h.w.Issuer()}) },
		"the token endpoint":    func(j *jwt) { j.with("aud", h.w.Endpoint("/oauth2/token")) },
		"the endpoint called":   func(j *jwt) { j.with("aud", introspect) },
		"further claims":        func(j *jwt) { j.with("nonce", "x", "cnf", map[string]any{"jkt": []int{1}}) },
		"headers about keys":    func(j *jwt) { j.under("jku", "https://evil.example", "x5u", "https://evil.example", "x5t", "AAAA") },
	} {
		for id, with := range map[string]struct {
			alg string
			key any
		}{"app": {oauth.ES256, key}, "mac": {oauth.HS256, macSecret}} {
			j := h.assertionOf(id, with.alg, with.key)
			change(j)
			for _, named := range [][]string{nil, {"client_id", id}} {
				if named != nil {
					j.with("jti", uuid.NewString())
				}
				r := present(j.token(t), named...)
				r.Endpoint = introspect
				c, e := h.try(r)
				require.Nil(t, e, "%s, %s: %v", name, id, e)
				require.Equal(t, id, c.ID())
			}
		}
	}
	require.Contains(t, h.used, clientauth.UsageEndpointAudience, "that an endpoint was named is told")
}

// PJ-01 to PJ-07, PJ-13 to PJ-15, PJ-25, TEN-05
func TestAssertionsThatProveNothing(t *testing.T) {
	h := newHouse(t)
	h.epoch()
	key, rsaKey, stranger := newKey(t, oauth.ES256), newKey(t, oauth.RS256), newKey(t, oauth.ES256)
	h.keyed("app", jwks(t, "", key, rsaKey))
	h.keyed("other", jwks(t, "", stranger))
	h.keyed("es256", jwks(t, "", key, rsaKey)).TokenEndpointAuthSigningAlg = oauth.ES256
	h.keyed("away", jwks(t, "", key)).Disabled = true
	h.sealedClient("mac")
	now := h.clock()
	at := func(d time.Duration) int64 { return now.Add(d).Unix() }
	own := func() *jwt { return h.assertionOf("app", oauth.ES256, key) }
	public := string(jwks(t, "", key))
	for name, token := range map[string]string{
		"another's key":              h.assertionOf("app", oauth.ES256, stranger).token(t),
		"another client's assertion": h.assertionOf("other", oauth.ES256, key).token(t),
		"its own key in the header":  own().under("jwk", number(jwk(t, stranger.Public(), ""))).token(t)[:40] + "x",
		"signed by the header's key": func() string {
			j := h.assertionOf("app", oauth.ES256, stranger)
			return j.under("jwk", number(jwk(t, stranger.Public(), ""))).token(t)
		}(),
		"alg none, signed":      own().under("alg", "none").token(t),
		"alg None":              own().under("alg", "None").token(t),
		"no signature":          h.assertionOf("app", "none", nil).token(t) + "AAAA",
		"alg of another kind":   own().under("alg", "ES384").token(t),
		"RS1":                   h.assertionOf("app", "RS1", rsaKey).token(t),
		"ES256K":                own().under("alg", "ES256K").token(t),
		"RS256 against ES256":   h.assertionOf("es256", oauth.RS256, rsaKey).token(t),
		"MAC under the set":     h.assertionOf("app", oauth.HS256, public).token(t),
		"MAC under the key":     h.assertionOf("app", oauth.HS256, jwk(t, key.Public(), "")).token(t),
		"MAC for a keyed one":   h.assertionOf("app", oauth.HS256, macSecret).token(t),
		"key for a MAC client":  h.assertionOf("mac", oauth.ES256, key).token(t),
		"MAC under another":     h.assertionOf("mac", oauth.HS256, macSecret+"x").token(t),
		"disabled":              h.assertionOf("away", oauth.ES256, key).token(t),
		"unknown":               h.assertionOf("nobody", oauth.ES256, key).token(t),
		"iss of another":        own().with("iss", "other").token(t),
		"sub of another":        own().with("sub", "other").token(t),
		"no iss":                own().with("iss", nil).token(t),
		"no exp":                own().with("exp", nil).token(t),
		"exp this second":       own().with("exp", at(0)).token(t),
		"exp 5 min ago":         own().with("exp", at(-5*time.Minute)).token(t),
		"exp 11 min ahead":      own().with("exp", at(11*time.Minute)).token(t),
		"exp in a year":         own().with("exp", at(365*24*time.Hour)).token(t),
		"exp with a fraction":   own().with("exp", number("1893456000.5")).token(t),
		"exp as text":           own().with("exp", "1893456000").token(t),
		"exp beyond numbers":    own().with("exp", number("1e400")).token(t),
		"exp with an exponent":  own().with("exp", number("1e3")).token(t),
		"exp negative":          own().with("exp", -1).token(t),
		"exp null":              own().with("exp", number("null")).token(t),
		"iat 61 s ahead":        own().with("iat", at(61*time.Second)).token(t),
		"nbf 61 s ahead":        own().with("nbf", at(61*time.Second)).token(t),
		"iat as text":           own().with("iat", "now").token(t),
		"no aud":                own().with("aud", nil).token(t),
		"aud of another server": own().with("aud", "https://id.example/acme/other").token(t),
		"aud and another":       own().with("aud", []string{h.w.Issuer(), "https://else.example"}).token(t),
		"no audience at all":    own().with("aud", []string{}).token(t),
		"aud with a slash":      own().with("aud", h.w.Issuer()+"/").token(t),
		"aud a number":          own().with("aud", 1).token(t),
		"aud of numbers":        own().with("aud", []int{1}).token(t),
		"no jti":                own().with("jti", nil).token(t),
		"jti a number":          own().with("jti", 7).token(t),
		"a very long jti":       own().with("jti", strings.Repeat("j", 513)).token(t),
		"typ at+jwt":            own().under("typ", "at+jwt").token(t),
		"typ dpop+jwt":          own().under("typ", "dpop+jwt").token(t),
		"typ logout+jwt":        own().under("typ", "logout+jwt").token(t),
		"crit":                  own().under("crit", []string{"x"}, "x", 1).token(t),
		"b64":                   own().under("b64", false).token(t),
		"zip":                   own().under("zip", "DEF").token(t),
		"header twice":          signed(t, `{"alg":"ES256","alg":"ES256"}`, `{"sub":"app"}`, key),
		"claim twice":           signed(t, `{"alg":"ES256"}`, `{"iss":"app","sub":"app","sub":"app"}`, key),
		"claims an array":       signed(t, `{"alg":"ES256"}`, `["app"]`, key),
		"four parts":            own().token(t) + ".AAAA",
		"five parts":            "a.b.c.d.e",
		"JSON":                  `{"payload":"e30","signatures":[]}`,
		"dots":                  strings.Repeat(".", 10_000),
		"long":                  strings.Repeat("A", 1<<20),
		"padded signature":      own().token(t) + "=",
		"deep":                  signed(t, `{"alg":"ES256"}`, `{"sub":"app","x":`+strings.Repeat("[", 5000)+strings.Repeat("]", 5000)+`}`, key),
	} {
		// Each comes from an address of its own, lest they add up to an attack.
		h2 := present(token, "client_id", clientIDOf(token))
		_, e := h.tryFresh(h2)
		require.NotNil(t, e, name)
		require.ErrorIs(t, e, oauth.ErrInvalidClient, "%s: %v", name, e)
		require.NotContains(t, e.Description, "assert", "the caller learns no more than ever")
	}
	for name, r := range map[string]*clientauth.Request{
		"another type":      request("", "client_assertion", own().token(t), "client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"),
		"a SPIFFE type":     request("", "client_assertion", own().token(t), "client_assertion_type", oauth.AssertionTypeSPIFFE),
		"no type":           request("", "client_assertion", own().token(t)),
		"a type alone":      request("", "client_assertion_type", oauth.AssertionTypeJWT, "client_id", "app"),
		"no sub, no id":     present(own().with("sub", nil).token(t)),
		"client_id differs": present(own().token(t), "client_id", "es256"),
	} {
		_, e := h.tryFresh(r)
		require.NotNil(t, e, name)
		require.ErrorIs(t, e, oauth.ErrInvalidClient, name)
	}
	basic := present(own().token(t))
	basic.Authorization = []string{raw("basic", secret)}
	h.refused(oauth.ErrInvalidRequest, basic)
	h.refused(oauth.ErrInvalidRequest, present(own().token(t), "client_secret", secret))
	h.accepted("app", oauth.MethodPrivateKeyJWT, present(own().token(t)))
}

// clientIDOf is the subject of a token where it has one.
func clientIDOf(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "app"
	}
	claims, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "app"
	}
	for _, id := range []string{"mac", "es256", "away", "nobody"} {
		if strings.Contains(string(claims), `"sub":"`+id+`"`) {
			return id
		}
	}
	return "app"
}

func TestIssuerOnlyTakesTheIssuerAlone(t *testing.T) {
	h := newHouse(t, func(s *domain.Settings) { s.ClientAssertionAudience = domain.AudienceIssuerOnly })
	h.epoch()
	key := newKey(t, oauth.ES256)
	h.keyed("app", jwks(t, "", key))
	h.accepted("app", oauth.MethodPrivateKeyJWT, present(h.assertionOf("app", oauth.ES256, key).token(t)))
	called := present(h.assertionOf("app", oauth.ES256, key).with("aud", h.w.Endpoint("/par")).token(t))
	called.Endpoint = h.w.Endpoint("/par")
	h.refused(oauth.ErrInvalidClient, called)
	h.refused(oauth.ErrInvalidClient, present(h.assertionOf("app", oauth.ES256, key).with("aud", h.w.Endpoint("/oauth2/token")).token(t)))
}

func TestAlgorithmsAreTheWorkspacesAndTheClients(t *testing.T) {
	h := newHouse(t, func(s *domain.Settings) {
		s.TokenEndpointAuthSigningAlgValues = []string{oauth.PS256, oauth.EdDSA, oauth.HS512}
	})
	h.epoch()
	key, ec, ed := newKey(t, oauth.PS256), newKey(t, oauth.ES256), newKey(t, oauth.EdDSA)
	h.keyed("app", jwks(t, "", key, ec, ed))
	h.keyed("modern", jwks(t, "", ed)).TokenEndpointAuthSigningAlg = oauth.Ed25519
	h.sealedClient("mac")
	h.accepted("app", oauth.MethodPrivateKeyJWT, present(h.assertionOf("app", oauth.PS256, key).token(t)))
	for _, name := range []string{oauth.EdDSA, oauth.Ed25519} {
		h.accepted("modern", oauth.MethodPrivateKeyJWT, present(h.assertionOf("modern", name, ed).token(t)))
		h.accepted("app", oauth.MethodPrivateKeyJWT, present(h.assertionOf("app", name, ed).token(t)))
	}
	h.refused(oauth.ErrInvalidClient, present(h.assertionOf("app", oauth.RS256, key).token(t)))
	h.refused(oauth.ErrInvalidClient, present(h.assertionOf("app", oauth.ES256, ec).token(t)))
	h.accepted("mac", oauth.MethodClientSecretJWT, present(h.assertionOf("mac", oauth.HS512, macSecret).token(t)))
	h.refused(oauth.ErrInvalidClient, present(h.assertionOf("mac", oauth.HS256, macSecret).token(t)))
}

// PJ-09, PJ-10
func TestAssertionProvesOneRequest(t *testing.T) {
	h := newHouse(t)
	h.epoch()
	key := newKey(t, oauth.ES256)
	h.keyed("app", jwks(t, "", key))
	h.keyed("twin", jwks(t, "", key))
	token := h.assertionOf("app", oauth.ES256, key).with("jti", "once").token(t)
	h.accepted("app", oauth.MethodPrivateKeyJWT, present(token))
	h.refused(oauth.ErrInvalidClient, present(token))
	h.refused(oauth.ErrInvalidClient, present(h.assertionOf("app", oauth.ES256, key).with("jti", "once").token(t)))
	h.accepted("twin", oauth.MethodPrivateKeyJWT, present(h.assertionOf("twin", oauth.ES256, key).with("jti", "once").token(t)))

	shared := h.assertionOf("app", oauth.ES256, key).token(t)
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, err := h.auth.Authenticate(context.Background(), h.w, present(shared), nil); err == nil {
				won.Add(1)
			}
		})
	}
	wg.Wait()
	require.Equal(t, int32(1), won.Load())
}

// Whoever fails for another reason does not use up the assertion.
func TestRefusedAssertionIsNotUsedUp(t *testing.T) {
	h := newHouse(t)
	h.epoch()
	key := newKey(t, oauth.ES256)
	c := h.keyed("app", jwks(t, "", key))
	token := h.assertionOf("app", oauth.ES256, key).token(t)
	c.Disabled = true
	h.refused(oauth.ErrInvalidClient, present(token))
	c.Disabled = false
	c.TokenEndpointAuthMethod = oauth.MethodClientSecretPost
	h.refused(oauth.ErrInvalidClient, present(token))
	c.TokenEndpointAuthMethod = oauth.MethodPrivateKeyJWT
	h.accepted("app", oauth.MethodPrivateKeyJWT, present(token))
}

// PJ-11
func TestWithoutTheMemoryOfUsesNothingIsAccepted(t *testing.T) {
	for name, fault := range map[string]error{"away": kv.ErrUnavailable, "flushed": kv.ErrEpoch, "unheard of": errors.New("?")} {
		h := newHouse(t)
		h.epoch()
		key := newKey(t, oauth.ES256)
		h.keyed("app", jwks(t, "", key))
		h.replay = func(context.Context, tenancy.Workspace, string, string, time.Time, time.Time) error { return fault }
		e := h.refused(oauth.ErrTemporarilyUnavailable, present(h.assertionOf("app", oauth.ES256, key).token(t)))
		require.Equal(t, http.StatusServiceUnavailable, e.Status, name)
		require.Positive(t, e.RetryAfter(), name)
		h.replay = nil
		h.accepted("app", oauth.MethodPrivateKeyJWT, present(h.assertionOf("app", oauth.ES256, key).token(t)))
	}
}

func TestFlushOpensNoReplayWindow(t *testing.T) {
	h := newHouse(t)
	h.epoch()
	key := newKey(t, oauth.ES256)
	h.keyed("app", jwks(t, "", key))
	used := h.assertionOf("app", oauth.ES256, key).with("iat", nil).token(t)
	h.accepted("app", oauth.MethodPrivateKeyJWT, present(used))
	h.advance(time.Second)
	h.flush()
	h.refused(oauth.ErrTemporarilyUnavailable, present(used))
	h.advance(2 * time.Second)
	h.accepted("app", oauth.MethodPrivateKeyJWT, present(h.assertionOf("app", oauth.ES256, key).token(t)))
}

func TestOnlyARecoverableSecretKeysAMAC(t *testing.T) {
	h := newHouse(t)
	h.epoch()
	c := h.client("late", oauth.MethodClientSecretJWT) // its secret was made before, and is kept as a MAC
	h.refused(oauth.ErrInvalidClient, present(h.assertionOf("late", oauth.HS256, secret).token(t)))
	h.sealedSecret(c, "short")
	h.refused(oauth.ErrInvalidClient, present(h.assertionOf("late", oauth.HS256, "short").token(t)))
	h.sealedSecret(c, macSecret)
	h.accepted("late", oauth.MethodClientSecretJWT, present(h.assertionOf("late", oauth.HS256, macSecret).token(t)))
	c.Secrets[2].ExpiresAt = h.clock()
	h.refused(oauth.ErrInvalidClient, present(h.assertionOf("late", oauth.HS256, macSecret).token(t)))
}

func TestMethodsOverlapUntilTheDate(t *testing.T) {
	h := newHouse(t)
	h.epoch()
	key := newKey(t, oauth.ES256)
	c := h.keyed("moving", jwks(t, "", key))
	h.secret(c, secret)
	c.TokenEndpointAuthMethodPrevious, c.TokenEndpointAuthMethodPreviousUntil = oauth.MethodClientSecretBasic, h.clock().Add(time.Hour)
	h.accepted("moving", oauth.MethodPrivateKeyJWT, present(h.assertionOf("moving", oauth.ES256, key).token(t)))
	h.accepted("moving", oauth.MethodClientSecretBasic, request(raw("moving", secret)))
	h.advance(time.Hour)
	h.refused(oauth.ErrInvalidClient, request(raw("moving", secret)))
	h.accepted("moving", oauth.MethodPrivateKeyJWT, present(h.assertionOf("moving", oauth.ES256, key).token(t)))
}

func TestExplanationNamesEveryMistake(t *testing.T) {
	h := newHouse(t)
	h.epoch()
	key := newKey(t, oauth.ES256)
	h.keyed("app", jwks(t, `"kid":"right"`, key))
	late := h.clock().Add(-17 * time.Second).Unix()
	token := h.assertionOf("app", oauth.ES256, key).under("typ", "at+jwt", "kid", "wrong").with("aud", "https://else.example", "exp", late, "jti", nil).token(t)
	checks := h.explain(present(token))
	require.Equal(t, "17 s ago", checks["assertion has not expired"].Actual)
	require.Equal(t, "https://else.example", checks["assertion audience is this server alone"].Actual)
	require.Contains(t, checks["assertion signature verifies"].Actual, "kid wrong; the keys are right")
	for _, name := range []string{"assertion has not expired", "assertion audience is this server alone", "assertion typ fits", "assertion has a jti", "assertion signature verifies"} {
		require.Equal(t, trace.ResultFail, checks[name].Result, name)
		require.NotEmpty(t, checks[name].Fix, name)
	}
	for _, name := range []string{"client found", "method is the registered one", "assertion issuer and subject are the client", "assertion algorithm allowed"} {
		require.Equal(t, trace.ResultPass, checks[name].Result, name)
	}
	require.NotContains(t, checks, "assertion is used once")

	ok := h.explain(present(h.assertionOf("app", oauth.ES256, key).under("kid", "right").token(t)))
	require.Equal(t, "key right", ok["assertion signature verifies"].Actual)
	require.Equal(t, trace.ResultPass, ok["assertion is used once"].Result)
}

func FuzzAssertion(f *testing.F) {
	h := newHouse(f)
	h.epoch()
	key := newKey(f, oauth.ES256)
	h.keyed("app", jwks(f, "", key))
	right := h.assertionOf("app", oauth.ES256, key).token(f)
	for _, seed := range []string{right, "", ".", "..", "a.b.c", right[:len(right)-1], h.assertionOf("app", oauth.HS256, "x").token(f)} {
		f.Add(seed, oauth.AssertionTypeJWT, "app")
	}
	f.Fuzz(func(t *testing.T, token, kind, id string) {
		r := request("", "client_assertion", token, "client_assertion_type", kind, "client_id", id)
		c, err := h.auth.Authenticate(context.Background(), h.w, r, nil)
		if err == nil && (token != right || c.ID() != "app") {
			t.Fatalf("%q let %s in", token, c.ID())
		}
		var e *oauth.Error
		if err != nil && (!errors.As(err, &e) || e.Status >= 500) {
			t.Fatal(err)
		}
	})
}
