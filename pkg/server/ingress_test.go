package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/signet-authz/signet/pkg/server/servertest"
	"github.com/stretchr/testify/require"
)

const ingressName = "ingress.example"

// edge is a front that believes an ingress, with what tests need around it.
type edge struct {
	t         *testing.T
	clock     *clock
	authority *servertest.Authority // of the ingress
	ingress   tls.Certificate
	clients   *servertest.Authority // of the ingress's clients, by way of an intermediate
	client    tls.Certificate
	front     *echo.Echo
	got       Peer // of the last request
}

func newEdge(t *testing.T, change func(*IngressConfig, *Config)) *edge {
	t.Helper()
	e := &edge{t: t, clock: newClock()}
	e.authority = servertest.NewAuthority(t, "ingress authority", e.clock.at)
	e.ingress = e.authority.Issue("ingress", named(ingressName))
	e.clients = servertest.NewAuthority(t, "client authority", e.clock.at).Intermediate("intermediate")
	e.client = e.clients.Issue("client", nil)
	ic := IngressConfig{Roots: e.authority.Pool(), Names: []string{"other.example", ingressName, "spiffe://example/ingress"}, CertificateHeader: "nginx", AddressHeader: AddressForwardedFor, Now: e.clock.now}
	cfg := Config{Name: "test", Now: e.clock.now, Edge: true}
	if change != nil {
		change(&ic, &cfg)
	}
	var err error
	cfg.Ingress, err = NewIngress(ic)
	require.NoError(t, err)
	e.front = New(cfg)
	e.front.Any("/*", func(c echo.Context) error {
		e.got = PeerOf(c)
		return c.JSON(http.StatusOK, c.Request().Header)
	})
	return e
}

func named(names ...string) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.DNSNames = names }
}

// over is a request on a connection at whose other end that certificate is.
func over(c tls.Certificate) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/page", nil)
	r.RemoteAddr = "10.0.0.1:4000"
	r.TLS = &tls.ConnectionState{}
	for _, der := range c.Certificate {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			panic(err)
		}
		r.TLS.PeerCertificates = append(r.TLS.PeerCertificates, cert)
	}
	return r
}

// send sets the headers and returns the status; the peer is in e.got then.
func (e *edge) send(r *http.Request, headers ...string) int {
	e.t.Helper()
	for i := 0; i < len(headers); i += 2 {
		r.Header[http.CanonicalHeaderKey(headers[i])] = append(r.Header[http.CanonicalHeaderKey(headers[i])], headers[i+1])
	}
	e.got = Peer{}
	w := httptest.NewRecorder()
	e.front.ServeHTTP(w, r)
	if w.Code == http.StatusOK {
		require.JSONEq(e.t, "{}", w.Body.String(), "no word of the ingress is left for anybody to read again")
	}
	return w.Code
}

// escaped is a certificate as nginx writes it.
func escaped(certs ...[]byte) string {
	return strings.ReplaceAll(url.QueryEscape(servertest.PEM(certs...)), "+", "%20")
}

func TestAProvenIngressSpeaksForItsClients(t *testing.T) {
	e := newEdge(t, nil)
	require.Equal(t, http.StatusOK, e.send(over(e.ingress), "ssl-client-cert", escaped(e.client.Certificate[0]), "X-Forwarded-For", "203.0.113.7"))
	require.Equal(t, "203.0.113.7", e.got.IP.String())
	require.Equal(t, "https", e.got.Scheme)
	require.Equal(t, e.client.Certificate[0], e.got.Certificate)
	require.Empty(t, e.got.Chain)
}

