package clientauth_test

import (
	"context"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/egress"
	"github.com/signet-authz/signet/pkg/egress/egresstest"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// signer is a key pair of a client.
type signer struct {
	kid     string
	private ed25519.PrivateKey
}

func newSigner(kid string) signer {
	_, private, _ := ed25519.GenerateKey(nil)
	return signer{kid, private}
}

func (s signer) jwk() map[string]any {
	public, _ := s.private.Public().(ed25519.PublicKey)
	return map[string]any{"kty": "OKP", "crv": "Ed25519", "kid": s.kid, "x": base64.RawURLEncoding.EncodeToString(public)}
}

func (s signer) sign(claims map[string]any) string {
	part := func(v any) string {
		raw, _ := json.Marshal(v)
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	input := part(map[string]any{"alg": "EdDSA", "kid": s.kid}) + "." + part(claims)
	return input + "." + base64.RawURLEncoding.EncodeToString(ed25519.Sign(s.private, []byte(input)))
}

func setOf(signers ...signer) string {
	keys := []any{}
	for _, s := range signers {
		keys = append(keys, s.jwk())
	}
	raw, _ := json.Marshal(map[string]any{"keys": keys})
	return string(raw)
}

// origin is a host with documents, which counts how often each is asked for.
type origin struct {
	*egresstest.Host
	mu        sync.Mutex
	documents map[string]func(http.ResponseWriter, *http.Request)
	asked     map[string]int
}

func newOrigin(t *testing.T) *origin {
	t.Helper()
	o := &origin{documents: map[string]func(http.ResponseWriter, *http.Request){}, asked: map[string]int{}}
	o.Host = egresstest.Listen(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		o.mu.Lock()
		o.asked[r.URL.Path]++
		serve := o.documents[r.URL.Path]
		o.mu.Unlock()
		if serve == nil {
			serve = http.NotFound
		}
		serve(w, r)
	}))
	return o
}

func (o *origin) serve(path string, f func(http.ResponseWriter, *http.Request)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.documents[path] = f
}

// publish serves a document, with the values of Cache-Control.
func (o *origin) publish(path, body string, cacheControl ...string) {
	o.serve(path, func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Cache-Control"] = cacheControl
		_, _ = w.Write([]byte(body))
	})
}

