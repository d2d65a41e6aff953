package clientauth

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"net/netip"
	"net/url"
	"strings"

	"github.com/signet-authz/signet/pkg/domain"
)

// CertificateName is one kind of name by which tls_client_auth knows a client's
// certificate (RFC 8705, section 2.1.2).
type CertificateName struct {
	// Parameter is the member of the client's metadata.
	Parameter string
	// Registered is what the client registered under it, empty for nothing.
	Registered func(*domain.Client) string
	// Check tells what is wrong with a value, in words for whoever registers it.
	Check func(value string) error

	names func(*x509.Certificate) []string // of this kind, in a certificate
	same  func(registered, name string) bool
}

// CertificateNames lists the kinds. A certificate has the name that is registered
// if one of its names of that very kind is the same, byte for byte: a wildcard in
// a certificate is a name that begins with a star, and the common name is part of
// the subject and nothing else.
func CertificateNames() []CertificateName {
	return []CertificateName{
		{"tls_client_auth_subject_dn", func(c *domain.Client) string { return c.TLSClientAuthSubjectDN }, checkSubject, subject, sameSubject},
		{"tls_client_auth_san_dns", func(c *domain.Client) string { return c.TLSClientAuthSANDNS }, checkDNS, alternative(tagDNS), equal},
		{"tls_client_auth_san_uri", func(c *domain.Client) string { return c.TLSClientAuthSANURI }, checkURI, alternative(tagURI), equal},
		{"tls_client_auth_san_ip", func(c *domain.Client) string { return c.TLSClientAuthSANIP }, checkIP, addresses, sameAddress},
		{"tls_client_auth_san_email", func(c *domain.Client) string { return c.TLSClientAuthSANEmail }, checkEmail, alternative(tagEmail), equal},
	}
}

// registeredName is the one name that the client registered; false where there
// is none, or more than one.
func registeredName(c *domain.Client) (name CertificateName, value string, ok bool) {
	for _, n := range CertificateNames() {
		v := n.Registered(c)
		if v == "" {
			continue
		}
		if ok {
			return CertificateName{}, "", false
		}
		name, value, ok = n, v, true
	}
	return name, value, ok
}

// Tags of a GeneralName (RFC 5280, section 4.2.1.6).
const (
	tagEmail = 1
	tagDNS   = 2
	tagURI   = 6
	tagIP    = 7
)

var oidAlternativeName = asn1.ObjectIdentifier{2, 5, 29, 17}

// alternativeNames are the values of one kind in the subject alternative name, as
// they stand there: what crypto/x509 has parsed it may have rewritten.
func alternativeNames(cert *x509.Certificate, tag int) [][]byte {
	var out [][]byte
	for _, e := range cert.Extensions {
		if !e.Id.Equal(oidAlternativeName) {
			continue
		}
		var names []asn1.RawValue
		if rest, err := asn1.Unmarshal(e.Value, &names); err != nil || len(rest) > 0 {
			return nil
		}
		for _, n := range names {
			if n.Class == asn1.ClassContextSpecific && n.Tag == tag && !n.IsCompound {
				out = append(out, n.Bytes)
			}
		}
	}
	return out
}

func alternative(tag int) func(*x509.Certificate) []string {
	return func(cert *x509.Certificate) []string {
		var out []string
		for _, name := range alternativeNames(cert, tag) {
			out = append(out, string(name))
		}
		return out
	}
}

func equal(registered, name string) bool { return registered == name }

func subject(cert *x509.Certificate) []string {
	n, err := readDistinguishedName(cert.RawSubject)
	if err != nil || len(n) == 0 {
		return nil
	}
	return []string{n.String()}
}

// sameSubject compares what each of the two spellings means. The certificate's
// is our own and loses nothing.
func sameSubject(registered, name string) bool {
	want, err := ParseDistinguishedName(registered)
	if err != nil {
		return false
	}
	have, err := ParseDistinguishedName(name)
	return err == nil && have.Equal(want)
}

func checkSubject(value string) error {
	_, err := ParseDistinguishedName(value)
	return err
}

func addresses(cert *x509.Certificate) []string {
	var out []string
	for _, raw := range alternativeNames(cert, tagIP) {
		if ip, ok := netip.AddrFromSlice(raw); ok {
			out = append(out, ip.String())
		}
	}
	return out
}

func sameAddress(registered, name string) bool {
	want, err := netip.ParseAddr(registered)
	if err != nil {
		return false
	}
	have, err := netip.ParseAddr(name)
	return err == nil && want.Unmap() == have.Unmap()
}

func checkIP(value string) error {
	ip, err := netip.ParseAddr(value)
	if err != nil || ip.Zone() != "" {
		return errors.New("this is not an IP address")
	}
	return nil
}

// checkDNS takes what a dNSName can be: ASCII, in the A-label form of an
// internationalised name, and one host rather than a wildcard.
func checkDNS(value string) error {
	if value == "" || len(value) > 253 {
		return errors.New("this is not a DNS name")
	}
	for label := range strings.SplitSeq(value, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return errors.New("this is not a DNS name")
		}
		for i := range len(label) {
			switch c := label[i]; {
			case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_':
			case c == '*':
				return errors.New("a certificate is known by one name; there are no wildcards")
			default:
				return errors.New("this is not a DNS name; write an internationalised one in its ASCII form (xn--)")
			}
		}
	}
	return nil
}

func checkURI(value string) error {
	if !printableASCII(value) {
		return errors.New("a URI has no spaces and no signs beyond ASCII")
	}
	if u, err := url.Parse(value); err != nil || u.Scheme == "" || u.Host == "" && u.Opaque == "" && u.Path == "" {
		return errors.New("this is not an absolute URI")
	}
	return nil
}

// checkEmail takes what an rfc822Name can be (RFC 5280, section 4.2.1.6).
func checkEmail(value string) error {
	if !printableASCII(value) {
		return errors.New("this is not an e-mail address as certificates have them: in ASCII, without spaces")
	}
	return domain.CheckEmail(value)
}

func printableASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}
