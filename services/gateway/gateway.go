package gateway

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
)

// The names of the upstreams.
const (
	Token         = "token"
	Authorization = "authorization"
	TenantAdmin   = "tenant-admin"
)

// Deps is what the gateway needs. All three upstreams, Seal and a clock are
// required.
type Deps struct {
	Upstreams map[string]http.Handler // by the names above
	Seal      *server.Seal
	// Front is how requests are taken in, as boot.Platform.ServerConfig has it;
	// New makes it the front of an edge.
	Front server.Config
	// PublicHost, Logger and Now stand for those of Front where they are set.
	PublicHost string
	Logger     *slog.Logger
	Now        func() time.Time
}

// prober is an upstream whose health can be asked.
type prober interface {
	Probe(ctx context.Context) error
}

// forwarder is an upstream that tells why it could not answer, before anything
// is written.
type forwarder interface {
	Forward(w http.ResponseWriter, r *http.Request) error
}

type gateway struct {
	upstreams map[string]http.Handler
	seal      *server.Seal
}

// New returns the gateway.
func New(d Deps) (http.Handler, error) {
	cfg := d.Front
	cfg.Name, cfg.Edge, cfg.Seal = "gateway", true, nil
	cfg.Ready = slices.Clone(cfg.Ready)
	if d.PublicHost != "" {
		cfg.Hosts = append([]string{d.PublicHost}, cfg.Hosts...)
	}
	if d.Logger != nil {
		cfg.Logger = d.Logger
	}
	if d.Now != nil {
		cfg.Now = d.Now
	}
	if d.Seal == nil || cfg.Now == nil {
		return nil, errors.New("gateway: Seal and Now are required")
	}
	for _, name := range []string{Token, Authorization, TenantAdmin} {
		u := d.Upstreams[name]
		if u == nil {
			return nil, fmt.Errorf("gateway: the upstream %q is missing", name)
		}
		if p, ok := u.(prober); ok {
			// One service that is away must not take the others' paths with it.
			cfg.Ready = append(cfg.Ready, server.Probe{Name: name, Check: p.Probe, Grace: -1})
		}
	}
	e := server.New(cfg)
	g := &gateway{upstreams: d.Upstreams, seal: d.Seal}
	e.Any("/*", g.forward)
	return e, nil
}

// Build makes the gateway before the services that the configuration names.
func Build(_ context.Context, p *boot.Platform) (http.Handler, error) {
	upstreams := map[string]http.Handler{}
	transport := NewTransport()
	for name, origin := range map[string]string{
		Token:         p.Config.Gateway.Upstreams.Token,
		Authorization: p.Config.Gateway.Upstreams.Authorization,
		TenantAdmin:   p.Config.Gateway.Upstreams.TenantAdmin,
	} {
		u, err := NewUpstream(origin, transport, p.Logger)
		if err != nil {
			return nil, err
		}
		u.Drain = p.Drain
		upstreams[name] = u
	}
	return New(Deps{Upstreams: upstreams, Seal: p.Seal, Front: p.ServerConfig(boot.GatewayName)})
}

// forward sends the request to the service of its path.
func (g *gateway) forward(c echo.Context) error {
	r := c.Request()
	name, pattern := Route(r.URL.Path)
	if name == "" {
		c.SetPath("none")
		return server.ErrNotFound
	}
	c.SetPath(pattern)
	// First what concerns this hop only, so that no Connection header can name
	// and so remove what is added next.
	removeHopByHop(r.Header)
	peer := server.PeerOf(c)
	r.Header[server.HeaderPeer] = []string{g.seal.Header(r, peer)}

	upstream := g.upstreams[name]
	f, ok := upstream.(forwarder)
	if !ok {
		upstream.ServeHTTP(c.Response(), r)
		return nil
	}
	if err := f.Forward(c.Response(), r); err != nil {
		var e *oauth.Error
		var tooLarge *http.MaxBytesError
		if errors.As(err, &e) || errors.As(err, &tooLarge) {
			return err
		}
		return oauth.ErrTemporarilyUnavailable.Because("the service "+name+" did not answer", err)
	}
	return nil
}

// hopByHop are the fields that concern one connection (RFC 9110, section
// 7.6.1), and those that older programs treat so.
var hopByHop = []string{"Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Http2-Settings", "Expect"}

// kept are fields that no Connection header may remove: without them a request
// would mean something else to the service than to its sender.
var kept = map[string]bool{
	"Host": true, "Content-Type": true, "Content-Length": true, "Content-Encoding": true, "Authorization": true, "Cookie": true, "Origin": true,
	"Dpop": true, "Sec-Fetch-Site": true, "Sec-Fetch-Mode": true, "Sec-Fetch-Dest": true, "If-Match": true, "Idempotency-Key": true,
}

func removeHopByHop(h http.Header) {
	for _, value := range h["Connection"] {
		for name := range strings.SplitSeq(value, ",") {
			name = http.CanonicalHeaderKey(strings.TrimSpace(name))
			if name != "" && !kept[name] {
				delete(h, name)
			}
		}
	}
	for _, name := range hopByHop {
		delete(h, name)
	}
}
