package selfcheck

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/password"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

// Bounds of a run. It has answered before the gateway stops waiting.
const (
	probing  = 8 * time.Second
	clearing = 2 * time.Second
	// stale is the age at which what a run made can be no running one's any more.
	stale = time.Minute
)

// Runs of one workspace: one at a time, and no more than these.
const (
	runs    = 10
	runsPer = 5 * time.Minute
)

// Runner runs self-checks. All its fields are required.
type Runner struct {
	Store      *store.Store
	KV         *kv.Store
	Root       *keys.Root
	Pool       *keys.Pool
	Passwords  *password.Hasher
	Invalidate func(context.Context, cache.Invalidation)
	// Channel carries requests for the public URL to the authorization server. One
	// that is a Certified can carry a client certificate too.
	Channel http.RoundTripper
	// Record is told that a run took place; it must not block.
	Record func(domain.AuditEvent)
	// Methods are the client authentication methods that are served.
	Methods []string
	Now     func() time.Time
}

// Run checks the workspace. ev is who asked for it. The error is a
// *problem.Problem where a run is at work or there were too many, else an outage.
func (c *Runner) Run(ctx context.Context, w tenancy.Workspace, ev domain.AuditEvent) (admin.SelfCheck, error) {
	hold := "self-check\n" + w.Key()
	switch _, err := c.KV.Idempotent(ctx, hold, nil); {
	case errors.Is(err, kv.ErrInProgress):
		return admin.SelfCheck{}, problem.SelfCheckRunning
	case err != nil:
		return admin.SelfCheck{}, err
	}
	defer c.release(ctx, hold)
	turn, err := c.KV.Workspace(w).Limit(ctx, kv.Limit{Name: "self-check", Burst: runs, Per: runsPer})
	switch {
	case err != nil:
		return admin.SelfCheck{}, err
	case !turn.Allowed:
		return admin.SelfCheck{}, problem.RateLimited.RetryIn(turn.RetryAfter)
	}
	if err := c.Sweep(ctx, w); err != nil {
		return admin.SelfCheck{}, err
	}
	began := c.Now()
	checks, err := c.checks(ctx, w, ev)
	if err != nil {
		return admin.SelfCheck{}, err
	}
	out := report(string(w.Settings().Profile), began, c.Now(), checks)
	ev.WorkspaceID, ev.Detail = w.ID(), map[string]string{
		"outcome": out.Outcome, "fail": strconv.Itoa(out.Counts.Fail), "warn": strconv.Itoa(out.Counts.Warn),
	}
	ev.Outcome = "success"
	c.Record(ev)
	return out, nil
}

// release lets the next one in. Where that fails the hold ends by itself.
func (c *Runner) release(ctx context.Context, hold string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), clearing)
	defer cancel()
	_ = c.KV.DropIdempotent(ctx, hold)
}

// checks runs every probe, with parties that are gone afterwards.
func (c *Runner) checks(ctx context.Context, w tenancy.Workspace, ev domain.AuditEvent) (checks []admin.SelfCheckResult, err error) {
	r := &run{Runner: c, w: w, settings: w.Settings(), event: ev, parties: map[string]*party{}, mark: c.Root.SelfCheckMark(w, c.Now())}
	r.browser = r.newBrowser()
	defer func() { err = errors.Join(err, r.clear(ctx)) }()

	list := probes(r.settings, c.Methods)
	if w.Record().State != domain.StateActive {
		return unanswered(list), nil
	}
	bounded, cancel := context.WithTimeout(ctx, probing)
	defer cancel()
	if err := r.prepare(bounded); err != nil {
		return nil, fmt.Errorf("selfcheck: %w", err)
	}
	signingIn := true
	for _, p := range list {
		found := skip("The run ended before this could be tried.")
		if bounded.Err() == nil {
			found = p.run(bounded, r)
		}
		switch {
		case p.id == probeCode || p.id == probeTokens:
			signingIn = signingIn && found.outcome != failed
		case !signingIn && found.unfit:
			// One fault is one finding, not fifty.
			found = skip("This builds on signing in, which does not work.")
		}
		checks = append(checks, p.line(found))
	}
	return checks, ctx.Err()
}

// The probes of what most of the others build on.
const (
	probeCode   = "code_flow.code"
	probeTokens = "code_flow.tokens"
)

// unanswered is the report on a workspace that answers nobody.
func unanswered(list []probe) []admin.SelfCheckResult {
	suspended := probe{
		id: "discovery.active", title: "The workspace answers", expected: "active", setting: "state",
		why: "A suspended workspace answers no client and no user.", advice: "Set state to active, and run the self-check again.",
	}
	checks := []admin.SelfCheckResult{suspended.line(fail("suspended"))}
	for _, p := range list {
		checks = append(checks, p.line(skip("The workspace is suspended.")))
	}
	return checks
}

// probes is everything that is tried, in order.
func probes(s domain.Settings, served []string) []probe {
	return slices.Concat(
		discoveryProbes(), codeFlowProbes(), pkceProbes(s), redirectProbes(), clientAuthenticationProbes(s, served),
		tokenProbes(), profileProbes(s), adviceProbes(),
	)
}
