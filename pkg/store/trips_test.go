package store_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/store/storetest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wire is a relay that counts round trips as the wire sees them: how often the
// client speaks after the server has.
type wire struct {
	mu     sync.Mutex
	trips  int
	server bool // spoke last
}

func (w *wire) spoke(server bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !server && w.server {
		w.trips++
	}
	w.server = server
}

func (w *wire) of(do func()) int {
	w.mu.Lock()
	before := w.trips
	w.mu.Unlock()
	do()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.trips - before
}

// relay listens on loopback and passes everything on to the address.
func (w *wire) relay(t *testing.T, address string) string {
	t.Helper()
	var listen net.ListenConfig
	l, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	ctx := context.WithoutCancel(t.Context())
	go func() {
		for {
			client, err := l.Accept()
			if err != nil {
				return
			}
			var dial net.Dialer
			server, err := dial.DialContext(ctx, "tcp", address)
			if err != nil {
				_ = client.Close()
				return
			}
			go w.pass(client, server, false)
			go w.pass(server, client, true)
		}
	}()
	return l.Addr().String()
}

func (w *wire) pass(from, to net.Conn, server bool) {
	defer func() { _ = to.Close() }()
	b := make([]byte, 1<<16)
	for {
		n, err := from.Read(b)
		if n > 0 {
			w.spoke(server)
			if _, err := to.Write(b[:n]); err != nil {
				return
			}
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				_ = from.Close()
			}
			return
		}
	}
}

// TestHotMethodsTakeOneRoundTrip: once the statements are prepared, what a
// token or an end user's page waits for is one trip, on the wire and by the
// store's own count.
func TestHotMethodsTakeOneRoundTrip(t *testing.T) {
	for _, e := range storetest.Engines() {
		t.Run(e.Driver, func(t *testing.T) {
			db := e.Fresh(t)
			f := storetest.NewFixture(t, db, false)
			line := &wire{}
			if db.Postgres() {
				u, err := url.Parse(db.URL)
				require.NoError(t, err)
				u.Host = line.relay(t, u.Host)
				relayed := *db
				relayed.URL = u.String()
				db = &relayed
			}
			trips := &storetest.Trips{}
			s := db.Open(t, store.Config{Now: f.Clock.Now, MaxConns: 1, OnRoundTrip: trips.Count, Role: store.RoleStandalone})
			for name, call := range hotCalls(t, s.Workspace(f.A.WorkspaceHandle), f) {
				call() // prepares
				call()
				counted := 0
				seen := line.of(func() { counted = trips.Of(call) })
				assert.Equal(t, 1, counted, name)
				if db.Postgres() {
					assert.Equal(t, 1, seen, "%s, on the wire", name)
				}
			}
		})
	}
}

// hotCalls may be called any number of times each.
func hotCalls(t *testing.T, w store.Workspace, f *storetest.Fixture) map[string]func() {
	ctx, now := t.Context(), f.Clock.Now()
	session := domain.Session{
		ID: uuid.New(), TokenHash: []byte(uuid.NewString()), UserID: storetest.UserID, AuthTime: now,
		ExpiresAt: now.Add(time.Hour), MaxEndsAt: now.Add(time.Hour),
	}
	start := func() {
		session.ID, session.TokenHash = uuid.New(), []byte(uuid.NewString())
		require.NoError(t, w.StartSession(ctx, session, storetest.Event("login.succeed")))
	}
	start()
	redemption := func() store.Redemption {
		return store.Redemption{
			GrantID: uuid.New(), CodeHash: []byte(uuid.NewString()), ClientID: storetest.ClientID, RefreshTTL: time.Hour, MaxTTL: time.Hour,
			Code:  domain.Code{ClientID: storetest.ClientID, UserID: storetest.UserID, SessionID: session.ID, Scope: oauth.Scope{"openid"}, AuthTime: now},
			Audit: storetest.Event("grant.issue"),
		}
	}
	redeemed, err := w.RedeemCode(ctx, redemption())
	require.NoError(t, err)
	generation := int64(0)
	consent := domain.Consent{UserID: storetest.UserID, ClientID: storetest.ClientID, Scope: oauth.Scope{"openid", "email", "profile"}}
	return map[string]func(){
		"RedeemCode": func() {
			_, err := w.RedeemCode(ctx, redemption())
			require.NoError(t, err)
		},
		"RotateRefresh": func() {
			generation++
			_, err := w.RotateRefresh(ctx, store.Rotation{
				GrantID: redeemed.Grant.ID, ClientID: storetest.ClientID, Generation: generation, IdleTTL: time.Hour, Audit: storetest.Event("grant.refresh"),
			})
			require.NoError(t, err)
		},
		"FindLogin": func() {
			_, err := w.FindLogin(ctx, storetest.UserID)
			require.NoError(t, err)
		},
		"UserClaims": func() {
			_, err := w.UserClaims(ctx, storetest.UserID, session.ID.String())
			require.NoError(t, err)
		},
		"StartSession": start,
		"Standing": func() {
			_, err := w.Standing(ctx, session.TokenHash, storetest.ClientID)
			require.NoError(t, err)
		},
		"GiveConsent": func() {
			_, err := w.GiveConsent(ctx, consent, storetest.Event("consent.give"))
			require.NoError(t, err)
		},
		"Keys": func() {
			_, err := w.Keys(ctx)
			require.NoError(t, err)
		},
	}
}
