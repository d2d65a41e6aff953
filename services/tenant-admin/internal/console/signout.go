package console

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
	"github.com/signet-authz/signet/services/tenant-admin/internal/rules"
)

const maxLogoutBody = 1 << 10

// everywhere stands for all tenants where the console says whom one has left; no
// tenant can have this name.
const everywhere = "*"

// logout takes a person's place at one tenant, or at all, out of the session,
// and ends what they were given there together with their session at the
// authorization server. So the logout_url, to which the browser goes on, asks
// nothing and needs no ID token as a hint: none may reach the browser.
func (c *Console) logout(ctx echo.Context) error {
	r := ctx.Request()
	at, err := c.current(r)
	if err != nil {
		return err
	}
	if err := c.guard(r, at); err != nil {
		return err
	}
	var in struct {
		TID string `json:"tid"`
		All bool   `json:"all"`
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxLogoutBody))
	if err != nil || json.Unmarshal(body, &in) != nil || in.All == (in.TID != "") {
		return problem.Invalid.With(problem.Finding{Detail: "Name a tenant as tid, or say all."})
	}
	if in.TID != "" && !domain.ValidSlug(in.TID) {
		return problem.Invalid.With(problem.Finding{Pointer: "/tid", Detail: "This is no name of a tenant."})
	}
	left := in.TID
	if in.All {
		left = everywhere
	}
	to := signedOutAt(left)
	if at != nil {
		leaving := []string{in.TID}
		if in.All {
			leaving = tenantsOf(at)
		}
		if to, err = c.leave(ctx, at, leaving, left); err != nil {
			return err
		}
	}
	if at == nil || len(at.seats) == 0 {
		c.cookies.set(ctx.Response(), sessionCookie, "", 0)
	}
	return writeJSON(ctx, map[string]string{"logout_url": to})
}

// signedOutAt is the page that says so.
func signedOutAt(left string) string {
	return signIn + "?" + url.Values{"signed_out": {left}}.Encode()
}

// leave ends the places at the tenants and returns where the browser goes to
// lose the cookie of the last of them. What was left comes back to the console as
// the state of that logout.
func (c *Console) leave(ctx echo.Context, at *session, tids []string, left string) (string, error) {
	work, to := context.WithoutCancel(ctx.Request().Context()), signedOutAt(left)
	for _, tid := range tids {
		err := c.sessions.alone(work, at, tid, func(place seat, found bool) error {
			if err := c.sessions.drop(work, at, tid); err != nil || !found {
				return err
			}
			w, err := c.workspace(work, tid)
			if errors.Is(err, tenancy.ErrNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			to = w.CookiePath() + "/oidc/logout?" + url.Values{
				"client_id": {rules.ConsoleClientID}, "post_logout_redirect_uri": {c.Resolver.PublicURL() + rules.ConsolePath}, "state": {left},
			}.Encode()
			return c.signedOut(ctx, w, place)
		})
		if err != nil {
			return "", err
		}
	}
	if len(at.seats) > 0 {
		return to, nil
	}
	return to, c.sessions.kv.Drop(work, at.id)
}

// signedOut ends what the person was given. The console has forgotten the
// refresh token by now, so that one which cannot be revoked is in nobody's hands.
func (c *Console) signedOut(ctx echo.Context, w tenancy.Workspace, place seat) error {
	work := context.WithoutCancel(ctx.Request().Context())
	ev := c.event(ctx, w, "console.sign_out", place.ID)
	if err := c.Party.Revoke(work, w, place.Refresh); err != nil {
		ev.Detail = map[string]string{"refresh_token": "not revoked"}
	}
	c.Record(ev)
	return c.endSession(ctx, w, place)
}

// endSession ends the person's session at the authorization server.
func (c *Console) endSession(ctx echo.Context, w tenancy.Workspace, place seat) error {
	if place.ID.SessionID == "" {
		return nil
	}
	id, err := uuid.Parse(place.ID.SessionID)
	if err != nil {
		return fmt.Errorf("console: sid: %w", err)
	}
	work := context.WithoutCancel(ctx.Request().Context())
	facts, err := c.Store.Workspace(w).EndSession(work, id, c.event(ctx, w, "logout", place.ID))
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	cache.Spread(work, c.Invalidate, facts)
	return nil
}
