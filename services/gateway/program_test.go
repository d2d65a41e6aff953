package gateway_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/server/servertest"
	"github.com/signet-authz/signet/services/gateway"
	"github.com/stretchr/testify/require"
)

const tokenPath = "/acme/default/oauth2/token"

// program is the gateway as it is started, before a service that answers with
// the peer it sees.
type program struct {
	t       *testing.T
	service string // its origin, for who goes around the gateway
	servers *servertest.Authority
	where   map[string]string // addresses of the listeners
}

func run(t *testing.T, settings ...string) *program {
	t.Helper()
	const key = "8J2fp1wQ0a9mXr3yTzB5uVnK7cLh4eGdSxOiRjQwE0s"
	raw, err := base64.RawURLEncoding.DecodeString(key)
	require.NoError(t, err)
	e := server.New(server.Config{Name: "token", Now: time.Now, Seal: server.NewSeal(raw, time.Now)})
	e.Any("/*", func(c echo.Context) error { return c.JSON(http.StatusOK, server.PeerOf(c)) })
	service := httptest.NewServer(e)
	t.Cleanup(service.Close)

	p := &program{t: t, service: service.URL, servers: servertest.NewAuthority(t, "servers", time.Now()), where: map[string]string{}}
	certFile, keyFile := servertest.Files(t, p.servers.Localhost())
	args := []string{"--listen", "127.0.0.1:0", "--mtls-listen", "127.0.0.1:0", "--public-url", "https://localhost:8443", "--tls-cert", certFile, "--tls-key", keyFile}
	for _, s := range append(settings, "peer.key="+key, "gateway.upstreams.token="+service.URL, "gateway.upstreams.authorization="+service.URL, "gateway.upstreams.tenant_admin="+service.URL) {
		args = append(args, "--set", s)
	}
	var errs bytes.Buffer
	addrs := make(chan [2]string, 2)
	c := boot.Command{Name: boot.GatewayName, Build: gateway.Build, Args: args, Out: &errs, Err: &errs, Bound: func(name, addr string) { addrs <- [2]string{name, addr} }}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan int, 1)
	go func() { done <- c.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.Zero(t, <-done, errs.String())
	})
	for range 2 {
		select {
		case a := <-addrs:
			p.where[a[0]] = a[1]
		case status := <-done:
			t.Fatalf("the gateway ended with %d: %s", status, errs.String())
		}
	}
	return p
}

// client speaks HTTP/1.1 or HTTP/2 with the certificate, if there is one.
func (p *program) client(proto string, certs ...tls.Certificate) *http.Client {
	p.t.Helper()
	c := &tls.Config{RootCAs: p.servers.Pool(), ServerName: "localhost"}
	if len(certs) > 0 {
		c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &certs[0], nil }
	}
	transport := &http.Transport{TLSClientConfig: c, Protocols: &http.Protocols{}}
	transport.Protocols.SetHTTP1(proto == "HTTP/1.1")
	transport.Protocols.SetHTTP2(proto == "HTTP/2.0")
	p.t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// ask posts to the token endpoint and returns the peer that the service saw.
func (p *program) ask(c *http.Client, origin string, headers http.Header) (status int, peer server.Peer) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, origin+tokenPath, http.NoBody)
	require.NoError(p.t, err)
	r.Header = headers
	res, err := c.Do(r)
	require.NoError(p.t, err)
	defer func() { _ = res.Body.Close() }()
	require.NoError(p.t, json.NewDecoder(res.Body).Decode(&peer))
	return res.StatusCode, peer
}

var protocols = []string{"HTTP/1.1", "HTTP/2.0"}

func TestAClientCertificateReachesTheServiceThroughTheSecondListenerOnly(t *testing.T) {
	p := run(t)
	cert := servertest.NewAuthority(t, "clients", time.Now()).Intermediate("a").Intermediate("b").Issue("client", nil)
	for _, proto := range protocols {
		c := p.client(proto, cert)
		for range 2 {
			status, peer := p.ask(c, "https://"+p.where["mtls"], nil)
			require.Equal(t, http.StatusOK, status)
			require.Equal(t, cert.Certificate[0], peer.Certificate)
			require.Equal(t, cert.Certificate[1:], peer.Chain)
			require.Equal(t, "https", peer.Scheme)
			require.Equal(t, "127.0.0.1", peer.IP.String())

			status, peer = p.ask(c, "https://"+p.where["public"], nil)
			require.Equal(t, http.StatusOK, status)
			require.Nil(t, peer.Certificate)
		}
		status, peer := p.ask(p.client(proto), "https://"+p.where["mtls"], nil)
		require.Equal(t, http.StatusOK, status)
		require.Nil(t, peer.Certificate)
	}
}

