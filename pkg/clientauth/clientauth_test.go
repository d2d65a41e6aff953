package clientauth_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/egress"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
)

type directory struct{ settings domain.Settings }

func (directory) FindTenant(context.Context, string) (domain.Tenant, error) {
	return domain.Tenant{}, tenancy.ErrNotFound
}

func (d directory) FindWorkspace(_ context.Context, tid, aid string) (domain.Tenant, domain.Workspace, error) {
	t := domain.Tenant{ID: uuid.New(), TID: tid, State: domain.StateActive}
	return t, domain.Workspace{ID: uuid.New(), TenantID: t.ID, AID: aid, State: domain.StateActive, Settings: d.settings}, nil
}

// house is an Authenticator over clients in memory, a real Redis within the
// process, and a clock that tests move.
type house struct {
	t       testing.TB
	w       tenancy.Workspace
	root    *keys.Root
	clients map[string]*domain.Client
	lookups []string
	outage  error
	used    []string
	mu      sync.Mutex
	now     time.Time
	deps    clientauth.Deps
	auth    *clientauth.Authenticator
	guard   *clientauth.Guard
	kv      *kv.Store
	replay  clientauth.Replay // instead of the Redis, if set
	sources int
}

const secret = "s3cret-value"

var source = netip.MustParseAddr("192.0.2.1")

func newHouse(t testing.TB, change ...func(*domain.Settings)) *house {
	t.Helper()
	settings := domain.DefaultSettings(domain.ProfileDefault)
	for _, c := range change {
		c(&settings)
	}
	w, err := tenancy.NewResolver(directory{settings}, "https://id.example").Workspace(t.Context(), "acme", "default")
	require.NoError(t, err)
	root, err := keys.ParseRoot([]string{keys.GenerateRoot()})
	require.NoError(t, err)
	h := &house{t: t, w: w, root: root, clients: map[string]*domain.Client{}, now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time {
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.now
	}
	counters, err := kv.OpenInProcess(clock)
	require.NoError(t, err)
	h.kv = counters
	t.Cleanup(func() { _ = h.kv.Close() })
	h.guard = clientauth.NewGuard(func(ctx context.Context, w tenancy.Workspace, key string, window time.Duration) (int, error) {
		return counters.Workspace(w).CountFailure(ctx, "client", key, window)
	}, clock)
	out, err := egress.New(egress.Config{})
	require.NoError(t, err)
	t.Cleanup(out.Close)
	h.deps = clientauth.Deps{
		Clients: func(_ context.Context, _ tenancy.Workspace, id string) (*domain.Client, bool, error) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.lookups = append(h.lookups, id)
			return h.clients[id], h.clients[id] != nil, h.outage
		},
		Replay: func(ctx context.Context, w tenancy.Workspace, kind, id string, issuedAt, exp time.Time) error {
			if h.replay != nil {
				return h.replay(ctx, w, kind, id, issuedAt, exp)
			}
			return h.kv.Workspace(w).Replay(ctx, kind, id, issuedAt, exp)
		},
		Root: root, Keys: clientauth.NewKeySource(clientauth.KeySourceDeps{Egress: out, Now: clock}), Guard: h.guard, Now: clock,
		Used: func(_ tenancy.Workspace, _, credential string) {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.used = append(h.used, credential)
		},
	}
	h.auth = clientauth.New(h.deps)
	h.client("basic", oauth.MethodClientSecretBasic)
	h.client("post", oauth.MethodClientSecretPost)
	h.client("public", oauth.MethodNone)
	h.client("off", oauth.MethodClientSecretBasic).Disabled = true
	return h
}

func (h *house) advance(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

// client registers a client whose secret, where it has one, is secret.
func (h *house) client(id, method string) *domain.Client {
	c := &domain.Client{ClientID: id, TokenEndpointAuthMethod: method, CreatedAt: h.clock()}
	if oauth.UsesSecret(method) {
		h.secret(c, secret)
	}
	h.clients[id] = c
	return c
}

func (h *house) secret(c *domain.Client, value string) *domain.ClientSecret {
	c.Secrets = append(c.Secrets, domain.ClientSecret{ID: uuid.New(), ClientID: c.ClientID, Form: domain.SecretHMACv1, Value: h.root.SecretMAC(h.w, c.ClientID, value)})
	return &c.Secrets[len(c.Secrets)-1]
}

func raw(id, secret string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(id+":"+secret))
}

