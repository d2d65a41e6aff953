package egress

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// Bounds of fetches.
const (
	MaxBytes       = 64 << 10 // of a document
	MaxLogoBytes   = 256 << 10
	MaxFetches     = 256 // at once
	MaxOfTenant    = 16  // of them for one tenant
	defaultTimeout = 3 * time.Second
	maxHeaderBytes = 16 << 10
	maxURLBytes    = 2048
	minPort        = 1024 // of those other than 443
)

// Purpose is what a document is fetched for, in the words of the metric.
type Purpose string

// The purposes of fetches.
const (
	JWKS      Purpose = "jwks"
	Discovery Purpose = "discovery"
	Logo      Purpose = "logo"
)

// bytes is how large a document of the purpose may be.
func (p Purpose) bytes() int64 {
	if p == Logo {
		return MaxLogoBytes
	}
	return MaxBytes
}

// accept says what is hoped for. Whatever comes is read all the same.
func (p Purpose) accept() string {
	if p == Logo {
		return "image/webp, image/png, image/jpeg, image/gif"
	}
	return "application/json, application/jwk-set+json"
}

// Document is what was fetched.
type Document struct {
	Body []byte
	// MaxAge is for how long it may be used, where Dated; its source did not say
	// otherwise.
	MaxAge time.Duration
	Dated  bool
}

// Config of a Client. The zero value permits public addresses and the roots of
// the system.
type Config struct {
	Allow []Allow
	Roots []*x509.Certificate // beside the system's
	// Timeout is for a fetch as a whole: name, connection, TLS, headers and body.
	// Zero means 3 s.
	Timeout time.Duration
	// Resolver finds the addresses of names; nil: the system's.
	Resolver *net.Resolver
	// Count is told of every fetch. It may be nil.
	Count  func(Purpose, Result)
	Logger *slog.Logger // nil: nothing is logged
}

// Client fetches documents.
type Client struct {
	config   Config
	hosts    map[string]bool // that may be dialed wherever they are
	excepted net.Dialer      // for these
	guarded  net.Dialer      // for all others
	tls      *tls.Config

	closed context.Context // ends with the Client, and every fetch with it
	close  context.CancelFunc

	mu      sync.Mutex
	all     int
	tenants map[uuid.UUID]int
	running sync.WaitGroup
}

// New returns a client. It fails where the system's roots cannot be read.
func New(c Config) (*Client, error) {
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("roots of the system: %w", err)
	}
	for _, root := range c.Roots {
		pool.AddCert(root)
	}
	if c.Timeout <= 0 {
		c.Timeout = defaultTimeout
	}
	if c.Count == nil {
		c.Count = func(Purpose, Result) {}
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	client := &Client{config: c, hosts: map[string]bool{}, tenants: map[uuid.UUID]int{}, tls: &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: pool}}
	var networks []netip.Prefix
	for _, a := range c.Allow {
		if a.host != "" {
			client.hosts[a.host] = true
		} else {
			networks = append(networks, a.prefix)
		}
	}
	client.excepted = net.Dialer{Resolver: c.Resolver, KeepAlive: -1}
	client.guarded = net.Dialer{Resolver: c.Resolver, KeepAlive: -1, Control: newGuard(networks).control}
	client.closed, client.close = context.WithCancel(context.Background())
	return client, nil
}

// Close gives up every fetch and waits until the last has ended. Later ones
// fail at once.
func (c *Client) Close() {
	c.mu.Lock()
	c.close()
	c.mu.Unlock()
	c.running.Wait()
}

// Fetch gets the document at a URL that somebody of the tenant chose. Its error
// is an *Error.
func (c *Client) Fetch(ctx context.Context, t tenancy.Tenant, purpose Purpose, address string) (Document, error) {
	doc, fault := c.fetch(ctx, t.ID(), purpose, address)
	if fault == nil {
		c.config.Count(purpose, OK)
		return doc, nil
	}
	c.config.Count(purpose, fault.Result)
	level := slog.LevelInfo
	if fault.Result == Refused {
		level = slog.LevelWarn
	}
	attrs := []slog.Attr{slog.String("purpose", string(purpose)), slog.String("tid", t.TID()), slog.String("result", string(fault.Result)), slog.String("reason", fault.reason)}
	if fault.cause != nil {
		attrs = append(attrs, slog.String("error", fault.cause.Error()))
	}
	c.config.Logger.LogAttrs(ctx, level, "fetch failed", attrs...)
	return Document{}, fault
}

