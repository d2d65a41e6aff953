package console

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/tenant-admin/internal/built"
	"github.com/signet-authz/signet/services/tenant-admin/internal/caller"
	"github.com/signet-authz/signet/services/tenant-admin/internal/endpoint"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
	"github.com/signet-authz/signet/services/tenant-admin/internal/relying"
	"github.com/signet-authz/signet/services/tenant-admin/internal/rules"
)

// Deps are what the console runs on. All of them are required.
type Deps struct {
	Party         *relying.Party
	Authenticator *caller.Authenticator
	Resolver      *tenancy.Resolver
	Store         *store.Store
	KV            *kv.Store
	Root          *keys.Root
	Caches        *cache.Set
	// Invalidate tells this and the other processes what changed.
	Invalidate func(context.Context, cache.Invalidation)
	// Record takes an audit event; it must not block.
	Record func(domain.AuditEvent)
	// Files are the console as it was built; without an index.html in them Front
	// and Notice stand in its place.
	Files         fs.FS
	Front, Notice echo.HandlerFunc
	Registration  string // the mode
	Now           func() time.Time
}

// Console is the back end.
type Console struct {
	Deps
	origin   string
	cookies  cookies
	sessions *sessions
	page     *built.Site
	streams  *streams
}

// New returns the back end.
func New(d Deps) (*Console, error) {
	public, err := url.Parse(d.Resolver.PublicURL())
	if err != nil {
		return nil, err
	}
	page, err := built.Open(d.Files, assetPrefix)
	if err != nil {
		return nil, err
	}
	return &Console{
		Deps: d, origin: oauth.Origin(public), cookies: cookies{secure: public.Scheme == "https", root: d.Root}, page: page, streams: newStreams(),
		sessions: &sessions{kv: d.KV.Console(idleTime), root: d.Root, now: d.Now},
	}, nil
}

// Where the console's own routes are.
const (
	own         = rules.ConsolePath + "/api"
	signIn      = rules.ConsolePath + "/sign-in"
	assetPrefix = "/assets/console/"
)

// Mount adds the console's own routes; the admin API is package endpoint's to
// add, behind OnBehalf.
func (c *Console) Mount(e *echo.Echo) {
	root, page := c.Front, c.Notice
	if c.page != nil {
		root, page = c.page.Show, c.page.Show
		e.GET(assetPrefix+"*", c.page.Asset)
	}
	e.GET("/", root)
	e.GET(rules.ConsolePath, page)
	e.GET(rules.ConsolePath+"/*", page)
	e.GET(rules.ConsolePath+"/login", c.login)
	e.GET(rules.ConsoleCallbackPath, c.callback)
	e.POST(rules.ConsolePath+"/logout", answered(c.logout))
	e.Any(own+"/*", answered(func(echo.Context) error { return problem.NotFound.Because("no route of the console", nil) }))
	e.GET(own+"/session", answered(c.session))
	e.GET(own+"/tids/:tid", answered(c.name))
	e.POST(own+"/invitation", answered(c.invitation))
}

// IsPage tells whether a person looks at what the request is answered with.
func IsPage(r *http.Request) bool {
	return r.Method == http.MethodGet && (r.URL.Path == rules.ConsolePath || strings.HasPrefix(r.URL.Path, rules.ConsolePath+"/")) &&
		!strings.HasPrefix(r.URL.Path, own+"/")
}

// answered writes the problem that a handler's error is.
func answered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if err := next(c); err != nil {
			return endpoint.Fail(c, err)
		}
		return nil
	}
}

// current is the session of the request with the tenants named, or all of them;
// nil where it has none.
func (c *Console) current(r *http.Request, tids ...string) (*session, error) {
	id, secret := c.cookies.session(r)
	return c.sessions.find(r.Context(), id, secret, tids...)
}

// fromConsole tells whether the browser says that the console's own pages made
// the request. One that changes something must say so; where nothing is said of
// a request that reads, nobody else can read the answer.
func (c *Console) fromConsole(r *http.Request) bool {
	reads := r.Method == http.MethodGet
	if site := r.Header["Sec-Fetch-Site"]; len(site) > 0 {
		return len(site) == 1 && (site[0] == "same-origin" || reads && site[0] == "none")
	}
	origin := r.Header["Origin"]
	if len(origin) == 0 {
		return reads
	}
	return len(origin) == 1 && origin[0] == c.origin
}

// guard refuses what did not come from the console, and what changes something
// within a session without its CSRF value.
func (c *Console) guard(r *http.Request, at *session) error {
	if !c.fromConsole(r) {
		return problem.CrossSite.Because("the request comes from another origin", nil)
	}
	if r.Method == http.MethodGet || at == nil {
		return nil
	}
	values := r.Header["X-Csrf-Token"]
	if len(values) != 1 || !c.sessions.checkCSRF(at, values[0]) {
		return problem.CrossSite.Because("X-CSRF-Token is not the session's", nil)
	}
	return nil
}

// limit counts what a source does.
func (c *Console) limit(ctx echo.Context, name string, burst int) error {
	d, err := c.KV.Limit(ctx.Request().Context(), kv.Limit{Name: "console " + name, Key: server.PeerOf(ctx).Source(), Burst: burst, Per: 10 * time.Minute})
	if err != nil {
		return err
	}
	if !d.Allowed {
		return problem.RateLimited.RetryIn(d.RetryAfter)
	}
	return nil
}

// workspace is the tenant's workspace "admin".
func (c *Console) workspace(ctx context.Context, tid string) (tenancy.Workspace, error) {
	return c.Resolver.AnyWorkspace(ctx, tid, domain.AdminWorkspace)
}

// event begins an audit event of the console's about a person.
func (c *Console) event(ctx echo.Context, w tenancy.Workspace, action string, id relying.Identity) domain.AuditEvent {
	ev := domain.AuditEvent{
		WorkspaceID: w.ID(), At: c.Now(), Action: action, ActorKind: caller.KindMember, ActorID: id.Subject,
		TargetKind: "session", TargetID: id.SessionID, Outcome: "success", TraceID: server.TraceID(ctx),
	}
	if ip := server.PeerOf(ctx).IP; ip.IsValid() {
		ev.IP = ip.String()
	}
	return ev
}

// writeJSON answers with what no cache may keep, as the front has said.
func writeJSON(ctx echo.Context, v any) error {
	raw, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return ctx.Blob(http.StatusOK, "application/json", raw)
}

var errNoSession = errors.New("console: no session")
