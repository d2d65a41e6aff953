package console

import (
	"context"
	"errors"
	"slices"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/tenant-admin/internal/endpoint"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

// nameChecks may be made from one source in ten minutes: enough to type a name,
// few enough to make listing tenants slow. That a name is taken is what
// registration must tell anyway.
const nameChecks = 120

type sessionForm struct {
	PublicURL    string           `json:"public_url"`
	Registration string           `json:"registration"`
	CSRF         *string          `json:"csrf"`
	Tenants      []tenantForm     `json:"tenants"`
	Remembered   []rememberedForm `json:"remembered"`
}

type tenantForm struct {
	TID         string   `json:"tid"`
	DisplayName string   `json:"display_name"`
	User        userForm `json:"user"`
	Role        string   `json:"role"`
	SignedIn    bool     `json:"signed_in"`
}

type userForm struct {
	Subject string `json:"sub"`
	Name    string `json:"name"`
	Email   string `json:"email"`
}

type rememberedForm struct {
	TID         string `json:"tid"`
	DisplayName string `json:"display_name"`
}

// session says who is signed in where.
func (c *Console) session(ctx echo.Context) error {
	r := ctx.Request()
	if err := c.guard(r, nil); err != nil {
		return err
	}
	at, err := c.current(r)
	if err != nil {
		return err
	}
	out := sessionForm{PublicURL: c.Resolver.PublicURL(), Registration: c.Registration, Tenants: []tenantForm{}, Remembered: []rememberedForm{}}
	if at != nil {
		csrf := c.sessions.csrf(at)
		out.CSRF = &csrf
		for _, tid := range tenantsOf(at) {
			f, err := c.place(r.Context(), tid, at.seats[tid])
			if errors.Is(err, errNoSession) {
				continue
			}
			if err != nil {
				return err
			}
			out.Tenants = append(out.Tenants, f)
		}
	}
	for _, tid := range c.cookies.remembered(r) {
		if slices.ContainsFunc(out.Tenants, func(f tenantForm) bool { return f.TID == tid }) {
			continue
		}
		t, err := c.Resolver.Tenant(r.Context(), tid)
		if errors.Is(err, tenancy.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		out.Remembered = append(out.Remembered, rememberedForm{TID: tid, DisplayName: t.Record().DisplayName})
	}
	return writeJSON(ctx, out)
}

// place shows a person's place at a tenant as it is by now.
func (c *Console) place(ctx context.Context, tid string, at seat) (tenantForm, error) {
	w, err := c.workspace(ctx, tid)
	if errors.Is(err, tenancy.ErrNotFound) {
		return tenantForm{}, errNoSession
	}
	if err != nil {
		return tenantForm{}, err
	}
	m, err := c.Authenticator.Member(ctx, tid, at.ID.Subject)
	if errors.Is(err, store.ErrNotFound) || err == nil && (m.Disabled || c.ended(w, at)) {
		return tenantForm{}, errNoSession
	}
	if err != nil {
		return tenantForm{}, err
	}
	return tenantForm{
		TID: tid, DisplayName: w.Tenant().Record().DisplayName, Role: string(m.Role), SignedIn: true,
		User: userForm{Subject: m.UserID, Name: m.Name, Email: m.Email},
	}, nil
}

// name tells whether a tenant could be registered under a name.
func (c *Console) name(ctx echo.Context) error {
	if err := c.guard(ctx.Request(), nil); err != nil {
		return err
	}
	if err := c.limit(ctx, "tid", nameChecks); err != nil {
		return err
	}
	tid := ctx.Param("tid")
	out := struct {
		TID       string `json:"tid"`
		Valid     bool   `json:"valid"`
		Available bool   `json:"available"`
		Reason    string `json:"reason"`
	}{Reason: "malformed"}
	if !domain.ValidSlug(tid) {
		return writeJSON(ctx, out) // what is no slug is not repeated
	}
	out.TID, out.Valid, out.Reason = tid, true, ""
	// The directory is asked itself: it also knows those that were deleted, whose
	// names are not given away again.
	_, err := c.Caches.Directory.FindTenant(ctx.Request().Context(), tid)
	switch {
	case domain.CheckTID(tid) != nil:
		out.Reason = "reserved"
	case err == nil:
		out.Reason = "taken"
	case errors.Is(err, tenancy.ErrNotFound):
		out.Available = true
	default:
		return err
	}
	return writeJSON(ctx, out)
}

// OnBehalf lets a request to the admin API act for the session: it is checked to
// come from the console, and carries the access token of the tenant in its path.
// Where the session has none the request goes on without, and the API refuses
// what needs one.
func (c *Console) OnBehalf(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ctx echo.Context) error {
		token, err := c.actFor(ctx)
		if err != nil {
			return endpoint.Fail(ctx, err)
		}
		came := ctx.Request()
		r := came.Clone(came.Context())
		delete(r.Header, "Authorization")
		delete(r.Header, "Cookie")
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		ctx.SetRequest(r)
		if ctx.Path() == own+"/v1/tenants" {
			c.welcome(ctx, came)
		}
		return next(ctx)
	}
}

// actFor checks the request and finds the token by which it acts.
func (c *Console) actFor(ctx echo.Context) (string, error) {
	r, tid := ctx.Request(), ctx.Param("tid")
	if tid != "" && !domain.ValidSlug(tid) {
		return "", problem.NotFound.Because("not a slug", nil)
	}
	var of []string
	if tid != "" {
		of = []string{tid}
	}
	at, err := c.current(r, of...)
	if err != nil {
		return "", err
	}
	if err := c.guard(r, at); err != nil {
		return "", err
	}
	if at == nil || tid == "" {
		return "", nil
	}
	return c.token(r.Context(), at, tid)
}