func (o *origin) fail(path string) {
	o.serve(path, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
}

func (o *origin) fetches(path string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.asked[path]
}

// reach is a house whose key source may fetch from the origin, and that can be
// used from several goroutines once its clients are registered.
func reach(t *testing.T, o *origin, refused ...func(w tenancy.Workspace, clientID, reason string)) *house {
	t.Helper()
	h := newHouse(t)
	a, err := egress.ParseAllow(o.Addr)
	require.NoError(t, err)
	out, err := egress.New(egress.Config{Allow: []egress.Allow{a}, Roots: []*x509.Certificate{o.Root}, Timeout: time.Minute})
	require.NoError(t, err)
	t.Cleanup(out.Close)
	d := clientauth.KeySourceDeps{Egress: out, Now: h.deps.Now}
	if len(refused) > 0 {
		d.Refused = refused[0]
	}
	h.deps.Keys = clientauth.NewKeySource(d)
	h.deps.Clients = func(_ context.Context, _ tenancy.Workspace, id string) (*domain.Client, bool, error) {
		return h.clients[id], h.clients[id] != nil, nil
	}
	h.deps.Used = func(tenancy.Workspace, string, string) {}
	h.auth = clientauth.New(h.deps)
	return h
}

func (h *house) remote(id, uri string) *domain.Client {
	c := h.client(id, oauth.MethodPrivateKeyJWT)
	c.JWKSURI = uri
	return c
}

// caller gives every request an address of its own, so that failures are not
// held against the next one.
var caller atomic.Uint32

func (h *house) assert(ctx context.Context, id string, s signer) error {
	n := caller.Add(1)
	now := h.deps.Now()
	r := request("", "client_id", id, "client_assertion_type", oauth.AssertionTypeJWT, "client_assertion", s.sign(map[string]any{
		"iss": id, "sub": id, "aud": h.w.Issuer(), "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "jti": strconv.Itoa(int(n)),
	}))
	r.IP, r.Endpoint = netip.AddrFrom4([4]byte{198, byte(n >> 16), byte(n >> 8), byte(n)}), h.w.Endpoint("/oauth2/token")
	_, err := h.auth.Authenticate(ctx, h.w, r, nil)
	return err
}

func (h *house) proves(id string, s signer) {
	h.t.Helper()
	require.NoError(h.t, h.assert(h.t.Context(), id, s))
}

// provesNot wants the client's own fault, never ours.
func (h *house) provesNot(id string, s signer) {
	h.t.Helper()
	err := h.assert(h.t.Context(), id, s)
	require.ErrorIs(h.t, err, oauth.ErrInvalidClient)
	require.Equal(h.t, http.StatusUnauthorized, oauth.AsError(err).Status)
}

func (h *house) set(id string) clientauth.KeySet {
	c := h.clients[id]
	return clientauth.KeySet{Workspace: h.w, ClientID: id, Version: c.Version, JWKS: c.JWKS, URI: c.JWKSURI}
}

func TestKeysAreFetchedOnceAndKept(t *testing.T) {
	o, a, b := newOrigin(t), newSigner("a"), newSigner("b")
	h := reach(t, o)
	o.publish("/keys", setOf(a, b))
	h.remote("app", o.URL("/keys"))
	for range 50 {
		h.proves("app", a)
		h.proves("app", b)
	}
	require.Equal(t, 1, o.fetches("/keys"))
}

func TestKeysInARegistrationAreParsedOnce(t *testing.T) {
	h, a, b := newHouse(t), newSigner("a"), newSigner("b")
	c := h.client("app", oauth.MethodPrivateKeyJWT)
	c.JWKS = []byte(setOf(a))
	first, err := h.deps.Keys.Keys(t.Context(), h.set("app"))
	require.NoError(t, err)
	again, err := h.deps.Keys.Keys(t.Context(), h.set("app"))
	require.NoError(t, err)
	require.Same(t, first, again)
	h.proves("app", a)
	_, newer := h.deps.Keys.Newer(t.Context(), h.set("app"), first)
	require.False(t, newer)

	c.JWKS = []byte(setOf(b)) // the client was deleted, and registered anew under the id, at the same version
	h.provesNot("app", a)
	h.proves("app", b)
	c.JWKS = []byte(`{"keys":[]}`)
	h.provesNot("app", b)
	c.JWKS = nil
	h.provesNot("app", b)
}

// PJ-21
func TestUnknownKeysCauseOneFetch(t *testing.T) {
	const assertions = 10_000 // in all
	serial := func(h *house, s signer, n int) {
		for range n {
			h.provesNot("app", s)
		}
	}
	parallel := func(h *house, s signer, n int) {
		var wg sync.WaitGroup
		var proven atomic.Int64
		for range 50 {
			wg.Go(func() {
				for range n / 50 {
					if h.assert(context.Background(), "app", s) == nil {
						proven.Add(1)
					}
				}
			})
		}
		wg.Wait()
		require.Zero(t, proven.Load())
	}
	known, unknown := newSigner("known"), newSigner("unknown")
	forged := signer{"known", unknown.private}
	for name, tc := range map[string]struct {
		warm  bool
		flood func(*house, signer, int)
		most  int
	}{
		"one after another, nothing at hand": {false, serial, 1},
		"all at once, nothing at hand":       {false, parallel, 2}, // who came after the keys may ask for newer ones
		"one after another, keys at hand":    {true, serial, 2},
		"all at once, keys at hand":          {true, parallel, 2},
	} {
		o := newOrigin(t)
		h := reach(t, o)
		o.publish("/keys", setOf(known))
		h.remote("app", o.URL("/keys"))
		if tc.warm {
			h.proves("app", known)
		}
		tc.flood(h, unknown, assertions/8)
		tc.flood(h, forged, assertions/8)
		require.LessOrEqual(t, o.fetches("/keys"), tc.most, name)
		h.proves("app", known)
		if !tc.warm {
			continue
		}
		require.Equal(t, 2, o.fetches("/keys"), "one for the keys, and one in the hope of newer ones")
		h.advance(time.Minute - 1)
		h.provesNot("app", unknown)
		require.Equal(t, 2, o.fetches("/keys"))
		h.advance(1)
		tc.flood(h, unknown, 100)
		require.Equal(t, 3, o.fetches("/keys"), "again after a minute")
	}
}

// PJ-23, F-33
func TestARotatedKeyIsAcceptedAfterOneRefetch(t *testing.T) {
	o, old, next := newOrigin(t), newSigner("1"), newSigner("2")
	h := reach(t, o)
	o.publish("/keys", setOf(old), "max-age=3600")
	h.remote("app", o.URL("/keys"))
	h.proves("app", old)
	o.publish("/keys", setOf(next), "max-age=3600")
	h.proves("app", next)
	require.Equal(t, 2, o.fetches("/keys"))
	h.provesNot("app", old)

	// The source goes away: its last word stands for a day.
	o.fail("/keys")
	for _, hours := range []time.Duration{1, 5, 12, 5} {
		h.advance(hours * time.Hour)
		h.proves("app", next)
		h.provesNot("app", old)
	}
	h.advance(time.Hour - time.Second)
	h.proves("app", next)
	h.advance(time.Second)
	h.provesNot("app", next)
	o.publish("/keys", setOf(next))
	h.advance(time.Minute)
	h.proves("app", next)
}

func TestASlowSourceHoldsNobodyElseUp(t *testing.T) {
	const room = 16
	o, a := newOrigin(t), newSigner("a")
	h := reach(t, o)
	begun, release := make(chan struct{}), make(chan struct{})
	o.serve("/slow", func(w http.ResponseWriter, _ *http.Request) {
		begun <- struct{}{}
		<-release
		_, _ = w.Write([]byte(setOf(a)))
	})
	o.serve("/endless", func(w http.ResponseWriter, _ *http.Request) {
		for {
			if _, err := w.Write([]byte(strings.Repeat(" ", 4096))); err != nil {
				return
			}
		}
	})
	o.publish("/quick", setOf(a))
	h.remote("slow", o.URL("/slow"))
	h.remote("endless", o.URL("/endless"))
	h.remote("quick", o.URL("/quick"))
	h.client("inline", oauth.MethodPrivateKeyJWT).JWKS = []byte(setOf(a))

	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() { left <- h.assert(ctx, "slow", a) }()
	<-begun
	results := make(chan error, room)
	for range room { // one more than there is room for
		go func() { results <- h.assert(context.Background(), "slow", a) }()
	}
	require.ErrorIs(t, <-results, oauth.ErrInvalidClient, "no room to wait")
	h.provesNot("slow", a)
	leave()
	require.ErrorIs(t, <-left, oauth.ErrInvalidClient, "a request waits no longer than it lasts")

	h.proves("quick", a)
	h.proves("inline", a)
	h.provesNot("endless", a)
	require.Empty(t, results, "all that while the slow one has said nothing")
	close(release)
	for range room - 1 {
		require.NoError(t, <-results)
	}
	require.Equal(t, 1, o.fetches("/slow"))
}

func TestAFailedFetchIsRepeatedAfterAGrowingPause(t *testing.T) {
	o, a := newOrigin(t), newSigner("a")
	h := reach(t, o)
	o.fail("/keys")
	h.remote("app", o.URL("/keys"))
	fetches := 0
	for _, pause := range []time.Duration{0, 5, 10, 20, 40, 60, 60, 60} {
		if pause > 0 {
			h.advance(pause*time.Second - 1)
			h.provesNot("app", a)
			require.Equal(t, fetches, o.fetches("/keys"), "not yet after %d s", pause)
			h.advance(1)
		}
		for range 20 {
			h.provesNot("app", a)
		}
		fetches++
		require.Equal(t, fetches, o.fetches("/keys"))
	}
	o.publish("/keys", setOf(a))
	h.advance(time.Minute)
	h.proves("app", a)
}

func TestSourcesSayForHowLongTheirKeysAreFresh(t *testing.T) {
	for header, fresh := range map[string]time.Duration{
		"": 10 * time.Minute, "public": 10 * time.Minute, "max-age=0": time.Minute, "no-store": time.Minute, "max-age=120": 2 * time.Minute, "max-age=31536000": time.Hour,
	} {
		o, a := newOrigin(t), newSigner("a")
		h := reach(t, o)
		o.publish("/keys", setOf(a), header)
		h.remote("app", o.URL("/keys"))
		h.proves("app", a)
		h.advance(fresh*4/5 - 1)
		h.proves("app", a)
		require.Equal(t, 1, o.fetches("/keys"), header)
		h.advance(fresh/5 + 1)
		o.publish("/keys", setOf(newSigner("a")))
		h.provesNot("app", a)
		require.Equal(t, 2, o.fetches("/keys"), "%s: what is no longer fresh is asked for first", header)
	}
}

func TestKeysAreFetchedAnewBeforeTheyAreNeeded(t *testing.T) {
	o, old, next := newOrigin(t), newSigner("1"), newSigner("2")
	h := reach(t, o)
	o.publish("/keys", setOf(old))
	h.remote("app", o.URL("/keys"))
	h.proves("app", old)
	begun, release := make(chan struct{}), make(chan struct{})
	o.serve("/keys", func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-release
		_, _ = w.Write([]byte(setOf(next)))
	})
	h.advance(9 * time.Minute)
	for range 10 {
		h.proves("app", old) // none waits for the fetch, which cannot end yet
	}
	<-begun
	close(release)
	h.proves("app", next)
	require.Equal(t, 2, o.fetches("/keys"))
}

