package boot

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/stretchr/testify/require"
)

func development(t *testing.T) Config {
	t.Helper()
	c := Defaults()
	c.Env, c.Data, c.Listen = Development, t.TempDir(), "127.0.0.1:0"
	return c
}

func started(t *testing.T, name string, c Config) *Platform {
	t.Helper()
	p, err := Start(t.Context(), name, c, WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.Close(context.Background()) })
	return p
}

func TestDevelopmentNeedsNothing(t *testing.T) {
	c := development(t)
	p := started(t, Standalone, c)
	require.NoError(t, p.Store.Ping(t.Context()))
	require.NoError(t, p.KV.Ping(t.Context()))
	require.True(t, p.Caches.Revocations.Fresh())
	for _, probe := range p.Ready {
		require.NoError(t, probe.Check(t.Context()), probe.Name)
	}
	_, err := p.Resolver.Workspace(t.Context(), "nobody", "default")
	require.Error(t, err)
	require.NoError(t, p.Close(t.Context()))
}

func TestDevelopmentKeysOutliveTheProcess(t *testing.T) {
	c := development(t)
	first := started(t, Standalone, c)
	sealed, err := first.Root.Seal([]byte("kept"), nil)
	require.NoError(t, err)
	require.NoError(t, first.Close(t.Context()))
	opened, err := started(t, Standalone, c).Root.Open(sealed, nil)
	require.NoError(t, err)
	require.Equal(t, "kept", string(opened))
	info, err := os.Stat(filepath.Join(c.Data, "root.key"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestProgramsThatStartAtOnceMakeOneKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "peer.key")
	var wg sync.WaitGroup
	got := make([]string, 16)
	for i := range got {
		wg.Go(func() { got[i], _ = made(path, randomKey) })
	}
	wg.Wait()
	for _, key := range got {
		require.NotEmpty(t, key)
		require.Equal(t, got[0], key)
	}
}

func TestTheGatewayOpensNoStore(t *testing.T) {
	c := development(t)
	c.Gateway.Upstreams = Upstreams{"http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3"}
	p := started(t, GatewayName, c)
	require.NotNil(t, p.Seal)
	require.Nil(t, p.Store)
	require.Nil(t, p.Root)
}

func TestABadConfigurationDoesNotStart(t *testing.T) {
	c := development(t)
	c.PublicURL = "http://auth.example"
	_, err := Start(t.Context(), Standalone, c)
	var f *FaultsError
	require.ErrorAs(t, err, &f)
}

func TestAChangeIsAppliedHereAtOnceAndAnnounced(t *testing.T) {
	p := started(t, Standalone, development(t))
	got := make(chan string, 100)
	subscribed := make(chan struct{}, 100)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go p.KV.Subscribe(ctx, func(b []byte) { got <- string(b) }, func() { subscribed <- struct{}{} })
	<-subscribed
	p.Invalidate(t.Context(), cache.Invalidation{Kind: cache.KindTenant, TID: "acme"})
	require.JSONEq(t, `{"kind":"tenant","tid":"acme"}`, <-got)
	p.apply([]byte("not JSON")) // lapses all, and does not fail
}

func TestBackgroundJobsRunUntilClose(t *testing.T) {
	p := started(t, Standalone, development(t))
	ran := make(chan struct{}, 100)
	p.Every("test", time.Millisecond, func(context.Context) error {
		ran <- struct{}{}
		return errors.New("fails each time")
	})
	<-ran
	<-ran
	require.NoError(t, p.Close(t.Context()))
	require.Error(t, p.ctx.Err())
}

func TestBackgroundWorkThatEndsIsAFailure(t *testing.T) {
	p := started(t, Standalone, development(t))
	p.Go("test", func(context.Context) {})
	<-p.ctx.Done()
	require.ErrorContains(t, p.Close(t.Context()), "test ended by itself")
}

type sqlState struct{ error }

func (sqlState) SQLState() string { return "57P01" }

func TestOutagesAreToldFromFaults(t *testing.T) {
	for _, err := range []error{kv.ErrUnavailable, kv.ErrEpoch, store.ErrBusy, context.DeadlineExceeded, io.ErrUnexpectedEOF, &net.OpError{Op: "dial", Err: errors.New("refused")}, sqlState{errors.New("terminated")}} {
		row := Classify(fmt.Errorf("wrapped: %w", err))
		require.NotNil(t, row, "%v", err)
		require.Equal(t, oauth.ErrTemporarilyUnavailable.Code, row.Code)
		require.Equal(t, 503, row.Status)
		require.Equal(t, 2*time.Second, row.RetryAfter())
	}
	for _, err := range []error{store.ErrNotFound, store.ErrConflict, store.ErrConsumed, kv.ErrConsumed, errors.New("a bug")} {
		require.Nil(t, Classify(err), "%v", err)
	}
}

// command runs a program as its main does, until the test cancels it.
func command(t *testing.T, name string, args ...string) (out, errOut *bytes.Buffer, c Command) {
	t.Helper()
	out, errOut = &bytes.Buffer{}, &bytes.Buffer{}
	return out, errOut, Command{Name: name, Args: args, Out: out, Err: errOut, Build: func(_ context.Context, p *Platform) (http.Handler, error) {
		e := server.New(p.ServerConfig(name))
		e.GET("/hello", echo.WrapHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) })))
		return e, nil
	}}
}

