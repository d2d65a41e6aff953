package pages

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// Policy is what one answer allows beyond the pages' fixed rules.
type Policy struct {
	// Nonce is the page's Nonce; empty where the page has none.
	Nonce string
	// FormAction lists redirect URIs to which a form's submission may lead, by
	// redirect (login, consent) or directly (form_post). Browsers apply
	// form-action to redirects too, so the transaction's redirect URI belongs here.
	FormAction []string
	// Script allows scripts of this origin: true for form_post only.
	Script bool
}

// NewNonce is a fresh value for Page.Nonce and Policy.Nonce: 128 random bits.
func NewNonce() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails; the program ends where the system has no randomness
	return base64.RawURLEncoding.EncodeToString(b)
}

// ContentSecurityPolicy is the policy under which the pages work (CSP Level 3).
func ContentSecurityPolicy(p Policy) string {
	var b strings.Builder
	b.WriteString("default-src 'none'; style-src 'self'")
	if p.Nonce != "" && !strings.ContainsFunc(p.Nonce, notBase64) {
		b.WriteString(" 'nonce-" + p.Nonce + "'")
	}
	b.WriteString("; img-src 'self'")
	if p.Script {
		b.WriteString("; script-src 'self'")
	}
	b.WriteString("; form-action 'self'")
	for _, uri := range p.FormAction {
		if source := formActionSource(uri); source != "" {
			b.WriteString(" " + source)
		}
	}
	b.WriteString("; base-uri 'none'; frame-ancestors 'none'")
	return b.String()
}

func notBase64(r rune) bool {
	return !alphanumeric(r) && !strings.ContainsRune("+/-_=", r)
}

// formActionSource is the source expression for a redirect URI: its origin, or
// its scheme where that is a native application's own (RFC 8252, section 7.1).
// It is "" for all else.
func formActionSource(redirectURI string) string {
	u, err := url.Parse(redirectURI)
	switch {
	case err != nil:
		return ""
	case u.Host == "" && strings.Contains(u.Scheme, "."):
		return u.Scheme + ":"
	case u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return ""
	}
	host := u.Hostname()
	if ip, err := netip.ParseAddr(host); err == nil && ip.Is6() {
		// The grammar of CSP knows no IPv6 address. Only loopback redirects hold one.
		return u.Scheme + ":"
	}
	for _, r := range u.Host {
		if !alphanumeric(r) && !strings.ContainsRune("-.:_", r) {
			return ""
		}
	}
	return u.Scheme + "://" + u.Host
}

// Headers sets what every page is sent with: its type, the content security
// policy, and that it is neither kept, framed, sniffed nor named to others.
//
// Under Referrer-Policy no-referrer a browser sends "Origin: null" with a form,
// so whoever checks where a POST came from reads Sec-Fetch-Site and the CSRF
// field, not Origin.
func Headers(h http.Header, p Policy) {
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", ContentSecurityPolicy(p))
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()")
	h.Set("X-Robots-Tag", "noindex")
}
