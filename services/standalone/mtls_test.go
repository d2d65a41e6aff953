package standalone_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/server/servertest"
	"github.com/signet-authz/signet/services/gateway"
	"github.com/signet-authz/signet/services/standalone"
)

// listeners starts the program with both listeners over TLS and returns their
// addresses by name.
func listeners(t *testing.T, servers *servertest.Authority, build boot.Build) (where map[string]string, out *output) {
	t.Helper()
	certFile, keyFile := servertest.Files(t, servers.Localhost())
	out = &output{}
	var errs bytes.Buffer
	c := standalone.Command([]string{
		"--data", t.TempDir(), "--set", "password.memory_kib=64", "--set", "password.iterations=1", anyPort, "--public-url", "https://localhost:8443",
		"--mtls-listen", "127.0.0.1:0", "--tls-cert", certFile, "--tls-key", keyFile,
	}, nil, out, &errs)
	if build != nil {
		c.Build = build
	}
	addrs := make(chan [2]string, 2)
	c.Bound = func(name, addr string) { addrs <- [2]string{name, addr} }
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan int, 1)
	go func() { done <- c.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		require.Zero(t, <-done, errs.String())
	})
	where = map[string]string{}
	for range 2 {
		select {
		case a := <-addrs:
			where[a[0]] = a[1]
		case code := <-done:
			t.Fatalf("the program ended with %d: %s", code, errs.String())
		}
	}
	return where, out
}

func over(t *testing.T, proto string, servers *servertest.Authority, cert tls.Certificate) *http.Client {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: servers.Pool(), ServerName: "localhost", Certificates: []tls.Certificate{cert}}, Protocols: &http.Protocols{}}
	transport.Protocols.SetHTTP1(proto == "HTTP/1.1")
	transport.Protocols.SetHTTP2(proto == "HTTP/2.0")
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

// TestACertificateReachesAServiceOfTheSameProcess puts a handler that tells
// what it sees where the services are, behind the program's own listeners,
// gateway and seal.
func TestACertificateReachesAServiceOfTheSameProcess(t *testing.T) {
	servers := servertest.NewAuthority(t, "servers", time.Now())
	cert := servertest.NewAuthority(t, "clients", time.Now()).Intermediate("a").Issue("client", nil)
	where, _ := listeners(t, servers, func(_ context.Context, p *boot.Platform) (http.Handler, error) {
		d := gateway.Deps{Upstreams: map[string]http.Handler{}, Seal: p.Seal, Front: p.ServerConfig(boot.GatewayName)}
		for _, name := range []string{gateway.Token, gateway.Authorization, gateway.TenantAdmin} {
			e := server.New(p.ServerConfig(name))
			e.Any("/*", func(c echo.Context) error { return c.JSON(http.StatusOK, server.PeerOf(c)) })
			d.Upstreams[name] = e
		}
		return gateway.New(d)
	})
	for _, proto := range []string{"HTTP/1.1", "HTTP/2.0"} {
		client := over(t, proto, servers, cert)
		for listener, want := range map[string][]byte{"mtls": cert.Certificate[0], "public": nil} {
			for _, path := range []string{"/demo/default/userinfo", "/demo/default/login", "/console"} {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+where[listener]+path, http.NoBody)
				require.NoError(t, err)
				res, err := client.Do(r)
				require.NoError(t, err)
				var p server.Peer
				require.NoError(t, json.NewDecoder(res.Body).Decode(&p))
				require.NoError(t, res.Body.Close())
				require.Equal(t, http.StatusOK, res.StatusCode)
				require.Equal(t, proto, res.Proto)
				require.Equal(t, want, p.Certificate, "%s at %s over %s", path, listener, proto)
				require.Equal(t, want != nil, len(p.Chain) == 1)
			}
		}
	}
}

func TestTheSecondListenerServesAllThatTheFirstDoes(t *testing.T) {
	servers := servertest.NewAuthority(t, "servers", time.Now())
	where, out := listeners(t, servers, nil)
	// The demo was made through the loop, before there were listeners at all.
	introduction := out.String()
	secret := introduction[strings.Index(introduction, "curl -u '")+len("curl -u '"):]
	id, rest, found := strings.Cut(secret, ":")
	require.True(t, found, introduction)
	secret, _, _ = strings.Cut(rest, "'")
	client := over(t, "HTTP/2.0", servers, servertest.NewAuthority(t, "clients", time.Now()).Issue("client", nil))
	for name, addr := range where {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://"+addr+"/demo/default/oauth2/token", strings.NewReader("grant_type=client_credentials"))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(id, secret)
		res, err := client.Do(r)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusOK, res.StatusCode, "%s: %s", name, body)
	}
}