func TestARegistrationHasNothingOfItsFormerSource(t *testing.T) {
	o, a, b := newOrigin(t), newSigner("a"), newSigner("b")
	h := reach(t, o)
	o.publish("/a", setOf(a), "max-age=3600")
	o.publish("/b", setOf(b))
	c := h.remote("app", o.URL("/a"))
	h.proves("app", a)
	c.JWKSURI = o.URL("/b")
	h.provesNot("app", a)
	h.proves("app", b)
	c.JWKSURI = o.URL("/none")
	h.provesNot("app", a)
	h.provesNot("app", b)

	// An edit has the keys fetched anew, as often as that may be.
	c.JWKSURI = o.URL("/a")
	o.publish("/a", setOf(b), "max-age=3600")
	c.Version++
	h.proves("app", a)
	h.advance(time.Minute)
	h.provesNot("app", a)
	h.proves("app", b)
	require.Equal(t, 2, o.fetches("/a"))
	o.fail("/a")
	c.Version++
	h.advance(time.Minute)
	h.proves("app", b)
}

func TestWithdrawnKeysAreNotUsedWhileTheSourceSaysSo(t *testing.T) {
	o, a := newOrigin(t), newSigner("a")
	h := reach(t, o)
	h.remote("app", o.URL("/keys"))
	for body, stands := range map[string]bool{`{"keys":[]}`: false, "<html>maintenance</html>": true, "": true, `{"keys":[{"kty":"oct","k":"AAAA"}]}`: true} {
		o.publish("/keys", setOf(a))
		h.advance(time.Hour)
		h.proves("app", a)
		o.publish("/keys", body)
		h.advance(time.Hour)
		if stands {
			h.proves("app", a)
		} else {
			h.provesNot("app", a)
		}
	}
}

