package gateway

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/stretchr/testify/require"
)

var peerKey = []byte("0123456789abcdef0123456789abcdef")

// seen is what a service says of the request that reached it.
type seen struct {
	Service, Method, Path, Query, Host, IP, Scheme, TraceID, Body string
	Certificate                                                   bool
	Header                                                        http.Header
}

// service is a program behind the gateway that tells what it sees.
func service(name string) *echo.Echo {
	e := server.New(server.Config{Name: name, Now: time.Now, Seal: server.NewSeal(peerKey, time.Now), BodyLimit: 1 << 20})
	e.Any("/*", func(c echo.Context) error {
		r := c.Request()
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return err
		}
		p := server.PeerOf(c)
		c.Response().Header().Set("Cache-Control", "max-age=1")
		return c.JSON(http.StatusOK, seen{
			Service: name, Method: r.Method, Path: r.URL.Path, Query: r.URL.RawQuery, Host: r.Host, IP: p.IP.String(), Scheme: p.Scheme,
			TraceID: server.TraceID(c), Body: string(body), Certificate: p.Certificate != nil, Header: r.Header,
		})
	})
	return e
}

func names() []string { return []string{Token, Authorization, TenantAdmin} }

// standalone is the gateway over services in the same process.
func standalone(t *testing.T, change func(*Deps)) http.Handler {
	t.Helper()
	d := Deps{Upstreams: map[string]http.Handler{}, Seal: server.NewSeal(peerKey, time.Now), Now: time.Now}
	for _, name := range names() {
		d.Upstreams[name] = service(name)
	}
	return build(t, d, change)
}

// distributed is the gateway over services behind HTTP.
func distributed(t *testing.T, change func(*Deps)) http.Handler {
	t.Helper()
	d := Deps{Upstreams: map[string]http.Handler{}, Seal: server.NewSeal(peerKey, time.Now), Now: time.Now}
	transport := NewTransport()
	t.Cleanup(transport.CloseIdleConnections)
	for _, name := range names() {
		srv := httptest.NewServer(service(name))
		t.Cleanup(srv.Close)
		u, err := NewUpstream(srv.URL, transport, nil)
		require.NoError(t, err)
		d.Upstreams[name] = u
	}
	return build(t, d, change)
}

func build(t *testing.T, d Deps, change func(*Deps)) http.Handler {
	t.Helper()
	if change != nil {
		change(&d)
	}
	h, err := New(d)
	require.NoError(t, err)
	return h
}

// both runs the law on either way to assemble the product.
func both(t *testing.T, change func(*Deps), law func(t *testing.T, h http.Handler)) {
	t.Helper()
	t.Run("standalone", func(t *testing.T) { law(t, standalone(t, change)) })
	t.Run("distributed", func(t *testing.T) { law(t, distributed(t, change)) })
}

func do(h http.Handler, r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func see(t *testing.T, h http.Handler, r *http.Request) seen {
	t.Helper()
	w := do(h, r)
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	var s seen
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &s))
	return s
}

const tokenPath = "/acme/default/oauth2/token"

func TestPathsAloneDecideWhoAnswers(t *testing.T) {
	want := map[string]string{
		tokenPath: Token, "/acme/default/oauth2/introspect": Token, "/acme/default/oauth2/revoke": Token, "/acme/default/userinfo": Token,
		"/acme/default/.well-known/openid-configuration": Token, "/acme/default/.well-known/jwks.json": Token,
		"/.well-known/oauth-authorization-server/acme/default": Token, "/.well-known/openid-configuration/acme/default": Token,
		"/acme/default/oauth2/authorize": Authorization, "/acme/default/par": Authorization, "/acme/default/device": Authorization,
		"/acme/default/device/authorization": Authorization, "/acme/default/backchannel/authentication": Authorization,
		"/acme/default/oidc/logout": Authorization, "/acme/default/login": Authorization, "/acme/default/login/password": Authorization,
		"/acme/default/consent": Authorization, "/acme/default/account/sessions": Authorization, "/acme/default/logo": Authorization, "/acme/default/logo/photo-print": Authorization, "/assets/pages/a.css": Authorization,
		"/": TenantAdmin, "/console": TenantAdmin, "/console/acme": TenantAdmin, "/api/v1/tenants": TenantAdmin, "/docs": TenantAdmin,
		"/assets/console/a.js": TenantAdmin, "/assets/front/a.css": TenantAdmin, "/assets/reference/1/a.js": TenantAdmin, "/acme/default/oauth2/register": TenantAdmin, "/acme/default/oauth2/register/abc": TenantAdmin,
		// Nobody's.
		"/acme": "", "/acme/default": "", "/acme/default/": "", "/acme/default/oauth2": "", "/acme/default/oauth2/token/": "", "/acme/default/oauth2/tokens": "",
		"/acme/default/loginx": "", "/ACME/default/oauth2/token": "", "/a/default/oauth2/token": "", "/acme/default/x/oauth2/token": "", "/metrics": "",
		"/debug/pprof/": "", "/api": "", "/api/v2/tenants": "", "/assets": "", "/.well-known/openid-configuration": "", "/.well-known/openid-configuration/acme": "",
		"/.well-known/openid-configuration/acme/default/x": "", "/.well-known/acme/default": "", "": "", "x": "", "//": "",
	}
	for path, upstream := range want {
		got, _ := Route(path)
		require.Equal(t, upstream, got, "%q", path)
	}
}