func encoded(id, secret string) string { return raw(url.QueryEscape(id), url.QueryEscape(secret)) }

// request is a request with the Authorization header, unless it is empty, and
// the parameters given as pairs.
func request(authorization string, pairs ...string) *clientauth.Request {
	r := &clientauth.Request{Params: oauth.Params{}, IP: source}
	if authorization != "" {
		r.Authorization = []string{authorization}
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		r.Params[pairs[i]] = []string{pairs[i+1]}
	}
	return r
}

func (h *house) try(r *clientauth.Request) (clientauth.Client, *oauth.Error) {
	h.t.Helper()
	c, err := h.auth.Authenticate(h.t.Context(), h.w, r, nil)
	if err == nil {
		return c, nil
	}
	var e *oauth.Error
	require.ErrorAs(h.t, err, &e)
	require.Nil(h.t, c.Record(), "a client that failed is none")
	return c, e
}

// tryFresh tries from an address of its own, so that refusals do not add up to
// an attack.
func (h *house) tryFresh(r *clientauth.Request) (clientauth.Client, *oauth.Error) {
	h.t.Helper()
	h.sources++
	r.IP = netip.AddrFrom4([4]byte{198, 18, byte(h.sources >> 8), byte(h.sources)})
	return h.try(r)
}

// explain runs the request and returns its explanation, by the names of the
// checks.
func (h *house) explain(r *clientauth.Request) map[string]trace.RecordCheck {
	h.t.Helper()
	checks := map[string]trace.RecordCheck{}
	recorder := trace.NewRecorder(trace.Config{SampleSuccess: 1, Sink: func(_ context.Context, _ tenancy.Workspace, _ string, body []byte) error {
		record, err := trace.Parse(body)
		for _, c := range record.Checks {
			checks[c.Name] = c
		}
		return err
	}})
	t := trace.Start(trace.NewID(), "test", h.now)
	_, err := h.auth.Authenticate(h.t.Context(), h.w, r, t)
	t.Finish("", oauth.AsError(err))
	recorder.Record(h.w, t)
	require.NoError(h.t, recorder.Close(h.t.Context()))
	return checks
}

// flush loses all that Redis knew.
func (h *house) flush() {
	h.t.Helper()
	_ = h.kv.Close()
	var err error
	h.kv, err = kv.OpenInProcess(h.clock)
	require.NoError(h.t, err)
}

func (h *house) refused(want *oauth.Error, r *clientauth.Request) *oauth.Error {
	h.t.Helper()
	_, e := h.try(r)
	require.NotNil(h.t, e, "%v %v", r.Authorization, r.Params)
	require.ErrorIs(h.t, e, want)
	return e
}

func (h *house) accepted(id, method string, r *clientauth.Request) {
	h.t.Helper()
	c, e := h.try(r)
	require.Nil(h.t, e)
	require.Equal(h.t, id, c.ID())
	require.Equal(h.t, method, c.Method())
	require.Same(h.t, h.clients[id], c.Record())
}

func TestClientsProveThemselvesByTheirRegisteredMethod(t *testing.T) {
	h := newHouse(t)
	h.accepted("basic", oauth.MethodClientSecretBasic, request(raw("basic", secret)))
	h.accepted("basic", oauth.MethodClientSecretBasic, request(raw("basic", secret), "client_id", "basic"))
	h.accepted("post", oauth.MethodClientSecretPost, request("", "client_id", "post", "client_secret", secret))
	h.accepted("public", oauth.MethodNone, request("", "client_id", "public"))
	basic := []string{"method:client_secret_basic", h.clients["basic"].Secrets[0].ID.String()}
	post := []string{"method:client_secret_post", h.clients["post"].Secrets[0].ID.String()}
	require.Equal(t, slices.Concat(basic, basic, post, []string{"method:none"}), h.used, "which method and credential were used is told")
}

