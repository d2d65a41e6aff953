package egress

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/egress/egresstest"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type directory struct{}

func (directory) FindTenant(_ context.Context, tid string) (domain.Tenant, error) {
	return domain.Tenant{ID: uuid.New(), TID: tid, State: domain.StateActive}, nil
}

func (directory) FindWorkspace(context.Context, string, string) (domain.Tenant, domain.Workspace, error) {
	return domain.Tenant{}, domain.Workspace{}, tenancy.ErrNotFound
}

func tenant(t testing.TB, tid string) tenancy.Tenant {
	t.Helper()
	out, err := tenancy.NewResolver(directory{}, "https://id.example").Tenant(t.Context(), tid)
	require.NoError(t, err)
	return out
}

func client(t testing.TB, c Config) *Client {
	t.Helper()
	out, err := New(c)
	require.NoError(t, err)
	t.Cleanup(out.Close)
	return out
}

func allow(t testing.TB, entries ...string) []Allow {
	t.Helper()
	var list []Allow
	for _, entry := range entries {
		a, err := ParseAllow(entry)
		require.NoError(t, err, entry)
		list = append(list, a)
	}
	return list
}

// of is a client that may fetch from the host and trusts it.
func of(t testing.TB, h *egresstest.Host) *Client {
	t.Helper()
	return client(t, Config{Allow: allow(t, h.Addr), Roots: roots(h)})
}

func roots(hosts ...*egresstest.Host) []*x509.Certificate {
	var list []*x509.Certificate
	for _, h := range hosts {
		if h.Root != nil {
			list = append(list, h.Root)
		}
	}
	return list
}

func text(body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) })
}

func (c *Client) try(t testing.TB, address string) (string, error) {
	t.Helper()
	d, err := c.Fetch(t.Context(), tenant(t, "acme"), JWKS, address)
	return string(d.Body), err
}

func TestAnExceptedHostIsFetchedFrom(t *testing.T) {
	h := egresstest.Listen(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		assert.Empty(t, r.Header.Get("Accept-Encoding"))
		w.Header().Set("Cache-Control", "max-age=90")
		_, _ = w.Write([]byte(r.URL.RequestURI()))
	}))
	var counted []string
	c := client(t, Config{Allow: allow(t, h.Addr), Roots: roots(h), Count: func(p Purpose, r Result) { counted = append(counted, string(p)+" "+string(r)) }})
	d, err := c.Fetch(t.Context(), tenant(t, "acme"), Discovery, h.URL("/keys?a=b"))
	require.NoError(t, err)
	require.Equal(t, Document{Body: []byte("/keys?a=b"), MaxAge: 90 * time.Second, Dated: true}, d)
	_, err = c.try(t, "https://10.0.0.1/")
	require.Error(t, err)
	require.Equal(t, []string{"discovery ok", "jwks refused"}, counted)
}

