package oauth_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/stretchr/testify/require"
)

func TestRedirectURIMatchesByteForByte(t *testing.T) {
	registered := []string{"https://app.example/cb", "https://app.example/q?a=1&b=2", "com.example.app:/cb"}
	for _, uri := range registered {
		require.True(t, oauth.MatchRedirectURI(registered, uri, false))
	}
	for _, uri := range []string{
		"", "https://app.example/cb2", "https://app.example/cb/", "https://app.example/cb/..", "https://app.example/cb/%2e%2e/x",
		"https://app.example/CB", "https://app.example/cb;x", "https://app.example/cb?x=1", "https://app.example/cb?", "https://app.example/cb#f",
		"https://app.example/q?b=2&a=1", "HTTPS://APP.EXAMPLE/cb", "https://APP.example/cb", "https://app.example:443/cb", "https://app.example./cb",
		"https://app.example@evil.example/cb", "https://app.example:x@evil/cb", `https://evil\@app.example/cb`, `https://app.example\.evil.com`,
		" https://app.example/cb", "https://app.example/cb\t", "https://app.example/cb\x00", "https://app.example/cb%0d%0a",
		"com.example.app://cb", "COM.EXAMPLE.APP:/cb", "com.example.app:/cb?x",
	} {
		require.False(t, oauth.MatchRedirectURI(registered, uri, true), uri)
	}
}

func TestLoopbackPortIsFreeForNativeClientsOnly(t *testing.T) {
	registered := []string{"http://127.0.0.1/cb", "http://[::1]:9000/cb", "http://localhost:3000/cb"}
	for _, uri := range []string{"http://127.0.0.1:49152/cb", "http://127.0.0.1/cb", "http://[::1]:1/cb", "http://[::1]/cb"} {
		require.True(t, oauth.MatchRedirectURI(registered, uri, true), uri)
	}
	require.False(t, oauth.MatchRedirectURI(registered, "http://127.0.0.1:49152/cb", false))
	for _, uri := range []string{
		"http://127.0.0.1:49152/other", "http://127.0.0.1.evil.com:1/cb", "http://127.0.0.1:49152@evil/cb", "http://localhost:1/cb", "http://127.1/cb",
		"http://0x7f.1/cb", "http://127.0.0.1:0/cb", "http://127.0.0.1:65536/cb", "http://127.0.0.1:/cb", "http://127.0.0.1:080/cb", "http://127.0.0.1:+80/cb",
		"http://127.0.0.1:80/cb/", "http://127.0.0.1:80/cb?x", "https://127.0.0.1:80/cb", "http://127.0.0.1:80\\@evil/cb", "http://127.0.0.1:-1/cb",
	} {
		require.False(t, oauth.MatchRedirectURI(registered, uri, true), uri)
	}
}

func TestDangerousRedirectURIsCannotBeRegistered(t *testing.T) {
	for _, uri := range []string{
		"", "cb", "/cb", "//evil.example/cb", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd", "blob:https://x/y", "about:blank",
		"http://app.example/cb", "ftp://app.example/cb", "https://app.example/cb#f", "https://app.example/cb#", "https://user@app.example/cb", "https://u:p@app.example/cb",
		"https:///cb", "https://app.example:/cb", "https://app.example:0/cb", "https://app.example:65536/cb", "https://app.example./cb", "https://APP.example/cb", "https://*.example/cb",
		"https://app.example/cb?code=1", "https://app.example/cb?state=1", "https://app.example/cb?iss=1", "https://app.example/cb?error=1", "https://app.example/cb?id_token=1", "https://app.example/cb?response=1",
		"https://app.example/a b", "https://app.example/\x00", "https://app.example/\n", `https://app.example\cb`, "https://app.example/ü", "myapp:/cb",
		"https://app.example/" + strings.Repeat("x", oauth.MaxURIBytes),
	} {
		require.Error(t, oauth.CheckRedirectURI(uri, true), uri)
		require.Error(t, oauth.CheckRedirectURI(uri, false), uri)
	}
	for _, uri := range []string{"https://app.example/cb", "https://app.example:8443/cb?x=1", "http://localhost:3000/cb", "http://127.0.0.1/cb", "http://[::1]:8080/cb"} {
		require.NoError(t, oauth.CheckRedirectURI(uri, false), uri)
	}
	require.NoError(t, oauth.CheckRedirectURI("com.example.app:/cb", true))
	require.Error(t, oauth.CheckRedirectURI("com.example.app:/cb", false), "private-use schemes are for native clients")
}

func TestOriginsOfBrowserApplications(t *testing.T) {
	for _, ok := range []string{"https://app.example", "https://app.example:8443", "http://localhost:3000", "http://127.0.0.1:1", "http://[::1]:3000"} {
		require.True(t, oauth.ValidOrigin(ok), ok)
	}
	for _, bad := range []string{"", "null", "http://app.example", "https://app.example/", "https://app.example/x", "https://APP.example", "https://app.example:443", "https://u@app.example", "javascript:x"} {
		require.False(t, oauth.ValidOrigin(bad), bad)
	}
	require.True(t, oauth.SameOrigin("https://app.example/cb", "https://app.example:443"))
	require.False(t, oauth.SameOrigin("https://app.example/cb", "https://app.example.evil"))
	require.False(t, oauth.SameOrigin("com.example.app:/cb", "com.example.app:/cb"))
}

func FuzzMatchRedirectURI(f *testing.F) {
	f.Add("http://127.0.0.1/cb", "http://127.0.0.1:1/cb")
	f.Add("http://[::1]/cb", "http://[::1]:65535/cb")
	f.Add("https://app.example/cb", "https://app.example/cb@evil")
	f.Fuzz(func(t *testing.T, registered, requested string) {
		if oauth.CheckRedirectURI(registered, true) != nil || !oauth.MatchRedirectURI([]string{registered}, requested, true) {
			return
		}
		a, errA := url.Parse(registered)
		b, errB := url.Parse(requested)
		if errA != nil || errB != nil || a.Scheme != b.Scheme || a.Hostname() != b.Hostname() || a.EscapedPath() != b.EscapedPath() || a.RawQuery != b.RawQuery || b.User != nil {
			t.Fatalf("%q was taken for %q", requested, registered)
		}
	})
}
