package boot

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/server/servertest"
	"github.com/stretchr/testify/require"
)

func TestAnIngressIsConfiguredWhollyOrNotAtAll(t *testing.T) {
	file := servertest.NewAuthority(t, "ingress", time.Now()).File()
	whole := func() Config {
		c := production()
		c.TLS = TLS{"cert.pem", "key.pem"}
		c.Ingress = Ingress{CAFile: file, Names: []string{"ingress.example"}, ClientCertificateHeader: "envoy", ClientAddressHeader: "x-forwarded-for"}
		return c
	}
	for _, name := range []string{Standalone, GatewayName, "token"} {
		require.NoError(t, whole().Check(name), name)
		c := whole()
		c.Ingress.ClientCertificateHeader, c.Ingress.ClientAddressHeader = "", ""
		require.NoError(t, c.Check(name), name)
	}
	for want, change := range map[string]func(*Config){
		"ingress.ca_file: required":                      func(c *Config) { c.Ingress.CAFile = "" },
		"ingress.ca_file: authorities":                   func(c *Config) { c.Ingress.CAFile = "/nowhere/at/all" },
		"holds no certificate":                           func(c *Config) { c.Ingress.CAFile = write(t, "ca.pem", "no PEM") },
		"ingress.names: required":                        func(c *Config) { c.Ingress.Names = nil },
		`ingress.names: "*.example" is not a name`:       func(c *Config) { c.Ingress.Names = []string{"*.example"} },
		`ingress.names: "" is not a name`:                func(c *Config) { c.Ingress.Names = []string{""} },
		"ingress.client_certificate_header: must be one": func(c *Config) { c.Ingress.ClientCertificateHeader = "apache" },
		"ingress.client_address_header: must be one":     func(c *Config) { c.Ingress.ClientAddressHeader = "forwarded" },
		"production needs tls.cert and tls.key":          func(c *Config) { c.TLS = TLS{} },
		"so public_url must be https":                    func(c *Config) { c.Env, c.PublicURL, c.TLS = Development, "http://localhost:8080", TLS{} },
	} {
		c := whole()
		change(&c)
		require.Contains(t, faultsOf(t, c.Check(GatewayName)), want)
	}
	c := whole()
	c.Ingress = Ingress{ClientCertificateHeader: "apache", ClientAddressHeader: "forwarded", Names: []string{"*"}}
	require.Len(t, faultsOfList(t, c.Check(GatewayName)), 4, "all at once")
}

func faultsOfList(t *testing.T, err error) []string {
	t.Helper()
	var f *FaultsError
	require.ErrorAs(t, err, &f)
	return f.Faults
}

func TestAnIngressIsReadFromTheEnvironmentAndPrinted(t *testing.T) {
	cfg, err := Load(Source{Environ: []string{
		"SIGNET_INGRESS__CA_FILE=/ca.pem", "SIGNET_INGRESS__NAMES=ingress.example, spiffe://example/ingress", "SIGNET_INGRESS__CLIENT_CERTIFICATE_HEADER=nginx", "SIGNET_INGRESS__CLIENT_ADDRESS_HEADER=x-real-ip",
	}})
	require.NoError(t, err)
	require.Equal(t, Ingress{"/ca.pem", []string{"ingress.example", "spiffe://example/ingress"}, "nginx", "x-real-ip"}, cfg.Ingress)
	text, err := cfg.Print()
	require.NoError(t, err)
	for _, line := range []string{"ca_file: /ca.pem", "- spiffe://example/ingress", "client_certificate_header: nginx", "client_address_header: x-real-ip"} {
		require.Contains(t, text, line)
	}
}

func TestTheMTLSOriginNeedsNoListenerOfOurs(t *testing.T) {
	cfg, err := Load(Source{Set: map[string]string{"public_url": "https://auth.example", "mtls_public_url": "https://mtls.auth.example/"}})
	require.NoError(t, err)
	require.Empty(t, cfg.MTLS.Listen)
	require.Equal(t, "https://mtls.auth.example", cfg.MTLSOrigin())
	e := server.New(server.Config{Now: time.Now, Hosts: cfg.PublicHosts()})
	e.GET("/hello", func(c echo.Context) error { return c.NoContent(http.StatusOK) })
	for host, want := range map[string]int{"auth.example": 200, "mtls.auth.example": 200, "mtls.auth.example:443": 200, "other.auth.example": 421} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "/hello", http.NoBody)
		require.NoError(t, err)
		r.Host = host
		w := &answer{header: http.Header{}}
		e.ServeHTTP(w, r)
		require.Equal(t, want, w.status, host)
	}
	cfg.MTLSPublicURL, cfg.MTLS.Listen = "", "[::1]:8443"
	require.Equal(t, "https://auth.example:8443", cfg.MTLSOrigin())
	require.Equal(t, []string{"auth.example", "auth.example:8443"}, cfg.PublicHosts())
}

// answer keeps a status.
type answer struct {
	header http.Header
	status int
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) Write(b []byte) (int, error) { return len(b), nil }
func (a *answer) WriteHeader(status int)      { a.status = status }