// PJ-18: it is the socket that tells, not the error.
func TestNothingIsSentToAddressesThatAreNotPublic(t *testing.T) {
	v4 := egresstest.Listen(t, "127.0.0.1:0", text("secret"))
	v6 := egresstest.Listen(t, "[::1]:"+v4.Port, text("secret"))
	other := egresstest.Listen(t, "127.0.0.2:"+v4.Port, text("secret"))
	resolver := egresstest.Resolver(func(name string) *egresstest.Answer {
		switch name {
		case "cname.test":
			return &egresstest.Answer{Alias: "inner.test", Addresses: []string{"127.0.0.1"}}
		case "v6.test":
			return &egresstest.Answer{Addresses: []string{"::1"}}
		case "mapped.test":
			return &egresstest.Answer{Addresses: []string{"::ffff:127.0.0.1"}}
		case "both.test":
			return &egresstest.Answer{Addresses: []string{"::1", "127.0.0.1", "127.0.0.2"}}
		}
		return &egresstest.Answer{Addresses: []string{"127.0.0.1"}} // resolvers that read 2130706433 and 0177.0.0.1 as addresses
	})
	trusted := roots(v4, v6, other)
	closed := client(t, Config{Roots: trusted, Resolver: resolver})
	hosts := []string{
		"127.0.0.1", "127.0.0.2", "127.1", "2130706433", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "localhost", "localhost.", "LOCALHOST", "0.0.0.0", "0",
		"[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]", "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]",
		"private.test", "cname.test", "v6.test", "mapped.test", "both.test", "private.test.",
	}
	for _, host := range hosts {
		_, err := closed.try(t, "https://"+host+":"+v4.Port+"/keys")
		require.Equal(t, Refused, ResultOf(err), "%s: %v", host, err)
		require.NotContains(t, err.Error(), "127.0.0")
	}
	for _, h := range []*egresstest.Host{v4, v6, other} {
		require.Zero(t, h.Connections(t), h.Addr)
	}

	// The same names lead there where the operator excepts them: the watch is awake.
	for i, host := range []string{"127.0.0.1", "localhost", "private.test", "cname.test", "mapped.test"} {
		open := client(t, Config{Roots: trusted, Resolver: resolver, Allow: allow(t, host+":"+v4.Port)})
		body, err := open.try(t, "https://"+host+":"+v4.Port+"/keys")
		require.NoError(t, err, host)
		require.Equal(t, "secret", body)
		require.GreaterOrEqual(t, v4.Connections(t)+v6.Connections(t), i+1)
		for _, unlike := range []string{"127.0.0.2", "both.test"} {
			_, err = open.try(t, "https://"+unlike+":"+v4.Port+"/keys")
			require.Equal(t, Refused, ResultOf(err), "%s is not excepted", unlike)
		}
	}
	require.Zero(t, other.Connections(t))
}

// A name that was public when it was looked at may be anything when it is dialed.
func TestANameIsJudgedAtEveryDial(t *testing.T) {
	private := egresstest.Listen(t, "127.0.0.1:0", text("private"))
	public := egresstest.Listen(t, "127.0.0.2:"+private.Port, text("public"))
	var now atomic.Pointer[egresstest.Answer]
	c := client(t, Config{
		Allow: allow(t, "127.0.0.2/32"), Roots: roots(private, public), // which stands for the public ones
		Resolver: egresstest.Resolver(func(string) *egresstest.Answer { return now.Load() }),
	})
	address := "https://rebind.test:" + private.Port + "/"
	for range 3 {
		now.Store(&egresstest.Answer{Addresses: []string{"127.0.0.2"}})
		body, err := c.try(t, address)
		require.NoError(t, err)
		require.Equal(t, "public", body)
		now.Store(&egresstest.Answer{Addresses: []string{"127.0.0.1"}})
		_, err = c.try(t, address)
		require.Equal(t, Refused, ResultOf(err))
		now.Store(&egresstest.Answer{Addresses: []string{"127.0.0.1", "127.0.0.2"}})
		body, err = c.try(t, address)
		require.NoError(t, err, "of several addresses the public ones are used")
		require.Equal(t, "public", body)
	}
	require.Zero(t, private.Connections(t))
	require.Equal(t, 6, public.Connections(t))
}

func TestOnlyPublicAddressesAreDialed(t *testing.T) {
	g := newGuard(nil)
	for _, address := range []string{
		"0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.255.255.254", "169.254.0.1", "169.254.169.254", "172.16.0.1",
		"172.31.255.255", "192.0.0.192", "192.0.2.1", "192.88.99.1", "192.168.0.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255",
		"240.0.0.1", "255.255.255.255", "168.63.129.16", "::", "::1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::10.0.0.1", "64:ff9b::a00:1", "64:ff9b::808:808", "64:ff9b:1::a00:1",
		"100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:20::1", "2001:db8::1", "2002:a00:1::", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254",
		"fe80::1", "fe80::1%eth0", "2600::1%eth0", "fec0::1", "ff02::1", "ff0e::1",
	} {
		network := "tcp4"
		if strings.Contains(address, ":") {
			network = "tcp6"
		}
		require.ErrorIs(t, g.control(network, net.JoinHostPort(address, "443"), nil), errNotPublic, address)
		_, err := client(t, Config{}).try(t, "https://"+strings.ReplaceAll(net.JoinHostPort(address, "443"), "%", "%25")+"/")
		require.Equal(t, Refused, ResultOf(err), "%s: %v", address, err)
	}
	for _, address := range []string{"1.1.1.1:443", "8.8.8.8:8443", "172.32.0.1:443", "100.128.0.1:443", "192.0.1.1:443"} {
		require.NoError(t, g.control("tcp4", address, nil), address)
	}
	for _, address := range []string{"[2606:4700::1111]:443", "[2a00:1450:4001::5]:443", "[::ffff:8.8.8.8]:443"} {
		require.NoError(t, g.control("tcp6", address, nil), address)
	}
	for _, other := range [][2]string{{"udp4", "1.1.1.1:443"}, {"unix", "/run/x"}, {"tcp4", "localhost:443"}, {"tcp4", ""}} {
		require.ErrorIs(t, g.control(other[0], other[1], nil), errNotPublic, other)
	}
}

