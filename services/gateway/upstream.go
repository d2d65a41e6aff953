package gateway

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
)

// The limits of a connection to a service. Idle connections end here before
// the service ends them (60 s), so that no request is sent into a connection
// that is just closing.
const (
	dialTimeout     = time.Second
	answerTimeout   = 12 * time.Second
	idlePerHost     = 512
	idleTimeout     = 30 * time.Second
	maxAnswerHeader = 256 << 10
	bufferBytes     = 32 << 10
)

// NewTransport returns a transport that upstreams share. It follows no proxy
// of the environment and compresses nothing.
func NewTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  nil,
		DialContext:            (&net.Dialer{Timeout: dialTimeout, KeepAlive: 15 * time.Second}).DialContext,
		MaxIdleConnsPerHost:    idlePerHost,
		IdleConnTimeout:        idleTimeout,
		ResponseHeaderTimeout:  answerTimeout,
		MaxResponseHeaderBytes: maxAnswerHeader,
		TLSHandshakeTimeout:    3 * time.Second,
		DisableCompression:     true,
		WriteBufferSize:        8 << 10,
		ReadBufferSize:         8 << 10,
	}
}

// Upstream is a service behind HTTP.
type Upstream struct {
	// Drain ends the streams that pass; nil: they end with their readers.
	Drain *server.Drain

	origin    *url.URL
	transport http.RoundTripper
	proxy     *httputil.ReverseProxy
}

// NewUpstream returns the service at the origin, for example
// http://token:8080.
func NewUpstream(origin string, transport http.RoundTripper, logger *slog.Logger) (*Upstream, error) {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Path != "" && u.Path != "/" {
		return nil, fmt.Errorf("gateway: %q is not an origin", origin)
	}
	up := &Upstream{origin: u, transport: transport}
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	up.proxy = &httputil.ReverseProxy{
		Rewrite:        up.rewrite,
		Transport:      transport,
		ModifyResponse: modify,
		ErrorHandler:   capture,
		BufferPool:     newBuffers(),
		ErrorLog:       slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
	return up, nil
}

// Forward sends the request to the service and its answer to w. An error means
// that nothing was written. The body is read whole first: the service gets it
// with one length, and a slow caller never holds a service's connection.
func (u *Upstream) Forward(w http.ResponseWriter, r *http.Request) error {
	if r.Body != nil && r.Body != http.NoBody {
		raw, err := readAll(r)
		if err != nil {
			return err
		}
		r.Body = &payload{Reader: bytes.NewReader(raw), raw: raw}
		r.ContentLength = int64(len(raw))
		r.TransferEncoding, r.Trailer = nil, nil
	}
	answer := &answer{ResponseWriter: w, drain: u.Drain}
	u.proxy.ServeHTTP(answer, r)
	return answer.err
}

// ServeHTTP is Forward for who cannot handle errors.
func (u *Upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := u.Forward(w, r); err != nil {
		w.Header().Set("Retry-After", "2")
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
	}
}

// Probe asks the service whether it is ready.
func (u *Upstream) Probe(ctx context.Context) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.origin.JoinPath("/readyz").String(), nil)
	if err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	res, err := u.transport.RoundTrip(r)
	if err != nil {
		return fmt.Errorf("probe: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.CopyN(io.Discard, res.Body, 4<<10)
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("probe: status %d", res.StatusCode)
	}
	return nil
}

func readAll(r *http.Request) ([]byte, error) {
	if n := r.ContentLength; n >= 0 {
		// The front has refused lengths over its limit.
		raw := make([]byte, n)
		_, err := io.ReadFull(r.Body, raw)
		return raw, brokenOff(err)
	}
	raw, err := io.ReadAll(r.Body)
	return raw, brokenOff(err)
}

// brokenOff tells a body over the limit from one whose sender gave up.
func brokenOff(err error) error {
	var tooLarge *http.MaxBytesError
	if err == nil || errors.As(err, &tooLarge) {
		return err
	}
	return oauth.ErrInvalidRequest.Because("the body broke off", err)
}

// payload is a body that has been read. Its Close has nothing to do.
type payload struct {
	*bytes.Reader
	raw []byte
}

// Close does nothing.
func (*payload) Close() error { return nil }

// rewrite points the request at the service and leaves the rest as it came:
// the path and query byte for byte, and the public Host.
func (u *Upstream) rewrite(p *httputil.ProxyRequest) {
	out := p.Out
	out.URL.Scheme, out.URL.Host = u.origin.Scheme, u.origin.Host
	out.URL.RawQuery, out.URL.ForceQuery = p.In.URL.RawQuery, p.In.URL.ForceQuery
	out.Host = p.In.Host
	// A transport sends a request again where the connection broke before its
	// first byte went out: then the service has seen nothing. It would also do
	// so after that for a request that names itself idempotent, and a code or a
	// refresh token cannot be spent twice; under another spelling it does not
	// recognise the name, while the service still does.
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		if values, ok := out.Header[name]; ok {
			delete(out.Header, name)
			out.Header[strings.ToLower(name)] = values
		}
	}
	if body, ok := p.In.Body.(*payload); ok && len(body.raw) > 0 {
		out.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body.raw)), nil }
	}
}

// errNoAnswer stands for a service behind which something else is away.
var errNoAnswer = errors.New("the service is away")

// modify inspects an answer before it is passed on.
func modify(res *http.Response) error {
	switch res.StatusCode {
	case http.StatusBadGateway, http.StatusGatewayTimeout, http.StatusSwitchingProtocols:
		return fmt.Errorf("%w: status %d", errNoAnswer, res.StatusCode)
	}
	res.Header.Del(server.HeaderPeer)
	res.Header.Del("Server")
	return nil
}

// answer keeps the error for Forward, and lets streams pass.
type answer struct {
	http.ResponseWriter
	drain  *server.Drain
	stream *server.Stream // nil for an answer that is soon over
	err    error
}

// WriteHeader passes the status on, once it is known whether a stream begins.
func (a *answer) WriteHeader(status int) {
	if status >= http.StatusOK && a.stream == nil && server.IsStream(a.Header()) {
		a.stream = server.NewStream(a.ResponseWriter, a.drain)
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write passes a piece of the body on.
func (a *answer) Write(p []byte) (int, error) {
	if a.stream != nil {
		return a.stream.Write(p)
	}
	return a.ResponseWriter.Write(p)
}

// Unwrap gives http.ResponseController the writer beneath.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func capture(w http.ResponseWriter, _ *http.Request, err error) {
	if a, ok := w.(*answer); ok {
		a.err = err
	}
}

// buffers lends the copy buffers of the proxy.
type buffers struct{ pool sync.Pool }

func newBuffers() *buffers {
	return &buffers{pool: sync.Pool{New: func() any { b := make([]byte, bufferBytes); return &b }}}
}

// Get borrows a buffer.
func (b *buffers) Get() []byte {
	p, _ := b.pool.Get().(*[]byte)
	return *p
}

// Put gives a buffer back.
func (b *buffers) Put(p []byte) { b.pool.Put(&p) }
