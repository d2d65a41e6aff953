package server

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/stretchr/testify/require"
)

// fixture is a front with a few routes and a log that can be read.
type fixture struct {
	*echo.Echo
	log   *bytes.Buffer
	clock *clock
}

func newFixture(change func(*Config)) fixture {
	f := fixture{log: &bytes.Buffer{}, clock: newClock()}
	cfg := Config{Name: "test", Version: "1.2.3", Logger: NewLogger(f.log, "json", slog.LevelDebug), Now: f.clock.now, Access: AccessAll}
	if change != nil {
		change(&cfg)
	}
	f.Echo = New(cfg)
	f.POST("/:tid/:aid/oauth2/token", func(c echo.Context) error {
		p, err := ReadParams(c)
		if err != nil {
			return err
		}
		return c.JSON(http.StatusOK, p)
	})
	f.GET("/:tid/:aid/userinfo", func(c echo.Context) error {
		return c.String(http.StatusOK, PeerOf(c).IP.String()+" "+PeerOf(c).Scheme+" "+c.RealIP()+" "+c.Scheme()+" "+TraceID(c))
	})
	f.GET("/headers", func(c echo.Context) error { return c.JSON(http.StatusOK, c.Request().Header) })
	f.GET("/panic", func(echo.Context) error { panic("with a secret") })
	f.GET("/page", func(c echo.Context) error { return c.HTML(http.StatusOK, "<p>") })
	return f
}

func (f fixture) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

func post(path, contentType, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	return r
}

func codeOf(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	var body struct{ Error string }
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &body), w.Body.String())
	return body.Error
}

const tokenPath = "/acme/default/oauth2/token"

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	f := newFixture(func(c *Config) { c.Secure = true })
	for _, path := range []string{"/page", "/nowhere", "/panic", "/healthz"} {
		h := f.do(httptest.NewRequest(http.MethodGet, path, nil)).Header()
		require.Equal(t, "nosniff", h.Get("X-Content-Type-Options"), path)
		require.Equal(t, "no-referrer", h.Get("Referrer-Policy"), path)
		require.Equal(t, "same-origin", h.Get("Cross-Origin-Opener-Policy"), path)
		require.Contains(t, h.Get("Content-Security-Policy"), "frame-ancestors 'none'", path)
		require.Contains(t, h.Get("Strict-Transport-Security"), "max-age=", path)
		require.NotEmpty(t, h.Get("Permissions-Policy"), path)
		require.Equal(t, "no-store", h.Get("Cache-Control"), path)
		require.Len(t, h.Get("X-Trace-Id"), 32, path)
	}
}

func TestPlainHTTPPromisesNoHSTS(t *testing.T) {
	f := newFixture(nil)
	require.Empty(t, f.do(httptest.NewRequest(http.MethodGet, "/page", nil)).Header().Get("Strict-Transport-Security"))
}

func TestTraceIDsAreMintedHereAndNeverTaken(t *testing.T) {
	f := newFixture(nil)
	r := httptest.NewRequest(http.MethodGet, "/page", nil)
	r.Header.Set("X-Trace-Id", strings.Repeat("a", 32))
	r.Header.Set("Traceparent", "00-"+strings.Repeat("a", 32)+"-"+strings.Repeat("b", 16)+"-01")
	one, two := f.do(r).Header().Get("X-Trace-Id"), f.do(r).Header().Get("X-Trace-Id")
	require.NotEqual(t, one, two)
	require.NotEqual(t, strings.Repeat("a", 32), one)
}

func TestARequestIDIsEchoedOnlyWhereItIsSane(t *testing.T) {
	f := newFixture(nil)
	for id, want := range map[string]string{"req-1:a": "req-1:a", "a b": "", "a\"b": "", strings.Repeat("x", 129): "", "": ""} {
		r := httptest.NewRequest(http.MethodGet, "/page", nil)
		r.Header["X-Request-Id"] = []string{id}
		require.Equal(t, want, f.do(r).Header().Get("X-Request-Id"), "%q", id)
	}
}

func TestForwardingHeadersAreNotBelieved(t *testing.T) {
	f := newFixture(nil)
	r := httptest.NewRequest(http.MethodGet, "/acme/default/userinfo", nil)
	r.RemoteAddr = "198.51.100.4:4000"
	r.Header.Set("X-Forwarded-For", "203.0.113.9")
	r.Header.Set("X-Real-Ip", "203.0.113.9")
	r.Header.Set("X-Forwarded-Proto", "https")
	r.Header.Set("Forwarded", "for=203.0.113.9;proto=https")
	require.Contains(t, f.do(r).Body.String(), "198.51.100.4 http 198.51.100.4 http ")
}

