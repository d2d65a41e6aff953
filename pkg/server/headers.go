package server

import (
	"net/http"
	"strings"
)

// forwarded lists the names, in lower case with dashes, of headers by which a
// proxy or a load balancer would speak for a client, change the method or the
// path, or name a tenant or user. A proven ingress is heard in those that
// the operator named; beyond that nothing in the product reads them, and they
// are removed so that nothing ever can. An entry that ends in "*" is a prefix.
var forwarded = []string{
	// Who called, by which name, port and scheme.
	"forwarded", "x-forwarded*", "x-real-ip", "x-real-port", "x-client-ip", "x-cluster-client-ip", "x-remote-*", "remote-*",
	"x-originating-*", "x-proxyuser-ip", "true-client-ip", "cf-connecting-*", "cf-ipcountry", "fastly-client-*", "x-appengine-*",
	"x-azure-*", "x-envoy-*", "x-host", "x-scheme", "x-url-scheme", "x-proto", "front-end-https", "x-https",
	// Client certificates, RFC 9440 included.
	"client-cert*", "x-client-*", "x-ssl*", "ssl-*", "x-tls-*", "tls-client-*", "x-mtls-*", "x-arr-clientcert", "x-amzn-mtls-*", "x-cert*",
	// Another method, path or body than the request's own.
	"x-original-*", "x-rewrite-*", "x-http-method*", "x-method-override", "x-http-path-*", "x-request-uri", "x-accel-*", "x-sendfile*",
	// Tenants, users and roles decided elsewhere.
	"x-tenant*", "x-workspace*", "x-organization*", "x-user*", "x-auth-*", "x-authenticated-*", "x-webauth-*", "x-consumer-*", "x-role*",
	// Towards proxies, never towards us.
	"proxy", "proxy-*",
	// The product's own.
	"signet-*", "x-signet-*",
}

// StripForwarded removes every header that only a trusted intermediary could
// set (the list above), and every header with an underscore in its name, which
// some programs take for a dash.
func StripForwarded(h http.Header) {
	for name := range h {
		if speaksForOthers(name) {
			delete(h, name)
		}
	}
}

func speaksForOthers(name string) bool {
	if strings.IndexByte(name, '_') >= 0 {
		return true
	}
	if name == "" {
		return true
	}
	// Most requests carry none of these; the first letter settles it.
	switch name[0] | 0x20 {
	case 'c', 'f', 'p', 'r', 's', 't', 'x':
	default:
		return false
	}
	for _, entry := range forwarded {
		prefix, isPrefix := strings.CutSuffix(entry, "*")
		if isPrefix && len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix) {
			return true
		}
		if !isPrefix && len(name) == len(entry) && strings.EqualFold(name, entry) {
			return true
		}
	}
	return false
}

// The values of headers that stand on every answer. They are shared between
// answers and never changed: Header.Set replaces the slice.
var (
	valueNosniff     = []string{"nosniff"}
	valueNoReferrer  = []string{"no-referrer"}
	valuePermissions = []string{"accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), payment=(), usb=()"}
	valueSameOrigin  = []string{"same-origin"}
	valueCSP         = []string{"default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"}
	valueNoStore     = []string{"no-store"}
	valueHSTS        = []string{"max-age=31536000"}
	// A browser keeps the promise for every port of a host, so that of a
	// developer's own machine must not last.
	valueHSTSLoopback = []string{"max-age=60"}
	valueClose        = []string{"close"}
)

// stamp sets what every answer carries. Policies are the strictest there are
// and nothing may be stored: a handler that serves a page or a cacheable
// document says so itself, and one that forgets fails closed.
func (f *front) stamp(h http.Header, r *http.Request, rc *request) {
	h["X-Content-Type-Options"] = valueNosniff
	h["Referrer-Policy"] = valueNoReferrer
	h["Permissions-Policy"] = valuePermissions
	h["Cross-Origin-Opener-Policy"] = valueSameOrigin
	h["Content-Security-Policy"] = valueCSP
	h["Cache-Control"] = valueNoStore
	h[HeaderTraceID] = []string{rc.traceID}
	if f.cfg.Secure || rc.peer.Scheme == "https" {
		h["Strict-Transport-Security"] = f.hsts
	}
	if id := r.Header[HeaderRequestID]; len(id) == 1 && saneRequestID(id[0]) {
		h[HeaderRequestID] = id
	}
}

// HeaderTraceID carries the trace id on every answer.
const HeaderTraceID = "X-Trace-Id"

// HeaderRequestID is the caller's own id of a request, echoed where it is sane.
const HeaderRequestID = "X-Request-Id"

// saneRequestID bounds what is echoed: 1 to 128 characters that mean nothing
// in a log line or a header.
func saneRequestID(s string) bool {
	if s == "" || len(s) > 128 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !unreserved(c) && c != ':' && c != '=' && c != '+' && c != '/' {
			return false
		}
	}
	return true
}