// PJ-18
func TestARefusedSourceIsTheClientsFaultAndIsTold(t *testing.T) {
	o, a := newOrigin(t), newSigner("a")
	o.publish("/keys", setOf(a))
	var told []string
	h := reach(t, o, func(w tenancy.Workspace, clientID, reason string) {
		told = append(told, w.AID()+" "+clientID+": "+reason)
	})
	for i, host := range []string{"localhost", "localhost.", "127.0.0.2", "[::ffff:127.0.0.1]", "0.0.0.0"} {
		id := fmt.Sprint("app", i)
		h.remote(id, "https://"+host+":"+o.Port+"/keys")
		for range 3 {
			h.provesNot(id, a)
		}
	}
	h.remote("meta", "https://169.254.169.254/latest/meta-data/")
	h.provesNot("meta", a)
	h.remote("file", "file:///etc/passwd")
	h.provesNot("file", a)
	require.Zero(t, o.Connections(t))
	require.Len(t, told, 7)
	require.Equal(t, "default meta: jwks_uri: the host does not resolve to a public address", told[5])
	for range 11 { // within the minute tried again, but told no more
		h.advance(5 * time.Second)
		h.provesNot("meta", a)
	}
	require.Len(t, told, 7)
	h.advance(time.Minute)
	h.provesNot("meta", a)
	require.Len(t, told, 8)
}

