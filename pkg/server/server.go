package server

import (
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
	oteltrace "go.opentelemetry.io/otel/trace"
)

// Defaults of Config.
const (
	DefaultBodyLimit   = oauth.MaxBodyBytes
	DefaultMaxInFlight = 1024
)

// AccessLog says which requests are logged.
type AccessLog string

// Errors are answers of status 400 and above.
const (
	AccessAll    AccessLog = "all"
	AccessErrors AccessLog = "errors"
	AccessOff    AccessLog = "off"
)

// Config of the front of one program.
type Config struct {
	Name    string // of the program, for logs, metrics and /version
	Version string
	Commit  string
	Logger  *slog.Logger     // nil: nothing is logged
	Now     func() time.Time // required

	// Seal opens what the gateway says of the caller; nil: nothing is believed
	// but the connection itself.
	Seal *Seal
	// Ingress is the proxy that ends TLS in front of this program; nil: there is
	// none.
	Ingress *Ingress
	// Edge is set by the gateway: callers are strangers, so an inbound seal is
	// removed unread, and answers that pass through keep the headers of the
	// service that made them.
	Edge bool
	// Hosts are the values of Host that are answered; others get 421. Empty:
	// any. "loopback" stands for every loopback name and address, at any port.
	Hosts []string
	// Secure says that the public URL is https, whatever this hop is.
	Secure bool

	BodyLimit   int64 // bytes; 0: DefaultBodyLimit
	MaxInFlight int   // requests handled at once; 0: DefaultMaxInFlight
	Access      AccessLog
	Ready       []Probe
	Drain       *Drain   // nil: never drains
	Metrics     *Metrics // nil: nothing is counted
	Tracer      oteltrace.Tracer

	// Classify maps errors of other packages, such as an outage of the store,
	// to rows of the error table. It returns nil for those it does not know.
	Classify func(error) *oauth.Error
	// Render may write an error in a form of its own, for example a page; it
	// tells whether it did. Otherwise the answer is the JSON of RFC 6749.
	Render func(c echo.Context, e *oauth.Error) (written bool, err error)
	// Explanation is the address at which the workspace's administrators find a
	// request explained: the error_uri of what was explained (RFC 6749, section
	// 5.2). nil: errors have none.
	Explanation func(w tenancy.Workspace, traceID string) string
	// SelfCheck tells whether the mark is that of a self-check of the workspace.
	// nil: there is none.
	SelfCheck func(w tenancy.Workspace, mark string) bool
}

// New returns an echo instance with the whole front in place and the routes
// /healthz, /readyz and /version. It panics where Config.Now is missing.
func New(cfg Config) *echo.Echo {
	f := newFront(cfg)
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.Logger.SetOutput(io.Discard)
	e.HTTPErrorHandler = f.writeError
	e.IPExtractor = func(r *http.Request) string { return socketAddr(r).String() }
	e.SchemeExtractor = echo.ExtractSchemeDirect()
	e.Pre(f.handle)
	e.Use(head)

	h := newHealth(f.cfg)
	e.GET(pathHealth, h.live)
	e.GET(pathReady, h.ready)
	e.GET(pathVersion, h.version)
	return e
}

// contextKey holds the *request of a request in its echo.Context: the one
// value that the front keeps there.
const contextKey = "signet"

// request is what the front knows of one request.
type request struct {
	front     *front
	traceID   string
	peer      Peer
	sealed    bool
	head      bool
	workspace workspace
	explained bool   // there is an explanation to look up
	code      string // the error answered, for the access log
	reason    string
	cause     error
}

func requestOf(c echo.Context) *request {
	r, _ := c.Get(contextKey).(*request)
	return r
}

// TraceID is the id under which the request is logged and explained: 32 hex
// digits made here or by the gateway, never by the caller.
func TraceID(c echo.Context) string {
	if r := requestOf(c); r != nil {
		return r.traceID
	}
	return ""
}

// PeerOf is who called: under the gateway's seal, or as the connection says.
func PeerOf(c echo.Context) Peer {
	if r := requestOf(c); r != nil {
		return r.peer
	}
	return socketPeer(c.Request())
}

// HeaderSelfCheck bears the mark of a self-check's requests (keys.Root.SelfCheckMark).
const HeaderSelfCheck = "Self-Check"

// OfSelfCheck tells whether the request is one of a self-check of its workspace,
// which nobody else can pretend.
func OfSelfCheck(c echo.Context) bool {
	marks, r := c.Request().Header[HeaderSelfCheck], requestOf(c)
	return len(marks) == 1 && r != nil && r.workspace.known && r.front.cfg.SelfCheck != nil && r.front.cfg.SelfCheck(r.workspace.handle, marks[0])
}

// Outcome records why a request failed, for handlers that write errors in a
// form of their own: the code they answered, the operator's reason, and the
// error behind it, which may be nil.
func Outcome(c echo.Context, code, reason string, cause error) {
	if r := requestOf(c); r != nil {
		r.code, r.reason, r.cause = code, reason, cause
	}
}
