package endpoint

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/accesstoken"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
	"github.com/signet-authz/signet/services/token/internal/grant"
)

// Token is the token endpoint (RFC 6749, section 3.2). Every request walks
// through the same phases in the same order; a grant comes in at phase 5 only
// and can skip none of them.
func (e *Endpoints) Token() echo.HandlerFunc {
	return e.Explained("token", func(c echo.Context, w tenancy.Workspace, t *trace.Trace) error {
		ctx := c.Request().Context()

		// 1. Read the form. 2. Authenticate the client.
		client, params, err := e.Client(c, w, t)
		if err != nil {
			return err
		}
		server.AllowOrigin(c, client.Record())

		// 3. Find the grant.
		g, err := e.find(params, t)
		if err != nil {
			return err
		}

		// 4. Policy: what every grant needs checked.
		catalog, err := e.Caches.Catalogs.Catalog(ctx, w)
		if err != nil {
			return oauth.ErrTemporarilyUnavailable.Because("the scopes could not be loaded", err)
		}
		r := &grant.Request{Workspace: w, Client: client, Params: params, Catalog: catalog, Now: e.Now(), Trace: t, Audit: e.event(c, w, client.ID())}
		if err := policy(g, r); err != nil {
			return err
		}
		if err := constrain(r, server.PeerOf(c).Certificate); err != nil {
			return err
		}

		// 5. Exchange: the grant proves that tokens may be issued.
		authorization, err := g.Exchange(ctx, r)
		if err != nil {
			return err
		}
		if r.Confirmation != nil {
			authorization.Confirmation = r.Confirmation
		}

		// 6. Issue.
		tokens, err := e.Issuer.Tokens(ctx, w, client.Record(), catalog, authorization)
		if err != nil {
			return err
		}
		if authorization.GrantID == "" {
			ev := r.Audit
			ev.Action, ev.TargetKind, ev.TargetID = "token.issue", "client", client.ID()
			e.Issued(ev)
		}

		// 7. Write.
		return answer(c, http.StatusOK, tokens)
	})
}

// find is phase 3: the grant by its name.
func (e *Endpoints) find(params oauth.Params, t *trace.Trace) (grant.Grant, error) {
	name := params.Get("grant_type")
	if name == "" {
		t.Fail("grant type known", trace.Check{Expected: "grant_type", Actual: "missing", RFC: "RFC 6749, section 4"})
		return nil, oauth.ErrInvalidRequest.Because("grant_type is missing", nil)
	}
	for _, g := range e.Grants {
		if g.Name() == name {
			t.Pass("grant type known", name)
			t.Grant(g.Name())
			return g, nil
		}
	}
	t.Fail("grant type known", trace.Check{Expected: "a grant type of the metadata", Actual: name, RFC: "RFC 6749, section 5.2"})
	return nil, oauth.ErrUnsupportedGrantType.Because("unknown grant_type", nil)
}

// policy is phase 4: may this client use the grant, and are scope and resource
// such that it may ask for them at all.
func policy(g grant.Grant, r *grant.Request) error {
	client := r.Client.Record()
	if !r.Trace.Check("grant allowed for the client", client.MayUseGrant(g.Name()), trace.Check{Expected: "one of the client's grant_types", Actual: g.Name(), RFC: "RFC 6749, section 5.2", Fix: "Add the grant to the client's grant_types."}) {
		return oauth.ErrUnauthorizedClient.Because("the client has not registered the grant", nil)
	}
	scope, err := oauth.ParseScope(r.Params.Get("scope"))
	if err != nil {
		r.Trace.Fail("scope is well formed", trace.Check{Expected: "scope values separated by single spaces", Actual: err.Error(), RFC: "RFC 6749, section 3.3"})
		return oauth.ErrInvalidScope.Because(err.Error(), nil)
	}
	if missing := scope.Missing(client.Scope); !r.Trace.Check("scope registered", len(missing) == 0, trace.Check{Expected: client.Scope.String(), Actual: missing.String(), RFC: "RFC 6749, section 3.3", Fix: "Add the scope to the client, or ask for less."}) {
		return oauth.ErrInvalidScope.Because("the client has not registered the scope", nil)
	}
	for _, name := range scope {
		if _, known := r.Catalog.Scopes[name]; !known {
			r.Trace.Fail("scope known", trace.Check{Expected: "a scope of the workspace", Actual: name})
			return oauth.ErrInvalidScope.Because("the workspace has no such scope", nil)
		}
	}
	resource := r.Params.All("resource")
	if err := checkResource(r.Catalog, client.Scope, resource, r.Trace); err != nil {
		return err
	}
	r.Scope, r.Resource = scope, resource
	return nil
}

// constrain settles to which certificate the tokens are bound (RFC 8705, section
// 3): for clients that registered so, the one that came with this request.
func constrain(r *grant.Request, certificate []byte) error {
	r.Shown = accesstoken.Confirmation(certificate)
	if !r.Client.Record().CertificateBound {
		return nil
	}
	if !r.Trace.Check("client certificate presented", r.Shown != nil, trace.Check{Expected: "a certificate to bind the access token to", Actual: certificateWord(r.Shown), RFC: "RFC 8705, section 3", Fix: "Call the token endpoint of mtls_endpoint_aliases with the client's certificate, or turn certificate-bound access tokens off for the client."}) {
		return oauth.ErrInvalidRequest.Because("the client's access tokens are bound to a certificate, and none came", nil)
	}
	r.Confirmation = r.Shown
	return nil
}

func certificateWord(shown map[string]string) string {
	if shown == nil {
		return "none"
	}
	return "one came"
}

// maxResources bounds how many resource indicators one request may carry.
const maxResources = 10

// checkResource holds resource indicators (RFC 8707) against the services of
// the workspace: each must be the audience of a service of which the client
// registered a scope, or of one that has no scopes.
func checkResource(catalog *cache.Catalog, registered oauth.Scope, resource []string, t *trace.Trace) error {
	if len(resource) > maxResources {
		return oauth.ErrInvalidTarget.Because("too many resources", nil)
	}
	for _, uri := range resource {
		known := oauth.CheckResource(uri) == nil && catalog.Reachable(registered, uri)
		if !t.Check("resource known", known, trace.Check{Expected: "the audience of a service that the client has scopes of", Actual: uri, RFC: "RFC 8707, section 2", Fix: "Make a service with this audience, and give the client one of its scopes."}) {
			return oauth.ErrInvalidTarget.Because("the resource is not one that the client may use", nil)
		}
	}
	return nil
}
