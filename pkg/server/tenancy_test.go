package server

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/stretchr/testify/require"
)

// book is a directory of three workspaces; "down" cannot be looked up.
type book struct{}

func (book) FindTenant(context.Context, string) (domain.Tenant, error) {
	return domain.Tenant{}, tenancy.ErrNotFound
}

func (book) FindWorkspace(_ context.Context, tid, aid string) (domain.Tenant, domain.Workspace, error) {
	t := domain.Tenant{ID: uuid.UUID{1}, TID: tid, State: domain.StateActive}
	w := domain.Workspace{ID: uuid.UUID{2}, TenantID: t.ID, AID: aid, State: domain.StateActive}
	switch tid {
	case "acme":
	case "idle":
		t.State = domain.StateSuspended
	case "down":
		return t, w, errors.New("connection refused")
	default:
		return t, w, tenancy.ErrNotFound
	}
	return t, w, nil
}

func TestTheWorkspaceComesFromThePathByteForByte(t *testing.T) {
	f := newFixture(nil)
	resolver := tenancy.NewResolver(book{}, "https://auth.example")
	g := f.Group("/:tid/:aid", Tenancy(resolver))
	show := func(c echo.Context) error { return c.String(http.StatusOK, Workspace(c).Issuer()) }
	g.GET("/issuer", show)
	g.POST("/issuer", show)

	g.POST("/act", show)

	cases := []struct {
		method, path string
		status       int
	}{
		{http.MethodGet, "/acme/default/act", 405},
		{http.MethodHead, "/acme/default/act", 405},
		{http.MethodGet, "/acme/default/nothing", 404},
		{http.MethodGet, "/nobody/default/act", 404},
		{http.MethodGet, "/acme/default/issuer", 200},
		{http.MethodGet, "/ACME/default/issuer", 404},
		{http.MethodGet, "/acme/Default/issuer", 404},
		{http.MethodGet, "/nobody/default/issuer", 404},
		{http.MethodGet, "/a/default/issuer", 404},
		{http.MethodGet, "/idle/default/issuer", 403},
		{http.MethodPost, "/idle/default/issuer", 401},
		{http.MethodGet, "/down/default/issuer", 503},
	}
	for _, tc := range cases {
		r := httptest.NewRequest(tc.method, tc.path, nil)
		r.Header.Set("X-Tenant-Id", "other")
		r.Header.Set("X-Original-Url", "/other/default/issuer")
		w := f.do(r)
		require.Equal(t, tc.status, w.Code, tc.path)
		if tc.status == 405 {
			require.Equal(t, "POST", w.Header().Get("Allow"))
		}
		if tc.status == 200 {
			require.Equal(t, "https://auth.example/acme/default", w.Body.String())
		}
	}
	require.Contains(t, f.log.String(), `"tid":"acme","aid":"default"`)
}

func TestARouteWithoutTenancyHasNoWorkspace(t *testing.T) {
	f := newFixture(nil)
	f.GET("/plain", func(c echo.Context) error {
		require.False(t, HasWorkspace(c))
		require.Panics(t, func() { Workspace(c).ID() })
		return c.NoContent(http.StatusNoContent)
	})
	require.Equal(t, http.StatusNoContent, f.do(httptest.NewRequest(http.MethodGet, "/plain", nil)).Code)
}

func TestOnlyAWorkspacesOwnMarkMakesASelfCheck(t *testing.T) {
	resolver := tenancy.NewResolver(book{}, "https://auth.example")
	served := func(c echo.Context) error { return c.String(http.StatusOK, strconv.FormatBool(OfSelfCheck(c))) }
	f := newFixture(func(c *Config) {
		c.SelfCheck = func(w tenancy.Workspace, mark string) bool { return w.TID() == "acme" && mark == "good" }
	})
	f.Group("/:tid/:aid", Tenancy(resolver)).GET("/x", served)
	f.GET("/outside", served)
	none := newFixture(nil)
	none.Group("/:tid/:aid", Tenancy(resolver)).GET("/x", served)
	ask := func(f fixture, path string, marks ...string) string {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header[HeaderSelfCheck] = marks
		return f.do(r).Body.String()
	}
	require.Equal(t, "true", ask(f, "/acme/default/x", "good"))
	require.Equal(t, "false", ask(f, "/acme/default/x"))
	require.Equal(t, "false", ask(f, "/acme/default/x", "bad"))
	require.Equal(t, "false", ask(f, "/acme/default/x", "good", "good"))
	require.Equal(t, "false", ask(f, "/outside", "good"), "no workspace")
	require.Equal(t, "false", ask(none, "/acme/default/x", "good"), "a program without the keys")
}