func TestMethodsForMetadataAreThoseServed(t *testing.T) {
	require.Subset(t, oauth.Methods(), clientauth.Methods())
	require.Len(t, clientauth.All(), len(clientauth.Methods()))
}

// Both encodings of Basic are in use: RFC 6749's, and none.
func TestBasicIsReadInBothEncodings(t *testing.T) {
	h := newHouse(t)
	for i, value := range []string{"a+b/c=d e%f", "100%", "%41", "a%2Bb", "ümlaut:colon", "+", "~._-", strings.Repeat("x", 86)} {
		id := fmt.Sprint("c", i)
		h.secret(h.client(id, oauth.MethodClientSecretBasic), value)
		h.accepted(id, oauth.MethodClientSecretBasic, request(raw(id, value)))
		h.accepted(id, oauth.MethodClientSecretBasic, request(encoded(id, value)))
	}
	for _, scheme := range []string{"basic", "BASIC", "bAsIc"} {
		h.accepted("basic", oauth.MethodClientSecretBasic, request(scheme+raw("basic", secret)[5:]))
	}
}

// CA-01, CA-02
func TestOneMethodIsPresentedOrNone(t *testing.T) {
	h := newHouse(t)
	const assertion = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	for _, r := range []*clientauth.Request{
		request(raw("basic", secret), "client_id", "basic", "client_secret", secret),
		request(raw("basic", secret), "client_secret", secret),
		request(raw("basic", secret), "client_secret", "other"),
		request(raw("post", secret), "client_id", "post", "client_secret", secret),
		request(raw("basic", secret), "client_assertion", "x.y.z", "client_assertion_type", assertion),
		request(raw("basic", secret), "client_assertion_type", assertion),
		request("", "client_id", "post", "client_secret", secret, "client_assertion", "x.y.z"),
		request("Bearer x", "client_id", "post", "client_secret", secret),
		request("Basic !", "client_id", "post", "client_secret", secret),
		request(raw("basic", secret), "client_id", "post"),
		request(raw("basic", secret), "client_id", "BASIC"),
	} {
		e := h.refused(oauth.ErrInvalidRequest, r)
		require.Equal(t, http.StatusBadRequest, e.Status)
	}
	for _, r := range []*clientauth.Request{
		request(""), request("", "client_secret", secret), request("", "client_assertion", "x.y.z", "client_id", "public"), request("Bearer x", "client_id", "public"),
		request("Digest x", "client_id", "public"), request("Basic", "client_id", "public"),
	} {
		h.refused(oauth.ErrInvalidClient, r)
	}
	require.Empty(t, h.used)
}

// CA-03
func TestMalformedBasicIsRefused(t *testing.T) {
	h := newHouse(t)
	b64 := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	good := raw("basic", secret)
	for _, header := range []string{
		"Basic", "Basic ", "Basic !!!", "Basic " + b64("basic"), "Basic " + b64(":"+secret), "Basic " + b64("basic:"), "Basic " + b64(":"), "Basic\t" + good[6:], "Basic" + good[6:],
		good + " x", good + "=", strings.TrimRight(raw("basic", secret+"1"), "="), "Basic " + base64.URLEncoding.EncodeToString([]byte("basic:??>>")), "Basic " + b64("basic\x00:"+secret),
		"Basic " + b64("basic:"+secret+"\x00"), "Basic " + b64("\xff\xfe:x"), "Basic " + b64(strings.Repeat("a", 48<<10)), "Basic " + b64("basic:"+strings.Repeat("a", 48<<10)),
		"Basic " + b64("basic"+strings.Repeat("é", 500)+":x"), "Basic " + b64("%zz:"+secret), "Basic  \t" + good[6:],
	} {
		e := h.refused(oauth.ErrInvalidClient, request(header))
		require.Equal(t, `Basic realm="https://id.example/acme/default", charset="UTF-8"`, e.Challenge(), header)
		require.Equal(t, oauth.ErrInvalidClient.Description, e.Description)
	}
	h.accepted("basic", oauth.MethodClientSecretBasic, request("Basic   "+good[6:]))
	twice := request(good)
	twice.Authorization = append(twice.Authorization, good)
	h.refused(oauth.ErrInvalidClient, twice)
	require.Empty(t, h.refused(oauth.ErrInvalidClient, request("Digest x")).Challenge(), "only who tried Basic is asked for it")
	require.Empty(t, h.refused(oauth.ErrInvalidClient, request("", "client_id", "post", "client_secret", "x")).Challenge())
}

