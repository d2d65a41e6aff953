package cache

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/stretchr/testify/require"
)

// directory knows every workspace of the tenants acme and other.
type directory struct {
	state domain.State
	asked int
}

func (d *directory) FindTenant(_ context.Context, tid string) (domain.Tenant, error) {
	d.asked++
	if tid != "acme" && tid != "other" {
		return domain.Tenant{}, tenancy.ErrNotFound
	}
	return domain.Tenant{ID: uuid.NewSHA1(uuid.Nil, []byte(tid)), TID: tid, State: d.state}, nil
}

func (d *directory) FindWorkspace(ctx context.Context, tid, aid string) (domain.Tenant, domain.Workspace, error) {
	t, err := d.FindTenant(ctx, tid)
	return t, domain.Workspace{ID: uuid.NewSHA1(t.ID, []byte(aid)), TenantID: t.ID, AID: aid, State: d.state}, err
}

// rooms is a whole Set over sources that count how often they are asked.
type rooms struct {
	clock     *clock
	directory *directory
	loads     map[string]int
	set       *Set
}

func newRooms() *rooms {
	r := &rooms{clock: newClock(), directory: &directory{state: domain.StateActive}, loads: map[string]int{}}
	config := Config{Size: 100, Now: r.clock.Now, NotFound: errMissing}
	r.set = &Set{
		Directory: NewDirectory(r.directory, 100, r.clock.Now),
		Clients: NewClients(func(_ context.Context, w tenancy.Workspace, id string) (domain.Client, error) {
			r.loads["client "+w.AID()+" "+id]++
			if strings.HasPrefix(id, "unknown") {
				return domain.Client{}, errMissing
			}
			return domain.Client{ClientID: id, ClientName: w.AID()}, nil
		}, config),
		Rings: NewRings(func(_ context.Context, w tenancy.Workspace) (*keys.Ring, error) {
			r.loads["ring "+w.AID()]++
			return &keys.Ring{}, nil
		}, config),
		Catalogs: NewCatalogs(func(_ context.Context, w tenancy.Workspace) ([]domain.Scope, []domain.Service, error) {
			r.loads["catalog "+w.AID()]++
			return []domain.Scope{{Name: "read", ServiceID: "api"}}, []domain.Service{{ServiceID: "api", Audience: "https://api.example"}}, nil
		}, config),
		Revocations: NewRevocations((&table{}).load, r.clock.Now),
	}
	return r
}

func (r *rooms) workspace(t *testing.T, tid, aid string) tenancy.Workspace {
	t.Helper()
	w, err := tenancy.NewResolver(r.set.Directory, "https://id.example").Workspace(t.Context(), tid, aid)
	require.NoError(t, err)
	return w
}

// use asks for one of everything.
func (r *rooms) use(t *testing.T, w tenancy.Workspace) {
	t.Helper()
	c, err := r.set.Clients.Client(t.Context(), w, "app")
	require.NoError(t, err)
	require.Equal(t, w.AID(), c.ClientName)
	_, err = r.set.Rings.Ring(t.Context(), w)
	require.NoError(t, err)
	_, err = r.set.Catalogs.Catalog(t.Context(), w)
	require.NoError(t, err)
}

func TestThingsOfOneWorkspaceAreNotAnothers(t *testing.T) {
	r := newRooms()
	for range 3 {
		r.use(t, r.workspace(t, "acme", "one"))
		r.use(t, r.workspace(t, "acme", "two"))
	}
	require.Equal(t, map[string]int{"client one app": 1, "client two app": 1, "ring one": 1, "ring two": 1, "catalog one": 1, "catalog two": 1}, r.loads)
	require.Equal(t, 2, r.directory.asked)
}

func TestPushIsFeltAtOnceAndByNoOther(t *testing.T) {
	for kind, want := range map[string]string{KindClient: "client one app", KindKeys: "ring one", KindCatalog: "catalog one"} {
		r := newRooms()
		one, two := r.workspace(t, "acme", "one"), r.workspace(t, "acme", "two")
		r.use(t, one)
		r.use(t, two)
		r.set.Apply(Invalidation{Kind: kind, TID: "acme", AID: "one", WorkspaceID: one.ID(), ClientID: "app"})
		r.use(t, one)
		r.use(t, two)
		for load, n := range r.loads {
			if load == want {
				require.Equal(t, 2, n, "%s after %s", load, kind)
			} else {
				require.Equal(t, 1, n, "%s after %s", load, kind)
			}
		}
	}
}

func TestAllClientsOfAWorkspaceCanBeForgotten(t *testing.T) {
	r := newRooms()
	one := r.workspace(t, "acme", "one")
	r.use(t, one)
	r.set.Apply(Invalidation{Kind: KindClient, WorkspaceID: one.ID()})
	r.use(t, one)
	require.Equal(t, 2, r.loads["client one app"])
}

