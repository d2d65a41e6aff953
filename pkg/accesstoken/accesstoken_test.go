package accesstoken_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/accesstoken"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// bench is a workspace with a ring, and a verifier whose clock stands still.
type bench struct {
	now         time.Time
	w, other    tenancy.Workspace
	ring        *keys.Ring
	revocations *cache.Revocations
	verifier    *accesstoken.Verifier
}

type directory map[string]domain.Workspace

func (d directory) FindTenant(context.Context, string) (domain.Tenant, error) {
	return domain.Tenant{}, tenancy.ErrNotFound
}

func (d directory) FindWorkspace(_ context.Context, tid, aid string) (domain.Tenant, domain.Workspace, error) {
	w, found := d[aid]
	if !found {
		return domain.Tenant{}, domain.Workspace{}, tenancy.ErrNotFound
	}
	return domain.Tenant{ID: w.TenantID, TID: tid, State: domain.StateActive}, w, nil
}

func setUp(t *testing.T) *bench {
	t.Helper()
	b := &bench{now: time.Date(2026, 11, 23, 12, 0, 0, 500e6, time.UTC)}
	tenant := uuid.New()
	d := directory{}
	for _, aid := range []string{"default", "other"} {
		d[aid] = domain.Workspace{ID: uuid.New(), TenantID: tenant, AID: aid, State: domain.StateActive, Settings: domain.DefaultSettings(domain.ProfileDefault)}
	}
	r := tenancy.NewResolver(d, "https://auth.example")
	var err error
	b.w, err = r.Workspace(t.Context(), "acme", "default")
	require.NoError(t, err)
	b.other, err = r.Workspace(t.Context(), "acme", "other")
	require.NoError(t, err)

	root, err := keys.ParseRoot([]string{keys.GenerateRoot()})
	require.NoError(t, err)
	pool := keys.NewPool(nil)
	t.Cleanup(pool.Close)
	material, err := pool.Take(t.Context(), oauth.ES256)
	require.NoError(t, err)
	key, err := root.SealKey(b.w.ID(), material, b.now.Add(-time.Hour), b.now.Add(-time.Hour))
	require.NoError(t, err)
	b.ring, err = root.OpenRing(b.w, []domain.SigningKey{key})
	require.NoError(t, err)

	b.revocations = cache.NewRevocations(func(context.Context, int64, time.Time) ([]domain.Revocation, error) { return nil, nil }, func() time.Time { return b.now })
	require.NoError(t, b.revocations.Refresh(t.Context()))
	b.verifier = &accesstoken.Verifier{
		Rings:       func(context.Context, tenancy.Workspace) (*keys.Ring, error) { return b.ring, nil },
		Revocations: b.revocations, Now: func() time.Time { return b.now },
	}
	return b
}

func (b *bench) claims() accesstoken.Claims {
	return accesstoken.Claims{
		Issuer: b.w.Issuer(), Subject: "usr_x", Audience: accesstoken.Audience{"https://api.example"}, ClientID: "app", Scope: "openid",
		IssuedAt: b.now.Unix(), ExpiresAt: b.now.Add(time.Hour).Unix(), ID: accesstoken.NewID(b.now), GrantID: "g", SessionID: "s",
	}
}

func (b *bench) sign(t *testing.T, typ string, c any) string {
	t.Helper()
	raw, err := json.Marshal(c)
	require.NoError(t, err)
	token, err := b.ring.Sign(b.now, oauth.ES256, typ, raw)
	require.NoError(t, err)
	return token
}