// direct is a program that strangers reach by its listeners, and that answers
// with the peer it sees, under the front of each service.
func direct(t *testing.T, args ...string) map[string]string {
	t.Helper()
	_, errOut, c := command(t, Standalone, append([]string{"--data", t.TempDir(), "--listen", "127.0.0.1:0", "--public-url", "https://localhost:8443"}, args...)...)
	c.Build = func(_ context.Context, p *Platform) (http.Handler, error) {
		mux := http.NewServeMux()
		for _, name := range []string{"token", "authorization", "tenant-admin"} {
			e := server.New(p.ServerConfig(name))
			e.GET("/"+name, func(c echo.Context) error { return c.JSON(http.StatusOK, server.PeerOf(c)) })
			mux.Handle("/"+name, e)
		}
		return mux, nil
	}
	addrs := make(chan [2]string, 2)
	c.Bound = func(name, addr string) { addrs <- [2]string{name, addr} }
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan int, 1)
	go func() { done <- c.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.Zero(t, <-done, errOut)
	})
	where := map[string]string{}
	for range 2 {
		select {
		case a := <-addrs:
			where[a[0]] = a[1]
		case status := <-done:
			t.Fatalf("ended with %d: %s", status, errOut)
		}
	}
	return where
}

// peerAt asks over TLS with the certificate, who the program thinks it is.
func peerAt(t *testing.T, addr, path string, cert *tls.Certificate, headers http.Header) (status int, p server.Peer) {
	t.Helper()
	c := &tls.Config{InsecureSkipVerify: true}
	if cert != nil {
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return cert, nil }
	}
	transport := &http.Transport{TLSClientConfig: c}
	defer transport.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+addr+path, http.NoBody)
	require.NoError(t, err)
	r.Header = headers
	res, err := transport.RoundTrip(r)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	require.NoError(t, json.NewDecoder(res.Body).Decode(&p))
	return res.StatusCode, p
}

// TestAServiceReachedDirectlyBelievesAProvenIngressAndNobodyElse: whoever gets
// past the gateway gains nothing by what he says.
func TestAServiceReachedDirectlyBelievesAProvenIngressAndNobodyElse(t *testing.T) {
	ingresses, clients := servertest.NewAuthority(t, "ingresses", time.Now()), servertest.NewAuthority(t, "clients", time.Now())
	ingress := ingresses.Issue("ingress", func(c *x509.Certificate) { c.DNSNames = []string{"ingress.example"} })
	client, other := clients.Issue("client", nil), clients.Issue("other", func(c *x509.Certificate) { c.DNSNames = []string{"ingress.example"} })
	where := direct(t, "--mtls-listen", "127.0.0.1:0", "--set", "ingress.ca_file="+ingresses.File(), "--set", "ingress.names=ingress.example",
		"--set", "ingress.client_certificate_header=haproxy", "--set", "ingress.client_address_header=x-real-ip")
	said := func() http.Header {
		return http.Header{"X-Ssl-Client-Der": {base64.StdEncoding.EncodeToString(client.Certificate[0])}, "X-Real-Ip": {"203.0.113.7"}}
	}
	for _, path := range []string{"/token", "/authorization", "/tenant-admin"} {
		seal := server.NewSeal([]byte("a key that somebody else has made up"), time.Now)
		forged := seal.Header(httptest.NewRequest(http.MethodGet, path, nil), server.Peer{Scheme: "https", TraceID: strings.Repeat("a", 32), Certificate: client.Certificate[0]})
		for _, listener := range []string{"public", "mtls"} {
			status, p := peerAt(t, where[listener], path, &ingress, said())
			require.Equal(t, http.StatusOK, status)
			require.Equal(t, client.Certificate[0], p.Certificate, "%s at %s", path, listener)
			require.Equal(t, "203.0.113.7", p.IP.String())

			status, p = peerAt(t, where[listener], path, nil, said())
			require.Equal(t, http.StatusOK, status)
			require.Nil(t, p.Certificate)
			require.Equal(t, "127.0.0.1", p.IP.String())

			status, p = peerAt(t, where[listener], path, &other, said())
			require.Equal(t, http.StatusOK, status)
			require.NotEqual(t, client.Certificate[0], p.Certificate)
			require.Equal(t, "127.0.0.1", p.IP.String())

			for _, cert := range []*tls.Certificate{nil, &ingress, &other} {
				status, p = peerAt(t, where[listener], path, cert, http.Header{server.HeaderPeer: {forged}})
				require.Equal(t, http.StatusBadRequest, status)
				require.Nil(t, p.Certificate)
			}
		}
		_, p := peerAt(t, where["public"], path, &client, http.Header{})
		require.Nil(t, p.Certificate, "clients do not present their certificates here")
		_, p = peerAt(t, where["mtls"], path, &client, http.Header{})
		require.Equal(t, client.Certificate[0], p.Certificate, "but here")
	}
}

func TestWithoutAnIngressNoHeaderIsBelievedOfAnybody(t *testing.T) {
	client, victim := servertest.NewAuthority(t, "clients", time.Now()).Issue("client", nil), servertest.NewAuthority(t, "clients", time.Now()).Issue("victim", nil)
	where := direct(t, "--mtls-listen", "127.0.0.1:0")
	for _, header := range []string{"X-Ssl-Client-Der", "X-Forwarded-Tls-Client-Cert"} {
		_, p := peerAt(t, where["mtls"], "/token", &client, http.Header{header: {base64.StdEncoding.EncodeToString(victim.Certificate[0])}})
		require.Equal(t, client.Certificate[0], p.Certificate)
	}
}
