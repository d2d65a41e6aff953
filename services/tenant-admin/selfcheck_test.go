package tenantadmin_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	tenantadmin "github.com/signet-authz/signet/services/tenant-admin"
	"github.com/signet-authz/signet/services/tenant-admin/internal/selfcheck"
	"github.com/signet-authz/signet/services/tenant-admin/internal/upkeep"
)

// gate is a back channel that lets the first request wait.
type gate struct{ entered, open chan struct{} }

func (g gate) RoundTrip(*http.Request) (*http.Response, error) {
	select {
	case g.entered <- struct{}{}:
	default:
	}
	<-g.open
	return nil, errors.New("nobody is there")
}

func over(channel http.RoundTripper) option {
	return func(d *tenantadmin.Deps) { d.BackChannel = channel }
}

func TestOneSelfCheckAtATimeAndNothingOfItIsListed(t *testing.T) {
	g := gate{make(chan struct{}, 1), make(chan struct{})}
	w := newWorld(t, over(g))
	h := w.house("acme")
	w.do(http.MethodPost, h.path("workspaces"), h.owner, map[string]any{"aid": "other"}).is(http.StatusCreated)
	clients, users := w.do(http.MethodGet, h.in("default", "clients"), h.owner, nil).items(), w.do(http.MethodGet, h.in("default", "users"), h.owner, nil).items()
	first := make(chan reply)
	go func() { first <- w.do(http.MethodPost, h.in("default", "self-check"), h.owner, nil) }()
	<-g.entered

	r := w.do(http.MethodPost, h.in("default", "self-check"), h.owner, nil).problem(http.StatusConflict, "self_check_running")
	require.Equal(t, "5", r.header.Get("Retry-After"))
	require.Equal(t, clients, w.do(http.MethodGet, h.in("default", "clients"), h.owner, nil).items())
	require.Equal(t, users, w.do(http.MethodGet, h.in("default", "users"), h.owner, nil).items())
	made, people, err := w.platform.Store.Workspace(h.workspace("default")).SelfCheckParties(t.Context(), w.now().Add(time.Hour))
	require.NoError(t, err)
	require.NotEmpty(t, made)
	require.Len(t, people, 1)
	for _, id := range made {
		// Whoever knows the name finds it, and cannot change it.
		w.do(http.MethodGet, h.in("default", "clients", id), h.owner, nil).is(http.StatusOK)
		w.do(http.MethodPatch, h.in("default", "clients", id), h.owner, map[string]any{"trusted": true}).problem(http.StatusConflict, "read_only")
	}

	close(g.open)
	w.do(http.MethodPost, h.in("other", "self-check"), h.owner, nil).is(http.StatusOK)
	require.Equal(t, "fail", (<-first).is(http.StatusOK).text("outcome"))
	made, people, err = w.platform.Store.Workspace(h.workspace("default")).SelfCheckParties(t.Context(), w.now().Add(time.Hour))
	require.NoError(t, err)
	require.Empty(t, made)
	require.Empty(t, people)
	w.do(http.MethodPost, h.in("default", "self-check"), h.owner, nil).is(http.StatusOK)
	events := w.do(http.MethodGet, h.in("default", "audit-events")+"?action=client.delete", h.owner, nil).items()
	require.NotEmpty(t, events)
	require.Equal(t, map[string]any{"purpose": "self-check"}, events[0]["detail"])
}

func TestSelfChecksAreBounded(t *testing.T) {
	g := gate{make(chan struct{}, 1), make(chan struct{})}
	close(g.open)
	w := newWorld(t, over(g))
	h := w.house("acme")
	for range 10 {
		w.do(http.MethodPost, h.in("default", "self-check"), h.owner, nil).is(http.StatusOK)
	}
	r := w.do(http.MethodPost, h.in("default", "self-check"), h.owner, nil).problem(http.StatusTooManyRequests, "rate_limited")
	require.NotEmpty(t, r.header.Get("Retry-After"))
	w.pass(11 * time.Minute)
	h.refresh()
	w.do(http.MethodPost, h.in("default", "self-check"), h.owner, nil).is(http.StatusOK)
}

