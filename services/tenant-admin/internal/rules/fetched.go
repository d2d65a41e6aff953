package rules

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"

	"github.com/signet-authz/signet/pkg/oauth"
)

// httpsURL refuses whatever is no plain https URL.
func httpsURL(raw string) error {
	if err := oauth.CheckWebURI(raw); err != nil {
		return err
	}
	if u, err := url.Parse(raw); err != nil || u.Scheme != "https" {
		return errors.New("the scheme must be https")
	}
	return nil
}

// fetched refuses a URL from which the service would not fetch: its own, and one
// that is plainly not on the public internet. The dialer guards every fetch by
// the address that it really reaches; this rule tells the administrator now
// rather than at the first request.
func fetched(raw string, s Surroundings) error {
	if err := httpsURL(raw); err != nil {
		return err
	}
	if oauth.SameOrigin(raw, s.PublicURL) {
		return errors.New("this is the authorization server's own origin")
	}
	u, err := url.Parse(raw)
	if err != nil {
		return errors.New("this is not a URL")
	}
	port := u.Port()
	if port == "" {
		port = "443"
	}
	if inside(u.Hostname()) && (s.Allowed == nil || !s.Allowed(net.JoinHostPort(u.Hostname(), port))) {
		return errors.New("this host is not on the public internet")
	}
	return nil
}

// shared is the address space of carriers (RFC 6598), private in all but name.
var shared = netip.MustParsePrefix("100.64.0.0/10")

// inside tells whether a host is plainly this machine or of a private network.
// A name that ends in a number is an address in one of its older spellings
// (127.1, 0x7f000001), which resolvers read and package netip does not.
func inside(host string) bool {
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		last := host[strings.LastIndexByte(host, '.')+1:]
		return strings.HasPrefix(last, "0x") || strings.Trim(last, "0123456789") == ""
	}
	addr = addr.Unmap()
	return !addr.IsGlobalUnicast() || addr.IsPrivate() || shared.Contains(addr)
}