// CA-06, CA-07
func TestOtherMethodsThanTheRegisteredAreRefused(t *testing.T) {
	h := newHouse(t)
	for _, r := range []*clientauth.Request{
		request("", "client_id", "basic", "client_secret", secret), request(raw("post", secret)), request("", "client_id", "basic"), request("", "client_id", "post"),
		request(raw("public", "x")), request("", "client_id", "public", "client_secret", "x"), request(raw("public", secret)),
	} {
		h.refused(oauth.ErrInvalidClient, r)
	}
	require.Empty(t, h.used)
}

func TestFormerMethodServesUntilItsDate(t *testing.T) {
	h := newHouse(t)
	c := h.clients["post"]
	c.TokenEndpointAuthMethodPrevious, c.TokenEndpointAuthMethodPreviousUntil = oauth.MethodClientSecretBasic, h.now.Add(time.Hour)
	h.accepted("post", oauth.MethodClientSecretBasic, request(raw("post", secret)))
	h.accepted("post", oauth.MethodClientSecretPost, request("", "client_id", "post", "client_secret", secret))
	h.refused(oauth.ErrInvalidClient, request("", "client_id", "post"))
	h.advance(time.Hour)
	h.refused(oauth.ErrInvalidClient, request(raw("post", secret)))
}

func TestWorkspaceDecidesWhichMethodsAreServed(t *testing.T) {
	h := newHouse(t, func(s *domain.Settings) { s.TokenEndpointAuthMethods = []string{oauth.MethodClientSecretPost} })
	h.accepted("post", oauth.MethodClientSecretPost, request("", "client_id", "post", "client_secret", secret))
	h.refused(oauth.ErrInvalidClient, request(raw("basic", secret)))
	h.refused(oauth.ErrInvalidClient, request("", "client_id", "public"))
}

// CA-09, CA-10
func TestSecretsOverlapAndEnd(t *testing.T) {
	h := newHouse(t)
	c := h.clients["basic"]
	old := &c.Secrets[0]
	old.ExpiresAt = h.now.Add(time.Minute)
	fresh := h.secret(c, "the next secret").ID
	h.accepted("basic", oauth.MethodClientSecretBasic, request(raw("basic", secret)))
	h.accepted("basic", oauth.MethodClientSecretBasic, request(raw("basic", "the next secret")))
	require.Equal(t, fresh.String(), h.used[3])
	h.advance(time.Minute)
	h.refused(oauth.ErrInvalidClient, request(raw("basic", secret)))
	h.accepted("basic", oauth.MethodClientSecretBasic, request(raw("basic", "the next secret")))
	c.Secrets = nil
	h.refused(oauth.ErrInvalidClient, request(raw("basic", "the next secret")))
}

