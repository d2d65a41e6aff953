package standalone_test

import (
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/signet-authz/signet/api"
	"github.com/signet-authz/signet/pkg/boot"
	"github.com/signet-authz/signet/services/authorization"
	"github.com/signet-authz/signet/services/gateway"
	"github.com/signet-authz/signet/services/token"
)

// pagesOfTheirOwn are the routes that only our own pages lead to: no client
// calls them, so the specification of the protocol does not speak of them.
var pagesOfTheirOwn = []string{"/login", "/consent", "/account", "/logo", "/logo/:client_id"}

var parameter = regexp.MustCompile(`:(\w+)`)

// served lists the routes of a service as METHOD /path/{parameter}, without
// those that every program has and the methods that only repeat another.
func served(t *testing.T, build boot.Build, p *boot.Platform) map[string]bool {
	t.Helper()
	h, err := build(t.Context(), p)
	require.NoError(t, err)
	e, ok := h.(*echo.Echo)
	require.True(t, ok)
	routes := map[string]bool{}
	for _, r := range e.Routes() {
		own := slices.ContainsFunc(pagesOfTheirOwn, func(page string) bool { return strings.HasSuffix(r.Path, page) })
		switch {
		case r.Method != http.MethodGet && r.Method != http.MethodPost, own, !strings.Contains(r.Path, ":tid"), strings.HasSuffix(r.Path, "*"):
		default:
			routes[r.Method+" "+parameter.ReplaceAllString(r.Path, "{$1}")] = true
		}
	}
	return routes
}

func TestTheProtocolsSpecificationAndItsRoutesAreTheSame(t *testing.T) {
	cfg := boot.Defaults()
	cfg.Env, cfg.Data = boot.Development, t.TempDir()
	p, err := boot.Start(t.Context(), boot.Standalone, cfg, boot.WithLogger(slog.New(slog.DiscardHandler)))
	require.NoError(t, err)
	t.Cleanup(func() { _ = p.Close(t.Context()) })

	var spec struct {
		Paths map[string]map[string]any `yaml:"paths"`
	}
	require.NoError(t, yaml.Unmarshal(api.OAuth(), &spec))
	specified := map[string]bool{}
	for path, item := range spec.Paths {
		for method := range item {
			if method == "get" || method == "post" {
				specified[strings.ToUpper(method)+" "+path] = true
			}
		}
	}
	for name, build := range map[string]boot.Build{gateway.Token: token.Build, gateway.Authorization: authorization.Build} {
		for route := range served(t, build, p) {
			require.True(t, specified[route], "%s serves %s, which no specification describes", name, route)
			delete(specified, route)
			_, path, _ := strings.Cut(route, " ")
			upstream, _ := gateway.Route(strings.NewReplacer("{tid}", "acme", "{aid}", "default").Replace(path))
			require.Equal(t, name, upstream, "the gateway leads %s elsewhere", path)
		}
	}
	require.Empty(t, specified, "specified, but served by nobody")
}
