package suite_test

import (
	"bufio"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/browser"
	"github.com/signet-authz/signet/services/standalone/suite/internal/jose"
	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/pki"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// docsClientAuthentication is the page for developers of clients.
const docsClientAuthentication = "../../../docs/client-authentication.md"

// Whatever the page prints, runs: every bash block as it stands, in the order of
// the page, with the programs beside it in their files.
func TestExamplesOfTheClientAuthenticationPageRunAsPrinted(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w := party.Register(t, tg).Default()
		r := &reader{workspace: w, user: w.NewUser(t), browser: w.Browser(t), dir: exampleDirectory(t)}
		r.prepare(t)
		sections := readPage(t)
		begin := sections[1]
		require.Equal(t, "Before you begin", begin.title)
		var told []string
		for _, s := range sections[2:] {
			want, known := examples[s.title]
			require.True(t, known, "nothing is expected of the section %s", s.title)
			told = append(told, s.title)
			out := r.run(t, s.title, begin.script+s.script, s.files)
			require.Equal(t, want.clients, tokensOf(t, w, out), "tokens of the section %s:\n%s", s.title, out)
			if want.then != nil {
				want.then(t, r, out)
			}
		}
		require.Len(t, told, len(examples), "sections that are gone")
	})
}

// examples is what the sections of the page come to: the clients that get a
// token, in order, and what else then holds.
var examples = map[string]struct {
	clients []string
	then    func(t *testing.T, r *reader, out string)
}{
	"client_secret_basic": {clients: []string{"billing"}, then: func(t *testing.T, r *reader, _ string) {
		secrets := items(t, r.workspace.API(t, http.MethodGet, "/clients/billing/secrets", nil))
		require.Len(t, secrets, 1)
		require.Equal(t, "2027", secrets[0]["label"])
	}},
	"client_secret_post":          {clients: []string{"legacy"}},
	"client_secret_jwt":           {clients: []string{"reports"}},
	"private_key_jwt":             {clients: []string{"shop", "shop"}},
	"Workloads without a secret":  {clients: []string{"worker", "deploy", "mesh"}},
	"tls_client_auth":             {clients: []string{"ledger", "ledger"}, then: bound},
	"self_signed_tls_client_auth": {clients: []string{"archive"}},
	"none":                        {clients: []string{"phone"}},
	"Pushed authorization requests": {clients: []string{"portal"}, then: func(t *testing.T, r *reader, _ string) {
		p := (&party.App{Workspace: r.workspace, ID: "portal", RedirectURI: "https://portal.example/done", Scope: "openid"}).Authorize().Open(t, r.browser)
		require.False(t, p.Landing != nil && p.Answer().Get("code") != "", "a request that was not pushed is refused")
	}},
	"Change the method without an outage": {then: func(t *testing.T, r *reader, _ string) {
		client := r.workspace.Must(t, http.MethodGet, "/clients/billing", nil)
		require.Equal(t, "private_key_jwt", client.Text("token_endpoint_auth_method"))
		require.NotContains(t, client.JSON(), "token_endpoint_auth_method_previous")
	}},
	"Read a refusal": {then: func(t *testing.T, _ *reader, out string) {
		require.Equal(t, []string{"method is the registered one", "secret matched"}, failedChecks(wire.Answer{Body: []byte(out)}))
	}},
}

// The page's table of mistakes: each of them is made, and explained in the words
// of the table.
func TestMistakesOnTheClientAuthenticationPageAreExplainedSo(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		sections := readPage(t)
		var named []string
		for _, row := range mistakeRow.FindAllStringSubmatch(sections[len(sections)-1].text, -1) {
			named = append(named, row[1])
		}
		require.ElementsMatch(t, slices.Collect(maps.Keys(mistakes)), named)
		n := party.Register(t, tg)
		for name, make := range mistakes {
			w := n.NewWorkspace(t, nil)
			a := make(t, w).Send(t, w, "", "/oauth2/token", party.Form("grant_type", "client_credentials", "scope", "profile"))
			refused(t, a, "invalid_client", "invalid_request")
			explains(t, w, a, name)
		}
	})
}

var mistakeRow = regexp.MustCompile("(?m)^\\| `([^`]+)` \\|")