// CA-14, CA-15
func TestSecretsMatchWholeAndByteForByte(t *testing.T) {
	h := newHouse(t)
	long := strings.Repeat("k", 79)
	h.secret(h.client("long", oauth.MethodClientSecretBasic), long+"1")
	h.accepted("long", oauth.MethodClientSecretBasic, request(raw("long", long+"1")))
	for _, wrong := range []string{long + "2", long, long + "11", strings.ToUpper(long + "1"), long[:72], "ｋ" + long[1:] + "1", long + "１", long + "1 ", " " + long + "1", long + "1\u200b"} {
		h.refused(oauth.ErrInvalidClient, request(raw("long", wrong)))
		h.refused(oauth.ErrInvalidClient, request(encoded("long", wrong)))
	}
	h.client("café", oauth.MethodClientSecretBasic) // no id that may be registered
	for _, id := range []string{"ｂasic", "BASIC", "basic ", "basic\u200b", "café", "b%61sic%20", strings.Repeat("b", 5000), "usr_x", "basic/../basic"} {
		h.refused(oauth.ErrInvalidClient, request("", "client_id", id, "client_secret", secret))
		h.refused(oauth.ErrInvalidClient, request(encoded(id, secret)))
	}
	for _, id := range h.lookups {
		require.True(t, domain.ValidClientID(id), "%q was looked up", id)
	}
	elsewhere := newHouse(t).w
	require.NotEqual(t, h.root.SecretMAC(h.w, "basic", secret), h.root.SecretMAC(elsewhere, "basic", secret), "a secret belongs to one workspace")
	require.NotEqual(t, h.root.SecretMAC(h.w, "basic", secret), h.root.SecretMAC(h.w, "post", secret), "and to one client")
}

func TestSealedSecretsProveAsWell(t *testing.T) {
	h := newHouse(t)
	c := h.client("sealed", oauth.MethodClientSecretPost)
	id := uuid.New()
	sealed, err := h.root.SealSecret(h.w, "sealed", id.String(), "recoverable")
	require.NoError(t, err)
	c.Secrets = []domain.ClientSecret{{ID: id, ClientID: "sealed", Form: domain.SecretSealed, Value: sealed}}
	h.accepted("sealed", oauth.MethodClientSecretPost, request("", "client_id", "sealed", "client_secret", "recoverable"))
	h.refused(oauth.ErrInvalidClient, request("", "client_id", "sealed", "client_secret", secret))
	c.Secrets[0].Form = "md5"
	h.refused(oauth.ErrInvalidClient, request("", "client_id", "sealed", "client_secret", "recoverable"))
}

// Whoever asks learns only that it did not work.
func TestRefusalsAreAllTheSame(t *testing.T) {
	h := newHouse(t)
	h.clients["bare"] = &domain.Client{ClientID: "bare", TokenEndpointAuthMethod: oauth.MethodClientSecretBasic}
	var want *oauth.Error
	for _, header := range []string{
		raw("basic", "wrong"), raw("nobody", secret), raw("off", secret), raw("off", "wrong"), raw("post", secret), raw("public", secret), raw("bare", secret), raw("a b", secret),
	} {
		e := h.refused(oauth.ErrInvalidClient, request(header))
		if want == nil {
			want = e
		}
		require.Equal(t, []any{want.Code, want.Status, want.Description, want.Challenge(), want.RetryAfter()}, []any{e.Code, e.Status, e.Description, e.Challenge(), e.RetryAfter()}, header)
	}
}

// An unknown client costs the work of a known one: what takes long in both is
// the MAC, and it is computed for a decoy too.
func TestUnknownClientsAreCheckedAgainstADecoy(t *testing.T) {
	h := newHouse(t)
	work := func(header string) float64 {
		return testing.AllocsPerRun(20, func() {
			_, err := h.auth.Authenticate(t.Context(), h.w, request(header), nil)
			require.Error(t, err)
			h.lookups = h.lookups[:0]
		})
	}
	known, unknown, off := work(raw("basic", "wrong")), work(raw("nobod", "wrong")), work(raw("off", "wrong"))
	require.InDelta(t, known, unknown, 3)
	require.InDelta(t, known, off, 3)
}

func TestOutageIsNoVerdict(t *testing.T) {
	h := newHouse(t)
	h.outage = errors.New("the database is away")
	e := h.refused(oauth.ErrTemporarilyUnavailable, request(raw("basic", secret)))
	require.Equal(t, http.StatusServiceUnavailable, e.Status)
	require.Empty(t, e.Challenge())
	h.outage = nil
	h.accepted("basic", oauth.MethodClientSecretBasic, request(raw("basic", secret)))
}

