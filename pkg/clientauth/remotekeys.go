package clientauth

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/signet-authz/signet/pkg/egress"
	"github.com/signet-authz/signet/pkg/keys"
)

// How long fetched keys serve, and how often they are fetched.
const (
	minFresh     = time.Minute
	maxFresh     = time.Hour
	defaultFresh = 10 * time.Minute
	// staleFor is for how long the source's last word stands while it fails.
	staleFor = 24 * time.Hour
	// refetchPause is between two fetches that were asked for out of turn.
	refetchPause = time.Minute
	// After the first failure there is the first pause; each further one doubles it.
	firstPause = 5 * time.Second
	lastPause  = time.Minute
	// busyPause follows a fetch that was not even begun, for which the source is
	// not to blame.
	busyPause = time.Second
	// maxWaiting requests wait for one fetch; what comes beyond goes without.
	maxWaiting = 16
	toldPause  = time.Minute
)

var (
	errWaiting  = errors.New("too many requests wait for them to be fetched already")
	errLeft     = errors.New("the request ended before they were fetched")
	errPanicked = errors.New("they could not be read")
)

// remoteSet is a set that is fetched.
type remoteSet struct {
	source *KeySource
	origin setOrigin
	set    KeySet        // as it was first asked for
	size   atomic.Uint32 // of the document

	mu        sync.Mutex
	keys      *keys.ClientKeys  // nil: the source has not said any, or says that there are none
	digest    [sha256.Size]byte // of their document
	version   int64             // of the registration that they were last fetched for
	asked     time.Time         // when the fetch that brought them began
	fresh     time.Duration     // from then on
	served    bool              // they have been had without waiting
	refetched time.Time         // when they were last asked for out of turn
	fault     error             // why the last fetch failed; nil if it did not
	failures  int               // in a row
	retry     time.Time         // not to be fetched before, after a failure
	told      time.Time         // when Refused was last called
	flight    *flight
}

// flight is a fetch that is under way.
type flight struct {
	done    chan struct{}
	waiting int // guarded by remoteSet.mu
}

// get returns the keys, which it fetches where none are at hand that could be
// used without asking.
func (r *remoteSet) get(ctx context.Context, version int64) (*keys.ClientKeys, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.source.deps.Now()
	if r.usable(now) && !r.due(now, version) {
		if now.Sub(r.asked) >= r.fresh*4/5 && !now.Before(r.retry) {
			r.begin(ctx, now, version)
		}
		r.served = true
		return r.keys, nil
	}
	if now.Before(r.retry) {
		return r.best(now)
	}
	if err := r.wait(ctx, r.begin(ctx, now, version)); err != nil {
		if found, none := r.best(now); none == nil {
			return found, nil
		}
		return nil, err
	}
	return r.best(r.source.deps.Now())
}

// newer returns keys other than those, if the source has any.
func (r *remoteSet) newer(ctx context.Context, version int64, than *keys.ClientKeys) (*keys.ClientKeys, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.source.deps.Now()
	switch {
	case r.keys != than: // fetched since
	case r.flight != nil:
		_ = r.wait(ctx, r.flight)
	case now.Before(r.retry), now.Sub(r.refetched) < refetchPause:
	case !r.served:
		// Nobody has had these keys yet but those who waited for them: they were
		// fetched for this very request, and that was its turn.
		r.refetched = now
	default:
		r.refetched = now
		_ = r.wait(ctx, r.begin(ctx, now, version))
	}
	if r.keys == than || !r.usable(r.source.deps.Now()) {
		return nil, false
	}
	return r.keys, true
}

// usable tells whether there are keys that are not too old for any use.
func (r *remoteSet) usable(now time.Time) bool { return r.keys != nil && now.Sub(r.asked) < staleFor }

// due tells whether the source must be asked before the keys are used: they are
// no longer fresh, or the registration has changed since they were fetched,
// which is also how an administrator has them fetched again.
func (r *remoteSet) due(now time.Time, version int64) bool {
	age := now.Sub(r.asked)
	return age < 0 || age >= r.fresh || version > r.version && age >= refetchPause
}

// best is what can be said without asking the source.
func (r *remoteSet) best(now time.Time) (*keys.ClientKeys, error) {
	switch {
	case r.usable(now):
		return r.keys, nil
	case r.fault != nil:
		return nil, r.fault
	}
	return nil, errWaiting
}

// wait waits for a flight to land and lets go of the lock meanwhile. An error
// means that there is no room to wait, or that the request ended.
func (r *remoteSet) wait(ctx context.Context, f *flight) error {
	if f.waiting >= maxWaiting {
		return errWaiting
	}
	f.waiting++
	r.mu.Unlock()
	var err error
	select {
	case <-f.done:
	case <-ctx.Done():
		err = errLeft
	}
	r.mu.Lock()
	f.waiting--
	return err
}

