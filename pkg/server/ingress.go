package server

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// The headers by which an ingress may name its client's address.
const (
	AddressForwardedFor = "x-forwarded-for" // of the list, what the ingress appended: the last entry
	AddressRealIP       = "x-real-ip"
)

// IngressConfig says who is an ingress, and how it speaks of its clients.
type IngressConfig struct {
	Roots *x509.CertPool // of the ingress's own client certificate
	Names []string       // DNS names and URIs, one of which its certificate bears
	// CertificateHeader is one of CertificateHeaders, AddressHeader one of the
	// Address constants; empty: the ingress says nothing of the kind.
	CertificateHeader string
	AddressHeader     string
	Now               func() time.Time
}

// Ingress is a proxy that ends TLS in front of this program and is believed
// what it says of its clients, once it has proven itself by mutual TLS on the
// very connection. Nothing else makes a peer an ingress: no address, no header.
// It is safe for concurrent use.
type Ingress struct {
	roots   *x509.CertPool
	names   []string
	form    *certificateForm
	address string // the header's canonical name
	now     func() time.Time
}

// NewIngress returns the ingress that the configuration describes. All of it
// is required, save for the headers.
func NewIngress(c IngressConfig) (*Ingress, error) {
	if c.Roots == nil || len(c.Names) == 0 || c.Now == nil {
		return nil, errors.New("server: an ingress needs roots, names and a clock")
	}
	i := &Ingress{roots: c.Roots, names: slices.Clone(c.Names), now: c.Now}
	if c.CertificateHeader != "" {
		at := slices.IndexFunc(certificateForms, func(f certificateForm) bool { return f.name == c.CertificateHeader })
		if at < 0 {
			return nil, fmt.Errorf("server: there is no form of certificate header named %q", c.CertificateHeader)
		}
		i.form = &certificateForms[at]
	}
	switch c.AddressHeader {
	case "":
	case AddressForwardedFor, AddressRealIP:
		i.address = http.CanonicalHeaderKey(c.AddressHeader)
	default:
		return nil, fmt.Errorf("server: there is no address header named %q", c.AddressHeader)
	}
	return i, nil
}

// Roots are the authorities whose certificates an ingress may prove itself
// with, for a listener to name when it asks.
func (i *Ingress) Roots() *x509.CertPool { return i.roots }

// connection is what is known of one TLS connection, for all its requests.
type connection struct {
	ingressOnly bool // see Listener
	verdict     atomic.Pointer[verdict]
}

// verdict tells whether the other end is an ingress, and until when that holds.
type verdict struct {
	ingress bool
	until   time.Time
}

type connectionKey struct{}

func connectionOf(r *http.Request) *connection {
	c, _ := r.Context().Value(connectionKey{}).(*connection)
	return c
}

func (c *connection) onlyIngress() bool { return c != nil && c.ingressOnly }

// proven tells whether the request came over a connection whose other end has
// proven to be an ingress. The signatures are checked once for a connection,
// and again when a certificate of the chain has expired.
func (i *Ingress) proven(r *http.Request) bool {
	if i == nil || r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
		return false
	}
	now, c := i.now(), connectionOf(r)
	if c != nil {
		if v := c.verdict.Load(); v != nil && (!v.ingress || !now.After(v.until)) {
			return v.ingress
		}
	}
	v := i.judge(r.TLS.PeerCertificates, now)
	if c != nil {
		c.verdict.Store(&v)
	}
	return v.ingress
}

// judge looks at the names first, since those are cheap to look at.
func (i *Ingress) judge(certs []*x509.Certificate, now time.Time) verdict {
	leaf := certs[0]
	if len(certs) > 1+maxChain || !i.named(leaf) {
		return verdict{}
	}
	o := x509.VerifyOptions{Roots: i.roots, Intermediates: x509.NewCertPool(), CurrentTime: now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	for _, c := range certs[1:] {
		o.Intermediates.AddCert(c)
	}
	chains, err := leaf.Verify(o)
	if err != nil {
		return verdict{}
	}
	until := leaf.NotAfter
	for _, c := range chains[0] {
		if c.NotAfter.Before(until) {
			until = c.NotAfter
		}
	}
	return verdict{ingress: true, until: until}
}

// named compares names byte by byte: a wildcard in a certificate stands for
// itself only, and the subject's common name for nothing.
func (i *Ingress) named(leaf *x509.Certificate) bool {
	for _, name := range leaf.DNSNames {
		if slices.Contains(i.names, name) {
			return true
		}
	}
	for _, uri := range leaf.URIs {
		if slices.Contains(i.names, uri.String()) {
			return true
		}
	}
	return false
}

// errIngress is what is wrong with an ingress's word, for the log.
var errIngress = errors.New("server: the ingress's headers are not well-formed")

// client is whom a proven ingress speaks for. A header that is not exactly as
// it must be is an error, never a client without a certificate.
func (i *Ingress) client(r *http.Request) (Peer, error) {
	p := Peer{IP: socketAddr(r), Scheme: "https"}
	if i.address != "" {
		value, err := only(r.Header, i.address)
		if err != nil {
			return p, err
		}
		// An ingress that asks on its own behalf, for our health, names nobody.
		if value != "" {
			if p.IP, err = lastAddress(value); err != nil {
				return p, err
			}
		}
	}
	if i.form != nil {
		certs, err := i.form.read(r.Header)
		if err != nil {
			return p, err
		}
		if len(certs) > 0 {
			p.Certificate, p.Chain = certs[0], certs[1:]
		}
	}
	return p, nil
}

// only returns the one value of a header, empty where there is none. Two are
// an error: one of them may be a stranger's.
func only(h http.Header, name string) (string, error) {
	switch values := h[name]; {
	case len(values) == 0:
		return "", nil
	case len(values) > 1:
		return "", fmt.Errorf("%w: %s is repeated", errIngress, name)
	case len(values[0]) > maxIngressHeader:
		return "", fmt.Errorf("%w: %s is too long", errIngress, name)
	default:
		return values[0], nil
	}
}

// lastAddress reads the last entry of a list of addresses. What stands before
// it was there when the request reached the ingress, and may be anybody's.
func lastAddress(list string) (netip.Addr, error) {
	entry := strings.Trim(list[strings.LastIndexByte(list, ',')+1:], " \t")
	ip, err := netip.ParseAddr(entry)
	if err != nil {
		// Some write the port, too.
		ap, err := netip.ParseAddrPort(entry)
		if err != nil {
			return netip.Addr{}, fmt.Errorf("%w: the client's address is not one", errIngress)
		}
		ip = ap.Addr()
	}
	return ip.Unmap().WithZone(""), nil
}
