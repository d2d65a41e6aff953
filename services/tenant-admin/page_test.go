package tenantadmin_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	tenantadmin "github.com/signet-authz/signet/services/tenant-admin"
)

func TestPagesFetchNothingFromElsewhere(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/", "/docs", "/docs/plain", "/console"} {
		r := w.do(http.MethodGet, path, "", nil).is(http.StatusOK)
		require.Equal(t, "text/html; charset=utf-8", r.header.Get("Content-Type"))
		policy := r.header.Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'")
		require.Contains(t, policy, "frame-ancestors 'none'")
		require.NotContains(t, policy, "unsafe")
		page := strings.ToLower(string(r.body))
		require.NotContains(t, page, "<script")
		require.NotContains(t, page, " onload")
		for _, attribute := range []string{`src="http`, `href="http`, "url(http", "@import"} {
			require.NotContains(t, page, attribute, path)
		}
	}
}

func TestPolicyAllowsThePagesOwnStyleAlone(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/docs/plain", "/console"} {
		r := w.do(http.MethodGet, path, "", nil).is(http.StatusOK)
		_, style, _ := strings.Cut(string(r.body), "<style>")
		style, _, _ = strings.Cut(style, "</style>")
		sum := sha256.Sum256([]byte(style))
		require.Contains(t, r.header.Get("Content-Security-Policy"), "style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
}

func TestReferenceListsEveryOperationAndProblem(t *testing.T) {
	w := newWorld(t)
	page := string(w.do(http.MethodGet, "/docs/plain", "", nil).is(http.StatusOK).body)
	for path, item := range specification().Paths.Map() {
		for _, op := range item.Operations() {
			require.Contains(t, page, `id="`+op.OperationID+`"`, path)
		}
	}
	require.Contains(t, page, "precondition_failed")
}

func TestReferenceShowsBothSpecificationsUnderItsPolicy(t *testing.T) {
	w := newWorld(t, func(d *tenantadmin.Deps) {
		d.Reference = fstest.MapFS{
			"index.html":         {Data: []byte(`<meta property="csp-nonce" nonce="__CSP_NONCE__"><script type="module" src="/assets/reference/4f2a/start.js"></script>`)},
			"4f2a/start.js":      {Data: []byte("reference()")},
			"4f2a/chunks/a-1.js": {Data: []byte("a()")},
		}
	})
	r := w.do(http.MethodGet, "/docs", "", nil).is(http.StatusOK)
	policy := r.header.Get("Content-Security-Policy")
	require.Regexp(t, `script-src 'self' 'nonce-[\w-]{22,}';`, policy)
	require.Contains(t, policy, "connect-src 'self';")
	require.NotContains(t, strings.ReplaceAll(policy, "style-src-attr 'unsafe-inline'", ""), "unsafe")
	require.NotContains(t, string(r.body), "__CSP")
	for _, name := range []string{"start.js", "chunks/a-1.js"} {
		w.do(http.MethodGet, "/assets/reference/4f2a/"+name, "", nil).is(http.StatusOK)
	}
	for path, title := range map[string]string{"/api/v1/openapi.yaml": "Signet admin API", "/docs/protocol.yaml": "Signet protocol endpoints"} {
		r := w.do(http.MethodGet, path, "", nil).is(http.StatusOK)
		require.Equal(t, "application/yaml", r.header.Get("Content-Type"))
		require.Contains(t, string(r.body), title)
		w.do(http.MethodGet, path, "", nil, "If-None-Match", r.header.Get("ETag")).is(http.StatusNotModified)
	}
}

// built is a console as its build leaves it.
func built(d *tenantadmin.Deps) {
	d.Console = fstest.MapFS{
		"index.html":           {Data: []byte(`<html><head><meta name="csp-nonce" content="__CSP_NONCE__"><style nonce="__CSP_NONCE__"></style></head></html>`)},
		"assets/main-4f2a.js":  {Data: []byte(strings.Repeat("console.log(1);", 100))},
		"assets/main-4f2a.css": {Data: []byte("body{}")},
		"assets/inter-1.woff2": {Data: []byte("wOF2")},
		"assets/logo-1.svg":    {Data: []byte("<svg/>")},
		"assets/strange-1.xyz": {Data: []byte("x")},
		".keep":                {Data: []byte("")},
		".vite/manifest.json":  {Data: []byte("{}")},
	}
}

// SE-17, SE-22
func TestConsoleIsServedUnderAPolicyOfItsOwn(t *testing.T) {
	w := newWorld(t, built)
	seen := map[string]bool{}
	for _, path := range []string{"/", "/console", "/console/", "/console/acme/workspaces/default", "/console/playground/callback?code=c", "/console/sign-in?error=%3Cscript%3Ealert(1)%3C/script%3E"} {
		r := w.do(http.MethodGet, path, "", nil).is(http.StatusOK)
		require.Equal(t, "text/html; charset=UTF-8", r.header.Get("Content-Type"))
		require.Equal(t, "no-store", r.header.Get("Cache-Control"))
		_, nonce, _ := strings.Cut(string(r.body), `content="`)
		nonce, _, _ = strings.Cut(nonce, `"`)
		require.GreaterOrEqual(t, len(nonce), 22)
		require.False(t, seen[nonce], "a nonce is used once")
		seen[nonce] = true
		require.Contains(t, string(r.body), `<style nonce="`+nonce+`">`)
		require.NotContains(t, string(r.body), "__CSP")
		require.NotContains(t, string(r.body), "alert")
		require.Equal(t, "default-src 'none'; script-src 'self' 'nonce-"+nonce+"'; style-src 'self' 'nonce-"+nonce+"'; connect-src 'self'; img-src 'self' data:; "+
			"font-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'", r.header.Get("Content-Security-Policy"))
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"} {
			require.Equal(t, want, r.header.Get(name))
		}
		require.NotEmpty(t, r.header.Get("Permissions-Policy"))
		require.Empty(t, r.header.Values("Set-Cookie"))
	}
	w.do(http.MethodPost, "/console/acme", "", map[string]any{}).is(http.StatusMethodNotAllowed)
}