func TestTheServiceSeesTheRequestAsItWasSent(t *testing.T) {
	both(t, func(d *Deps) { d.PublicHost = "auth.example" }, func(t *testing.T, h http.Handler) {
		r := httptest.NewRequest(http.MethodPost, tokenPath+"?a=%zz;b&c", strings.NewReader("grant_type=x"))
		r.Host = "auth.example"
		r.RemoteAddr = "203.0.113.7:1234"
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Authorization", "Basic eDp5")
		w := do(h, r)
		var s seen
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &s))
		require.Equal(t, Token, s.Service)
		require.Equal(t, http.MethodPost, s.Method)
		require.Equal(t, tokenPath, s.Path)
		require.Equal(t, "a=%zz;b&c", s.Query)
		require.Equal(t, "auth.example", s.Host)
		require.Equal(t, "203.0.113.7", s.IP)
		require.Equal(t, "http", s.Scheme)
		require.Equal(t, "grant_type=x", s.Body)
		require.Equal(t, "Basic eDp5", s.Header.Get("Authorization"))
		require.Equal(t, []string{s.TraceID}, w.Header()["X-Trace-Id"])
		require.Equal(t, []string{"max-age=1"}, w.Header()["Cache-Control"], "the service's word stands, once")
		require.Len(t, w.Header()["Content-Security-Policy"], 1)
		require.Empty(t, s.Header.Get(server.HeaderPeer), "handlers do not see the seal")
	})
}

func TestStrangersCannotSpeakForTheGateway(t *testing.T) {
	both(t, nil, func(t *testing.T, h http.Handler) {
		stolen := httptest.NewRequest(http.MethodPost, tokenPath, nil)
		forged := server.NewSeal(peerKey, time.Now).Header(stolen, server.Peer{Scheme: "https", Certificate: []byte("leaf"), TraceID: strings.Repeat("a", 32)})
		r := httptest.NewRequest(http.MethodPost, tokenPath, strings.NewReader(""))
		r.RemoteAddr = "203.0.113.7:1234"
		for _, name := range []string{
			"X-Client-Cert", "X-SSL-Cert", "X-Forwarded-Client-Cert", "SSL_CLIENT_CERT", "X-Forwarded-Tls-Client-Cert", "X_Client_Cert", "Client-Cert",
			"X-Forwarded-For", "X-Real-Ip", "Forwarded", "X-Forwarded-Proto", "X-Tenant-Id", "X-Workspace", "X-Forwarded-Prefix", "X-Original-Url", "X-Rewrite-Url",
			"X-Forwarded-Uri", "X-Http-Method-Override", "X-User-Id", "Signet_Peer", "signet_peer",
		} {
			r.Header[name] = []string{"198.51.100.1", "twice"}
		}
		r.Header[server.HeaderPeer] = []string{forged}
		r.Header.Set("Accept", "application/json")
		s := see(t, h, r)
		require.Equal(t, "203.0.113.7", s.IP)
		require.Equal(t, "http", s.Scheme)
		require.False(t, s.Certificate)
		require.NotEqual(t, strings.Repeat("a", 32), s.TraceID)
		delete(s.Header, "Content-Length")
		require.Equal(t, http.Header{"Accept": {"application/json"}}, s.Header)
	})
}