// mistakes are made in a workspace of their own, one for each row of the table.
var mistakes = map[string]func(t *testing.T, w *party.Workspace) party.Credentials{
	"client authentication presented": func(*testing.T, *party.Workspace) party.Credentials { return party.Credentials{} },
	"client found": func(_ *testing.T, w *party.Workspace) party.Credentials {
		return party.Credentials{Authorization: party.Basic("nobody", wrongSecret)}
	},
	"method is the registered one": func(t *testing.T, w *party.Workspace) party.Credentials {
		app := w.NewApp(t, nil)
		return party.Credentials{Form: party.Form("client_id", app.ID, "client_secret", app.Secret)}
	},
	"method allowed by the workspace": func(t *testing.T, w *party.Workspace) party.Credentials {
		app := w.NewApp(t, nil)
		w.Tenant.Must(t, http.MethodPatch, "/workspaces/"+w.AID, map[string]any{"token_endpoint_auth_methods": []string{"private_key_jwt"}})
		return app.Credentials(t)
	},
	"secret matched": func(t *testing.T, w *party.Workspace) party.Credentials {
		app := w.NewApp(t, nil)
		return party.Credentials{Authorization: party.Basic(app.ID, app.Secret+"\n")}
	},
	"assertion audience is this server alone": mistaken(func(w *party.Workspace) party.Change {
		return party.Claim("aud", []string{w.Issuer(), "https://api.example"})
	}),
	"assertion has not expired": mistaken(func(*party.Workspace) party.Change { return party.Claim("exp", time.Now().Add(-time.Second).Unix()) }),
	"assertion does not live too long": mistaken(func(*party.Workspace) party.Change {
		return party.Claim("exp", time.Now().Add(time.Hour).Unix())
	}),
	"assertion has a jti": mistaken(func(*party.Workspace) party.Change { return party.Claim("jti", nil) }),
	"assertion is used once": func(t *testing.T, w *party.Workspace) party.Credentials {
		same := w.NewKeyApp(t, nil, jose.NewKey(t, "ES256")).Credentials(t)
		require.Equal(t, http.StatusOK, same.Send(t, w, "", "/oauth2/token", party.Form("grant_type", "client_credentials", "scope", "profile")).Status)
		return same
	},
	"assertion algorithm allowed": func(t *testing.T, w *party.Workspace) party.Credentials {
		key := jose.NewKey(t, "RS256")
		jwk := key.Public()
		delete(jwk, "alg") // it would do for both
		app := w.NewKeyApp(t, map[string]any{"jwks": map[string]any{"keys": []any{jwk}}, "token_endpoint_auth_signing_alg": "PS256"}, key)
		return app.Credentials(t)
	},
	"assertion signature verifies": func(t *testing.T, w *party.Workspace) party.Credentials {
		app := w.NewKeyApp(t, nil, jose.NewKey(t, "ES256"))
		return party.Asserted(app.Assertion(t, party.Signed(jose.NewKey(t, "ES256"))))
	},
	"assertion MAC matches": func(t *testing.T, w *party.Workspace) party.Credentials {
		app := w.NewMACApp(t, nil)
		return party.Asserted(app.Assertion(t, party.Signed(jose.Secret("HS256", base64.StdEncoding.EncodeToString([]byte(app.Secret))))))
	},
	"token is of a trusted issuer": foreign(func(p *party.Platform, w *party.Workspace, t *testing.T) string {
		other := &party.Platform{Issuer: "https://other.example", Key: p.Key}
		return other.Kubernetes(t, w.Issuer(), "jobs", "worker")
	}),
	"client certificate presented": func(t *testing.T, w *party.Workspace) party.Credentials {
		app := w.NewSelfSignedApp(t, nil)
		return party.Credentials{Form: party.Form("client_id", app.ID)}
	},
	"certificate chain leads to an authority of the workspace": func(t *testing.T, w *party.Workspace) party.Credentials {
		return authorized(t, w, map[string]any{"tls_client_auth_root_cas": party.Authority(t).PEM()}).Credentials(t)
	},
	"certificate has the registered name": func(t *testing.T, w *party.Workspace) party.Credentials {
		app := authorized(t, w, nil)
		app.Patch(t, map[string]any{"tls_client_auth_subject_dn": "O=Acme,C=DE,CN=" + app.Certificate.Leaf.Subject.CommonName})
		return app.Credentials(t)
	},
	"certificate is registered": func(t *testing.T, w *party.Workspace) party.Credentials {
		app := w.NewSelfSignedApp(t, nil)
		app.Certificate = party.SelfSigned(t, "renewed")
		return app.Credentials(t)
	},
	"subject matches": foreign(func(p *party.Platform, w *party.Workspace, t *testing.T) string {
		return p.Kubernetes(t, w.Issuer(), "jobs", "default")
	}),
}

