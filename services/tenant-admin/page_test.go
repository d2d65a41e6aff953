package tenantadmin_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPagesFetchNothingFromElsewhere(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/", "/docs", "/console"} {
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
	for _, path := range []string{"/docs", "/console"} {
		r := w.do(http.MethodGet, path, "", nil).is(http.StatusOK)
		_, style, _ := strings.Cut(string(r.body), "<style>")
		style, _, _ = strings.Cut(style, "</style>")
		sum := sha256.Sum256([]byte(style))
		require.Contains(t, r.header.Get("Content-Security-Policy"), "style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
}

func TestReferenceListsEveryOperationAndProblem(t *testing.T) {
	w := newWorld(t)
	page := string(w.do(http.MethodGet, "/docs", "", nil).is(http.StatusOK).body)
	for path, item := range specification().Paths.Map() {
		for _, op := range item.Operations() {
			require.Contains(t, page, `id="`+op.OperationID+`"`, path)
		}
	}
	require.Contains(t, page, "precondition_failed")
}
