package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/trace"
)

// front is the middleware around every route.
type front struct {
	cfg      Config
	hsts     []string
	inFlight atomic.Int64
}

func newFront(cfg Config) *front {
	if cfg.Now == nil {
		panic("server: Config.Now is required")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.BodyLimit == 0 {
		cfg.BodyLimit = DefaultBodyLimit
	}
	if cfg.MaxInFlight == 0 {
		cfg.MaxInFlight = DefaultMaxInFlight
	}
	if cfg.Access == "" {
		cfg.Access = AccessErrors
	}
	if cfg.Drain == nil {
		cfg.Drain = &Drain{}
	}
	f := &front{cfg: cfg, hsts: valueHSTS}
	if slices.Contains(cfg.Hosts, AnyLoopback) {
		f.hsts = valueHSTSLoopback
	}
	return f
}

// handle admits a request, runs it, and writes, counts and logs its end.
func (f *front) handle(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		started := f.cfg.Now()
		r := c.Request()
		method := r.Method
		rc := &request{front: f, head: method == http.MethodHead && !f.cfg.Edge}
		c.Set(contextKey, rc)
		unbelieved := f.identify(r, rc)

		header := c.Response().Header()
		if !f.cfg.Edge {
			f.stamp(header, r, rc)
		}
		if f.cfg.Drain.Begun() {
			// The client moves to another connection before this one is closed.
			header["Connection"] = valueClose
		}

		health := isHealthPath(r.URL.Path)
		n := f.inFlight.Add(1)
		defer f.inFlight.Add(-1)
		var err error
		switch {
		case unbelieved != nil:
			err = errMalformed.Because("what was said of the caller is not believed", unbelieved)
		case n > int64(f.cfg.MaxInFlight) && !health:
			err = errOverloaded
		default:
			err = f.admit(c, health)
		}
		if err == nil {
			err = f.run(c, rc, next)
		}
		if err != nil {
			c.Error(err)
		}
		f.finish(c, rc, method, f.cfg.Now().Sub(started))
		return nil
	}
}

// identify settles the peer and the trace id, and removes what strangers say
// of either. This is the one place that decides whom to believe: a seal, an
// ingress that has proven itself on this connection, or the connection alone.
func (f *front) identify(r *http.Request, rc *request) error {
	own := socketPeer(r)
	rc.peer = own
	var err error
	switch {
	case !f.cfg.Edge && f.cfg.Seal != nil && len(r.Header[HeaderPeer]) > 0:
		if rc.peer, err = f.cfg.Seal.Open(r); err == nil {
			rc.sealed, rc.traceID = true, rc.peer.TraceID
		}
	case f.cfg.Ingress.proven(r):
		rc.peer, err = f.cfg.Ingress.client(r)
	case own.Certificate != nil && connectionOf(r).onlyIngress():
		rc.peer.Certificate, rc.peer.Chain = nil, nil
	}
	switch {
	case err != nil:
		rc.peer = Peer{IP: own.IP, Scheme: own.Scheme}
	case rc.peer.IP != own.IP:
		// Whatever still asks the request for its sender gets the right one.
		r.RemoteAddr = netip.AddrPortFrom(rc.peer.IP, 0).String()
	}
	if rc.traceID == "" {
		rc.traceID = trace.NewID()
		rc.peer.TraceID = rc.traceID
	}
	StripForwarded(r.Header)
	return err
}

// admit refuses what no handler should see.
func (f *front) admit(c echo.Context, health bool) error {
	r := c.Request()
	switch r.Method {
	case http.MethodGet, http.MethodPost, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
	default:
		c.Response().Header()["Allow"] = []string{"GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"}
		return errMethodNotAllowed
	}
	if !health && !hostAllowed(f.cfg.Hosts, r.Host) {
		return errMisdirected
	}
	if e := CheckTarget(r); e != nil {
		return e
	}
	// Every escape left stands for itself, so the decoded path has the same
	// segments; from here on there is one path, not two.
	r.URL.RawPath = ""
	if err := checkUpgrade(r.Header); err != nil {
		return err
	}
	if err := checkFraming(r, c.Response().Header()); err != nil {
		return err
	}
	if enc := r.Header["Content-Encoding"]; len(enc) > 0 && (len(enc) > 1 || !strings.EqualFold(enc[0], "identity")) {
		return errUnsupportedMedia.Because("the body has a Content-Encoding", nil)
	}
	if !rcPeerFits(c) {
		return errMalformed.Because("the client's certificates are too large", nil)
	}
	if r.ContentLength > f.cfg.BodyLimit {
		return errTooLarge
	}
	if r.Body != nil && r.Body != http.NoBody {
		r.Body = http.MaxBytesReader(c.Response().Writer, r.Body, f.cfg.BodyLimit)
	}
	if r.Method == http.MethodHead && !f.cfg.Edge {
		// See head.
		r.Method = http.MethodGet
	}
	return nil
}