func TestAProvenIngressBearsOneOfTheNamesAndAnAuthoritysSignature(t *testing.T) {
	e := newEdge(t, nil)
	stranger := servertest.NewAuthority(t, "ingress authority", e.clock.at)
	under := e.authority.Intermediate("ingress intermediate")
	for name, c := range map[string]struct {
		cert tls.Certificate
		want bool
	}{
		"a DNS name":                {e.ingress, true},
		"another of the names":      {e.authority.Issue("", named("unknown.example", "other.example")), true},
		"a URI":                     {e.authority.Issue("", func(c *x509.Certificate) { c.URIs = []*url.URL{{Scheme: "spiffe", Host: "example", Path: "/ingress"}} }), true},
		"by an intermediate":        {under.Issue("", named(ingressName)), true},
		"no extended usage at all":  {e.authority.Issue("", func(c *x509.Certificate) { c.DNSNames, c.ExtKeyUsage = []string{ingressName}, nil }), true},
		"the intermediate is kept":  {tls.Certificate{Certificate: under.Issue("", named(ingressName)).Certificate[:1]}, false},
		"another authority":         {stranger.Issue("", named(ingressName)), false},
		"another name":              {e.authority.Issue("", named("client.example")), false},
		"no name":                   {e.authority.Issue("", nil), false},
		"the name as a common name": {e.authority.Issue(ingressName, nil), false},
		"a wildcard":                {e.authority.Issue("", named("*.example")), false},
		"the name in other case":    {e.authority.Issue("", named("Ingress.example")), false},
		"a server's certificate": {e.authority.Issue("", func(c *x509.Certificate) {
			c.DNSNames, c.ExtKeyUsage = []string{ingressName}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		}), false},
		"expired": {e.authority.Issue("", func(c *x509.Certificate) {
			c.DNSNames, c.NotAfter = []string{ingressName}, e.clock.at.Add(-time.Second)
		}), false},
		"not yet valid": {e.authority.Issue("", func(c *x509.Certificate) {
			c.DNSNames, c.NotBefore = []string{ingressName}, e.clock.at.Add(time.Second)
		}), false},
		"no certificate": {tls.Certificate{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, http.StatusOK, e.send(over(c.cert), "ssl-client-cert", escaped(e.client.Certificate[0]), "X-Forwarded-For", "203.0.113.7"))
			if c.want {
				require.Equal(t, e.client.Certificate[0], e.got.Certificate)
				require.Equal(t, "203.0.113.7", e.got.IP.String())
				return
			}
			require.NotEqual(t, e.client.Certificate[0], e.got.Certificate)
			require.Equal(t, "10.0.0.1", e.got.IP.String())
		})
	}
}

func TestAnIngressesOwnCertificateIsNeverTheClients(t *testing.T) {
	for name, change := range map[string]func(*IngressConfig, *Config){
		"with a certificate header": nil,
		"without":                   func(ic *IngressConfig, _ *Config) { ic.CertificateHeader, ic.AddressHeader = "", "" },
	} {
		t.Run(name, func(t *testing.T) {
			e := newEdge(t, change)
			require.Equal(t, http.StatusOK, e.send(over(e.ingress)))
			require.Nil(t, e.got.Certificate)
			require.Empty(t, e.got.Chain)
			require.Equal(t, "10.0.0.1", e.got.IP.String(), "it speaks for itself")
			require.Equal(t, "https", e.got.Scheme)
		})
	}
}

// everyForm is a header of each form with a client's certificate in it.
func (e *edge) everyForm() map[string][]string {
	leaf := e.client.Certificate[0]
	return map[string][]string{
		"client-cert": {"Client-Cert", sequence(leaf)}, "nginx": {"Ssl-Client-Cert", escaped(leaf)}, "envoy": {"X-Forwarded-Client-Cert", xfcc(leaf)},
		"traefik": {"X-Forwarded-Tls-Client-Cert", bare(leaf)}, "haproxy": {"X-Ssl-Client-Der", bare(leaf)}, "aws-alb": {"X-Amzn-Mtls-Clientcert-Leaf", escaped(leaf)},
	}
}

func TestOnlyTheConfiguredFormCounts(t *testing.T) {
	for _, configured := range CertificateHeaders() {
		e := newEdge(t, func(ic *IngressConfig, _ *Config) { ic.CertificateHeader = configured })
		for form, header := range e.everyForm() {
			require.Equal(t, http.StatusOK, e.send(over(e.ingress), header...), form)
			require.Equal(t, form == configured, e.got.Certificate != nil, "%s where %s is configured", form, configured)
		}
	}
}

