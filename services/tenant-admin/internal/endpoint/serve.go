package endpoint

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/tenant-admin/internal/caller"
	"github.com/signet-authz/signet/services/tenant-admin/internal/document"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

// call is one admitted request. Its tenant and workspace are set where the path
// names them.
type call struct {
	ctx       context.Context
	echo      echo.Context
	op        *document.Operation
	caller    caller.Caller
	tenant    tenancy.Tenant
	workspace tenancy.Workspace
	query     oauth.Params
	body      []byte
}

// answer is what a handler has to say.
type answer struct {
	Status   int    `json:"status"`
	Location string `json:"location,omitempty"`
	ETag     string `json:"etag,omitempty"`
	Body     any    `json:"-"`
	// Raw is Body as it goes over the wire.
	Raw json.RawMessage `json:"body,omitempty"`
}

func ok(body any, etag string) (answer, error) {
	return answer{Status: http.StatusOK, Body: body, ETag: etag}, nil
}

func made(body any, etag, location string) (answer, error) {
	return answer{Status: http.StatusCreated, Body: body, ETag: etag, Location: location}, nil
}

func gone(err error) (answer, error) {
	return answer{Status: http.StatusNoContent}, err
}

// handle is the way of every request of the admin API.
func (a *API) handle(r route, op *document.Operation) echo.HandlerFunc {
	return func(c echo.Context) error {
		k := &call{ctx: c.Request().Context(), echo: c, op: op}
		ans, err := a.phases(r, k)
		if err != nil {
			return Fail(c, err)
		}
		return write(c, ans)
	}
}

// Fail answers with the problem that an error is. What is none, an outage or a
// fault, it returns: the front knows which.
func Fail(c echo.Context, err error) error {
	if p := problem.From(err); p != nil {
		return writeProblem(c, p)
	}
	return err
}

// phases are what stands around every handler, each once, in order.
func (a *API) phases(r route, k *call) (answer, error) {
	// 1. Who is calling?
	if err := a.identify(r, k); err != nil {
		return answer{}, err
	}
	// 2. What is it about? Another tenant's is as unknown as one that never was.
	if err := a.locate(r, k); err != nil {
		return answer{}, err
	}
	// 3. May the caller do that?
	if err := authorize(r, k); err != nil {
		return answer{}, err
	}
	// 4. Is the request well formed?
	if err := k.read(); err != nil {
		return answer{}, err
	}
	// 5. Has it been answered before? If not, answer it.
	return a.once(k, func() (answer, error) { return unlessChanged(r, k) })
}

func (a *API) identify(r route, k *call) (err error) {
	if r.needs == caller.Anyone {
		return nil
	}
	k.caller, err = a.Authenticator.Authenticate(k.ctx, k.echo.Request().Header["Authorization"], server.PeerOf(k.echo).Certificate)
	return err
}

func (a *API) locate(r route, k *call) error {
	tid, aid := k.echo.Param("tid"), k.echo.Param("aid")
	var err error
	switch {
	case tid == "":
		return nil
	case r.needs == caller.Anyone:
		k.tenant, err = a.Resolver.Tenant(k.ctx, tid)
		return err
	case !k.caller.Of(tid):
		return problem.NotFound.Because("another tenant's caller", nil)
	}
	k.tenant = k.caller.Tenant()
	if k.tenant.Record().State != domain.StateActive {
		return problem.Suspended
	}
	if aid == "" {
		return nil
	}
	if k.workspace, err = a.Resolver.AnyWorkspace(k.ctx, tid, aid); err != nil {
		return err
	}
	server.SetWorkspace(k.echo, k.workspace)
	return nil
}

func authorize(r route, k *call) error {
	needs := r.needsOn(k.echo.Param("aid"))
	if needs <= k.caller.Reach() {
		return nil
	}
	if needs > k.caller.ScopeReach() {
		scope := oauth.ScopeAdminWrite
		if needs == caller.Read {
			scope = oauth.ScopeAdminRead
		}
		return problem.InsufficientScope.Challenged(`Bearer realm="signet", error="insufficient_scope", scope="` + scope + `"`)
	}
	return problem.Forbidden.Because("the role does not reach that far", nil)
}

// read takes in the query and the body, as far as the specification allows.
func (k *call) read() error {
	r := k.echo.Request()
	query, err := oauth.ParseForm(r.URL.RawQuery)
	if err != nil {
		return problem.Invalid.With(problem.Finding{Detail: "The query is malformed or repeats a parameter."})
	}
	for name := range query {
		if !slices.Contains(k.op.Query, name) {
			return problem.Invalid.With(problem.Finding{Detail: "The query has a parameter that is not known here."})
		}
	}
	k.query = query
	if k.op.Schema == nil {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		var tooLarge *http.MaxBytesError
		if errors.As(err, &tooLarge) {
			return problem.TooLarge
		}
		return problem.Malformed.Because("the body broke off", err)
	}
	k.body = body
	if len(body) == 0 && !k.op.BodyRequired {
		return nil
	}
	return k.checkMediaType()
}

// unlessChanged runs the handler. A write that lost a race against another one
// runs again on what the other has left, unless the caller has said what it
// expects to find.
func unlessChanged(r route, k *call) (answer, error) {
	const tries = 3
	for try := 1; ; try++ {
		ans, err := r.serve(k)
		var c *store.ConflictError
		if !errors.As(err, &c) || c.Field != store.FieldVersion {
			return ans, err
		}
		if k.echo.Request().Header.Get("If-Match") != "" {
			return answer{}, problem.PreconditionFailed.Because("lost update", err)
		}
		if try == tries {
			return answer{}, err
		}
	}
}

// write sends an answer.
func write(c echo.Context, a answer) error {
	h := c.Response().Header()
	if a.ETag != "" {
		h.Set("ETag", a.ETag)
	}
	if a.Location != "" {
		h.Set("Location", a.Location)
	}
	if a.Status == http.StatusNoContent {
		return c.NoContent(a.Status)
	}
	raw, err := a.encoded()
	if err != nil {
		return err
	}
	return c.Blob(a.Status, "application/json", raw)
}

func (a answer) encoded() ([]byte, error) {
	if a.Raw != nil || a.Body == nil {
		return a.Raw, nil
	}
	return json.Marshal(a.Body)
}

// writeProblem sends a problem, once, and tells the log why.
func writeProblem(c echo.Context, p *problem.Problem) error {
	server.Outcome(c, p.Code, p.Reason(), errors.Unwrap(p))
	if c.Response().Committed {
		return nil
	}
	raw, err := p.Body(server.TraceID(c))
	if err != nil {
		return err
	}
	h := c.Response().Header()
	if wait := p.RetryAfter(); wait > 0 && h.Get("Retry-After") == "" {
		h.Set("Retry-After", strconv.Itoa(int((wait+time.Second-1)/time.Second)))
	}
	if challenge := p.Challenge(); challenge != "" {
		h.Set("WWW-Authenticate", challenge)
	}
	h.Set("Cache-Control", "no-store")
	return c.Blob(p.Status, problemType, raw)
}

// event begins the audit event of this call.
func (k *call) event(action, targetKind, targetID string) domain.AuditEvent {
	return domain.AuditEvent{
		Action: action, ActorKind: k.caller.Kind(), ActorID: k.caller.ID(), TargetKind: targetKind, TargetID: targetID,
		IP: server.PeerOf(k.echo).IP.String(), TraceID: server.TraceID(k.echo),
	}
}

// path is the path of the request itself, with more segments behind it.
func (k *call) path(segments ...string) string {
	return strings.Join(append([]string{k.echo.Request().URL.Path}, segments...), "/")
}
