package logo

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"

	"github.com/signet-authz/signet/pkg/egress"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// How long pictures serve, and how often they are fetched.
const (
	minFresh     = 10 * time.Minute
	maxFresh     = 24 * time.Hour
	defaultFresh = time.Hour
	// staleFor is for how long the last picture is shown while its source fails.
	staleFor = 24 * time.Hour
	// pause follows a fetch that brought no picture, and busyPause one that was
	// not even begun.
	pause     = time.Minute
	busyPause = 5 * time.Second
)

// Bounds of what is kept and of what happens at once.
const (
	keptBytes  = 32 << 20
	overhead   = 512
	maxFlights = 4  // of one tenant
	maxWaiting = 64 // requests for one fetch
)

// ErrNone says that there is no picture to show.
var ErrNone = errors.New("logo: there is no picture")

// Logos fetches pictures and keeps them.
type Logos struct {
	egress *egress.Client
	now    func() time.Time
	kept   *otter.Cache[origin, *logo]

	mu      sync.Mutex
	flights map[uuid.UUID]int // under way, by tenant
}

// origin is where a picture comes from, and on whose account.
type origin struct {
	tenant uuid.UUID
	uri    string
}

// New returns a Logos with nothing in it. It panics where a dependency is missing.
func New(out *egress.Client, now func() time.Time) *Logos {
	if out == nil || now == nil {
		panic("logo: a way out and a clock are needed")
	}
	return &Logos{egress: out, now: now, flights: map[uuid.UUID]int{}, kept: otter.Must(&otter.Options[origin, *logo]{
		MaximumWeight: keptBytes,
		Weigher:       func(_ origin, l *logo) uint32 { return overhead + l.size.Load() },
	})}
}

// logo is one picture. Its zero value has never been fetched.
type logo struct {
	size atomic.Uint32

	mu      sync.Mutex
	image   *Image    // nil where there is none
	fetched time.Time // when the picture came
	due     time.Time // not to be fetched before
	flight  *flight
}

// flight is a fetch that is under way.
type flight struct {
	done    chan struct{}
	waiting int // guarded by logo.mu
}

// Get returns the picture at an address that the tenant registered. Its error is
// ErrNone, whatever the reason: nobody who sees the page could do anything about
// it, and the log has it.
func (s *Logos) Get(ctx context.Context, t tenancy.Tenant, uri string) (*Image, error) {
	l := s.of(origin{t.ID(), uri})
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.flight == nil && !s.now().Before(l.due) {
		l.flight = s.begin(ctx, t, uri, l)
	}
	// A picture that is due is shown once more while it is fetched anew.
	if f := l.flight; f != nil && !l.shown(s.now()) && f.waiting < maxWaiting {
		f.waiting++
		l.mu.Unlock()
		select {
		case <-f.done:
		case <-ctx.Done():
		}
		l.mu.Lock()
		f.waiting--
	}
	if !l.shown(s.now()) {
		return nil, ErrNone
	}
	return l.image, nil
}

// Missing tells whether it is known already that there is no picture to show.
func (s *Logos) Missing(t tenancy.Tenant, uri string) bool {
	l, ok := s.kept.GetIfPresent(origin{t.ID(), uri})
	if !ok {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return s.now().Before(l.due) && !l.shown(s.now())
}

func (s *Logos) of(o origin) *logo {
	if l, ok := s.kept.GetIfPresent(o); ok {
		return l
	}
	l, _ := s.kept.SetIfAbsent(o, &logo{})
	return l
}

func (l *logo) shown(now time.Time) bool { return l.image != nil && now.Sub(l.fetched) < staleFor }

// begin fetches the picture. Those who wait may leave; the fetch goes on without
// them. It is nil where the tenant has too many under way.
func (s *Logos) begin(ctx context.Context, t tenancy.Tenant, uri string, l *logo) *flight {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.flights[t.ID()] >= maxFlights {
		return nil
	}
	s.flights[t.ID()]++
	f := &flight{done: make(chan struct{})}
	go func() {
		defer close(f.done)
		image, fresh, err := s.fetch(context.WithoutCancel(ctx), t, uri)
		l.settle(image, fresh, err, s.now())
		s.weigh(origin{t.ID(), uri}, l)
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.flights[t.ID()]--; s.flights[t.ID()] == 0 {
			delete(s.flights, t.ID())
		}
	}()
	return f
}

// fetch gets the picture from where it is. A panic over a stranger's bytes
// becomes an error: it happens on no request's stack.
func (s *Logos) fetch(ctx context.Context, t tenancy.Tenant, uri string) (i *Image, fresh time.Duration, err error) {
	defer func() {
		if recover() != nil {
			i, err = nil, errFormat
		}
	}()
	doc, err := s.egress.Fetch(ctx, t, egress.Logo, uri)
	if err != nil {
		return nil, 0, err
	}
	if i, err = inspect(doc.Body); err != nil {
		return nil, 0, err
	}
	fresh = defaultFresh
	if doc.Dated {
		fresh = min(max(doc.MaxAge, minFresh), maxFresh)
	}
	return i, fresh, nil
}

// settle takes in what came of a fetch.
func (l *logo) settle(i *Image, fresh time.Duration, err error, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flight = nil
	switch result := egress.ResultOf(err); {
	case err == nil:
		l.image, l.fetched, l.due = i, now, now.Add(fresh)
		l.size.Store(uint32(len(i.Body)))
	case result == egress.Busy, result == egress.Ended:
		l.due = now.Add(busyPause)
	default:
		if errors.Is(err, errFormat) || errors.Is(err, errSize) {
			l.image = nil // the source is there, and what it has is no picture
			l.size.Store(0)
		}
		l.due = now.Add(pause)
	}
}

// weigh has the picture count as large as it has become, if it is kept still.
func (s *Logos) weigh(o origin, l *logo) {
	s.kept.ComputeIfPresent(o, func(kept *logo) (*logo, otter.ComputeOp) {
		if kept != l {
			return kept, otter.CancelOp
		}
		return l, otter.WriteOp
	})
}