// begin returns the flight that is under way, or one that it begins. Those who
// wait may leave; the flight goes on without them.
func (r *remoteSet) begin(ctx context.Context, now time.Time, version int64) *flight {
	if r.flight == nil {
		r.flight = &flight{done: make(chan struct{})}
		go r.land(context.WithoutCancel(ctx), r.flight, now, version)
	}
	return r.flight
}

// fetched is what a fetch brought.
type fetched struct {
	keys   *keys.ClientKeys
	digest [sha256.Size]byte
	size   int
	fresh  time.Duration
}

func (r *remoteSet) land(ctx context.Context, f *flight, began time.Time, version int64) {
	defer close(f.done)
	got, err := r.guarded(ctx)
	if tell := r.settle(got, err, began, version); tell {
		reason := err.Error()
		if r.set.Name != "" {
			reason = "federated credential " + r.set.Name + ": " + reason
		}
		r.source.deps.Refused(r.set.Workspace, r.set.ClientID, reason)
	}
	r.weigh()
}

// weigh has the set count as large as it has become, if it is kept still.
func (r *remoteSet) weigh() {
	r.source.remote.ComputeIfPresent(r.origin, func(kept *remoteSet) (*remoteSet, otter.ComputeOp) {
		if kept != r {
			return kept, otter.CancelOp
		}
		return r, otter.WriteOp
	})
}

// settle takes in what came of a flight. The result is whether to tell of a
// refusal.
func (r *remoteSet) settle(got fetched, err error, began time.Time, version int64) (tell bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flight = nil
	if err == nil {
		if r.keys == nil || got.digest != r.digest {
			r.keys, r.digest = got.keys, got.digest
			r.size.Store(uint32(got.size))
		}
		r.version, r.asked, r.fresh, r.served = version, began, got.fresh, false
		r.fault, r.failures, r.retry = nil, 0, time.Time{}
		return false
	}
	r.fault = err
	now := r.source.deps.Now()
	switch egress.ResultOf(err) {
	case egress.Busy, egress.Ended:
		r.retry, r.refetched = now.Add(busyPause), time.Time{}
		return false
	case egress.Refused:
		if tell = now.Sub(r.told) >= toldPause; tell {
			r.told = now
		}
	}
	if errors.Is(err, keys.ErrNoClientKeys) {
		r.keys = nil // the source is there, and its last word is that there are none
	}
	r.retry = now.Add(min(firstPause<<min(r.failures, 8), lastPause))
	r.failures++
	return tell
}

// guarded turns a panic over a stranger's document into an error: it happens on
// no request's stack, and those who wait must get an answer.
func (r *remoteSet) guarded(ctx context.Context) (got fetched, err error) {
	defer func() {
		if recover() != nil {
			err = errPanicked
		}
	}()
	return r.fetch(ctx)
}

// fetch gets the set from where it is.
func (r *remoteSet) fetch(ctx context.Context) (fetched, error) {
	uri, what := r.set.URI, "jwks_uri"
	if uri == "" {
		var err error
		if uri, err = r.discover(ctx); err != nil {
			return fetched{}, err
		}
		what = "jwks_uri of the issuer"
	}
	tenant := r.set.Workspace.Tenant()
	doc, err := r.source.deps.Egress.Fetch(ctx, tenant, egress.JWKS, uri)
	if err != nil {
		return fetched{}, fmt.Errorf("%s: %w", what, err)
	}
	found, err := r.set.parse(doc.Body)
	if err != nil {
		return fetched{}, fmt.Errorf("%s: %w", what, err)
	}
	fresh := defaultFresh
	if doc.Dated {
		fresh = min(max(doc.MaxAge, minFresh), maxFresh)
	}
	return fetched{keys: found, digest: sha256.Sum256(doc.Body), size: len(doc.Body), fresh: fresh}, nil
}

// discover finds where an issuer has its keys (OpenID Connect Discovery 1.0,
// section 4). The document must be about the issuer that it was asked of:
// otherwise one issuer's keys could serve for another's tokens (section 4.3).
func (r *remoteSet) discover(ctx context.Context) (string, error) {
	const what = "discovery document of the issuer"
	at := strings.TrimSuffix(r.set.Issuer, "/") + "/.well-known/openid-configuration"
	doc, err := r.source.deps.Egress.Fetch(ctx, r.set.Workspace.Tenant(), egress.Discovery, at)
	if err != nil {
		return "", fmt.Errorf("%s: %w", what, err)
	}
	var metadata struct {
		Issuer  string `json:"issuer"`
		JWKSURI string `json:"jwks_uri"`
	}
	switch err := json.Unmarshal(doc.Body, &metadata); {
	case err != nil:
		return "", errors.New(what + ": it is not the JSON that it must be")
	case metadata.Issuer != r.set.Issuer:
		return "", errors.New(what + ": it is about another issuer")
	case metadata.JWKSURI == "":
		return "", errors.New(what + ": it has no jwks_uri")
	}
	return metadata.JWKSURI, nil
}
