package endpoint

import (
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
	"github.com/signet-authz/signet/services/authorization/internal/request"
)

// pushed is the answer of RFC 9126, section 2.2.
type pushed struct {
	RequestURI string `json:"request_uri"`
	ExpiresIn  int    `json:"expires_in"` // seconds
}

// PAR is the pushed authorization request endpoint (RFC 9126, section 2). What
// the authorization endpoint would refuse is refused here, to the client itself.
func (e *Endpoints) PAR() echo.HandlerFunc {
	return e.Explained("par", func(c echo.Context, w tenancy.Workspace, t *trace.Trace) error {
		client, params, err := e.Client(c, w, t)
		if err != nil {
			return err
		}
		server.AllowOrigin(c, client.Record())
		in, err := e.Facts.Input(c.Request().Context(), w, params, t)
		if err != nil {
			return err
		}
		in.Pusher = client.Record()
		_, r, refusal := request.Judge(request.PAR, in)
		if refusal != nil {
			return refusal.Err
		}
		raw, err := r.Pushed()
		if err != nil {
			return oauth.ErrServerError.Because("the request could not be written", err)
		}
		uri, hash := request.NewRequestURI()
		ttl := w.Settings().PARTTL
		if err := e.KV.Workspace(w).PutPAR(c.Request().Context(), hash, raw, ttl); err != nil {
			return oauth.ErrTemporarilyUnavailable.Because("the request could not be kept", err)
		}
		body, err := json.Marshal(pushed{RequestURI: uri, ExpiresIn: int(ttl.Seconds())})
		if err != nil {
			return oauth.ErrServerError.Because("the answer could not be written", err)
		}
		c.Response().Header().Set("Cache-Control", "no-cache, no-store")
		c.Response().Header().Set("Pragma", "no-cache")
		return c.Blob(http.StatusCreated, server.ContentTypeJSON, body)
	})
}
