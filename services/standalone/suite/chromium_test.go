package suite_test

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/jose"
	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/pki"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// A real Chromium, by the ids that the pages promise.
func TestPagesWorkInARealBrowser(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		port := freePorts(t, 1)[0]
		w := party.Register(t, tg).Default()
		user := w.NewUser(t)
		app := w.NewApp(t, map[string]any{"client_name": "Calendar", "redirect_uris": []string{fmt.Sprintf("http://127.0.0.1:%d/callback", port)}, "policy_uri": "https://app.example/policy"})
		r := app.Authorize()
		passed := run(t, node(t, "browser", "pages.mjs", map[string]any{
			"authorize": r.URL(), "account": w.Address("/account"), "logout": w.Address("/oidc/logout"), "state": r.Values.Get("state"), "port": port,
			"user": map[string]string{"email": user.Email, "password": user.Password},
		}), func(string) {})
		require.Len(t, passed, 10, "every law of the script")
	})
}

// freePorts are ports of loopback where nothing listens.
func freePorts(t *testing.T, n int) []int {
	t.Helper()
	ports := make([]int, n)
	for i := range ports {
		ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer func() { require.NoError(t, ln.Close()) }()
		ports[i] = ln.Addr().(*net.TCPAddr).Port
	}
	return ports
}

// The console as somebody walks through it who has never seen it.
func TestConsoleLeadsFromRegistrationToTheEnd(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		consoleIsBuilt(t, tg)
		passed := run(t, node(t, "browser", "console.mjs", map[string]any{"url": tg.URL, "tid": party.Name("contoso")}), func(string) {})
		require.Len(t, passed, 28, "every law of the script")
	})
}

// What the console prints is what people run.
func TestProgramsThatTheConsolePrintsRun(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		consoleIsBuilt(t, tg)
		n := party.Register(t, tg)
		user := n.Default().NewUser(t)
		input := map[string]any{
			"url": tg.URL, "ports": freePorts(t, 7), "owner": map[string]string{"tid": n.TID, "email": n.Owner.Email, "password": n.Owner.Password},
			"user": map[string]string{"email": user.Email, "password": user.Password, "sub": user.ID},
		}
		laws := 10
		if tg.MTLS != "" {
			dir := t.TempDir()
			cert, key, err := pki.Write(party.SelfSigned(t, party.Name("self")), dir, "client")
			require.NoError(t, err)
			ca := filepath.Join(dir, "ca.pem")
			require.NoError(t, os.WriteFile(ca, []byte(tg.Trust), 0o600))
			input["mtls"] = map[string]string{"cert": cert, "key": key, "ca": ca}
			laws += 2
		}
		passed := run(t, node(t, "browser", "snippets.mjs", input), func(string) {})
		require.Len(t, passed, laws, "every law of the script")
	})
}

// consoleIsBuilt says in so many words what would otherwise be a page without
// any of what is looked for.
func consoleIsBuilt(t *testing.T, tg *target.Target) {
	t.Helper()
	for path, prefix := range map[string]string{"/": "/assets/console/", "/docs": "/assets/reference/"} {
		page := wire.Do(t, wire.Request(t, http.MethodGet, tg.URL+path, ""))
		require.Contains(t, string(page.Body), prefix, "run make console first")
	}
}

// Every page in light and dark, wide and narrow. One target will do: they serve
// the same files.
func TestEveryPageIsAccessibleAndStrict(t *testing.T) {
	t.Parallel()
	tg := targets[0]
	consoleIsBuilt(t, tg)
	n := party.Register(t, tg)
	n.Must(t, http.MethodPatch, "", map[string]any{"display_name": "Contoso"})
	w := n.Default()
	h := furnish(t, w)
	passed := run(t, node(t, "browser", "looks.mjs", map[string]any{
		"url": tg.URL, "owner": map[string]string{"tid": n.TID, "email": n.Owner.Email, "password": n.Owner.Password},
		"user": map[string]string{"email": h.user.Email, "password": h.user.Password}, "console": h.pages,
		"people": map[string]string{
			"authorize": h.app.Authorize("prompt", "consent").URL(), "account": w.Address("/account"), "logout": w.Address("/oidc/logout"),
			"strange": h.strange.Authorize("prompt", "consent").URL(), "error": h.app.Authorize("redirect_uri", "https://evil.example/").URL(),
		},
	}), func(string) {})
	require.Len(t, passed, 12, "every law of the script")
}