func TestFilesOfTheConsoleAreKeptForEver(t *testing.T) {
	w := newWorld(t, built)
	for name, media := range map[string]string{
		"main-4f2a.js": "text/javascript; charset=utf-8", "main-4f2a.css": "text/css; charset=utf-8", "inter-1.woff2": "font/woff2", "logo-1.svg": "image/svg+xml",
		"strange-1.xyz": "application/octet-stream",
	} {
		r := w.do(http.MethodGet, "/assets/console/assets/"+name, "", nil).is(http.StatusOK)
		require.Equal(t, media, r.header.Get("Content-Type"))
		require.Equal(t, "public, max-age=31536000, immutable", r.header.Get("Cache-Control"))
		require.NotEmpty(t, r.body)
		require.Empty(t, r.header.Get("Content-Encoding"))
	}
	r := w.do(http.MethodGet, "/assets/console/assets/main-4f2a.js", "", nil, "Accept-Encoding", "br, gzip;q=0.5").is(http.StatusOK)
	require.Equal(t, "gzip", r.header.Get("Content-Encoding"))
	require.Equal(t, "Accept-Encoding", r.header.Get("Vary"))
	unzip, err := gzip.NewReader(bytes.NewReader(r.body))
	require.NoError(t, err)
	script, err := io.ReadAll(unzip)
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("console.log(1);", 100), string(script))
	for _, refused := range []string{"gzip;q=0", "gzip; q=0.000", "br", "x-gzip", ""} {
		r = w.do(http.MethodGet, "/assets/console/assets/main-4f2a.js", "", nil, "Accept-Encoding", refused).is(http.StatusOK)
		require.Empty(t, r.header.Get("Content-Encoding"), refused)
	}
	for _, path := range []string{"", "index.html", ".keep", ".vite/manifest.json", "assets", "assets/", "assets/main.js", "assets/main-4f2a.js/"} {
		r := w.do(http.MethodGet, "/assets/console/"+path, "", nil)
		require.Contains(t, []int{http.StatusNotFound, http.StatusBadRequest}, r.status, path)
		if r.status == http.StatusNotFound {
			require.Equal(t, "text/plain; charset=UTF-8", r.header.Get("Content-Type"), path)
			require.Equal(t, "no-store", r.header.Get("Cache-Control"))
		}
	}
}