func TestANetworkIsExceptedWithItsAddressesAndNoOthers(t *testing.T) {
	networks := allow(t, "10.1.0.0/16", "fd00:1::/32")
	g := newGuard([]netip.Prefix{networks[0].prefix, networks[1].prefix})
	for address, want := range map[string]bool{"10.1.2.3:443": true, "[::ffff:10.1.2.3]:443": true, "10.2.0.1:443": false, "[fd00:1::5]:443": true, "[fd00:2::5]:443": false, "127.0.0.1:443": false} {
		network := "tcp4"
		if address[0] == '[' {
			network = "tcp6"
		}
		require.Equal(t, want, g.control(network, address, nil) == nil, address)
	}
}

// PJ-19
func TestRedirectsAreNotFollowed(t *testing.T) {
	private := egresstest.Listen(t, "127.0.0.1:0", text("private"))
	plain := egresstest.ListenPlain(t, "127.0.0.1:0", text("private"))
	var to atomic.Value
	var status atomic.Int64
	asked := 0
	h := egresstest.Listen(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		w.Header().Set("Location", to.Load().(string))
		w.Header().Set("Refresh", "0; url="+to.Load().(string))
		w.WriteHeader(int(status.Load()))
		_, _ = w.Write([]byte(`{"keys":[]}`))
	}))
	// That the others are excepted changes nothing.
	c := client(t, Config{Allow: allow(t, h.Addr, private.Addr, plain.Addr), Roots: roots(h, private)})
	n := 0
	for _, target := range []string{private.URL("/"), "http://" + plain.Addr + "/", "//" + private.Addr, h.URL("/again"), "/again", "file:///etc/passwd", "gopher://" + plain.Addr + "/_x", "http://169.254.169.254/latest/meta-data/", ""} {
		for _, code := range []int64{300, 301, 302, 303, 307, 308} {
			to.Store(target)
			status.Store(code)
			_, err := c.try(t, h.URL("/"))
			require.Equal(t, Status, ResultOf(err), target)
			require.ErrorContains(t, err, strconv.FormatInt(code, 10))
			n++
		}
	}
	require.Equal(t, n, asked)
	require.Zero(t, private.Connections(t))
	require.Zero(t, plain.Connections(t))
}

