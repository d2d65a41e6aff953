package oauth

import (
	"errors"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// MaxURIBytes bounds every URI that is registered or requested.
const MaxURIBytes = 2048

// reservedResponseParams may not stand in the query of a redirect URI: a
// client could not tell them from the answer's own.
var reservedResponseParams = []string{"code", "state", "iss", "error", "error_description", "error_uri", "id_token", "access_token", "token_type", "expires_in", "response", "session_state"}

// MatchRedirectURI tells whether a requested redirect URI is one of those
// registered. The comparison is of strings, byte for byte; only a native
// client may vary the port of a registered loopback IP literal (RFC 8252,
// section 7.3).
func MatchRedirectURI(registered []string, requested string, native bool) bool {
	if slices.Contains(registered, requested) {
		return true
	}
	if !native {
		return false
	}
	for _, r := range registered {
		if matchLoopback(r, requested) {
			return true
		}
	}
	return false
}

// matchLoopback compares two http URIs on the same loopback IP literal,
// leaving the port aside. It works on the strings, so that no two parsers can
// differ on what they name.
func matchLoopback(registered, requested string) bool {
	for _, origin := range []string{"http://127.0.0.1", "http://[::1]"} {
		want, ok := strings.CutPrefix(registered, origin)
		if !ok {
			continue
		}
		got, ok := strings.CutPrefix(requested, origin)
		if !ok {
			return false
		}
		want, ok = cutPort(want)
		if !ok {
			return false
		}
		got, ok = cutPort(got)
		return ok && got == want
	}
	return false
}

// cutPort removes ":port" from what follows a host; the rest must be empty or
// begin a path or query.
func cutPort(s string) (string, bool) {
	if rest, found := strings.CutPrefix(s, ":"); found {
		end := strings.IndexAny(rest, "/?#")
		if end < 0 {
			end = len(rest)
		}
		port, err := strconv.ParseUint(rest[:end], 10, 16)
		if err != nil || port == 0 || rest[0] == '0' || rest[0] == '+' {
			return "", false
		}
		s = rest[end:]
	}
	return s, s == "" || s[0] == '/' || s[0] == '?'
}

// CheckRedirectURI refuses what may not be registered as a redirect URI:
// anything but https, http on a loopback host, or, for native clients, a
// private-use scheme with a dot in it (RFC 8252, section 7.1); fragments, user
// information, and parameters that collide with those of the answer. The error
// is fit to be shown to the administrator who registers it.
func CheckRedirectURI(raw string, native bool) error {
	u, err := parseURI(raw)
	if err != nil {
		return err
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return errors.New("the query is malformed")
	}
	for _, name := range reservedResponseParams {
		if q.Has(name) {
			return errors.New("the query may not use " + name + ", which the authorization response itself carries")
		}
	}
	switch {
	case u.Scheme == "https":
		return checkHost(u)
	case u.Scheme == "http":
		if !IsLoopbackHost(u.Hostname()) {
			return errors.New("the scheme http is allowed on loopback hosts only; use https")
		}
		return checkHost(u)
	case native && strings.Contains(u.Scheme, ".") && u.Host == "" && raw[:len(u.Scheme)] == u.Scheme:
		return nil
	case native:
		return errors.New("a native application's scheme must be https, http on a loopback host, or a reverse domain name such as com.example.app:/callback")
	default:
		return errors.New("the scheme must be https, or http on a loopback host")
	}
}

// CheckWebURI refuses whatever is not a plain https URL (or http on a loopback
// host): for logo_uri, policy_uri, tos_uri, client_uri and their like.
func CheckWebURI(raw string) error {
	u, err := parseURI(raw)
	if err != nil {
		return err
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !IsLoopbackHost(u.Hostname())) {
		return errors.New("the scheme must be https")
	}
	return checkHost(u)
}

// CheckResource refuses what may not be a resource indicator (RFC 8707,
// section 2): it must be an absolute URI without a fragment.
func CheckResource(raw string) error {
	u, err := parseURI(raw)
	if err != nil {
		return err
	}
	if u.Host == "" && u.Opaque == "" {
		return errors.New("the resource must be an absolute URI")
	}
	return nil
}

// SameOrigin tells whether two absolute URIs share scheme, host and port.
func SameOrigin(a, b string) bool {
	ua, errA := url.Parse(a)
	ub, errB := url.Parse(b)
	return errA == nil && errB == nil && ua.Host != "" && Origin(ua) == Origin(ub)
}

// Origin is the serialised origin of a URL with a host (RFC 6454, section 6.2).
func Origin(u *url.URL) string {
	scheme, host, port := strings.ToLower(u.Scheme), strings.ToLower(u.Hostname()), u.Port()
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port == "" || (scheme == "https" && port == "443") || (scheme == "http" && port == "80") {
		return scheme + "://" + host
	}
	return scheme + "://" + host + ":" + port
}

// IsLoopbackHost tells whether a host, without its port, names this machine:
// "localhost", 127.0.0.0/8 or ::1.
func IsLoopbackHost(host string) bool {
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.IsLoopback()
}

func parseURI(raw string) (*url.URL, error) {
	switch {
	case raw == "":
		return nil, errors.New("the URI is empty")
	case len(raw) > MaxURIBytes:
		return nil, errors.New("the URI is too long")
	}
	for i := range len(raw) {
		if c := raw[i]; c <= 0x20 || c >= 0x7F || c == '\\' || c == '"' || c == '<' || c == '>' || c == '`' {
			return nil, errors.New("the URI holds a character that must be percent-encoded")
		}
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme == "" {
		return nil, errors.New("this is not an absolute URI: it must begin with https:// or another scheme")
	}
	if strings.Contains(raw, "#") {
		return nil, errors.New("a fragment, which # begins, is not allowed")
	}
	if u.User != nil {
		return nil, errors.New("a user name or password is not allowed")
	}
	return u, nil
}

func checkHost(u *url.URL) error {
	host := u.Hostname()
	if host == "" {
		return errors.New("the host is missing")
	}
	if strings.HasSuffix(host, ".") || strings.Contains(host, "%") || strings.Contains(host, "*") {
		return errors.New("the host is malformed")
	}
	if host != strings.ToLower(host) {
		return errors.New("write the host in lower case: redirect URIs are compared byte for byte")
	}
	if strings.HasSuffix(u.Host, ":") {
		return errors.New("the port is empty")
	}
	if p := u.Port(); p != "" {
		if n, err := strconv.ParseUint(p, 10, 16); err != nil || n == 0 {
			return errors.New("the port is out of range")
		}
	}
	return nil
}

// ValidOrigin tells whether s is a serialised origin that a browser
// application may have: https, or http on a loopback host.
func ValidOrigin(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || s != Origin(u) {
		return false
	}
	return u.Scheme == "https" || (u.Scheme == "http" && IsLoopbackHost(u.Hostname()))
}
