package server

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/signet-authz/signet/pkg/oauth"
)

// AllowOrigin lets a browser application read the answer where the origin is
// one of the client's own redirect URIs.
func AllowOrigin(c echo.Context, client interface{ AllowsOrigin(string) bool }) {
	origin := c.Request().Header.Get(echo.HeaderOrigin)
	if origin == "" {
		return
	}
	h := c.Response().Header()
	h.Add(echo.HeaderVary, echo.HeaderOrigin)
	if client.AllowsOrigin(origin) {
		h.Set(echo.HeaderAccessControlAllowOrigin, origin)
		h.Set(echo.HeaderAccessControlExposeHeaders, "X-Trace-Id, WWW-Authenticate")
	}
}

// Preflight answers the CORS preflight of an endpoint that clients call from
// browsers. Which origin may read the answer is decided by the answer itself,
// when the client is known.
func Preflight(methods string) echo.HandlerFunc {
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Add(echo.HeaderVary, echo.HeaderOrigin)
		if origin := c.Request().Header.Get(echo.HeaderOrigin); oauth.ValidOrigin(origin) {
			h.Set(echo.HeaderAccessControlAllowOrigin, origin)
			h.Set(echo.HeaderAccessControlAllowMethods, methods)
			h.Set(echo.HeaderAccessControlAllowHeaders, "Authorization, Content-Type, DPoP")
			h.Set(echo.HeaderAccessControlMaxAge, "600")
		}
		h.Set(echo.HeaderAllow, methods+", OPTIONS")
		return c.NoContent(http.StatusNoContent)
	}
}