// head serves HEAD as GET without the body (RFC 9110, section 9.3.2). The
// router has looked for GET, and so does the handler, lest it take what is not
// GET for POST; net/http gets its own request back and leaves the body out.
func head(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		if rc := requestOf(c); rc != nil && rc.head {
			own := c.Request()
			get := *own
			own.Method = http.MethodHead
			c.SetRequest(&get)
		}
		return next(c)
	}
}

func rcPeerFits(c echo.Context) bool {
	p := PeerOf(c)
	return p.Certificate == nil || p.fits()
}

// checkUpgrade refuses to become another protocol. An offer of h2c may be
// ignored (RFC 9110, section 7.8), and some common clients make it unasked.
func checkUpgrade(h http.Header) error {
	offers := h["Upgrade"]
	if len(offers) == 0 {
		return nil
	}
	if len(offers) == 1 && strings.EqualFold(offers[0], "h2c") {
		delete(h, "Upgrade")
		delete(h, "Http2-Settings")
		return nil
	}
	return errMalformed.Because("no protocol to upgrade to is served", nil)
}

// run calls the handler, under a span where tracing is on.
func (f *front) run(c echo.Context, rc *request, next echo.HandlerFunc) error {
	if f.cfg.Tracer == nil {
		if f.cfg.Edge {
			// Under our seal it would be taken for our own.
			delete(c.Request().Header, "Traceparent")
			delete(c.Request().Header, "Tracestate")
		}
		return f.guarded(c, rc, next)
	}
	end := f.startSpan(c, rc)
	err := f.guarded(c, rc, next)
	end(err)
	return err
}

// guarded turns a panic of the handler into an error.
func (f *front) guarded(c echo.Context, rc *request, next echo.HandlerFunc) (err error) {
	defer func() {
		v := recover()
		if v == nil {
			return
		}
		if e, ok := v.(error); ok && errors.Is(e, http.ErrAbortHandler) {
			panic(v) // net/http cuts the connection: an answer broke off half-way
		}
		f.cfg.Logger.LogAttrs(context.Background(), slog.LevelError, "panic", slog.String("service", f.cfg.Name),
			slog.String("trace_id", rc.traceID), slog.String("route", c.Path()), slog.String("panic", fmt.Sprint(v)), slog.String("stack", string(debug.Stack())))
		err = oauth.ErrServerError.Because("panic", nil)
	}()
	return next(c)
}

// finish counts and logs the request.
func (f *front) finish(c echo.Context, rc *request, method string, took time.Duration) {
	status := c.Response().Status
	f.cfg.Metrics.request(f.cfg.Name, method, c.Path(), status, took)
	if f.cfg.Access == AccessOff || f.cfg.Access == AccessErrors && status < http.StatusBadRequest {
		return
	}
	level := slog.LevelInfo
	if status >= http.StatusInternalServerError {
		level = slog.LevelError
	}
	ctx := c.Request().Context()
	if !f.cfg.Logger.Enabled(ctx, level) {
		return
	}
	attrs := make([]slog.Attr, 0, 12)
	attrs = append(attrs, slog.String("service", f.cfg.Name), slog.String("method", method), slog.String("route", c.Path()),
		slog.Int("status", status), slog.Float64("duration_ms", float64(took.Microseconds())/1000), slog.String("trace_id", rc.traceID), slog.String("peer", rc.peer.IP.String()))
	if rc.workspace.known {
		attrs = append(attrs, slog.String("tid", rc.workspace.handle.TID()), slog.String("aid", rc.workspace.handle.AID()))
	}
	if rc.code != "" {
		attrs = append(attrs, slog.String("error", rc.code), slog.String("reason", rc.reason))
	}
	if rc.cause != nil && status >= http.StatusInternalServerError {
		attrs = append(attrs, slog.String("cause", rc.cause.Error()))
	}
	f.cfg.Logger.LogAttrs(ctx, level, "request", attrs...)
}

// hostAllowed compares Host with the public ones, without their default port.
func hostAllowed(hosts []string, host string) bool {
	if len(hosts) == 0 {
		return true
	}
	host = canonicalHost(host)
	for _, h := range hosts {
		if h == AnyLoopback && loopback(host) || h != AnyLoopback && canonicalHost(h) == host {
			return true
		}
	}
	return false
}

// AnyLoopback in Config.Hosts stands for localhost and every loopback address,
// at any port.
const AnyLoopback = "loopback"

func canonicalHost(host string) string {
	for i := range len(host) {
		if c := host[i]; c >= 'A' && c <= 'Z' {
			host = strings.ToLower(host)
			break
		}
	}
	if h, ok := strings.CutSuffix(host, ":443"); ok {
		return h
	}
	if h, ok := strings.CutSuffix(host, ":80"); ok {
		return h
	}
	return host
}

func loopback(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.IsLoopback()
}
