package standalone_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone"
)

// program is a running standalone.
type program struct {
	addr string
	out  *output
	stop func() int
}

// output is what the program writes, readable while it runs.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// anyPort leaves the port to the system; addresses then keep the usual one.
const anyPort = "--listen=127.0.0.1:0"

// run starts the program with a data directory.
func run(t *testing.T, data string, args ...string) program {
	t.Helper()
	out, errs := &output{}, &output{}
	args = append([]string{"--data", data, "--set", "password.memory_kib=64", "--set", "password.iterations=1"}, args...)
	c := standalone.Command(args, nil, out, errs)
	bound := make(chan string, 1)
	c.Bound = func(_, addr string) { bound <- addr }
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan int, 1)
	go func() { done <- c.Run(ctx) }()
	t.Cleanup(cancel)
	select {
	case addr := <-bound:
		return program{addr: addr, out: out, stop: func() int { cancel(); return <-done }}
	case code := <-done:
		t.Fatalf("the program ended with %d: %s", code, errs.String())
	case <-time.After(30 * time.Second):
		t.Fatalf("the program did not start: %s", errs.String())
	}
	return program{}
}

// token uses the first command that the program tells to try.
func (p program) token(t *testing.T, introduction string) (status int, body map[string]any) {
	t.Helper()
	user := regexp.MustCompile(`curl -u '([^:']+):([^']+)'`).FindStringSubmatch(introduction)
	require.Len(t, user, 3, introduction)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+p.addr+"/demo/default/oauth2/token", strings.NewReader("grant_type=client_credentials"))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.SetBasicAuth(user[1], user[2])
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(raw, &body))
	return res.StatusCode, body
}

func TestDemoIsMadeOnceAndItsCommandsWork(t *testing.T) {
	data := t.TempDir()
	first := run(t, data, anyPort)
	introduction := first.out.String()
	status, body := first.token(t, introduction)
	require.Equal(t, http.StatusOK, status, body)
	require.NotEmpty(t, body["access_token"])

	address := regexp.MustCompile(`http://localhost:8080(/demo/default/oauth2/authorize\S+)`).FindStringSubmatch(introduction)
	require.Len(t, address, 2, introduction)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+first.addr+address[1], http.NoBody) // the port was left to the system
	require.NoError(t, err)
	res, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	page, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusOK, res.StatusCode)
	require.Contains(t, string(page), "login-submit")
	require.Zero(t, first.stop())

	second := run(t, data, anyPort)
	require.Contains(t, second.out.String(), "were shown when it was made")
	require.NotContains(t, second.out.String(), "curl")
	status, _ = second.token(t, introduction)
	require.Equal(t, http.StatusOK, status, "what was made lasts")
	require.Zero(t, second.stop())

	third := run(t, t.TempDir(), anyPort)
	require.NotEqual(t, introduction, third.out.String(), "every demo has credentials of its own")
	require.Zero(t, third.stop())
}

func TestDemoCanBeLeftOut(t *testing.T) {
	p := run(t, t.TempDir(), anyPort, "--no-demo")
	require.Empty(t, p.out.String())
	require.Zero(t, p.stop())
}

func TestPresumptionsYieldToWhatIsSaid(t *testing.T) {
	for name, c := range map[string]struct {
		args, environ []string
		want          []string
	}{
		"nothing said":        {nil, nil, []string{"listen: 127.0.0.1:8080", "public_url: http://localhost:8080", "data: .signet", "demo: true"}},
		"listen by flag":      {[]string{"--listen", ":9000"}, nil, []string{"listen: :9000", "public_url: http://localhost:9000", "demo: true"}},
		"port by flag":        {[]string{"--port", "9000"}, nil, []string{"listen: 127.0.0.1:9000", "public_url: http://localhost:9000", "demo: true"}},
		"with a certificate":  {[]string{"--port=9443", "--tls-cert", "c", "--tls-key", "k"}, nil, []string{"public_url: https://localhost:9443"}},
		"listen by set":       {[]string{"--set", "listen=:9000"}, nil, []string{"listen: :9000"}},
		"listen by variable":  {nil, []string{"SIGNET_LISTEN=:9000"}, []string{"listen: :9000"}},
		"listen by PORT":      {nil, []string{"PORT=9000"}, []string{"listen: :9000", "public_url: http://localhost:9000"}},
		"data by flag":        {[]string{"-data=elsewhere"}, nil, []string{"data: elsewhere"}},
		"no demo":             {[]string{"--no-demo"}, nil, []string{"demo: false"}},
		"no demo by variable": {nil, []string{"SIGNET_DEMO=false"}, []string{"demo: false"}},
		"a public address":    {[]string{"--public-url", "https://auth.example.com"}, nil, []string{"demo: false"}},
		"a public variable":   {nil, []string{"SIGNET_PUBLIC_URL=https://auth.example.com"}, []string{"demo: false"}},
		"another loopback":    {[]string{"--public-url", "http://127.0.0.1:9000"}, nil, []string{"demo: true"}},
		"production":          {[]string{"--env", "production"}, nil, []string{"demo: false"}},
	} {
		t.Run(name, func(t *testing.T) {
			var out, errs bytes.Buffer
			code := standalone.Command(append([]string{"config", "print"}, c.args...), c.environ, &out, &errs).Run(t.Context())
			require.Zero(t, code, errs.String())
			for _, line := range c.want {
				require.Contains(t, out.String(), line+"\n")
			}
		})
	}
}

func TestConfigurationFileSpeaksForEverything(t *testing.T) {
	file := t.TempDir() + "/signet.yaml"
	require.NoError(t, os.WriteFile(file, []byte("listen: :9001\n"), 0o600))
	var out, errs bytes.Buffer
	require.Zero(t, standalone.Command([]string{"config", "print", "--config", file}, nil, &out, &errs).Run(t.Context()), errs.String())
	require.Contains(t, out.String(), "listen: :9001\n")
	require.Contains(t, out.String(), "demo: false\n")
}