func TestWhatSpeaksForOthersIsStripped(t *testing.T) {
	f := newFixture(nil)
	r := httptest.NewRequest(http.MethodGet, "/headers", nil)
	hostile := []string{
		"X-Forwarded-For", "X-Forwarded-Prefix", "X-Forwarded-Uri", "X-Forwarded-Client-Cert", "X-Forwarded-Tls-Client-Cert", "x-forwarded-anything",
		"X-Client-Cert", "X_Client_Cert", "x_client-cert", "X-SSL-Cert", "SSL_CLIENT_CERT", "Ssl-Client-Cert", "Client-Cert", "Client-Cert-Chain",
		"X-Original-Url", "X-Rewrite-Url", "X-Tenant-Id", "X-Workspace", "X-Http-Method-Override", "X-Method-Override", "X-User-Id",
		"X-Auth-Request-User", "Remote-User", "True-Client-Ip", "Proxy", "X-Host", "X-Amzn-Mtls-Clientcert", "X-Signet-Anything", "Forwarded", "Underscored_Name",
	}
	for _, name := range hostile {
		r.Header[name] = []string{"hostile", "twice"}
	}
	ordinary := []string{"Accept", "User-Agent", "Authorization", "Cookie", "Origin", "Content-Type", "Dpop", "Traceparent", "If-Match", "Sec-Fetch-Site", "X-Requested-With", "X-Request-Id"}
	for _, name := range ordinary {
		r.Header.Set(name, "kept")
	}
	var got http.Header
	require.NoError(t, json.Unmarshal(f.do(r).Body.Bytes(), &got))
	require.Len(t, got, len(ordinary))
	for _, name := range ordinary {
		require.Equal(t, []string{"kept"}, got[name])
	}
}

func TestASealedPeerIsBelieved(t *testing.T) {
	c := newClock()
	s := NewSeal(sealKey, c.now)
	f := newFixture(func(cfg *Config) { cfg.Seal = s })
	r := sealed(s, http.MethodGet, "/acme/default/userinfo", samplePeer())
	r.RemoteAddr = "10.0.0.1:1"
	w := f.do(r)
	require.Equal(t, "203.0.113.7 https 203.0.113.7 http "+samplePeer().TraceID, w.Body.String())
	require.Equal(t, samplePeer().TraceID, w.Header().Get("X-Trace-Id"))
	require.NotEmpty(t, w.Header().Get("Strict-Transport-Security"))
}

func TestAnInvalidSealIsRefusedNotIgnored(t *testing.T) {
	s := NewSeal(sealKey, newClock().now)
	f := newFixture(func(cfg *Config) { cfg.Seal = s })
	r := sealed(s, http.MethodGet, "/acme/other/userinfo", samplePeer())
	r2 := httptest.NewRequest(http.MethodGet, "/acme/default/userinfo", nil)
	r2.Header = r.Header
	require.Equal(t, http.StatusBadRequest, f.do(r2).Code)
}

func TestTheEdgeBelievesNoSealAtAll(t *testing.T) {
	s := NewSeal(sealKey, newClock().now)
	f := newFixture(func(cfg *Config) { cfg.Seal, cfg.Edge = s, true })
	r := sealed(s, http.MethodGet, "/acme/default/userinfo", samplePeer())
	r.RemoteAddr = "198.51.100.4:4000"
	w := f.do(r)
	require.Equal(t, http.StatusOK, w.Code)
	require.Contains(t, w.Body.String(), "198.51.100.4 http")
}

func TestTheConnectionsCertificateIsThePeers(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{{Raw: []byte("leaf")}, {Raw: []byte("issuer")}}}
	p := socketPeer(r)
	require.Equal(t, "https", p.Scheme)
	require.Equal(t, []byte("leaf"), p.Certificate)
	require.Equal(t, [][]byte{[]byte("issuer")}, p.Chain)
}