func TestAConnectionHeaderRemovesNothingThatMatters(t *testing.T) {
	both(t, nil, func(t *testing.T, h http.Handler) {
		r := httptest.NewRequest(http.MethodPost, tokenPath, strings.NewReader("a=b"))
		r.RemoteAddr = "203.0.113.7:1234"
		r.Header.Set("Authorization", "Basic eDp5")
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Mine", "dropped")
		r.Header.Add("Connection", "close, Signet-Peer, Authorization, X-Mine")
		r.Header.Add("Connection", "signet-peer,Content-Type,cookie")
		r.Header.Set("Trailer", "Signet-Peer")
		s := see(t, h, r)
		require.Equal(t, "203.0.113.7", s.IP, "the seal arrived")
		require.Equal(t, "Basic eDp5", s.Header.Get("Authorization"))
		require.NotEmpty(t, s.Header.Get("Content-Type"))
		require.Empty(t, s.Header.Get("X-Mine"))
		require.Empty(t, s.Header.Get("Connection"))
	})
}

// targets are spelled in ways that parsers disagree on.
var targets = []string{
	tokenPath, "/acme%2Fdefault/oauth2/token", "/acme/default%2F..%2F..%2Fother%2Fdefault/oauth2/token", "/acme/default/../../other/default/oauth2/token",
	"/acme/./default/oauth2/token", "/acme/default//oauth2/token", "//acme/default/oauth2/token", "/acme/default/;/..;/oauth2/token", "/acme/default;x/oauth2/token",
	"/acme\\default/oauth2/token", "/acme%5Cdefault/oauth2/token", "/acme/%2e%2e/oauth2/token", "/acme/default/oauth2/%74oken", "/acme/%2564efault/oauth2/token",
	"/acme./default/oauth2/token", "/acme%20/default/oauth2/token", "/%EF%BD%81cme/default/oauth2/token", "/acme/default/oauth2/token#", "*",
	"http://evil.example/acme/default/oauth2/token", "/acme/default/oauth2/token?/../x", "/api/v1/tenants/acme/workspaces/default/scopes/admin%3Aread",
	"/api/v1/tenants/acme/workspaces/default/scopes/admin:read", "/acme/default/oauth2/token%3f", "/ACME/default/oauth2/token",
	"/" + strings.Repeat("a", 40) + "/default/oauth2/token", "/" + strings.Repeat("a", 64<<10), "/acme/default/oauth2/token/", "/acme/default/oauth2/token/.",
}

func TestGatewayAndServiceReadAPathAlikeOrRefuseIt(t *testing.T) {
	both(t, nil, func(t *testing.T, h http.Handler) {
		direct := service(Token)
		for _, target := range targets {
			send := func(h http.Handler) (int, seen) {
				r := httptest.NewRequest(http.MethodPost, "/", nil)
				parsed, err := http.ReadRequest(bufio.NewReader(strings.NewReader("POST " + target + " HTTP/1.1\r\nHost: a\r\n\r\n")))
				if err != nil {
					return http.StatusBadRequest, seen{} // as net/http would
				}
				r.RequestURI, r.URL, r.Host = parsed.RequestURI, parsed.URL, parsed.Host
				w := do(h, r)
				var s seen
				_ = json.Unmarshal(w.Body.Bytes(), &s)
				return w.Code, s
			}
			viaStatus, via := send(h)
			status, own := send(direct)
			require.NotContains(t, []int{301, 302, 307, 308}, viaStatus, "%q", target)
			if viaStatus < 400 {
				require.Equal(t, status, viaStatus, "%q", target)
				require.Equal(t, own.Path, via.Path, "%q", target)
			}
			if status >= 400 {
				require.GreaterOrEqual(t, viaStatus, 400, "%q: the service refuses what the gateway lets pass", target)
			}
		}
	})
}

func TestUnknownPathsEndAtTheGateway(t *testing.T) {
	both(t, nil, func(t *testing.T, h http.Handler) {
		w := do(h, httptest.NewRequest(http.MethodGet, "/acme/default/nowhere", nil))
		require.Equal(t, http.StatusNotFound, w.Code)
		require.JSONEq(t, `{"error":"not_found","error_description":"There is nothing at this address."}`, w.Body.String())
		require.Len(t, w.Header().Get("X-Trace-Id"), 32)
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
	})
}

