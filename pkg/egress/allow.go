package egress

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// Allow is an exception that the operator made: either one host at one port,
// whatever its name resolves to, by https or http; or a network, by https.
type Allow struct {
	host   string // as the dialer gets it: HOST:PORT
	prefix netip.Prefix
}

// hostName is what may stand for a host: the names that resolvers know, in
// lower case, and addresses are told apart from them.
var hostName = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9_])?$`)

// ParseAllow reads an exception: HOST:PORT, or a network as a CIDR.
func ParseAllow(entry string) (Allow, error) {
	if strings.Contains(entry, "/") {
		p, err := netip.ParsePrefix(entry)
		switch {
		case err != nil || p.Addr().Is4In6():
			return Allow{}, errors.New("must be HOST:PORT, or a network such as 10.1.0.0/16")
		case p != p.Masked():
			return Allow{}, fmt.Errorf("has bits beyond its prefix; the network is %s", p.Masked())
		}
		return Allow{prefix: p}, nil
	}
	host, port, err := net.SplitHostPort(entry)
	if err != nil {
		return Allow{}, errors.New("must be HOST:PORT, or a network such as 10.1.0.0/16")
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || port[0] == '0' {
		return Allow{}, errors.New("the port must be a number from 1 to 65535")
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		host = ip.String()
	} else if !hostName.MatchString(host) {
		return Allow{}, errors.New("the host must be an address, or a name in lower case without a wildcard")
	}
	return Allow{host: net.JoinHostPort(host, port)}, nil
}

// ParseRoots reads the certificates of a PEM file, of which there must be one at
// least and nothing else.
func ParseRoots(file []byte) ([]*x509.Certificate, error) {
	var roots []*x509.Certificate
	for {
		var block *pem.Block
		if block, file = pem.Decode(file); block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			return nil, fmt.Errorf("holds a %s; only certificates belong there", strings.ToLower(block.Type))
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("certificate %d: %w", len(roots)+1, err)
		}
		roots = append(roots, c)
	}
	if len(roots) == 0 {
		return nil, errors.New("holds no certificate in PEM form")
	}
	return roots, nil
}
