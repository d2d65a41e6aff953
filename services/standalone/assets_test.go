package standalone_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/services/standalone"
)

var reference = regexp.MustCompile(`(?:href|src)="([^"#]+)"`)

// What a page names must come through the gateway, and from here alone.
func TestEverythingThatAPageNamesIsServed(t *testing.T) {
	cfg := boot.Defaults()
	cfg.Env, cfg.Data = boot.Development, t.TempDir()
	p, err := boot.Start(t.Context(), boot.Standalone, cfg, boot.WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.Close(t.Context()) })
	h, err := standalone.New(t.Context(), p)
	require.NoError(t, err)
	get := func(path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host = "localhost:8080"
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		return rec
	}
	for _, page := range []string{"/", "/docs", "/docs/plain", "/console", "/nobody/default/login"} {
		body := get(page).Body.String()
		named := reference.FindAllStringSubmatch(body, -1)
		require.NotEmpty(t, named, page)
		for _, n := range named {
			require.True(t, strings.HasPrefix(n[1], "/"), "%s names %s, which is elsewhere", page, n[1])
			require.Equal(t, http.StatusOK, get(n[1]).Code, "%s names %s", page, n[1])
		}
	}
}