func TestOtherHostsAndProtocolsEndAtTheGateway(t *testing.T) {
	both(t, func(d *Deps) { d.PublicHost = "auth.example" }, func(t *testing.T, h http.Handler) {
		r := httptest.NewRequest(http.MethodGet, tokenPath, nil)
		require.Equal(t, http.StatusMisdirectedRequest, do(h, r).Code)
		r.Host = "auth.example"
		require.Equal(t, http.StatusOK, do(h, r).Code)
		for _, m := range []string{"TRACE", "CONNECT", "PRI"} {
			r = httptest.NewRequest(m, tokenPath, nil)
			r.Host = "auth.example"
			require.Equal(t, http.StatusMethodNotAllowed, do(h, r).Code, m)
		}
		r = httptest.NewRequest(http.MethodGet, tokenPath, nil)
		r.Host = "auth.example"
		r.Header.Set("Connection", "Upgrade")
		r.Header.Set("Upgrade", "websocket")
		require.Equal(t, http.StatusBadRequest, do(h, r).Code)
	})
}

func TestHEADReachesTheServiceAsAQuestion(t *testing.T) {
	both(t, nil, func(t *testing.T, h http.Handler) {
		srv := httptest.NewServer(h)
		defer srv.Close()
		res, err := http.Head(srv.URL + tokenPath)
		require.NoError(t, err)
		defer func() { _ = res.Body.Close() }()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, res.StatusCode)
		require.Empty(t, body)
	})
}

func TestBodiesOverTheLimitEndAtTheGateway(t *testing.T) {
	both(t, func(d *Deps) { d.Front.BodyLimit = 100 }, func(t *testing.T, h http.Handler) {
		for _, length := range []int64{101, -1} {
			r := httptest.NewRequest(http.MethodPost, tokenPath, strings.NewReader(strings.Repeat("a", 101)))
			r.ContentLength = length
			require.Equal(t, http.StatusRequestEntityTooLarge, do(h, r).Code)
		}
	})
}

func TestAServiceThatIsAwayIsA503WithTimeToWait(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	gone := "http://" + ln.Addr().String()
	require.NoError(t, ln.Close())
	bad := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "secret detail", http.StatusBadGateway) }))
	defer bad.Close()
	for _, origin := range []string{gone, bad.URL} {
		h := distributed(t, func(d *Deps) {
			u, err := NewUpstream(origin, NewTransport(), nil)
			require.NoError(t, err)
			d.Upstreams[Token] = u
		})
		w := do(h, httptest.NewRequest(http.MethodPost, tokenPath, strings.NewReader("a=b")))
		require.Equal(t, http.StatusServiceUnavailable, w.Code)
		require.Equal(t, "2", w.Header().Get("Retry-After"))
		require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		require.NotContains(t, w.Body.String(), "secret")
		require.Equal(t, http.StatusOK, do(h, httptest.NewRequest(http.MethodGet, "/api/v1/x", nil)).Code, "the others answer")

		w = do(h, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		require.Contains(t, w.Body.String(), `"token":"failing"`)
		require.Contains(t, w.Body.String(), `"tenant-admin":"ok"`)
		require.Equal(t, http.StatusOK, w.Code, "one service does not take the others with it")
	}
}

// quitter is a server that reads one request of each connection and hangs up,
// after it has served the first one well.
func quitter(t *testing.T) (origin string, requests *atomic.Int64) {
	t.Helper()
	requests = &atomic.Int64{}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = conn.Close() }()
				in := bufio.NewReader(conn)
				for first := true; ; first = false {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					_, _ = io.Copy(io.Discard, r.Body)
					requests.Add(1)
					if !first {
						return
					}
					_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
				}
			}()
		}
	}()
	return "http://" + ln.Addr().String(), requests
}

func TestWhatMayHaveBeenReceivedIsNeverSentAgain(t *testing.T) {
	for _, body := range []string{"grant_type=authorization_code", ""} {
		for _, key := range []string{"", "Idempotency-Key", "X-Idempotency-Key"} {
			origin, requests := quitter(t)
			transport := NewTransport()
			h := distributed(t, func(d *Deps) {
				u, err := NewUpstream(origin, transport, nil)
				require.NoError(t, err)
				d.Upstreams[Token] = u
			})
			send := func() int {
				r := httptest.NewRequest(http.MethodPost, tokenPath, strings.NewReader(body))
				if key != "" {
					r.Header.Set(key, "k")
				}
				return do(h, r).Code
			}
			require.Equal(t, http.StatusOK, send())
			require.Equal(t, http.StatusServiceUnavailable, send(), "on the kept connection")
			require.Equal(t, int64(2), requests.Load(), "body %q, header %q", body, key)
			transport.CloseIdleConnections()
		}
	}
}