func TestOtherHostsAreMisdirected(t *testing.T) {
	f := newFixture(func(c *Config) { c.Hosts = []string{"auth.example"} })
	for host, want := range map[string]int{"auth.example": 200, "AUTH.example": 200, "auth.example:443": 200, "evil.example": 421, "auth.example.evil": 421, "": 421, "auth.example:8443": 421} {
		r := httptest.NewRequest(http.MethodGet, "/page", nil)
		r.Host = host
		require.Equal(t, want, f.do(r).Code, "%q", host)
		r = httptest.NewRequest(http.MethodGet, "/healthz", nil)
		r.Host = host
		require.Equal(t, 200, f.do(r).Code, "%q", host)
	}
	f = newFixture(func(c *Config) { c.Hosts = []string{AnyLoopback} })
	for host, want := range map[string]int{"localhost:8080": 200, "127.0.0.1:1": 200, "[::1]:9": 200, "127.0.0.2": 200, "evil.example": 421, "localhost.evil.example": 421} {
		r := httptest.NewRequest(http.MethodGet, "/page", nil)
		r.Host = host
		require.Equal(t, want, f.do(r).Code, "%q", host)
	}
}

func TestMethodsBeyondTheKnownAreRefused(t *testing.T) {
	f := newFixture(nil)
	for _, m := range []string{"TRACE", "CONNECT", "PRI", "PROPFIND", "get"} {
		w := f.do(httptest.NewRequest(m, "/page", nil))
		require.Equal(t, http.StatusMethodNotAllowed, w.Code, m)
		require.NotEmpty(t, w.Header().Get("Allow"))
	}
}

func TestAWrongMethodNamesTheRightOnes(t *testing.T) {
	f := newFixture(nil)
	for _, m := range []string{http.MethodGet, http.MethodPut, http.MethodHead} {
		w := f.do(httptest.NewRequest(m, tokenPath+"?grant_type=client_credentials", nil))
		require.Equal(t, http.StatusMethodNotAllowed, w.Code, m)
		require.Contains(t, w.Header().Get("Allow"), "POST")
	}
}

func TestHEADIsGETWithoutABody(t *testing.T) {
	f := newFixture(nil)
	srv := httptest.NewServer(f)
	defer srv.Close()
	res, err := http.Head(srv.URL + "/page")
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Empty(t, body)
}

func TestUpgradesAreRefused(t *testing.T) {
	f := newFixture(nil)
	r := httptest.NewRequest(http.MethodGet, "/page", nil)
	r.Header.Set("Upgrade", "websocket")
	require.Equal(t, http.StatusBadRequest, f.do(r).Code)
	r.Header.Set("Upgrade", "h2c")
	require.Equal(t, http.StatusOK, f.do(r).Code)
}

func TestBodiesAreBounded(t *testing.T) {
	f := newFixture(func(c *Config) { c.BodyLimit = 100 })
	r := post(tokenPath, mediaForm, strings.Repeat("a", 101))
	require.Equal(t, http.StatusRequestEntityTooLarge, f.do(r).Code)
	r = post(tokenPath, mediaForm, strings.Repeat("a", 101))
	r.ContentLength = -1
	require.Equal(t, http.StatusRequestEntityTooLarge, f.do(r).Code)
	r = post(tokenPath, mediaForm, strings.Repeat("a", 100))
	require.Equal(t, http.StatusOK, f.do(r).Code)
}

func TestEncodedBodiesAreRefused(t *testing.T) {
	f := newFixture(nil)
	for _, enc := range []string{"gzip", "deflate", "br", "identity, gzip"} {
		r := post(tokenPath, mediaForm, "a=b")
		r.Header.Set("Content-Encoding", enc)
		require.Equal(t, http.StatusUnsupportedMediaType, f.do(r).Code, enc)
	}
}

func TestAPanicIsAnErrorWithoutAStack(t *testing.T) {
	f := newFixture(nil)
	w := f.do(httptest.NewRequest(http.MethodGet, "/panic", nil))
	require.Equal(t, http.StatusInternalServerError, w.Code)
	require.JSONEq(t, `{"error":"server_error","error_description":"The authorization server met an unexpected condition."}`, w.Body.String())
	require.Contains(t, f.log.String(), w.Header().Get("X-Trace-Id"))
	require.Contains(t, f.log.String(), "front_test.go")
}