func TestStrangersAreHeardInNoFormAndNoSpelling(t *testing.T) {
	for _, configured := range CertificateHeaders() {
		e := newEdge(t, func(ic *IngressConfig, _ *Config) { ic.CertificateHeader = configured })
		for _, header := range e.everyForm() {
			for _, spelling := range []string{header[0], strings.ToUpper(header[0]), strings.ReplaceAll(header[0], "-", "_"), strings.ToLower(strings.ReplaceAll(header[0], "-", "_")), strings.Replace(header[0], "-", "_", 1)} {
				for _, from := range []*http.Request{over(tls.Certificate{}), httptest.NewRequest(http.MethodGet, "/page", nil)} {
					from.RemoteAddr = "198.51.100.4:1"
					from.Header[spelling] = []string{header[1], header[1]}
					from.Header["X-Forwarded-For"] = []string{"203.0.113.7"}
					from.Header["X-Real-Ip"] = []string{"203.0.113.7"}
					require.Equal(t, http.StatusOK, e.send(from), spelling)
					require.Nil(t, e.got.Certificate, spelling)
					require.Equal(t, "198.51.100.4", e.got.IP.String())
				}
			}
		}
	}
}

func TestAnIngressIsNotHeardInAnotherSpelling(t *testing.T) {
	e := newEdge(t, nil)
	r := over(e.ingress)
	r.Header["ssl_client_cert"] = []string{escaped(e.client.Certificate[0])}
	r.Header["SSL_CLIENT_CERT"] = []string{escaped(e.client.Certificate[0])}
	r.Header["X_Forwarded_For"] = []string{"203.0.113.7"}
	require.Equal(t, http.StatusOK, e.send(r))
	require.Nil(t, e.got.Certificate)
	require.Equal(t, "10.0.0.1", e.got.IP.String())
}

func TestARepeatedHeaderOfAnIngressIsRefused(t *testing.T) {
	e := newEdge(t, nil)
	leaf := escaped(e.client.Certificate[0])
	for name, headers := range map[string][]string{
		"the certificate": {"ssl-client-cert", leaf, "ssl-client-cert", leaf},
		"in other case":   {"ssl-client-cert", leaf, "SSL-Client-Cert", leaf},
		"beside an empty": {"ssl-client-cert", "", "ssl-client-cert", leaf},
		"the address":     {"X-Forwarded-For", "203.0.113.7", "X-Forwarded-For", "203.0.113.7"},
	} {
		require.Equal(t, http.StatusBadRequest, e.send(over(e.ingress), headers...), name)
	}
}

func TestOfForwardedAddressesTheLastOneCounts(t *testing.T) {
	e := newEdge(t, nil)
	many := strings.Repeat("198.51.100.9, ", 1000)
	for value, want := range map[string]string{
		"203.0.113.7": "203.0.113.7", "198.51.100.9, 203.0.113.7": "203.0.113.7", "198.51.100.9,\t203.0.113.7 ": "203.0.113.7", "evil, unknown, 203.0.113.7": "203.0.113.7",
		many + "203.0.113.7": "203.0.113.7", "2001:db8::1": "2001:db8::1", "::ffff:203.0.113.7": "203.0.113.7", "[2001:db8::1]:443": "2001:db8::1", "203.0.113.7:4711": "203.0.113.7", "fe80::1%eth0": "fe80::1",
		"unknown": "", "203.0.113.7, unknown": "", "203.0.113.7,": "", "203.0.113.7, ": "", "203.0.113.7 198.51.100.9": "", "203.0.113.007": "", "203.0.113": "", "[2001:db8::1": "", "localhost": "", "3405803783": "",
		"0x7f.1": "", "203.0.113.7;x": "", strings.Repeat("1", 16<<10+1): "", many + many + "203.0.113.7": "",
	} {
		status := e.send(over(e.ingress), "X-Forwarded-For", value)
		if want == "" {
			require.Equal(t, http.StatusBadRequest, status, "%.40q", value)
			continue
		}
		require.Equal(t, http.StatusOK, status, "%.40q", value)
		require.Equal(t, want, e.got.IP.String(), "%.40q", value)
	}
	e = newEdge(t, func(ic *IngressConfig, _ *Config) { ic.AddressHeader = AddressRealIP })
	require.Equal(t, http.StatusOK, e.send(over(e.ingress), "X-Real-Ip", "203.0.113.7", "X-Forwarded-For", "198.51.100.9"))
	require.Equal(t, "203.0.113.7", e.got.IP.String())
	e = newEdge(t, func(ic *IngressConfig, _ *Config) { ic.AddressHeader = "" })
	require.Equal(t, http.StatusOK, e.send(over(e.ingress), "X-Real-Ip", "203.0.113.7", "X-Forwarded-For", "198.51.100.9"))
	require.Equal(t, "10.0.0.1", e.got.IP.String())
}