// furnished is a workspace in which every list has something to show.
type furnished struct {
	user party.User
	app  *party.App
	// strange calls itself hostile.
	strange *party.App
	pages   map[string]string // of the console, by name
}

// hostile is what names and descriptions are made of by those who want a page
// to run it (CN-01). The pages tell where they did.
const hostile = `"><img src=x onerror="window.pwned=1"><script>window.pwned=1</script>`

func furnish(t *testing.T, w *party.Workspace) furnished {
	t.Helper()
	user := w.NewUserWith(t, map[string]any{"email": "ada@contoso.example", "name": "Ada Lovelace", "username": "ada", "password": "a sentence nobody guesses"})
	w.NewUserWith(t, map[string]any{"email": "grace@contoso.example", "name": "Grace Hopper", "password": "a sentence nobody guesses", "disabled": true})
	w.Must(t, http.MethodPost, "/services", map[string]any{"service_id": "invoices", "audience": "https://invoices.example"})
	w.Must(t, http.MethodPost, "/scopes", map[string]any{"name": "invoices.read", "description": "Read your invoices", "service_id": "invoices"})
	app := w.NewApp(t, map[string]any{
		"client_name": "Calendar", "redirect_uris": []string{"https://app.example/cb"}, "policy_uri": "https://app.example/policy", "tos_uri": "https://app.example/terms",
		"scope": party.Scopes + " invoices.read",
	})
	machine := w.NewApp(t, map[string]any{"client_name": "Billing", "grant_types": []string{"client_credentials"}, "response_types": []string{}, "redirect_uris": nil, "scope": "invoices.read"})
	machine.Token(t)
	machine.Patch(t, map[string]any{
		"token_endpoint_auth_method": "private_key_jwt", "jwks": jose.Set(jose.NewKey(t, "ES256")),
		"token_endpoint_auth_method_previous": map[string]any{"method": "client_secret_basic", "until": time.Now().Add(200 * time.Hour).UTC().Format(time.RFC3339)},
	})
	w.NewSelfSignedApp(t, map[string]any{"client_name": "Archive"})
	w.Public(t, map[string]any{"client_name": "Phone"})
	strange := w.Public(t, map[string]any{"client_name": hostile})
	w.NewUserWith(t, map[string]any{"email": "mallory@contoso.example", "name": hostile, "password": "a sentence nobody guesses"})
	w.Must(t, http.MethodPost, "/scopes", map[string]any{"name": "hostile", "description": hostile})
	app.LogUserIn(t, user)
	refusal := (&party.App{Workspace: w, ID: app.ID, Secret: "wrong", Method: "client_secret_basic"}).Token(t)
	w.Tenant.Must(t, http.MethodPost, "/invitations", map[string]any{"email": "arthur@contoso.example", "role": "auditor"})
	in := "/workspaces/default"
	return furnished{user: user, app: app, strange: strange, pages: map[string]string{
		"workspaces": "", "welcome": "/welcome", "members": "/members", "tenant-audit": "/audit", "tenant-settings": "/settings",
		"overview": in, "clients": in + "/clients", "new-client": in + "/new-client", "services": in + "/services", "scopes": in + "/scopes",
		"client": in + "/clients/" + machine.ID, "client-code": in + "/clients/" + machine.ID + "?tab=code", "client-requests": in + "/clients/" + app.ID + "?tab=requests",
		"client-settings": in + "/clients/" + app.ID + "?tab=settings", "client-public": in + "/clients/" + strange.ID,
		"users": in + "/users", "user": in + "/users/" + user.ID, "grants": in + "/grants", "sessions": in + "/sessions", "explain": in + "/explain",
		"explanation": in + "/explain/" + refusal.Header.Get("X-Trace-Id"), "keys": in + "/keys", "audit": in + "/audit", "settings": in + "/settings",
		"branding": in + "/branding", "inspect": in + "/inspect", "playground": in + "/playground", "self-check": in + "/self-check", "nothing": in + "/clients/nobody",
	}}
}
