package page

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// The paths of logos under the workspace.
const (
	WorkspaceLogoPath = "/logo"
	ClientLogoPath    = "/logo/:client_id"
)

// WorkspaceLogo serves the logo of the workspace's branding.
func (p *Pages) WorkspaceLogo() echo.HandlerFunc {
	return func(c echo.Context) error { return p.logo(c, server.Workspace(c).Settings().Branding.LogoURI) }
}

// ClientLogo serves the logo that a client registered.
func (p *Pages) ClientLogo() echo.HandlerFunc {
	return p.handler(func(v *visit) error {
		uri := ""
		if id := v.c.Param("client_id"); domain.ValidClientID(id) {
			client, err := v.client(id)
			if err != nil {
				return err
			}
			if client != nil {
				uri = client.LogoURI
			}
		}
		return p.logo(v.c, uri)
	})
}

// logo answers with the picture at the registered address, or that there is
// none; the page has an initial in its place. To whoever opens it by itself it is
// a picture and nothing else, and other sites cannot embed it.
func (p *Pages) logo(c echo.Context, uri string) error {
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "no-store")
	if uri == "" {
		return c.NoContent(http.StatusNotFound)
	}
	image, err := p.Logos.Get(c.Request().Context(), server.Workspace(c).Tenant(), uri)
	if err != nil {
		return c.NoContent(http.StatusNotFound)
	}
	h.Set("Cache-Control", "public, max-age=600")
	return c.Blob(http.StatusOK, image.Type, image.Body)
}

// logoURL is where the pages of the workspace find a registered logo: nowhere,
// where there is none or none that could be had.
func (p *Pages) logoURL(w tenancy.Workspace, registered, path string) string {
	if registered == "" || p.Logos.Missing(w.Tenant(), registered) {
		return ""
	}
	return w.CookiePath() + path
}

func (v *visit) clientLogoURL(client *domain.Client) string {
	return v.logoURL(v.w, client.LogoURI, strings.Replace(ClientLogoPath, ":client_id", client.ClientID, 1))
}
