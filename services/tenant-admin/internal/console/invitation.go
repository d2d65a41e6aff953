package console

import (
	"encoding/json"
	"errors"
	"io"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

const (
	maxInvitationBody = 1 << 10
	// invitationLooks may be taken from one source in ten minutes. Nobody guesses
	// a token; that many pages nobody opens.
	invitationLooks = 60
)

// invitationForm is what somebody invited sees before they accept.
type invitationForm struct {
	DisplayName string `json:"display_name"`
	Email       string `json:"email"`
	Role        string `json:"role"`
}

// invitation tells the bearer of an invitation's token who invites whom. Without
// the token it tells nothing, not even whether there is such a tenant.
func (c *Console) invitation(ctx echo.Context) error {
	r := ctx.Request()
	if err := c.guard(r, nil); err != nil {
		return err
	}
	if err := c.limit(ctx, "invitation", invitationLooks); err != nil {
		return err
	}
	var in struct {
		TID   string `json:"tid"`
		Token string `json:"token"`
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxInvitationBody))
	if err != nil || json.Unmarshal(body, &in) != nil || !domain.ValidSlug(in.TID) || in.Token == "" {
		return problem.NotFound.Because("no invitation is named", nil)
	}
	t, err := c.Resolver.Tenant(r.Context(), in.TID)
	if errors.Is(err, tenancy.ErrNotFound) || err == nil && t.Record().State != domain.StateActive {
		return problem.NotFound.Because("the tenant is unknown or suspended", nil)
	}
	if err != nil {
		return err
	}
	found, err := c.Store.Tenant(t).OpenInvitation(r.Context(), keys.HashBearer(in.Token), c.Now())
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrConsumed) {
		return problem.NotFound.Because("the invitation is unknown, expired or used", err)
	}
	if err != nil {
		return err
	}
	return writeJSON(ctx, invitationForm{DisplayName: t.Record().DisplayName, Email: found.Email, Role: string(found.Role)})
}