// mistaken is an assertion with one thing wrong.
func mistaken(change func(*party.Workspace) party.Change) func(*testing.T, *party.Workspace) party.Credentials {
	return func(t *testing.T, w *party.Workspace) party.Credentials {
		return party.Asserted(w.NewKeyApp(t, nil, jose.NewKey(t, "ES256")).Assertion(t, change(w)))
	}
}

// authorized is a client whose authority the workspace believes, but for what
// the workspace is changed to.
func authorized(t *testing.T, w *party.Workspace, settings map[string]any) *party.App {
	t.Helper()
	authority := party.Authority(t)
	all := party.With(map[string]any{"tls_client_auth_root_cas": authority.PEM()}, settings)
	w.Tenant.Must(t, http.MethodPatch, "/workspaces/"+w.AID, all)
	return w.NewCertApp(t, authority, nil)
}

// foreign is a token of a cluster that a client trusts, or nearly so.
func foreign(token func(*party.Platform, *party.Workspace, *testing.T) string) func(*testing.T, *party.Workspace) party.Credentials {
	return func(t *testing.T, w *party.Workspace) party.Credentials {
		p := &party.Platform{Issuer: "https://cluster.example", Key: jose.NewKey(t, "ES256")}
		app := w.NewApp(t, map[string]any{"token_endpoint_auth_method": "private_key_jwt", "federated_credentials": []any{map[string]any{
			"name": "cluster", "preset": "kubernetes", "issuer": p.Issuer, "subject": "system:serviceaccount:jobs:worker", "jwks": jose.Set(p.Key),
		}}})
		return party.Asserted(token(p, w, t), "client_id", app.ID)
	}
}

// bound expects the tokens that were printed to be bound to the certificate.
func bound(t *testing.T, r *reader, out string) {
	t.Helper()
	for _, found := range accessToken.FindAllStringSubmatch(out, -1) {
		raw, err := os.ReadFile(filepath.Join(r.dir, "ledger.crt"))
		require.NoError(t, err)
		block, _ := pem.Decode(raw)
		require.Equal(t, map[string]any{"x5t#S256": pki.Thumbprint(&tls.Certificate{Certificate: [][]byte{block.Bytes}})}, party.ReadJWT(t, found[1]).Claims["cnf"])
	}
}

// section is a part of the page below a heading of the second level.
type section struct {
	title  string
	script string            // its bash blocks
	files  map[string]string // its blocks that name a file
	text   string
}

// readPage cuts the page into its sections.
func readPage(t *testing.T) []section {
	t.Helper()
	page, err := os.ReadFile(docsClientAuthentication)
	require.NoError(t, err)
	sections := []section{{}}
	language, file := "", ""
	for line := range strings.SplitAfterSeq(string(page), "\n") {
		at := &sections[len(sections)-1]
		fence, fenced := strings.CutPrefix(strings.TrimSpace(line), "```")
		title, heading := strings.CutPrefix(line, "## ")
		switch {
		case fenced && language == "":
			language, file, _ = strings.Cut(fence, " ")
			require.Contains(t, []string{"bash", "js", "go", "yaml", "text"}, language, "every block says what it is")
		case fenced:
			language, file = "", ""
		case heading && language == "":
			sections = append(sections, section{title: strings.TrimSpace(title), files: map[string]string{}})
		case language == "bash":
			at.script += line
		case file != "":
			at.files[file] += line
		default:
			at.text += line
		}
	}
	return sections
}

// reader is somebody who tries the examples out.
type reader struct {
	workspace *party.Workspace
	user      party.User
	browser   *browser.Browser
	dir       string
	environ   []string
}

// exampleDirectory lies within this module and beside the packages of Node, so
// that programs find the libraries that the page names.
func exampleDirectory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp(".", ".examples-*")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	dir, err = filepath.Abs(dir)
	require.NoError(t, err)
	packages(t, filepath.Join("clients", "node"))
	modules, err := filepath.Abs(filepath.Join("clients", "node", "node_modules"))
	require.NoError(t, err)
	require.NoError(t, os.Symlink(modules, filepath.Join(dir, "node_modules")))
	return dir
}