func TestSuspendedWorkspaceIsToldByTheSelfCheck(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	w.do(http.MethodPatch, h.in("default"), h.owner, map[string]any{"state": "suspended"}).is(http.StatusOK)
	r := w.do(http.MethodPost, h.in("default", "self-check"), h.owner, nil).is(http.StatusOK)
	require.Equal(t, "fail", r.text("outcome"))
	require.InDelta(t, 1, r.field("counts", "fail"), 0)
	require.InDelta(t, 0, r.field("counts", "pass"), 0)
	checks, _ := r.field("checks").([]any)
	first, _ := checks[0].(map[string]any)
	require.Equal(t, "state", first["setting"])
}

// What a process that died has left behind goes with the next run or with the
// upkeep, and nothing else does, whatever it is called.
func TestWhatASelfCheckLeftBehindIsSwept(t *testing.T) {
	for name, sweep := range map[string]func(*world, *house){
		"the next run": func(w *world, h *house) {
			w.do(http.MethodPost, h.in("default", "self-check"), h.owner, nil).is(http.StatusOK)
		},
		"the upkeep": func(w *world, _ *house) {
			p := w.platform
			c := selfcheck.Runner{Store: p.Store, Invalidate: p.Invalidate, Now: w.now}
			job := upkeep.Job{Resolver: p.Resolver, Store: p.Store, KV: p.KV, Root: p.Root, Pool: p.Pool, Invalidate: p.Invalidate, Sweep: c.Sweep, Now: w.now}
			require.NoError(w.t, job.Run(w.t.Context()))
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			h := w.house("acme")
			data := w.platform.Store.Workspace(h.workspace("default"))
			left := domain.Client{ClientID: domain.SelfCheckClientPrefix + "left", BuiltIn: true}
			namesake := domain.Client{ClientID: domain.SelfCheckClientPrefix + "mine"}
			for _, c := range []domain.Client{left, namesake} {
				c.ApplicationType, c.TokenEndpointAuthMethod = domain.ApplicationWeb, oauth.MethodNone
				_, err := data.CreateClient(t.Context(), c, domain.AuditEvent{Action: "client.create"})
				require.NoError(t, err)
			}
			_, err := data.CreateUser(t.Context(), domain.User{UserID: domain.SelfCheckUserPrefix + "left", Username: "left"}, domain.AuditEvent{Action: "user.create"})
			require.NoError(t, err)
			mine := w.do(http.MethodPost, h.in("default", "users"), h.owner, map[string]any{"username": "selfcheck_mine"}).is(http.StatusCreated).text("id")
			there := func(kind, id string, status int) {
				t.Helper()
				w.do(http.MethodGet, h.in("default", kind, id), h.owner, nil).is(status)
			}

			w.do(http.MethodPost, h.in("default", "self-check"), h.owner, nil).is(http.StatusOK)
			there("clients", left.ClientID, http.StatusOK) // it may be a running one's
			w.pass(2 * time.Minute)
			sweep(w, h)
			there("clients", left.ClientID, http.StatusNotFound)
			there("users", domain.SelfCheckUserPrefix+"left", http.StatusNotFound)
			there("clients", namesake.ClientID, http.StatusOK)
			there("users", mine, http.StatusOK)
			listed := w.do(http.MethodGet, h.in("default", "clients")+"?q=selfcheck", h.owner, nil).items()
			require.Len(t, listed, 1)
			require.Equal(t, namesake.ClientID, listed[0]["client_id"])
		})
	}
}

func TestIdsOfTheSelfCheckAreNobodysToTake(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	w.do(http.MethodPost, h.in("default", "clients"), h.owner, map[string]any{"client_id": "selfcheck_mine", "grant_types": []string{"client_credentials"}}).
		problem(http.StatusBadRequest, "validation_failed").about("/client_id")
}