func TestBothFormsOfATokenSayTheSame(t *testing.T) {
	b := setUp(t)
	want := b.claims()
	raw, err := json.Marshal(want)
	require.NoError(t, err)
	sealed, err := b.ring.SealToken(raw)
	require.NoError(t, err)
	for _, token := range []string{b.sign(t, accesstoken.Type, want), sealed} {
		got, err := b.verifier.Verify(t.Context(), b.w, token)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}

func TestOnlyThisWorkspacesLiveAccessTokensHold(t *testing.T) {
	b := setUp(t)
	change := func(f func(*accesstoken.Claims)) string {
		c := b.claims()
		f(&c)
		return b.sign(t, accesstoken.Type, c)
	}
	for name, token := range map[string]string{
		"empty":               "",
		"ID token":            b.sign(t, "JWT", b.claims()),
		"no typ":              b.sign(t, "", b.claims()),
		"expired":             change(func(c *accesstoken.Claims) { c.ExpiresAt = b.now.Unix() }),
		"from the future":     change(func(c *accesstoken.Claims) { c.IssuedAt = b.now.Add(2 * time.Minute).Unix() }),
		"another issuer":      change(func(c *accesstoken.Claims) { c.Issuer = b.other.Issuer() }),
		"issuer with a slash": change(func(c *accesstoken.Claims) { c.Issuer += "/" }),
		"not an object":       b.sign(t, accesstoken.Type, []string{"x"}),
	} {
		_, err := b.verifier.Verify(t.Context(), b.w, token)
		require.ErrorIs(t, err, oauth.ErrInvalidToken, name)
	}
}

func TestRevocationsEndTokensIssuedBeforeThem(t *testing.T) {
	for kind, target := range map[domain.RevocationKind]string{
		domain.RevokeGrant: "g", domain.RevokeSession: "s", domain.RevokeUser: "usr_x", domain.RevokeClient: "app",
	} {
		b := setUp(t)
		token := b.sign(t, accesstoken.Type, b.claims())
		b.now = b.now.Add(time.Millisecond)
		b.revocations.Add(domain.Revocation{ID: 1, WorkspaceID: b.w.ID(), Kind: kind, Target: target, Before: b.now, ExpiresAt: b.now.Add(time.Hour), CreatedAt: b.now})
		_, err := b.verifier.Verify(t.Context(), b.w, token)
		require.ErrorIs(t, err, oauth.ErrInvalidToken, kind)
		if kind == domain.RevokeUser || kind == domain.RevokeClient {
			b.now = b.now.Add(time.Millisecond) // within the same second
			_, err = b.verifier.Verify(t.Context(), b.w, b.sign(t, accesstoken.Type, b.claims()))
			require.NoError(t, err, "%s: what is issued afterwards lives", kind)
		}
	}
}

func TestOneTokenCanBeRevokedAlone(t *testing.T) {
	b := setUp(t)
	one, two := b.claims(), b.claims()
	first, second := b.sign(t, accesstoken.Type, one), b.sign(t, accesstoken.Type, two)
	fact := accesstoken.Revocation(b.w, one)
	fact.ID = 1
	b.revocations.Add(fact)
	_, err := b.verifier.Verify(t.Context(), b.w, first)
	require.ErrorIs(t, err, oauth.ErrInvalidToken)
	_, err = b.verifier.Verify(t.Context(), b.w, second)
	require.NoError(t, err)
}

func TestWithoutFreshRevocationsNothingIsVouchedFor(t *testing.T) {
	b := setUp(t)
	token := b.sign(t, accesstoken.Type, b.claims())
	b.now = b.now.Add(6 * time.Second)
	_, err := b.verifier.Verify(t.Context(), b.w, token)
	require.ErrorIs(t, err, oauth.ErrTemporarilyUnavailable)
}

func TestUnknownKeysAreNoVerdict(t *testing.T) {
	b := setUp(t)
	token := b.sign(t, accesstoken.Type, b.claims())
	b.verifier.Rings = func(context.Context, tenancy.Workspace) (*keys.Ring, error) { return nil, errors.New("down") }
	_, err := b.verifier.Verify(t.Context(), b.w, token)
	require.ErrorIs(t, err, oauth.ErrTemporarilyUnavailable)
}

func TestAudienceIsAStringWhereThereIsOne(t *testing.T) {
	for audience, want := range map[string]accesstoken.Audience{`"a"`: {"a"}, `["a","b"]`: {"a", "b"}} {
		raw, err := json.Marshal(want)
		require.NoError(t, err)
		require.Equal(t, audience, string(raw))
		var back accesstoken.Audience
		require.NoError(t, json.Unmarshal(raw, &back))
		require.Equal(t, want, back)
	}
}