func TestOnlyTheRightURLsAreDialed(t *testing.T) {
	plain := egresstest.ListenPlain(t, "127.0.0.1:0", text("plain"))
	// The whole of loopback is excepted, so that only the URL can be what is wrong.
	c := client(t, Config{Allow: allow(t, "127.0.0.0/8", "::1/128")})
	for _, address := range []string{
		"http://" + plain.Addr + "/", "HTTP://" + plain.Addr + "/", "gopher://" + plain.Addr + "/_GET", "ftp://" + plain.Addr + "/", "ws://" + plain.Addr, "dict://" + plain.Addr, "ldap://" + plain.Addr,
		"file:///etc/passwd", "file://" + plain.Addr + "/etc/passwd", "data:,x", "javascript:x", "//" + plain.Addr + "/", plain.Addr, "/etc/passwd", "", "https:", "https://", "https:///keys", "https://:" + plain.Port,
		"https://user@" + plain.Addr + "/", "https://user:pw@" + plain.Addr + "/", "https://" + plain.Addr + "/#x", "https://127.0.0.1:22/", "https://127.0.0.1:80/", "https://127.0.0.1:1023/", "https://127.0.0.1:0/",
		"https://127.0.0.1:65536/", "https://127.0.0.1:-1/", "https://127.0.0.1:443443/", "https://127.0.0.1\r\nHost: x/", "https://127.0.0.1:" + plain.Port + " /", "unix:///run/x.sock", "https:" + plain.Addr,
		"https://" + plain.Addr + "/" + strings.Repeat("x", maxURLBytes),
	} {
		_, err := c.try(t, address)
		require.Equal(t, Refused, ResultOf(err), "%q: %v", address, err)
	}
	require.Zero(t, plain.Connections(t))
	body, err := of(t, plain).try(t, "http://"+plain.Addr+"/")
	require.NoError(t, err, "http is spoken with an excepted host")
	require.Equal(t, "plain", body)
	_, err = of(t, plain).try(t, "https://"+plain.Addr+"/")
	require.Equal(t, Untrusted, ResultOf(err))
}

func TestTheProxyOfTheEnvironmentIsNotUsed(t *testing.T) {
	proxy := egresstest.ListenPlain(t, "127.0.0.1:0", text("proxied"))
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY"} {
		t.Setenv(name, "http://"+proxy.Addr)
	}
	h := egresstest.Listen(t, "127.0.0.1:0", text("direct"))
	c := client(t, Config{Allow: allow(t, "direct.test:"+h.Port), Roots: roots(h), Resolver: egresstest.Resolver(func(string) *egresstest.Answer { return &egresstest.Answer{Addresses: []string{"127.0.0.1"}} })})
	body, err := c.try(t, "https://direct.test:"+h.Port+"/")
	require.NoError(t, err)
	require.Equal(t, "direct", body)
	require.Zero(t, proxy.Connections(t))
	require.Nil(t, c.transport(t.Context()).Proxy, "the standard library reads the environment once, perhaps before this test")
}

// PJ-20
func TestAFetchEndsInTimeWhateverTheHostDoes(t *testing.T) {
	ended := make(chan struct{})
	patient := func(say func(http.ResponseWriter)) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for say(w); ; say(w) {
				_ = http.NewResponseController(w).Flush()
				select {
				case <-r.Context().Done():
					ended <- struct{}{}
					return
				case <-time.After(5 * time.Millisecond):
				}
			}
		})
	}
	for name, handler := range map[string]http.Handler{
		"never speaks TLS": nil,
		"never answers":    http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done(); ended <- struct{}{} }),
		"drips its body":   patient(func(w http.ResponseWriter) { _, _ = w.Write([]byte(" ")) }),
		"begins, and says no more": func() http.Handler {
			var once sync.Once
			return patient(func(w http.ResponseWriter) { once.Do(func() { _, _ = w.Write([]byte("{")) }) })
		}(),
	} {
		h := egresstest.Listen(t, "127.0.0.1:0", handler)
		c := client(t, Config{Allow: allow(t, h.Addr), Roots: roots(h), Timeout: 300 * time.Millisecond})
		_, err := c.try(t, h.URL("/"))
		require.Equal(t, Timeout, ResultOf(err), "%s: %v", name, err)
		require.Equal(t, 1, h.Connections(t), name)
		if handler != nil {
			<-ended // the connection does not outlast the fetch
		}
	}
}