func TestSuspensionIsFeltByPushAndWithinFiveSecondsWithout(t *testing.T) {
	resolve := func(r *rooms, tid, aid string) error {
		_, err := tenancy.NewResolver(r.set.Directory, "https://id.example").Workspace(t.Context(), tid, aid)
		return err
	}
	for name, tell := range map[string]func(*rooms){
		"tenant":    func(r *rooms) { r.set.Apply(Invalidation{Kind: KindTenant, TID: "acme"}) },
		"workspace": func(r *rooms) { r.set.Apply(Invalidation{Kind: KindWorkspace, TID: "acme", AID: "one"}) },
		"unknown":   func(r *rooms) { r.set.Apply(Invalidation{Kind: "of a later release"}) },
		"time":      func(r *rooms) { r.clock.move(5 * time.Second) },
	} {
		r := newRooms()
		require.NoError(t, resolve(r, "acme", "one"))
		require.NoError(t, resolve(r, "other", "one"))
		_, err := r.set.Directory.FindTenant(t.Context(), "acme")
		require.NoError(t, err)
		r.directory.state = domain.StateSuspended
		require.NoError(t, resolve(r, "acme", "one"), "nobody has said so yet")
		tell(r)
		require.ErrorIs(t, resolve(r, "acme", "one"), tenancy.ErrSuspended, name)
		if name == "tenant" || name == "workspace" {
			require.NoError(t, resolve(r, "other", "one"), "another tenant is not concerned")
		}
		if name == "tenant" {
			found, err := r.set.Directory.FindTenant(t.Context(), "acme")
			require.NoError(t, err)
			require.Equal(t, domain.StateSuspended, found.State)
		}
	}
}

func TestUnknownNamesAreRememberedAndImpossibleOnesNotLookedUp(t *testing.T) {
	r := newRooms()
	for range 3 {
		_, _, err := r.set.Directory.FindWorkspace(t.Context(), "nobody", "one")
		require.ErrorIs(t, err, tenancy.ErrNotFound)
	}
	require.Equal(t, 1, r.directory.asked)
	for _, bad := range []string{"", "UPPER", "a/b", strings.Repeat("x", 41), "é"} {
		_, _, err := r.set.Directory.FindWorkspace(t.Context(), bad, "one")
		require.ErrorIs(t, err, tenancy.ErrNotFound)
		_, _, err = r.set.Directory.FindWorkspace(t.Context(), "acme", bad)
		require.ErrorIs(t, err, tenancy.ErrNotFound)
		_, err = r.set.Directory.FindTenant(t.Context(), bad)
		require.ErrorIs(t, err, tenancy.ErrNotFound)
	}
	require.Equal(t, 1, r.directory.asked)

	w := r.workspace(t, "acme", "one")
	for range 3 {
		_, err := r.set.Clients.Client(t.Context(), w, "unknown")
		require.ErrorIs(t, err, errMissing)
	}
	require.Equal(t, 1, r.loads["client one unknown"])
	for _, bad := range []string{"", "usr_1", "a b", strings.Repeat("x", 129)} {
		_, err := r.set.Clients.Client(t.Context(), w, bad)
		require.ErrorIs(t, err, errMissing)
		require.Zero(t, r.loads["client one "+bad])
	}
}

func TestCatalogIsFoundByNameIDAndAudience(t *testing.T) {
	r := newRooms()
	c, err := r.set.Catalogs.Catalog(t.Context(), r.workspace(t, "acme", "one"))
	require.NoError(t, err)
	require.Equal(t, "api", c.Scopes["read"].ServiceID)
	require.Equal(t, "https://api.example", c.Services["api"].Audience)
	require.Equal(t, "api", c.ByAudience["https://api.example"].ServiceID)
}

func TestPushedRevocationEndsATokenAndSurvivesTheWire(t *testing.T) {
	r := newRooms()
	now := r.clock.Now()
	fact := revocation(7, domain.RevokeGrant, "g", now)
	wire, err := json.Marshal(Invalidation{Kind: KindRevocation, WorkspaceID: here, Revocation: &fact})
	require.NoError(t, err)
	var received Invalidation
	require.NoError(t, json.Unmarshal(wire, &received))
	r.set.Apply(received)
	require.True(t, r.set.Revocations.Ended(Facts{WorkspaceID: here, GrantID: "g", IssuedAt: now}))
	require.False(t, r.set.Revocations.Ended(Facts{WorkspaceID: here, GrantID: "other", IssuedAt: now}))
}

func TestSetMayLackRooms(t *testing.T) {
	var s Set
	for _, kind := range []string{KindTenant, KindWorkspace, KindClient, KindKeys, KindCatalog, KindRevocation, "", "of a later release"} {
		require.NotPanics(t, func() { s.Apply(Invalidation{Kind: kind, Revocation: &domain.Revocation{}}) })
	}
	full := newRooms()
	require.NotPanics(t, func() { full.set.Apply(Invalidation{Kind: KindRevocation}) })
}

func TestLapseMakesEveryRoomAskAgain(t *testing.T) {
	r := newRooms()
	r.use(t, r.workspace(t, "acme", "one"))
	r.clock.move(time.Millisecond)
	r.set.Lapse()
	r.use(t, r.workspace(t, "acme", "one"))
	require.Equal(t, map[string]int{"client one app": 2, "ring one": 2, "catalog one": 2}, r.loads)
	require.Equal(t, 2, r.directory.asked)
}

func BenchmarkClient(b *testing.B) {
	r := newRooms()
	w, err := tenancy.NewResolver(r.set.Directory, "https://id.example").Workspace(b.Context(), "acme", "one")
	require.NoError(b, err)
	b.ReportAllocs()
	for b.Loop() {
		_, _ = r.set.Clients.Client(b.Context(), w, "app")
	}
}
