package suite_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/browser"
	"github.com/signet-authz/signet/services/standalone/suite/internal/jose"
	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/pki"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
)

// openid-client and oauth4webapi, with the suite's own browser for the person:
// every method, and every algorithm that they sign by.
func TestNodeLibrariesAreServed(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		n, authority := party.Register(t, tg), party.Authority(t)
		w := n.NewWorkspace(t, map[string]any{"tls_client_auth_root_cas": authority.PEM()})
		user, bound := w.NewUser(t), map[string]any{"tls_client_certificate_bound_access_tokens": true}
		basic, post, none := w.NewApp(t, nil), w.NewApp(t, map[string]any{"token_endpoint_auth_method": "client_secret_post"}), w.Public(t, nil)
		apps := []map[string]any{described(t, basic), described(t, post), described(t, none), described(t, w.NewMACApp(t, nil)), described(t, w.NewCertApp(t, authority, bound)), described(t, w.NewSelfSignedApp(t, bound))}
		for i, alg := range []string{"ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "RS256", "RS384", "RS512", "Ed25519"} {
			app := described(t, w.NewKeyApp(t, nil, jose.NewKey(t, alg)))
			app["flows"] = i == 0 // the flows are the same for all of them
			apps = append(apps, app)
		}
		laws := 2 * (len(apps) - 1) // client credentials with both libraries, but for none
		for _, app := range apps {
			if app["flows"] == true {
				laws += 2 * flowsOf(t, w)
			}
		}
		cmd := node(t, filepath.Join("clients", "node"), "run.mjs", map[string]any{
			"issuer": w.Issuer(), "redirectURI": party.Callback, "scope": party.Scopes, "subject": user.ID, "trust": tg.Trust, "apps": apps,
		})
		in, err := cmd.StdinPipe()
		require.NoError(t, err)
		b := w.Browser(t)
		passed := run(t, cmd, func(line string) {
			if address, ok := strings.CutPrefix(line, "open "); ok {
				_, err := fmt.Fprintln(in, through(t, b.Open(t, address), user))
				require.NoError(t, err)
			}
		})
		require.Len(t, passed, laws, "every law of the script")
	})
}

// flowsOf is in how many ways a code flow can begin: by the browser, and pushed.
func flowsOf(t *testing.T, w *party.Workspace) int {
	t.Helper()
	if w.Get(t, "/.well-known/openid-configuration").Text("pushed_authorization_request_endpoint") != "" {
		return 2
	}
	return 1
}

// described is a client as the script is told of it.
func described(t *testing.T, app *party.App) map[string]any {
	t.Helper()
	out := map[string]any{"id": app.ID, "method": app.Method, "secret": app.Secret, "flows": true}
	if app.Key != nil && app.Method == "private_key_jwt" {
		out["key"], out["kid"], out["alg"] = app.Key.PEM(t), app.Key.ID, app.Key.Alg
	}
	if app.Certificate != nil {
		key, err := pki.Key(app.Certificate)
		require.NoError(t, err)
		out["certificate"], out["key"] = pki.Chain(app.Certificate), key
	}
	return out
}

// through walks a page to where the browser leaves.
func through(t *testing.T, p *browser.Page, user party.User) string {
	t.Helper()
	for range 3 {
		switch {
		case p.Landing != nil:
			return p.Landing.String()
		case p.Has("login-submit"):
			p = party.LogIn(t, p, user)
		case p.Has("consent-accept"):
			p = p.Press(t, "consent-accept")
		}
	}
	require.NotNil(t, p.Landing, p.Text())
	return p.Landing.String()
}

// installing keeps two tests from installing packages at once.
var installing sync.Mutex

// packages installs what the package.json of a directory names.
func packages(t *testing.T, dir string) {
	t.Helper()
	installing.Lock()
	defer installing.Unlock()
	if _, err := os.Stat(filepath.Join(dir, "node_modules")); err == nil {
		return
	}
	install := exec.CommandContext(t.Context(), "npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
	install.Dir = dir
	out, err := install.CombinedOutput()
	require.NoError(t, err, "npm ci: %s", out)
}

// node prepares a script, with the packages of its directory.
func node(t *testing.T, dir, script string, input map[string]any) *exec.Cmd {
	t.Helper()
	packages(t, dir)
	raw, err := json.Marshal(input)
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), "node", script)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "SUITE="+string(raw))
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// run runs a script to its end and returns the laws that it found kept.
func run(t *testing.T, cmd *exec.Cmd, hear func(line string)) []string {
	t.Helper()
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var passed []string
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if law, ok := strings.CutPrefix(lines.Text(), "ok "); ok {
			passed = append(passed, law)
			t.Log(law)
		}
		hear(lines.Text())
	}
	require.NoError(t, cmd.Wait(), errs.String())
	return passed
}