func TestDocumentsAreBounded(t *testing.T) {
	const full = MaxBytes
	var unfolded bytes.Buffer
	z := gzip.NewWriter(&unfolded)
	_, err := z.Write(make([]byte, 64<<20))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	write := func(n int) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { _, _ = w.Write(bytes.Repeat([]byte("x"), n)) }
	}
	cases := []struct {
		name string
		say  func(http.ResponseWriter)
		want Result
		size int
	}{
		{"exactly full", write(full), OK, full},
		{"a byte too long", write(full + 1), Unreadable, 0},
		{"chunks without end", func(w http.ResponseWriter) {
			for {
				if _, err := w.Write(make([]byte, 4096)); err != nil {
					return
				}
			}
		}, Unreadable, 0},
		{"announced as too long", func(w http.ResponseWriter) { w.Header().Set("Content-Length", "1000000000000"); w.WriteHeader(200) }, Unreadable, 0},
		{"shorter than announced", func(w http.ResponseWriter) { w.Header().Set("Content-Length", "100"); write(10)(w) }, Unreadable, 0},
		{"compressed unasked", func(w http.ResponseWriter) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(unfolded.Bytes()[:full])
		}, Unreadable, 0},
		{"compressed and not said so", func(w http.ResponseWriter) { _, _ = w.Write(unfolded.Bytes()[:1000]) }, OK, 1000},
		{"huge headers", func(w http.ResponseWriter) { w.Header().Set("X", strings.Repeat("x", 1<<20)) }, Unreadable, 0},
		{"many headers", func(w http.ResponseWriter) {
			for i := range 10_000 {
				w.Header().Set("X-"+strconv.Itoa(i), "x")
			}
		}, Unreadable, 0},
		{"no content", func(w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) }, Status, 0},
		{"a part", func(w http.ResponseWriter) { w.WriteHeader(http.StatusPartialContent) }, Status, 0},
		{"not found", func(w http.ResponseWriter) { w.WriteHeader(http.StatusNotFound) }, Status, 0},
		{"an error", func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) }, Status, 0},
		{"any media type", func(w http.ResponseWriter) { w.Header().Set("Content-Type", "text/html"); write(5)(w) }, OK, 5},
		{"nothing", func(http.ResponseWriter) {}, OK, 0},
	}
	for _, tc := range cases {
		h := egresstest.Listen(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { tc.say(w) }))
		body, err := of(t, h).try(t, h.URL("/"))
		require.Equal(t, tc.want, ResultOf(err), "%s: %v", tc.name, err)
		require.Len(t, body, tc.size, tc.name)
	}
}

func TestWhatIsNotHTTPIsRefused(t *testing.T) {
	for _, answer := range []string{"SSH-2.0-x\r\n", "HTTP/1.1 200\x00\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", "HTTP/1.1 100 Continue\r\n\r\n", ""} {
		h := egresstest.ListenPlain(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			conn, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_, _ = conn.Write([]byte(answer))
				_ = conn.Close()
			}
		}))
		_, err := of(t, h).try(t, "http://"+h.Addr+"/")
		require.Equal(t, Unreadable, ResultOf(err), "%q: %v", answer, err)
	}
}

func TestOnlyTrustedTLSIsSpoken(t *testing.T) {
	now := time.Now()
	good, goodRoot := egresstest.Certificate(t, now.AddDate(0, 1, 0), egresstest.Names()...)
	wrong, wrongRoot := egresstest.Certificate(t, now.AddDate(0, 1, 0), "elsewhere.test")
	expired, expiredRoot := egresstest.Certificate(t, now.Add(-time.Hour), egresstest.Names()...)
	cases := []struct {
		name, reason string
		config       *tls.Config
		roots        []*x509.Certificate
	}{
		{"unknown authority", "not of an authority that is trusted", &tls.Config{Certificates: []tls.Certificate{good}}, nil},
		{"another name", "for another name", &tls.Config{Certificates: []tls.Certificate{wrong}}, []*x509.Certificate{wrongRoot}},
		{"expired", "has expired", &tls.Config{Certificates: []tls.Certificate{expired}}, []*x509.Certificate{expiredRoot}},
		{"TLS 1.1", "TLS 1.2 or 1.3", &tls.Config{Certificates: []tls.Certificate{good}, MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, []*x509.Certificate{goodRoot}},
		{"", "", &tls.Config{Certificates: []tls.Certificate{good}, MaxVersion: tls.VersionTLS12}, []*x509.Certificate{goodRoot}},
	}
	for _, tc := range cases {
		asked := false
		h := egresstest.ListenTLS(t, "127.0.0.1:0", tc.config, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked = true }))
		_, err := client(t, Config{Allow: allow(t, h.Addr), Roots: tc.roots}).try(t, h.URL("/"))
		if tc.name == "" {
			require.NoError(t, err)
			require.True(t, asked)
			continue
		}
		require.Equal(t, Untrusted, ResultOf(err), "%s: %v", tc.name, err)
		require.ErrorContains(t, err, tc.reason)
		require.False(t, asked, tc.name)
	}
}

