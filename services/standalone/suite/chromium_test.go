package suite_test

import (
	"fmt"
	"net"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
)

// A real Chromium, by the ids that the pages promise.
func TestPagesWorkInARealBrowser(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
		require.NoError(t, err)
		port := ln.Addr().(*net.TCPAddr).Port
		require.NoError(t, ln.Close())
		w := party.Register(t, tg).Default()
		user := w.NewUser(t)
		app := w.NewApp(t, map[string]any{"client_name": "Calendar", "redirect_uris": []string{fmt.Sprintf("http://127.0.0.1:%d/callback", port)}, "policy_uri": "https://app.example/policy"})
		r := app.Authorize()
		passed := run(t, node(t, "browser", "pages.mjs", map[string]any{
			"authorize": r.URL(), "account": w.Address("/account"), "logout": w.Address("/oidc/logout"), "state": r.Values.Get("state"), "port": port,
			"user": map[string]string{"email": user.Email, "password": user.Password},
		}), func(string) {})
		require.Len(t, passed, 9, "every law of the script")
	})
}

// The console as somebody walks through it who has never seen it.
func TestConsoleLeadsFromRegistrationToTheEnd(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		passed := run(t, node(t, "browser", "console.mjs", map[string]any{"url": tg.URL, "tid": party.Name("contoso")}), func(string) {})
		require.Len(t, passed, 15, "every law of the script")
	})
}