func TestAnIngressSpeaksToTheServiceThroughTheGateway(t *testing.T) {
	ingresses, clients := servertest.NewAuthority(t, "ingresses", time.Now()), servertest.NewAuthority(t, "clients", time.Now()).Intermediate("a")
	ingress := ingresses.Issue("ingress", func(c *x509.Certificate) { c.DNSNames = []string{"ingress.example"} })
	client := clients.Issue("client", nil)
	p := run(t, "ingress.ca_file="+ingresses.File(), "ingress.names=ingress.example", "ingress.client_certificate_header=traefik", "ingress.client_address_header=x-forwarded-for")
	said := http.Header{
		"X-Forwarded-Tls-Client-Cert": {base64.StdEncoding.EncodeToString(client.Certificate[0]) + "," + base64.StdEncoding.EncodeToString(client.Certificate[1])},
		"X-Forwarded-For":             {"198.51.100.9, 203.0.113.7"}, "X-Forwarded-Proto": {"http"}, server.HeaderPeer: {"forged by the client"},
		"Connection": {"X-Forwarded-Tls-Client-Cert, Signet-Peer"},
	}
	for _, proto := range protocols {
		for _, listener := range []string{"public", "mtls"} {
			headers := said.Clone()
			if proto == "HTTP/2.0" {
				headers.Del("Connection") // which HTTP/2 does not have
			}
			status, peer := p.ask(p.client(proto, ingress), "https://"+p.where[listener], headers.Clone())
			require.Equal(t, http.StatusOK, status)
			require.Equal(t, client.Certificate[0], peer.Certificate)
			require.Equal(t, client.Certificate[1:], peer.Chain)
			require.Equal(t, "203.0.113.7", peer.IP.String())
			require.Equal(t, "https", peer.Scheme)

			status, peer = p.ask(p.client(proto), "https://"+p.where[listener], headers.Clone())
			require.Equal(t, http.StatusOK, status)
			require.Nil(t, peer.Certificate)
			require.Equal(t, "127.0.0.1", peer.IP.String())

			headers["X-Forwarded-Tls-Client-Cert"] = []string{"x"}
			status, _ = p.ask(p.client(proto, ingress), "https://"+p.where[listener], headers)
			require.Equal(t, http.StatusBadRequest, status)
		}
		_, peer := p.ask(p.client(proto, client), "https://"+p.where["public"], nil)
		require.Nil(t, peer.Certificate)
		_, peer = p.ask(p.client(proto, client), "https://"+p.where["mtls"], nil)
		require.Equal(t, client.Certificate[0], peer.Certificate)
	}
}

func TestWhoGoesAroundTheGatewaySpeaksForNobody(t *testing.T) {
	p := run(t)
	cert := servertest.NewAuthority(t, "clients", time.Now()).Issue("client", nil).Certificate[0]
	forged := server.NewSeal([]byte("a key that somebody else has made up"), time.Now)
	r := httptest.NewRequest(http.MethodPost, tokenPath, nil)
	status, peer := p.ask(http.DefaultClient, p.service, http.Header{server.HeaderPeer: {forged.Header(r, server.Peer{Scheme: "https", TraceID: "0123456789abcdef0123456789abcdef", Certificate: cert})}})
	require.Equal(t, http.StatusBadRequest, status)
	require.Nil(t, peer.Certificate)
	der := base64.StdEncoding.EncodeToString(cert)
	status, peer = p.ask(http.DefaultClient, p.service, http.Header{"Client-Cert": {":" + der + ":"}, "X-Ssl-Client-Der": {der}, "X-Forwarded-Tls-Client-Cert": {der}, "X-Forwarded-For": {"203.0.113.7"}})
	require.Equal(t, http.StatusOK, status)
	require.Nil(t, peer.Certificate)
	require.Equal(t, "127.0.0.1", peer.IP.String())
}