func TestTheCommandLine(t *testing.T) {
	data := t.TempDir()
	out, _, c := command(t, Standalone, "version")
	require.Zero(t, c.Run(t.Context()))
	require.Contains(t, out.String(), "standalone dev")

	out, _, c = command(t, Standalone, "config", "validate", "--data", data)
	require.Zero(t, c.Run(t.Context()))
	require.Contains(t, out.String(), "valid")

	_, errOut, c := command(t, Standalone, "config", "validate", "--public-url", "http://auth.example", "--log-level=loud", "--set", "listen=x")
	require.Equal(t, 1, c.Run(t.Context()))
	for _, want := range []string{"http is for loopback", "log.level", "listen", "keys.root"} {
		require.Contains(t, errOut.String(), want)
	}

	out, _, c = command(t, Standalone, "config", "print", "--listen", ":9")
	require.Zero(t, c.Run(t.Context()))
	require.Contains(t, out.String(), "listen: :9")

	out, _, c = command(t, Standalone, "migrate", "--data", data, "--database-url", "sqlite:"+filepath.Join(data, "x.db"))
	require.Zero(t, c.Run(t.Context()))
	require.Contains(t, out.String(), "up to date")

	for _, args := range [][]string{{"sevre"}, {"--nothing"}, {"config"}, {"config", "paint"}, {"serve", "more"}, {"--set", "novalue"}} {
		_, errOut, c = command(t, Standalone, args...)
		require.Equal(t, 2, c.Run(t.Context()), "%v", args)
		require.Contains(t, errOut.String(), "usage", "%v", args)
	}
}

func TestAProgramServesAndEndsCleanly(t *testing.T) {
	_, errOut, c := command(t, Standalone, "--data", t.TempDir(), "--listen", "127.0.0.1:0", "--mtls-listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0")
	addrs := make(chan [2]string, 3)
	c.Bound = func(name, addr string) { addrs <- [2]string{name, addr} }
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	done := make(chan int, 1)
	go func() { done <- c.Run(ctx) }()
	where := map[string]string{}
	for range 3 {
		select {
		case a := <-addrs:
			where[a[0]] = a[1]
		case status := <-done:
			t.Fatalf("ended with %d: %s", status, errOut)
		}
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	get := func(origin, path string) (int, string) {
		res, err := client.Get(origin + path)
		require.NoError(t, err)
		defer func() { _ = res.Body.Close() }()
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res.StatusCode, string(body)
	}
	for _, origin := range []string{"http://" + where["public"], "https://" + where["mtls"]} {
		status, body := get(origin, "/hello")
		require.Equal(t, http.StatusOK, status)
		require.Equal(t, "hello", body)
		status, _ = get(origin, "/metrics")
		require.Equal(t, http.StatusNotFound, status)
	}
	status, body := get("http://"+where["public"], "/readyz")
	require.Equal(t, http.StatusOK, status, body)
	for _, component := range []string{"database", "redis", "schema", "revocations", "clock"} {
		require.Contains(t, body, `"`+component+`":"ok"`)
	}
	status, body = get("http://"+where["metrics"], "/metrics")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, body, `http_route="/hello"`)
	require.Contains(t, body, "signet_sql_round_trips_total")
	cancel()
	require.Zero(t, <-done, errOut)
}

func TestARenewedCertificateIsServedWithoutARestart(t *testing.T) {
	dir := t.TempDir()
	certFile, keyFile := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	now := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
	issue := func(at time.Time) {
		pair, err := developmentCertificate("https://auth.example", at)
		require.NoError(t, err)
		writePEM(t, certFile, keyFile, pair)
		require.NoError(t, os.Chtimes(certFile, at, at))
	}
	serial := func(c *certificate) string {
		pair, err := c.get(nil)
		require.NoError(t, err)
		leaf, err := x509.ParseCertificate(pair.Certificate[0])
		require.NoError(t, err)
		return leaf.SerialNumber.String()
	}
	issue(now)
	c, err := loadCertificate(certFile, keyFile, func() time.Time { return now })
	require.NoError(t, err)
	first := serial(c)
	issue(now.Add(time.Hour))
	require.Equal(t, first, serial(c), "files are not looked at on every handshake")
	now = now.Add(time.Minute)
	second := serial(c)
	require.NotEqual(t, first, second)
	require.NoError(t, os.WriteFile(certFile, []byte("broken"), 0o600))
	now = now.Add(time.Minute)
	require.Equal(t, second, serial(c), "a broken renewal leaves the old one")
	_, err = loadCertificate(filepath.Join(dir, "none"), keyFile, time.Now)
	require.Error(t, err)
}

func TestSpellingsOfTheVerb(t *testing.T) {
	for args, want := range map[string]string{"": "serve", "--demo": "serve", "serve --demo": "serve", "config print --set a=b": "config print", "migrate x": "migrate", "config": "config"} {
		verb, _ := Command{Args: strings.Fields(args)}.verb()
		require.Equal(t, want, verb, args)
	}
}