func (c *Client) fetch(ctx context.Context, tenant uuid.UUID, purpose Purpose, address string) (Document, *Error) {
	u, fault := c.target(address)
	if fault != nil {
		return Document{}, fault
	}
	leave, fault := c.enter(tenant)
	if fault != nil {
		return Document{}, fault
	}
	defer leave()
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	defer context.AfterFunc(c.closed, cancel)()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return Document{}, &Error{Refused, "it is not a URL", err}
	}
	r.Header.Set("Accept", purpose.accept())
	r.Header.Set("User-Agent", "Signet")
	// A transport by itself follows no redirects and keeps no cookies.
	res, err := c.transport(ctx).RoundTrip(r)
	if err != nil {
		return Document{}, c.failure(ctx, err)
	}
	defer func() { _ = res.Body.Close() }()
	return c.read(ctx, res, purpose.bytes())
}

// read takes the document out of an answer.
func (c *Client) read(ctx context.Context, res *http.Response, most int64) (Document, *Error) {
	if res.StatusCode != http.StatusOK {
		reason := fmt.Sprintf("the answer was %d instead of 200", res.StatusCode)
		if res.StatusCode >= 300 && res.StatusCode < 400 {
			reason += "; redirects are not followed"
		}
		return Document{}, &Error{Status, reason, nil}
	}
	// Compression was not asked for: what comes compressed could unfold without end.
	if e := strings.ToLower(res.Header.Get("Content-Encoding")); e != "" && e != "identity" {
		return Document{}, &Error{Unreadable, "the answer is compressed, which was not asked for", nil}
	}
	long := &Error{Unreadable, fmt.Sprintf("the answer is longer than %d KiB", most>>10), nil}
	if res.ContentLength > most {
		return Document{}, long
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, most+1))
	switch {
	case err != nil:
		return Document{}, c.failure(ctx, err)
	case int64(len(body)) > most:
		return Document{}, long
	}
	d := Document{Body: body}
	d.MaxAge, d.Dated = freshness(res.Header)
	return d, nil
}

// target holds a URL to the rules that need no look at where it leads.
func (c *Client) target(address string) (*url.URL, *Error) {
	refuse := func(reason string) (*url.URL, *Error) { return nil, &Error{Refused, reason, nil} }
	if len(address) > maxURLBytes {
		return refuse("the URL is too long")
	}
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Opaque != "" || u.Hostname() == "":
		return refuse("it is not a URL with a host")
	case u.User != nil || u.Fragment != "":
		return refuse("the URL must have neither a user nor a fragment")
	case u.Scheme != "https" && u.Scheme != "http":
		return refuse("the scheme must be https")
	}
	u.Host = strings.ToLower(u.Host)
	port := u.Port()
	if port == "" {
		port = map[string]string{"https": "443", "http": "80"}[u.Scheme]
	}
	if c.hosts[net.JoinHostPort(u.Hostname(), port)] {
		return u, nil
	}
	if u.Scheme != "https" {
		return refuse("the scheme must be https")
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n != 443 && n < minPort {
		return refuse("the port must be 443 or lie above 1023")
	}
	return u, nil
}

// enter counts a fetch in, or refuses it, until leave.
func (c *Client) enter(tenant uuid.UUID) (leave func(), _ *Error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed.Err() != nil:
		return nil, &Error{Ended, "the fetch was given up", errors.New("the client is closed")}
	case c.all >= MaxFetches:
		return nil, &Error{Busy, "too many documents are being fetched at the moment", nil}
	case c.tenants[tenant] >= MaxOfTenant:
		return nil, &Error{Busy, "too many documents of this tenant are being fetched at the moment", nil}
	}
	c.all++
	c.tenants[tenant]++
	c.running.Add(1)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.all--
		if c.tenants[tenant]--; c.tenants[tenant] == 0 {
			delete(c.tenants, tenant)
		}
		c.running.Done()
	}, nil
}

// transport serves one fetch. A shared one would keep on dialing for requests
// that have ended, uncounted; here everything ends with the fetch.
func (c *Client) transport(ctx context.Context) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  nil, // whatever the environment says
		DisableCompression:     true,
		DisableKeepAlives:      true,
		MaxResponseHeaderBytes: maxHeaderBytes,
		Protocols:              protocols,
		DialContext: func(_ context.Context, network, address string) (net.Conn, error) {
			return c.dial(ctx, network, address)
		},
		DialTLSContext: func(_ context.Context, network, address string) (net.Conn, error) {
			return c.dialTLS(ctx, network, address)
		},
	}
}

// dial connects to HOST:PORT. The deadline lies on the connection itself, so
// that nothing which is done with it outlasts the fetch.
func (c *Client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := &c.guarded
	if c.hosts[address] {
		dialer = &c.excepted
	}
	conn, err := dialer.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	if end, ok := ctx.Deadline(); ok {
		err = conn.SetDeadline(end)
	}
	return conn, err
}

func (c *Client) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	conn, err := c.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	config := c.tls.Clone()
	config.ServerName = host
	secure := tls.Client(conn, config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("%w: %w", errHandshake, err)
	}
	return secure, nil
}
