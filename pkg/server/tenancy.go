package server

import (
	"errors"

	"github.com/labstack/echo/v4"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
)

type workspace struct {
	handle tenancy.Workspace
	known  bool
}

// Tenancy resolves the path parameters :tid and :aid to a workspace, byte for
// byte, before the handler runs. An unknown one is 404, a suspended one is
// refused, and a directory that cannot answer is 503.
func Tenancy(resolver *tenancy.Resolver) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			w, err := resolver.Workspace(c.Request().Context(), c.Param("tid"), c.Param("aid"))
			if err != nil {
				if errors.Is(err, tenancy.ErrNotFound) || errors.Is(err, tenancy.ErrSuspended) {
					return err
				}
				return oauth.ErrTemporarilyUnavailable.Because("the workspace could not be looked up", err)
			}
			SetWorkspace(c, w)
			return next(c)
		}
	}
}

// SetWorkspace names the workspace that the request is about, for programs
// that resolve it by other means than Tenancy.
func SetWorkspace(c echo.Context, w tenancy.Workspace) {
	if r := requestOf(c); r != nil {
		r.workspace = workspace{handle: w, known: true}
	}
}

// Workspace is the workspace that Tenancy resolved. On a route without Tenancy
// it is the zero handle, which panics when it is used.
func Workspace(c echo.Context) tenancy.Workspace {
	if r := requestOf(c); r != nil {
		return r.workspace.handle
	}
	return tenancy.Workspace{}
}

// HasWorkspace tells whether a workspace has been resolved: error pages may be
// asked for before that.
func HasWorkspace(c echo.Context) bool {
	r := requestOf(c)
	return r != nil && r.workspace.known
}