func TestOverloadIsRefusedAtOnce(t *testing.T) {
	inside, leave := make(chan struct{}), make(chan struct{})
	f := newFixture(func(c *Config) { c.MaxInFlight = 1 })
	f.GET("/slow", func(c echo.Context) error {
		close(inside)
		<-leave
		return c.NoContent(http.StatusOK)
	})
	done := make(chan int)
	go func() { done <- f.do(httptest.NewRequest(http.MethodGet, "/slow", nil)).Code }()
	<-inside
	w := f.do(httptest.NewRequest(http.MethodGet, "/page", nil))
	require.Equal(t, http.StatusServiceUnavailable, w.Code)
	require.Equal(t, "1", w.Header().Get("Retry-After"))
	require.Equal(t, http.StatusOK, f.do(httptest.NewRequest(http.MethodGet, "/healthz", nil)).Code, "health is not shed")
	close(leave)
	require.Equal(t, http.StatusOK, <-done)
	require.Equal(t, http.StatusOK, f.do(httptest.NewRequest(http.MethodGet, "/page", nil)).Code)
}

func TestErrorsFollowTheTable(t *testing.T) {
	outage := errors.New("the database is away")
	f := newFixture(func(c *Config) {
		c.Classify = func(err error) *oauth.Error {
			if errors.Is(err, outage) {
				return oauth.ErrTemporarilyUnavailable.Because("outage", err)
			}
			return nil
		}
	})
	cases := []struct {
		err    error
		status int
		code   string
		header [2]string
	}{
		{oauth.ErrInvalidGrant.Because("secret reason", errors.New("secret cause")), 400, "invalid_grant", [2]string{"Pragma", "no-cache"}},
		{fmt.Errorf("wrapped: %w", oauth.ErrInvalidScope), 400, "invalid_scope", [2]string{"Cache-Control", "no-store"}},
		{outage, 503, "temporarily_unavailable", [2]string{"Retry-After", "2"}},
		{oauth.AsError(outage), 503, "temporarily_unavailable", [2]string{"Retry-After", "2"}},
		{oauth.ErrTooManyRequests.RetryIn(1500 * time.Millisecond), 429, "temporarily_unavailable", [2]string{"Retry-After", "2"}},
		{context.DeadlineExceeded, 503, "temporarily_unavailable", [2]string{"Retry-After", "2"}},
		{errors.New("secret cause"), 500, "server_error", [2]string{"Content-Type", "application/json;charset=UTF-8"}},
		{oauth.ErrInvalidClient, 401, "invalid_client", [2]string{"Www-Authenticate", `Basic realm="signet", charset="UTF-8"`}},
		{oauth.ErrInvalidToken, 401, "invalid_token", [2]string{"Www-Authenticate", `Bearer error="invalid_token", error_description="The access token is invalid, expired or revoked."`}},
	}
	for i, tc := range cases {
		path := fmt.Sprintf("/fail/%d", i)
		f.GET(path, func(echo.Context) error { return tc.err })
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Authorization", "bAsIc eDp5")
		w := f.do(r)
		require.Equal(t, tc.status, w.Code, "%v", tc.err)
		require.Equal(t, tc.code, codeOf(t, w))
		require.Equal(t, tc.header[1], w.Header().Get(tc.header[0]), "%v", tc.err)
		require.NotContains(t, w.Body.String(), "secret")
	}
}

func TestAClientThatDidNotTryBasicIsNotAskedForIt(t *testing.T) {
	f := newFixture(nil)
	f.POST("/fail", func(echo.Context) error { return oauth.ErrInvalidClient })
	require.Empty(t, f.do(httptest.NewRequest(http.MethodPost, "/fail", nil)).Header().Get("Www-Authenticate"))
}

func TestAServiceMayRenderErrorsInAFormOfItsOwn(t *testing.T) {
	f := newFixture(func(c *Config) {
		c.Render = func(c echo.Context, e *oauth.Error) (bool, error) {
			if c.Request().Header.Get("Accept") != "text/html" {
				return false, nil
			}
			return true, c.HTML(e.Status, "<p>page</p>")
		}
	})
	r := httptest.NewRequest(http.MethodGet, "/nowhere", nil)
	w := f.do(r)
	require.NotContains(t, w.Body.String(), "error_uri", "nothing explains it")
	r.Header.Set("Accept", "text/html")
	w = f.do(r)
	require.Equal(t, http.StatusNotFound, w.Code)
	require.Equal(t, "<p>page</p>", w.Body.String())
}