func TestAnIssuersKeysAreFoundByItsOwnDiscovery(t *testing.T) {
	o, a := newOrigin(t), newSigner("a")
	h := reach(t, o)
	document := func(issuer, uri string) string {
		raw, _ := json.Marshal(map[string]string{"issuer": issuer, "jwks_uri": uri})
		return string(raw)
	}
	const path = "/.well-known/openid-configuration"
	find := func(issuer string) error {
		h.advance(2 * time.Minute)
		_, err := h.deps.Keys.Keys(t.Context(), clientauth.KeySet{Workspace: h.w, ClientID: "app", Name: "ci", Issuer: issuer})
		return err
	}
	o.publish("/keys", setOf(a))
	for i, tc := range []struct{ body, want string }{
		{document("ISSUER", o.URL("/keys")), ""},
		{document("ISSUER/", o.URL("/keys")), "about another issuer"},
		{document("https://other.example", o.URL("/keys")), "about another issuer"},
		{document("", o.URL("/keys")), "about another issuer"},
		{document("ISSUER", ""), "no jwks_uri"},
		{document("ISSUER", "https://localhost:"+o.Port+"/keys"), "jwks_uri of the issuer: the host does not resolve to a public address"},
		{document("ISSUER", "file:///etc/passwd"), "jwks_uri of the issuer: it is not a URL with a host"},
		{document("ISSUER", o.URL("/none")), "jwks_uri of the issuer: the answer was 404"},
		{"[]", "not the JSON"},
		{"", "not the JSON"},
	} {
		at := fmt.Sprint("/", i)
		o.publish(at+path, strings.ReplaceAll(tc.body, "ISSUER", o.URL(at)))
		err := find(o.URL(at))
		if tc.want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, tc.want)
	}
	o.publish("/slash"+path, document(o.URL("/slash/"), o.URL("/keys")))
	require.NoError(t, find(o.URL("/slash/")), "section 4.1: a final slash is removed before the path is added")
	require.ErrorContains(t, find(o.URL("/nowhere")), "discovery document of the issuer: the answer was 404")
	_, err := h.deps.Keys.Keys(t.Context(), clientauth.KeySet{Workspace: h.w, ClientID: "app", Name: "spiffe", Issuer: "spiffe://example", Bundle: true})
	require.ErrorContains(t, err, "none are registered", "a trust domain has no discovery document")
}
