package egress

import (
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"syscall"

	"code.dny.dev/ssrf"
)

// platforms are public addresses behind which clouds keep services for the
// machines that they run, as if they were link-local.
var platforms = []netip.Prefix{
	netip.MustParsePrefix("168.63.129.16/32"), // Azure
}

// errNotPublic refuses an address at the moment at which it is dialed.
var errNotPublic = errors.New("the address is not public")

// guard judges the address that a connection is about to be made to.
type guard struct{ guardian *ssrf.Guardian }

func newGuard(allowed []netip.Prefix) guard {
	var v4, v6 []netip.Prefix
	for _, p := range allowed {
		if p.Addr().Is4() {
			v4 = append(v4, p)
		} else {
			v6 = append(v6, p)
		}
	}
	return guard{ssrf.New(
		ssrf.WithAnyPort(), // the URL has been held to the ports
		ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...), ssrf.WithDeniedV4Prefixes(slices.Clone(platforms)...),
	)}
}

// control is net.Dialer.Control: it runs before the first packet leaves.
func (g guard) control(network, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s", errNotPublic, address)
	}
	// An IPv4 address in the clothes of an IPv6 one is judged as what it is.
	plain := netip.AddrPortFrom(to.Addr().Unmap(), to.Port())
	if err := g.guardian.Safe(network, plain.String(), nil); err != nil {
		return fmt.Errorf("%w: %w", errNotPublic, err)
	}
	return nil
}