func TestLogsHoldNoSecrets(t *testing.T) {
	f := newFixture(nil)
	const canary = "c4n4ry"
	for _, r := range []*http.Request{
		post(tokenPath+"?client_secret="+canary, mediaForm, "a=b"),
		post(tokenPath, mediaForm, "client_secret="+canary+"&client_secret="+canary),
		post(tokenPath, "text/"+canary, canary),
		httptest.NewRequest(http.MethodGet, "/"+canary+"/"+canary, nil),
	} {
		r.Header.Set("Authorization", "Basic "+canary)
		r.Header.Set("Cookie", "s="+canary)
		r.Header.Set("User-Agent", canary+"\x1b[31m")
		require.GreaterOrEqual(t, f.do(r).Code, 400)
	}
	require.NotContains(t, f.log.String(), canary)
	require.Equal(t, 4, strings.Count(f.log.String(), `"trace_id"`))
}

func TestLoggersRedactByName(t *testing.T) {
	for _, format := range []string{"json", "text"} {
		var b bytes.Buffer
		l := NewLogger(&b, format, slog.LevelInfo)
		l.With("Client-Secret", "c4n4ry").WithGroup("g").Info("m", "password", "c4n4ry", "code", "c4n4ry", "webhook_secret", "c4n4ry", slog.Group("h", "authorization", "c4n4ry"), "ok", "a\nb")
		require.NotContains(t, b.String(), "c4n4ry", format)
		require.Equal(t, 5, strings.Count(b.String(), Redacted), format)
		require.Equal(t, 1, strings.Count(b.String(), "\n"), "one record is one line")
	}
}

func TestTheAccessLogObeysItsSetting(t *testing.T) {
	for mode, want := range map[AccessLog][2]int{AccessAll: {1, 1}, AccessErrors: {0, 1}, AccessOff: {0, 0}} {
		f := newFixture(func(c *Config) { c.Access = mode })
		f.do(httptest.NewRequest(http.MethodGet, "/page", nil))
		require.Equal(t, want[0], strings.Count(f.log.String(), "\n"), mode)
		f.log.Reset()
		f.do(httptest.NewRequest(http.MethodGet, "/nowhere", nil))
		require.Equal(t, want[1], strings.Count(f.log.String(), "\n"), mode)
	}
}

func TestMetricsAreByRouteNeverByTenant(t *testing.T) {
	m, err := NewMetrics("1.2.3")
	require.NoError(t, err)
	f := newFixture(func(c *Config) { c.Metrics = m })
	for i := range 3 {
		f.do(post(fmt.Sprintf("/tenant%d/default/oauth2/token", i), mediaForm, "a=b"))
	}
	issued := m.Counter("signet_tokens_issued", "Tokens issued.", "grant", "result")
	issued.Add("client_credentials", "ok")
	issued.Add("client_credentials", "ok")
	w := httptest.NewRecorder()
	m.Diagnostics().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	text := w.Body.String()
	require.Contains(t, text, `http_server_request_duration_seconds_count{http_request_method="POST",http_response_status_code="200",http_route="/:tid/:aid/oauth2/token",service="test"} 3`)
	require.Contains(t, text, `signet_tokens_issued_total{grant="client_credentials",result="ok"} 2`)
	require.Contains(t, text, `signet_build_info{version="1.2.3"} 1`)
	require.NotContains(t, text, "tenant1")
	require.Equal(t, http.StatusNotFound, f.do(httptest.NewRequest(http.MethodGet, "/metrics", nil)).Code)
	require.Equal(t, http.StatusNotFound, f.do(httptest.NewRequest(http.MethodGet, "/debug/pprof/", nil)).Code)
}

func TestNilMetricsCountNothing(t *testing.T) {
	var m *Metrics
	m.Counter("signet_x", "x").Add()
	m.Gauge("g", "g", nil)
	require.NoError(t, m.Close(t.Context()))
}

func TestPeersOfIPv4MappedAddressesAreIPv4(t *testing.T) {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = "[::ffff:198.51.100.4]:80"
	require.Equal(t, netip.MustParseAddr("198.51.100.4"), socketAddr(r))
}

func BenchmarkFront(b *testing.B) {
	m, err := NewMetrics("x")
	if err != nil {
		b.Fatal(err)
	}
	e := New(Config{Name: "test", Now: time.Now, Logger: slog.New(slog.DiscardHandler), Metrics: m})
	e.POST("/:tid/:aid/oauth2/token", func(c echo.Context) error {
		_, err := ReadParams(c)
		return err
	})
	w := httptest.NewRecorder()
	b.ReportAllocs()
	for b.Loop() {
		r := post(tokenPath, mediaForm, "grant_type=client_credentials&scope=a")
		e.ServeHTTP(w, r)
	}
}
