package page

import (
	"errors"

	"github.com/google/uuid"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/trace"
	"github.com/signet-authz/signet/services/authorization/internal/request"
	"github.com/signet-authz/signet/web/pages"
)

// startSession begins a new session and returns the cookie that stands for it.
// Both are always new, so that a cookie planted before the login is worth
// nothing after it, and no two logins share a sid.
func (v *visit) startSession(user domain.User) (s domain.Session, token string, failure pages.LoginError, err error) {
	id, err := uuid.NewV7()
	if err != nil {
		return s, "", "", oauth.ErrServerError.Because("no session id could be made", err)
	}
	now, settings := v.Now(), v.w.Settings()
	token = keys.NewBearer()
	s = domain.Session{
		ID: id, TokenHash: keys.HashBearer(token), UserID: user.UserID,
		AuthTime: now, ACR: request.ACRPassword, AMR: []string{"pwd"}, // RFC 8176
		CreatedAt: now, LastSeenAt: now, ExpiresAt: now.Add(settings.SessionTTL), MaxEndsAt: now.Add(settings.SessionMaxTTL),
		UserAgent: v.c.Request().UserAgent(), IP: v.address(),
	}
	ev := v.userEvent("login.succeed", user.UserID, "session", id.String())
	err = v.Store.Workspace(v.w).StartSession(v.ctx, s, ev)
	if errors.Is(err, store.ErrNotFound) {
		v.trace.Fail(checkUserEnabled, trace.Check{Expected: "enabled", Actual: "disabled", Fix: "Enable the user."})
		return s, "", pages.LoginRefused, nil // disabled within the moment since
	}
	if err != nil {
		return s, "", "", oauth.ErrTemporarilyUnavailable.Because("the session could not be kept", err)
	}
	return s, token, "", nil
}

// displayName is what a page calls the user.
func displayName(u domain.User) string {
	for _, name := range []string{u.Name, u.Username, u.Email} {
		if name != "" {
			return name
		}
	}
	return u.UserID
}