// prepare gives the reader what the page says that one needs, and what the
// platforms give the workloads that run on them.
func (r *reader) prepare(t *testing.T) {
	t.Helper()
	tg, w := r.workspace.Tenant.Target, r.workspace
	write := func(name, text string, mode os.FileMode) string {
		path := filepath.Join(r.dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), mode))
		return path
	}
	object := func(v any) string {
		raw, err := json.Marshal(v)
		require.NoError(t, err)
		return string(raw)
	}
	cluster := &party.Platform{Issuer: "https://kubernetes.default.svc.cluster.local", Key: jose.NewKey(t, "RS256")}
	domain := &party.Platform{Key: jose.NewKey(t, "ES256")}
	stub := func(answers ...string) string {
		script := "#!/bin/sh\ncase \"$*\" in\n"
		for i := 0; i < len(answers); i += 2 {
			script += "'" + answers[i] + "') cat <<'EOF'\n" + answers[i+1] + "\nEOF\n;;\n"
		}
		return script + "*) exit 2 ;;\nesac\n"
	}
	site := party.NewSite(t, tg)
	github := &party.Platform{Issuer: site.URL, Key: jose.NewKey(t, "RS256")}
	site.Put("/.well-known/openid-configuration", map[string]any{"issuer": site.URL, "jwks_uri": site.URL + "/.well-known/jwks"})
	site.Put("/.well-known/jwks", jose.Set(github.Key))
	actions := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, q *http.Request) {
		if q.Header.Get("Authorization") == "bearer runner" && q.URL.Query().Get("audience") == w.Issuer() {
			_ = json.NewEncoder(rw).Encode(map[string]any{"count": 1, "value": github.GitHubActions(t, w.Issuer(), "acme/shop", "main")})
		}
	}))
	t.Cleanup(actions.Close)
	write("bin/kubectl", stub("get --raw /.well-known/openid-configuration", object(map[string]any{"issuer": cluster.Issuer}), "get --raw /openid/v1/jwks", object(jose.Set(cluster.Key))), 0o700)
	write("bin/spire-server", stub("bundle show -format spiffe", object(domain.Bundle())), 0o700)
	svid := domain.SPIFFE(t, w.Issuer(), "spiffe://prod.example/ns/shop/sa/cart")
	write("bin/spire-agent", stub("api fetch jwt -audience "+w.Issuer(), "token(spiffe://prod.example/ns/shop/sa/cart):\n\t"+svid+"\nbundle(spiffe://prod.example):\n\t"+object(domain.Bundle())), 0o700)
	r.environ = append(r.environ,
		"PATH="+filepath.Join(r.dir, "bin")+":"+os.Getenv("PATH"), "HOME="+os.Getenv("HOME"), "GOFLAGS=-buildvcs=false", "GOWORK=off",
		"SIGNET="+tg.URL, "WORKSPACE="+strings.TrimPrefix(w.Path(), "/"), "ADMIN="+w.Tenant.Token(t), "MTLS="+tg.MTLS, "CA="+write("signet-ca.pem", tg.Trust, 0o600),
		"GITHUB_ISSUER="+github.Issuer, "ACTIONS_ID_TOKEN_REQUEST_URL="+actions.URL+"/?api-version=2.0", "ACTIONS_ID_TOKEN_REQUEST_TOKEN=runner",
		"TOKEN_FILE="+write("token", cluster.Kubernetes(t, w.Issuer(), "jobs", "worker"), 0o600),
	)
}

// opens is how an example asks for a browser.
const opens = "Open in a browser: "

// run runs a script as it stands, and sits at the browser for it.
func (r *reader) run(t *testing.T, title, script string, files map[string]string) string {
	t.Helper()
	for name, text := range files {
		require.NoError(t, os.WriteFile(filepath.Join(r.dir, name), []byte(text), 0o600))
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", script)
	cmd.Dir, cmd.Env, cmd.SysProcAttr = r.dir, r.environ, &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	var errs strings.Builder
	cmd.Stderr = &errs
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	var text strings.Builder
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if address, ok := strings.CutPrefix(lines.Text(), opens); ok {
			landed, err := url.Parse(through(t, r.browser.Open(t, address), r.user))
			require.NoError(t, err)
			_, err = fmt.Fprintln(in, landed.Query().Get("code"))
			require.NoError(t, err)
			continue
		}
		text.WriteString(lines.Text() + "\n")
	}
	require.NoError(t, cmd.Wait(), "%s:\n%s\n%s", title, text.String(), errs.String())
	return text.String()
}

var accessToken = regexp.MustCompile(`"access_token":"([^"]+)"`)

// tokensOf names the clients whose access tokens an example printed.
func tokensOf(t *testing.T, w *party.Workspace, out string) []string {
	t.Helper()
	var clients []string
	for _, found := range accessToken.FindAllStringSubmatch(out, -1) {
		claims := party.ReadJWT(t, found[1]).Claims
		require.Equal(t, w.Issuer(), claims["iss"])
		clients = append(clients, fmt.Sprint(claims["client_id"]))
	}
	return clients
}
