package clientauth

import (
	"context"
	"crypto/sha256"
	"net/netip"
	"sync"
	"time"

	"github.com/signet-authz/signet/pkg/tenancy"
)

// A source that fails this often within the window has to wait. The count is
// of one client and one source together: whoever guesses from elsewhere cannot
// lock the rightful client out.
const (
	guardFailures = 20
	guardWindow   = 5 * time.Minute
	guardPause    = 30 * time.Second
	guardEntries  = 10_000
)

// CountFailure counts, over all processes, the failures of one key within a
// window. Package kv provides it.
type CountFailure func(ctx context.Context, w tenancy.Workspace, key string, window time.Duration) (int, error)

// Guard slows down whoever guesses credentials. The successful path asks only
// this process's memory; a failure costs one command to the shared counter.
type Guard struct {
	count CountFailure
	now   func() time.Time

	mu      sync.Mutex
	blocked map[[sha256.Size]byte]time.Time
}

// NewGuard returns a guard over the shared counter.
func NewGuard(count CountFailure, now func() time.Time) *Guard {
	return &Guard{count: count, now: now, blocked: make(map[[sha256.Size]byte]time.Time)}
}

// Blocked tells how long this source must wait before it may try this client
// again; zero if it need not.
func (g *Guard) Blocked(w tenancy.Workspace, clientID string, ip netip.Addr) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.blocked) == 0 {
		return 0
	}
	key := guardKey(w, clientID, ip)
	until, found := g.blocked[key]
	if !found {
		return 0
	}
	if wait := until.Sub(g.now()); wait > 0 {
		return wait
	}
	delete(g.blocked, key)
	return 0
}

// Failed counts one failure. That the counter is out of reach changes nothing
// for the caller, whom the failure has already refused.
func (g *Guard) Failed(ctx context.Context, w tenancy.Workspace, clientID string, ip netip.Addr) {
	key := guardKey(w, clientID, ip)
	n, err := g.count(ctx, w, string(key[:]), guardWindow)
	if err != nil || n < guardFailures {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.blocked) >= guardEntries {
		g.evict()
	}
	g.blocked[key] = g.now().Add(guardPause)
}

// evict makes room: what has ended goes, and where nothing has, one entry does.
func (g *Guard) evict() {
	now, dropped := g.now(), false
	for k, until := range g.blocked {
		if !until.After(now) {
			delete(g.blocked, k)
			dropped = true
		}
	}
	for k := range g.blocked {
		if dropped {
			return
		}
		delete(g.blocked, k)
		dropped = true
	}
}

func guardKey(w tenancy.Workspace, clientID string, ip netip.Addr) [sha256.Size]byte {
	id := w.ID()
	b := make([]byte, 0, 128)
	b = append(b, id[:]...)
	b = append(b, clientID...)
	b = append(b, 0)
	// One IPv6 host commonly commands a whole /64.
	if ip.Is6() && !ip.Is4In6() {
		if p, err := ip.Prefix(64); err == nil {
			ip = p.Addr()
		}
	}
	return sha256.Sum256(append(b, ip.String()...))
}
