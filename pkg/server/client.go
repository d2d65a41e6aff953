package server

import (
	"time"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
)

// ClientEndpoint is what the endpoints that clients call themselves have in
// common, whichever service they belong to: the request is explained, and its
// client proves itself, before anything else happens.
type ClientEndpoint struct {
	Authenticator *clientauth.Authenticator
	Traces        *trace.Recorder
	Now           func() time.Time
}

// Explained runs a handler with a trace of its checks, which is finished and
// kept whatever the outcome.
func (e *ClientEndpoint) Explained(name string, h func(echo.Context, tenancy.Workspace, *trace.Trace) error) echo.HandlerFunc {
	return func(c echo.Context) error {
		w := Workspace(c)
		t := trace.Start(TraceID(c), name, e.Now())
		if r := requestOf(c); r != nil {
			r.explained = true
		}
		if OfSelfCheck(c) {
			t.Aside()
		}
		err := h(c, w, t)
		if err != nil {
			t.Finish(trace.Refused, oauth.AsError(err))
		} else {
			t.Finish(trace.Granted, nil)
		}
		e.Traces.Record(w, t)
		return err
	}
}

// Client reads the request and runs the client authentication phase.
func (e *ClientEndpoint) Client(c echo.Context, w tenancy.Workspace, t *trace.Trace) (clientauth.Client, oauth.Params, error) {
	params, err := ReadParams(c)
	if err != nil {
		t.Fail("request is well formed", trace.Check{Expected: "one form of parameters that do not repeat", Actual: oauth.AsError(err).Reason(), RFC: "RFC 6749, section 3.2"})
		return clientauth.Client{}, nil, err
	}
	peer := PeerOf(c)
	client, err := e.Authenticator.Authenticate(c.Request().Context(), w, &clientauth.Request{
		Params: params, Authorization: c.Request().Header.Values(echo.HeaderAuthorization),
		IP: peer.IP, Certificate: peer.Certificate, Chain: peer.Chain, Endpoint: w.Endpoint(c.Request().URL.Path[len(w.CookiePath()):]),
	}, t)
	return client, params, err
}
