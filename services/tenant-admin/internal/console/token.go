package console

import (
	"context"
	"errors"
	"time"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
	"github.com/signet-authz/signet/services/tenant-admin/internal/relying"
)

const (
	renewBefore  = time.Minute
	renewTimeout = 10 * time.Second // below holdTime
)

// token is an access token of the session for the tenant that the admin API
// will take, renewed where it must be; empty where there is none any more.
func (c *Console) token(ctx context.Context, at *session, tid string) (string, error) {
	place, found := at.seats[tid]
	if !found {
		return "", nil
	}
	w, err := c.workspace(ctx, tid)
	if errors.Is(err, tenancy.ErrNotFound) {
		return "", c.sessions.drop(ctx, at, tid)
	}
	if err != nil {
		return "", err
	}
	if w.Tenant().Record().State != domain.StateActive {
		return "", problem.Suspended // its authorization server answers nobody
	}
	if c.ended(w, place) {
		return "", c.sessions.drop(ctx, at, tid)
	}
	if place.fresh(c.Now()) {
		if ok, err := c.accepted(ctx, place.Access); ok || err != nil {
			return place.Access, err
		}
	}
	return c.renewed(ctx, at, w, place)
}

// fresh tells whether the access token will last a moment longer.
func (s seat) fresh(now time.Time) bool { return now.Add(renewBefore).Before(s.AccessEnds) }

// renewed spends the refresh token, once for all requests that need it.
func (c *Console) renewed(ctx context.Context, at *session, w tenancy.Workspace, stale seat) (string, error) {
	// A rotation that was begun is carried through: its successor is the only
	// refresh token that is still good.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewTimeout)
	defer cancel()
	tid, token := w.TID(), ""
	err := c.sessions.alone(ctx, at, tid, func(place seat, found bool) error {
		if !found {
			return nil
		}
		if place.Access != stale.Access {
			token = place.Access // somebody else did it
			return nil
		}
		t, err := c.Party.Renew(ctx, w, place.Tokens)
		switch {
		case relying.Ended(err):
			return c.sessions.drop(ctx, at, tid)
		case err != nil:
			return unrenewed(err)
		}
		token = t.Access
		return c.sessions.put(ctx, at, tid, seat{Tokens: t, Ends: place.Ends})
	})
	if err == nil || !c.Now().Before(stale.AccessEnds) {
		return token, err
	}
	// The old one has not ended yet and may do until the server is back.
	if ok, _ := c.accepted(ctx, stale.Access); ok {
		return stale.Access, nil
	}
	return "", err
}

// unrenewed makes a refusal that ends nothing an outage: it is the service that
// refused itself.
func unrenewed(err error) error {
	var no *relying.Refusal
	if errors.As(err, &no) {
		return problem.Unavailable.Because("the tokens could not be renewed", err)
	}
	return err
}

// accepted tells whether the admin API takes the token.
func (c *Console) accepted(ctx context.Context, token string) (bool, error) {
	_, err := c.Authenticator.Authenticate(ctx, []string{"Bearer " + token}, nil)
	if errors.Is(err, problem.Unauthenticated) {
		return false, nil
	}
	return err == nil, err
}

// ended tells whether the person's session at the authorization server was
// ended: whoever signs out there is signed out here.
func (c *Console) ended(w tenancy.Workspace, place seat) bool {
	return c.Caches.Revocations.Ended(cache.Facts{WorkspaceID: w.ID(), SessionID: place.ID.SessionID, IssuedAt: c.Now()})
}