func TestAnIdempotencyKeyReachesTheService(t *testing.T) {
	both(t, nil, func(t *testing.T, h http.Handler) {
		r := httptest.NewRequest(http.MethodPost, "/api/v1/tenants", strings.NewReader("{}"))
		r.Header.Set("Idempotency-Key", "k")
		require.Equal(t, "k", see(t, h, r).Header.Get("Idempotency-Key"))
	})
}

func TestTheGatewayReframesBodies(t *testing.T) {
	var lengths, chunked atomic.Int64
	backend := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		lengths.Add(r.ContentLength)
		chunked.Add(int64(len(r.TransferEncoding)))
	}))
	defer backend.Close()
	h := distributed(t, func(d *Deps) {
		u, err := NewUpstream(backend.URL, NewTransport(), nil)
		require.NoError(t, err)
		d.Upstreams[Token] = u
	})
	front := httptest.NewServer(h)
	defer front.Close()
	r, err := http.NewRequest(http.MethodPost, front.URL+tokenPath, io.MultiReader(strings.NewReader("a=b")))
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, int64(3), lengths.Load())
	require.Zero(t, chunked.Load())
}

func TestSmuggledRequestsReachNobody(t *testing.T) {
	var requests atomic.Int64
	h := standalone(t, func(d *Deps) {
		count := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) })
		d.Upstreams = map[string]http.Handler{Token: count, Authorization: count, TenantAdmin: count}
	})
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	go func() {
		_ = server.Serve(t.Context(), server.Serving{Handler: h, Listeners: []server.Listener{{Name: "public", Listener: ln}}})
	}()
	smuggled := "POST /api/v1/tenants HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"
	for name, lengths := range map[string]string{
		"CL.TE": "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "TE.CL": "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
		"TE.TE": "Transfer-Encoding: chunked\r\nTransfer-Encoding: xchunked\r\n", "tab": "Transfer-Encoding:\tchunked\r\nContent-Length: 5\r\n",
	} {
		conn, err := net.Dial("tcp", ln.Addr().String())
		require.NoError(t, err)
		_, err = io.WriteString(conn, "POST "+tokenPath+" HTTP/1.1\r\nHost: a\r\n"+lengths+"\r\n0\r\n\r\n"+smuggled)
		require.NoError(t, err)
		require.NoError(t, conn.SetReadDeadline(time.Now().Add(5*time.Second)))
		answers, err := io.ReadAll(conn)
		require.NoError(t, err, name)
		require.Equal(t, 1, strings.Count(string(answers), "HTTP/1.1 "), name)
		require.Regexp(t, `^HTTP/1\.1 (400|501) `, string(answers), name)
		_ = conn.Close()
	}
	require.Zero(t, requests.Load())
}

func TestAGatewayWithoutItsPartsIsRefused(t *testing.T) {
	seal := server.NewSeal(peerKey, time.Now)
	for i, d := range []Deps{{}, {Seal: seal}, {Seal: seal, Now: time.Now}, {Seal: seal, Now: time.Now, Upstreams: map[string]http.Handler{Token: http.NotFoundHandler()}}} {
		_, err := New(d)
		require.Error(t, err, fmt.Sprint(i))
	}
	for _, origin := range []string{"", "token:8080", "http://", "http://token/path", "ftp://token"} {
		_, err := NewUpstream(origin, nil, nil)
		require.Error(t, err, origin)
	}
}

func FuzzRoute(f *testing.F) {
	for _, target := range targets {
		f.Add(target)
	}
	f.Fuzz(func(t *testing.T, path string) {
		upstream, pattern := Route(path)
		require.Equal(t, upstream == "", pattern == "")
	})
}

func BenchmarkHop(b *testing.B) {
	d := Deps{Upstreams: map[string]http.Handler{}, Seal: server.NewSeal(peerKey, time.Now), Now: time.Now}
	ok := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	for _, name := range names() {
		d.Upstreams[name] = ok
	}
	h, err := New(d)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, tokenPath, strings.NewReader("a=b")))
	}
}