// Otherwise whoever may register a client could list the names of this network.
func TestANameWithinIsToldLikeOneThatDoesNotExist(t *testing.T) {
	var log bytes.Buffer
	c := client(t, Config{Logger: slog.New(slog.NewTextHandler(&log, nil)), Resolver: egresstest.Resolver(func(name string) *egresstest.Answer {
		if name == "db.test" {
			return &egresstest.Answer{Addresses: []string{"10.9.8.7"}}
		}
		return nil
	})})
	_, within := c.try(t, "https://db.test/")
	_, nowhere := c.try(t, "https://nothing.test/")
	require.Equal(t, nowhere.Error(), within.Error())
	require.Equal(t, Refused, ResultOf(nowhere))
	require.Contains(t, log.String(), "10.9.8.7", "the operator learns more")
	require.Contains(t, log.String(), "tid=acme")
}

func TestBeyondABoundFetchesFailAtOnce(t *testing.T) {
	begun, release := make(chan struct{}), make(chan struct{})
	h := egresstest.Listen(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/slow" {
			begun <- struct{}{}
			<-release
		}
		_, _ = w.Write([]byte("answer"))
	}))
	c := client(t, Config{Allow: allow(t, h.Addr), Roots: roots(h), Timeout: time.Minute})
	acme, other := tenant(t, "acme"), tenant(t, "other")
	var wg sync.WaitGroup
	for range MaxOfTenant {
		wg.Go(func() {
			_, err := c.Fetch(t.Context(), acme, JWKS, h.URL("/slow"))
			assert.NoError(t, err)
		})
	}
	for range MaxOfTenant {
		<-begun
	}
	_, err := c.Fetch(t.Context(), acme, JWKS, h.URL("/"))
	require.Equal(t, Busy, ResultOf(err), "none of the others has ended, and this one has")
	_, err = c.Fetch(t.Context(), other, JWKS, h.URL("/"))
	require.NoError(t, err, "another tenant is not held up")
	close(release)
	wg.Wait()
	_, err = c.Fetch(t.Context(), acme, JWKS, h.URL("/"))
	require.NoError(t, err)
	require.Empty(t, c.tenants)

	for range MaxFetches {
		_, fault := c.enter(uuid.New())
		require.Nil(t, fault)
	}
	_, err = c.Fetch(t.Context(), other, JWKS, h.URL("/"))
	require.Equal(t, Busy, ResultOf(err), "the bound of all")
	c.running.Add(-MaxFetches)
}

func TestCloseGivesUpWhatIsUnderWay(t *testing.T) {
	begun := make(chan struct{})
	h := egresstest.Listen(t, "127.0.0.1:0", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(begun)
		<-r.Context().Done()
	}))
	c := client(t, Config{Allow: allow(t, h.Addr), Roots: roots(h), Timeout: time.Hour})
	done := make(chan error)
	go func() {
		_, err := c.Fetch(context.Background(), tenant(t, "acme"), JWKS, h.URL("/"))
		done <- err
	}()
	<-begun
	c.Close()
	require.Equal(t, Ended, ResultOf(<-done))
	_, err := c.try(t, h.URL("/"))
	require.Equal(t, Ended, ResultOf(err))
	require.Equal(t, 1, h.Connections(t))
}