// CA-11
func TestGuessersCannotLockOthersOut(t *testing.T) {
	h := newHouse(t)
	from := func(ip string, header string) *clientauth.Request {
		r := request(header)
		r.IP = netip.MustParseAddr(ip)
		return r
	}
	for i := range 1000 {
		_, e := h.try(from(fmt.Sprintf("198.51.%d.%d", i/250, i%250), raw("basic", "wrong")))
		require.ErrorIs(t, e, oauth.ErrInvalidClient)
	}
	h.accepted("basic", oauth.MethodClientSecretBasic, from("192.0.2.1", raw("basic", secret)))

	const guesser = "203.0.113.7"
	blocked := 0
	for range 30 {
		_, e := h.try(from(guesser, raw("basic", "wrong")))
		if errors.Is(e, oauth.ErrTooManyRequests) {
			blocked++
			require.Positive(t, e.RetryAfter())
		}
	}
	require.Equal(t, 10, blocked, "20 failures are let through, then the source waits")
	h.refused(oauth.ErrTooManyRequests, from(guesser, raw("basic", secret)))
	h.accepted("basic", oauth.MethodClientSecretBasic, from("192.0.2.1", raw("basic", secret)))
	h.accepted("post", oauth.MethodClientSecretPost, &clientauth.Request{Params: oauth.Params{"client_id": {"post"}, "client_secret": {secret}}, IP: netip.MustParseAddr(guesser)})
	h.advance(31 * time.Second)
	h.accepted("basic", oauth.MethodClientSecretBasic, from(guesser, raw("basic", secret)))

	// A host with a whole IPv6 network is one source.
	for i := range 20 {
		h.refused(oauth.ErrInvalidClient, from(fmt.Sprintf("2001:db8::%x", i+1), raw("basic", "wrong")))
	}
	h.refused(oauth.ErrTooManyRequests, from("2001:db8::ffff", raw("basic", secret)))
	h.accepted("basic", oauth.MethodClientSecretBasic, from("2001:db8:0:1::1", raw("basic", secret)))
}

func TestGuardRemembersWithinBounds(t *testing.T) {
	h := newHouse(t)
	always := clientauth.NewGuard(func(context.Context, tenancy.Workspace, string, time.Duration) (int, error) { return 1000, nil }, func() time.Time { return h.now })
	for i := range 12_000 {
		always.Failed(t.Context(), h.w, fmt.Sprint("c", i), source)
	}
	blocked := 0
	for i := range 12_000 {
		if always.Blocked(h.w, fmt.Sprint("c", i), source) > 0 {
			blocked++
		}
	}
	require.Equal(t, 10_000, blocked)
	away := clientauth.NewGuard(func(context.Context, tenancy.Workspace, string, time.Duration) (int, error) {
		return 0, errors.New("away")
	}, func() time.Time { return h.now })
	away.Failed(t.Context(), h.w, "basic", source)
	require.Zero(t, away.Blocked(h.w, "basic", source))
}

func FuzzBasic(f *testing.F) {
	h := newHouse(f)
	for _, seed := range []string{raw("basic", secret), encoded("basic", secret), "Basic", "basic\t", "Basic !!!", raw("", ""), raw("%zz", "%"), raw("a:b", "c:d"), raw("\xff", "\x00"), "Bearer x", "Basic  " + raw("basic", secret)[6:]} {
		f.Add(seed, "", "")
	}
	f.Add("", "post", secret)
	f.Fuzz(func(t *testing.T, header, id, posted string) {
		r := request(header)
		if id != "" {
			r.Params["client_id"] = []string{id}
		}
		if posted != "" {
			r.Params["client_secret"] = []string{posted}
		}
		c, err := h.auth.Authenticate(context.Background(), h.w, r, nil)
		h.lookups, h.used = nil, nil
		if err != nil {
			var e *oauth.Error
			if !errors.As(err, &e) || e.Status >= 500 {
				t.Fatalf("%v", err)
			}
			return
		}
		// Who is let in either is public or has shown the secret.
		shown := posted == secret
		for _, s := range []string{raw("basic", secret), encoded("basic", secret)} {
			shown = shown || strings.TrimLeft(header[min(5, len(header)):], " ") == s[6:]
		}
		if c.Method() != oauth.MethodNone && !shown {
			t.Fatalf("%q let %s in", header, c.ID())
		}
	})
}