// TestConnectionHeadersTakeNothingFromAnIngress: what a client names there
// might be removed on the way, but never before it is read.
func TestConnectionHeadersTakeNothingFromAnIngress(t *testing.T) {
	e := newEdge(t, nil)
	r := over(e.ingress)
	r.Header["Ssl-Client-Cert"] = []string{escaped(e.client.Certificate[0])}
	r.Header["Connection"] = []string{"ssl-client-cert, signet-peer"}
	w := httptest.NewRecorder()
	e.front.ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code)
	require.Equal(t, e.client.Certificate[0], e.got.Certificate)
}

func TestAnIngressIsJudgedOnceForAConnectionAndAgainWhenItsCertificateExpires(t *testing.T) {
	e := newEdge(t, nil)
	r := over(e.ingress)
	c := &connection{}
	send := func(cert tls.Certificate) bool {
		again := over(cert).WithContext(context.WithValue(r.Context(), connectionKey{}, c))
		require.Equal(t, http.StatusOK, e.send(again, "ssl-client-cert", escaped(e.client.Certificate[0])))
		return string(e.got.Certificate) == string(e.client.Certificate[0])
	}
	require.True(t, send(e.ingress))
	first := c.verdict.Load()
	require.True(t, send(e.ingress))
	require.Same(t, first, c.verdict.Load())
	e.clock.at = e.ingress.Leaf.NotAfter
	require.True(t, send(e.ingress))
	e.clock.advance(time.Second)
	require.False(t, send(e.ingress))
	require.False(t, send(e.ingress))
}

func TestWhereOnlyAnIngressPresentsCertificatesOthersSpeakForNobody(t *testing.T) {
	e := newEdge(t, nil)
	for ingressOnly, want := range map[bool][]byte{true: nil, false: e.client.Certificate[0]} {
		r := over(e.client)
		r = r.WithContext(context.WithValue(r.Context(), connectionKey{}, &connection{ingressOnly: ingressOnly}))
		require.Equal(t, http.StatusOK, e.send(r))
		require.Equal(t, want, e.got.Certificate)
	}
}

// TestASealIsBelievedBeforeAnIngress: behind a gateway an ingress may stand,
// too, and then the gateway's word is about the client.
func TestASealIsBelievedBeforeAnIngress(t *testing.T) {
	seal := NewSeal(sealKey, newClock().now)
	e := newEdge(t, func(_ *IngressConfig, cfg *Config) { cfg.Edge, cfg.Seal = false, seal })
	r := over(e.ingress)
	r.Header.Set(HeaderPeer, seal.Header(r, samplePeer()))
	require.Equal(t, http.StatusOK, e.send(r, "ssl-client-cert", escaped(e.client.Certificate[0])))
	require.Equal(t, samplePeer().Certificate, e.got.Certificate)
	// And a seal that a stranger sent through the ingress is refused.
	require.Equal(t, http.StatusBadRequest, e.send(over(e.ingress), HeaderPeer, "v1.1.a.b.https.c", "ssl-client-cert", escaped(e.client.Certificate[0])))
	require.Nil(t, e.got.Certificate)
}

func TestAnIngressIsConfiguredWholly(t *testing.T) {
	pool := x509.NewCertPool()
	for _, c := range []IngressConfig{
		{},
		{Roots: pool, Now: time.Now},
		{Names: []string{"a"}, Now: time.Now},
		{Roots: pool, Names: []string{"a"}},
		{Roots: pool, Names: []string{"a"}, Now: time.Now, CertificateHeader: "apache"},
		{Roots: pool, Names: []string{"a"}, Now: time.Now, AddressHeader: "forwarded"},
	} {
		_, err := NewIngress(c)
		require.Error(t, err)
	}
}

func TestWithoutAnIngressNothingIsAllocatedForOne(t *testing.T) {
	f := newFront(Config{Now: newClock().now})
	r := httptest.NewRequest(http.MethodGet, "/page", nil)
	r.TLS = &tls.ConnectionState{}
	rc := &request{traceID: strings.Repeat("a", 32)}
	require.Zero(t, testing.AllocsPerRun(100, func() { _ = f.identify(r, rc) }))
}
