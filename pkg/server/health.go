package server

import (
	"context"
	"net/http"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
)

// The paths that answer on the first listener of every program, whatever the
// Host and however many requests are in flight.
const (
	pathHealth  = "/healthz"
	pathReady   = "/readyz"
	pathVersion = "/version"
)

func isHealthPath(path string) bool {
	return path == pathHealth || path == pathReady || path == pathVersion
}

// Probe is one component that a program needs.
type Probe struct {
	Name  string
	Check func(ctx context.Context) error
	// Grace is for how long the component may fail before the program is not
	// ready any more; until then it is reported as failing only. A component
	// that has never answered has no grace. Negative: its failure is reported
	// and nothing else.
	Grace time.Duration
}

// Drain says that a program is about to stop: it is not ready any more, and
// its answers close their connections, while requests are still served.
type Drain struct{ begun atomic.Bool }

// Begin starts to drain.
func (d *Drain) Begin() { d.begun.Store(true) }

// Begun tells whether draining has begun.
func (d *Drain) Begun() bool { return d != nil && d.begun.Load() }

const (
	probeTimeout = 2 * time.Second
	probeFresh   = time.Second // probes run at most once in this time, whoever asks
)

type health struct {
	cfg Config

	state *readiness
}

// readiness remembers the last answer of every probe.
type readiness struct {
	mu      sync.Mutex
	at      time.Time
	healthy []time.Time // when each probe last succeeded; zero: never
	failing []bool
}

type healthAnswer struct {
	Status     string            `json:"status"`
	Components map[string]string `json:"components,omitempty"`
}

func newHealth(cfg Config) *health {
	n := len(cfg.Ready)
	return &health{cfg: cfg, state: &readiness{healthy: make([]time.Time, n), failing: make([]bool, n)}}
}

// live answers as long as the process does.
func (h *health) live(c echo.Context) error {
	return h.answer(c, http.StatusOK, healthAnswer{Status: "ok"})
}

// ready tells whether traffic should come here, and which components fail; it
// says nothing else of them, since anyone may ask.
func (h *health) ready(c echo.Context) error {
	a := healthAnswer{Status: "ready", Components: map[string]string{}}
	status := http.StatusOK
	h.state.mu.Lock()
	now := h.cfg.Now()
	if now.Sub(h.state.at) >= probeFresh || now.Before(h.state.at) {
		h.probe(c.Request().Context(), now)
	}
	for i, p := range h.cfg.Ready {
		a.Components[p.Name] = "ok"
		if !h.state.failing[i] {
			continue
		}
		a.Components[p.Name] = "failing"
		last := h.state.healthy[i]
		if p.Grace >= 0 && (last.IsZero() || now.Sub(last) >= p.Grace) {
			a.Status, status = "not_ready", http.StatusServiceUnavailable
		}
	}
	h.state.mu.Unlock()
	if h.cfg.Drain.Begun() {
		a.Status, status = "draining", http.StatusServiceUnavailable
	}
	return h.answer(c, status, a)
}

// probe runs every probe at once.
func (h *health) probe(ctx context.Context, now time.Time) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeTimeout)
	defer cancel()
	var wg sync.WaitGroup
	for i, p := range h.cfg.Ready {
		wg.Go(func() {
			failed := p.Check(ctx) != nil
			h.state.failing[i] = failed
			if !failed {
				h.state.healthy[i] = now
			}
		})
	}
	wg.Wait()
	h.state.at = now
}

func (h *health) version(c echo.Context) error {
	return h.answer(c, http.StatusOK, struct {
		Name    string `json:"name"`
		Version string `json:"version"`
		Commit  string `json:"commit,omitempty"`
		Go      string `json:"go"`
	}{h.cfg.Name, h.cfg.Version, h.cfg.Commit, runtime.Version()})
}

func (h *health) answer(c echo.Context, status int, body any) error {
	if r := requestOf(c); h.cfg.Edge && r != nil {
		r.front.stamp(c.Response().Header(), c.Request(), r)
	}
	return c.JSON(status, body)
}
