package server

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// targets that two parsers could read differently, with the status they get.
var badTargets = map[string]int{
	"/acme%2Fdefault/oauth2/token":                               404,
	"/acme/default%2F..%2F..%2Fother%2Fdefault/oauth2/token":     404,
	"/acme/default/../../other/default/oauth2/token":             404,
	"/acme/./default/oauth2/token":                               404,
	"/acme/default//oauth2/token":                                404,
	"//acme/default/oauth2/token":                                404,
	"/acme/default/;/..;/oauth2/token":                           404,
	"/acme/default;x=1/oauth2/token":                             404,
	"/acme\\default/oauth2/token":                                404,
	"/acme%5cdefault/oauth2/token":                               404,
	"/acme/%2e%2e/other/oauth2/token":                            404,
	"/acme/%2E/other/oauth2/token":                               404,
	"/acme/.%2e/other/oauth2/token":                              404,
	"/acme/default/oauth2/%74oken":                               404,
	"/acme/%2564efault/oauth2/token":                             404,
	"/acme/%252e%252e/other/oauth2/token":                        404,
	"/acme./default/oauth2/token":                                404,
	"/acme/default/oauth2/token.":                                404,
	"/acme/.../oauth2/token":                                     404,
	"/acme%20/default/oauth2/token":                              404,
	"/acme/default/oauth2/token%00":                              404,
	"/acme/default/oauth2/token%0d%0a":                           404,
	"/\xef\xbd\x81cme/default/oauth2/token":                      404,
	"/%EF%BD%81cme/default/oauth2/token":                         404,
	"/acme%E2%80%8B/default/oauth2/token":                        404,
	"/acme/default/oauth2/token#x":                               404,
	"/acme/default/oauth2/token%23x":                             404,
	"/acme/default/oauth2/token%3Fx":                             404,
	"/acme/%zz/oauth2/token":                                     404,
	"/acme/%2":                                                   404,
	"/acme/default/oauth2/\"token":                               404,
	"/acme/[default]/oauth2/token":                               404,
	"/" + strings.Repeat("a", MaxPathBytes):                      414,
	"*":                                                          400,
	"acme/default":                                               400,
	"auth.example:443":                                           400,
	"ftp://auth.example/acme":                                    400,
	"http://user@auth.example/acme/default/oauth2/token":         400,
	"http://auth.example":                                        400,
	"http://auth.example/acme/default/../x":                      404,
	"https://auth.example//acme/default/oauth2/token":            404,
	"http://auth.example?/acme/default":                          400,
	"/acme/default/oauth2/token/../introspect?x=/../":            404,
	"/acme/default/oauth2/token\x7f":                             404,
	"/acme/default/oauth2/token\t":                               404,
	"/acme/default/oauth2/" + strings.Repeat("%41", 3) + "uthor": 404,
}

var goodTargets = []string{
	"/", "/healthz", "/acme/default/oauth2/token", "/acme/default/.well-known/openid-configuration",
	"/.well-known/oauth-authorization-server/acme/default", "/api/v1/openapi.yaml", "/assets/console/index-B8_x~1.js",
	"/api/v1/tenants/acme/workspaces/default/scopes/admin:read", "/api/v1/tenants/acme/workspaces/default/scopes/admin%3Aread",
	"/acme/default/oauth2/authorize?redirect_uri=https%3A%2F%2Fapp.example%2Fcb/../x", "http://auth.example/acme/default/oauth2/token",
	"/console/", "/a/b%40c",
}

func requestFor(target string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.RequestURI = target
	return r
}

func TestTargetsWithTwoReadingsAreRefused(t *testing.T) {
	for target, status := range badTargets {
		e := CheckTarget(requestFor(target))
		require.NotNil(t, e, "%q", target)
		require.Equal(t, status, e.Status, "%q", target)
	}
}

func TestOrdinaryTargetsPass(t *testing.T) {
	for _, target := range goodTargets {
		require.Nil(t, CheckTarget(requestFor(target)), "%q", target)
	}
}

func TestARequestMadeInProcessIsCheckedByItsURL(t *testing.T) {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://auth.example/acme/default/userinfo", nil)
	require.NoError(t, err)
	require.Nil(t, CheckTarget(r))
	r.URL.Path = "/acme/../userinfo"
	require.NotNil(t, CheckTarget(r))
}

// FuzzTarget holds that a path which passes names the same thing for everyone:
// whoever decodes it once, twice, or cleans it first.
func FuzzTarget(f *testing.F) {
	for target := range badTargets {
		f.Add(target)
	}
	for _, target := range goodTargets {
		f.Add(target)
	}
	f.Fuzz(func(t *testing.T, target string) {
		r := &http.Request{Method: http.MethodGet, RequestURI: target}
		if target == "" || CheckTarget(r) != nil {
			return
		}
		raw, _ := rawPath(r)
		u, err := url.ParseRequestURI(raw)
		require.NoError(t, err)
		once := u.Path
		twice, err := url.PathUnescape(once)
		require.NoError(t, err)
		require.Equal(t, once, twice, "a second decoding changes it")
		require.Equal(t, strings.Count(raw, "/"), strings.Count(once, "/"), "decoding makes segments")
		require.Equal(t, path.Clean(once), "/"+strings.Trim(once, "/"), "cleaning changes it")
		require.NotContains(t, once, "\\")
		require.NotContains(t, once, ";")
		again, err := url.ParseRequestURI((&url.URL{Path: once}).EscapedPath())
		require.NoError(t, err)
		require.Equal(t, once, again.Path, "forwarding changes it")
		for i := range len(once) {
			require.True(t, once[i] > 0x20 && once[i] < 0x7F)
		}
	})
}

func BenchmarkCheckTarget(b *testing.B) {
	r := requestFor("/acme/default/oauth2/token")
	b.ReportAllocs()
	for b.Loop() {
		if CheckTarget(r) != nil {
			b.Fatal("refused")
		}
	}
}
