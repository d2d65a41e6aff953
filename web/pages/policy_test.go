package pages

import (
	"net/http"
	"strings"
	"testing"
)

func TestThePolicyAllowsNoMoreThanAPageNeeds(t *testing.T) {
	for _, c := range []struct {
		name   string
		policy Policy
		want   string
	}{
		{"plain", Policy{}, "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
		{
			"login",
			Policy{Nonce: "abc_-", FormAction: []string{"https://client.example:8443/cb?x=1", "http://127.0.0.1:4711/cb"}},
			"default-src 'none'; style-src 'self' 'nonce-abc_-'; img-src 'self'; form-action 'self' https://client.example:8443 http://127.0.0.1:4711; base-uri 'none'; frame-ancestors 'none'",
		},
		{"native application", Policy{FormAction: []string{"com.example.app:/cb"}}, "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' com.example.app:; base-uri 'none'; frame-ancestors 'none'"},
		{"form_post", Policy{Script: true}, "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
		{"IPv6 loopback", Policy{FormAction: []string{"http://[::1]:4711/cb"}}, "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' http:; base-uri 'none'; frame-ancestors 'none'"},
	} {
		if got := ContentSecurityPolicy(c.policy); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestNothingCanBeAddedToThePolicy(t *testing.T) {
	want := ContentSecurityPolicy(Policy{})
	for _, s := range []string{"a'; script-src *", "https://a.example; script-src *", "https://a.example,*", "*", "javascript:alert(1)", "https://*/", "https://a b/", "data:x", "https://é.example/"} {
		if got := ContentSecurityPolicy(Policy{FormAction: []string{s}}); got != want {
			t.Errorf("%q made %s", s, got)
		}
	}
	for _, s := range []string{"a'; script-src *", "a b", "a\r\nb", "é"} {
		if got := ContentSecurityPolicy(Policy{Nonce: s}); got != want {
			t.Errorf("%q made %s", s, got)
		}
	}
}

func TestEveryPageIsSentUnkeptUnframedAndUnnamed(t *testing.T) {
	h := make(http.Header)
	Headers(h, Policy{})
	for name, want := range map[string]string{
		"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
		"X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin", "Content-Security-Policy": ContentSecurityPolicy(Policy{}),
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if !strings.Contains(h.Get("Permissions-Policy"), "camera=()") {
		t.Error("Permissions-Policy")
	}
}

func TestNoncesAreNeverTheSame(t *testing.T) {
	seen := make(map[string]bool)
	for range 1000 {
		n := NewNonce()
		if len(n) != 22 || seen[n] || strings.ContainsFunc(n, notBase64) {
			t.Fatalf("%q", n)
		}
		seen[n] = true
	}
}