func TestExceptionsAreReadStrictly(t *testing.T) {
	for entry, host := range map[string]string{"auth.example:443": "auth.example:443", "a_b-c.internal:8080": "a_b-c.internal:8080", "10.0.0.1:80": "10.0.0.1:80", "[::1]:9443": "[::1]:9443", "[0:0::1]:1": "[::1]:1", "localhost:1": "localhost:1"} {
		a, err := ParseAllow(entry)
		require.NoError(t, err, entry)
		require.Equal(t, host, a.host)
	}
	for _, entry := range []string{"10.0.0.0/8", "fd00::/8", "10.1.2.3/32", "0.0.0.0/0"} {
		a, err := ParseAllow(entry)
		require.NoError(t, err, entry)
		require.Equal(t, entry, a.prefix.String())
	}
	for _, entry := range []string{
		"", "*", "auth.example", ":443", "auth.example:", "auth.example:0", "auth.example:0443", "auth.example:x", "auth.example:65536", "*.example:443", "Auth.example:443", "https://auth.example:443", "https://auth.example",
		"a b:443", "10.0.0.1", "::1:443", "10.1.0.0/8", "10.0.0.0/33", "10.0.0.0/x", "::ffff:10.0.0.0/104", "auth.example/24", "-a:1", "a.:1", "fe80::1%eth0/64",
	} {
		_, err := ParseAllow(entry)
		require.Error(t, err, entry)
	}
}

func TestRootsAreReadStrictly(t *testing.T) {
	h := egresstest.Listen(t, "127.0.0.1:0", text(""))
	list, err := ParseRoots(slices.Concat(h.PEM, []byte("a comment\n"), h.PEM))
	require.NoError(t, err)
	require.Len(t, list, 2)
	for _, file := range []string{"", "no PEM", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", string(h.PEM) + "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"} {
		_, err := ParseRoots([]byte(file))
		require.Error(t, err, file)
	}
}

func TestCacheControlIsUnderstood(t *testing.T) {
	const unsaid = -1
	for _, tc := range []struct {
		age   string
		lines []string
		want  int
	}{
		{"", nil, unsaid},
		{"", []string{""}, unsaid},
		{"", []string{"public, must-revalidate"}, unsaid},
		{"", []string{"max-age=60"}, 60},
		{"", []string{`MAX-AGE="60"`}, 60},
		{"", []string{" public ,  max-age = 60 , x=y"}, 60},
		{"", []string{"public", "max-age=60"}, 60},
		{"", []string{"max-age=600, max-age=60"}, 60},
		{"", []string{"max-age=600", "no-cache"}, 0},
		{"", []string{"no-store"}, 0},
		{"", []string{"s-maxage=600"}, unsaid},
		{"", []string{`ext="a, max-age=5", max-age=60`}, 60},
		{"", []string{`ext="a\", max-age=5", max-age=60`}, 60},
		{"", []string{"max-age"}, 0},
		{"", []string{"max-age="}, 0},
		{"", []string{"max-age=-1"}, 0},
		{"", []string{"max-age=1.5"}, 0},
		{"", []string{"max-age=+60"}, 0},
		{"", []string{"max-age=99999999999999999999999999"}, maxSeconds},
		{"20", []string{"max-age=60"}, 40},
		{"70", []string{"max-age=60"}, 0},
		{"x", []string{"max-age=60"}, 60},
		{"20", nil, unsaid},
	} {
		h := http.Header{"Cache-Control": tc.lines}
		if tc.age != "" {
			h.Set("Age", tc.age)
		}
		got, said := freshness(h)
		require.Equal(t, tc.want != unsaid, said, "%v", tc)
		if said {
			require.Equal(t, time.Duration(tc.want)*time.Second, got, "%v", tc)
		}
	}
}

func FuzzCacheControl(f *testing.F) {
	for _, seed := range []string{"max-age=60", `a="b,c", max-age="1"`, `"\`, ",,,", "max-age=99999999999999999999"} {
		f.Add(seed, "1")
	}
	f.Fuzz(func(t *testing.T, line, age string) {
		d, said := freshness(http.Header{"Cache-Control": {line}, "Age": {age}})
		require.GreaterOrEqual(t, d, time.Duration(0))
		require.LessOrEqual(t, d, maxSeconds*time.Second)
		require.False(t, !said && d != 0)
		sole, ok := freshness(http.Header{"Cache-Control": {line, "no-store"}})
		require.True(t, ok)
		require.Zero(t, sole, "no-store outweighs all else")
		require.Equal(t, line, strings.Join(splitList(line), ","))
	})
}
