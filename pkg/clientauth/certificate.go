package clientauth

import (
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/trace"
)

// Bounds of what a caller presents. Names and constraints are counted since each
// of the one may be held against each of the other.
const (
	maxCertificateBytes = 16 << 10
	maxChain            = 8 // beside the certificate itself
	maxCertificateNames = 100
)

const rfc8705 = "RFC 8705, section 2"

// bareClientID is the client_id of a request whose message holds no credentials,
// empty for any other.
func bareClientID(r *Request) string {
	if r.Params.Has("client_secret") || r.Params.Has("client_assertion") || len(r.Authorization) > 0 {
		return ""
	}
	return r.Params.Get("client_id")
}

// presentCertificate is how a client certificate shows: the message names the
// client, and the connection that carried it has the proof.
func presentCertificate(r *Request) (Presented, error) {
	id := bareClientID(r)
	if id == "" || len(r.Certificate) == 0 {
		return Presented{}, nil
	}
	return Presented{Presence: Implied, ClientID: id}, nil
}

// clientCertificate is the certificate of the request, parsed. Two methods look.
func (r *Request) clientCertificate() (*x509.Certificate, error) {
	if r.certificate == nil && r.unparsed == nil {
		r.certificate, r.unparsed = parseCertificate(r.Certificate)
	}
	return r.certificate, r.unparsed
}

// chain is what came beside the certificate, parsed.
func (r *Request) chain() ([]*x509.Certificate, error) {
	if len(r.Chain) > maxChain {
		return nil, fmt.Errorf("%d certificates came beside it, and %d are looked at", len(r.Chain), maxChain)
	}
	var out []*x509.Certificate
	for i, der := range r.Chain {
		cert, err := parseCertificate(der)
		if err != nil {
			return nil, fmt.Errorf("certificate %d beside it: %w", i+1, err)
		}
		out = append(out, cert)
	}
	return out, nil
}

func parseCertificate(der []byte) (*x509.Certificate, error) {
	if len(der) > maxCertificateBytes {
		return nil, fmt.Errorf("it has %d bytes, and %d are the most", len(der), maxCertificateBytes)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, errors.New("it is malformed: " + err.Error())
	}
	names := len(cert.DNSNames) + len(cert.EmailAddresses) + len(cert.IPAddresses) + len(cert.URIs)
	constraints := len(cert.PermittedDNSDomains) + len(cert.ExcludedDNSDomains) + len(cert.PermittedIPRanges) + len(cert.ExcludedIPRanges) +
		len(cert.PermittedEmailAddresses) + len(cert.ExcludedEmailAddresses) + len(cert.PermittedURIDomains) + len(cert.ExcludedURIDomains)
	if names > maxCertificateNames || constraints > maxCertificateNames {
		return nil, fmt.Errorf("it has more than %d names or constraints of names", maxCertificateNames)
	}
	return cert, nil
}

// readCertificate begins a proof by certificate: it parses and describes what
// came, and checks that its time is now. It returns nil for what cannot be read.
func readCertificate(at *Attempt, v *verdict) *x509.Certificate {
	cert, err := at.Request.clientCertificate()
	if err != nil {
		v.check("certificate is readable", false, trace.Check{Expected: "one X.509 certificate", Actual: err.Error(), RFC: "RFC 5280, section 4.1"})
		return nil
	}
	describe(cert, at.Trace)
	v.check("certificate is valid already", !at.Now.Before(cert.NotBefore), trace.Check{Expected: "a beginning in the past", Actual: momentOf(cert.NotBefore).against(at.Now), RFC: "RFC 5280, section 4.1.2.5", Fix: "Wait for its beginning, or set the issuer's clock right."})
	v.check("certificate has not expired", !at.Now.After(cert.NotAfter), trace.Check{Expected: "an end in the future", Actual: momentOf(cert.NotAfter).against(at.Now), RFC: "RFC 5280, section 4.1.2.5", Fix: "Renew the client's certificate."})
	return cert
}

// describe tells which certificate came.
func describe(cert *x509.Certificate, t *trace.Trace) {
	if t == nil {
		return
	}
	t.Info("certificate subject", orNone(strings.Join(subject(cert), "")))
	t.Info("certificate issuer", issuerOf(cert))
	t.Info("certificate serial number", hexadecimal(cert.SerialNumber.Bytes()))
	t.Info("certificate validity", cert.NotBefore.UTC().Format(time.RFC3339)+" to "+cert.NotAfter.UTC().Format(time.RFC3339))
	sum := sha256.Sum256(cert.Raw)
	t.Info("certificate thumbprint (SHA-256)", hexadecimal(sum[:]))
}

func issuerOf(cert *x509.Certificate) string {
	n, err := readDistinguishedName(cert.RawIssuer)
	if err != nil {
		return err.Error()
	}
	return orNone(n.String())
}

// hexadecimal writes bytes as tools for certificates show them.
func hexadecimal(b []byte) string {
	return strings.ReplaceAll(fmt.Sprintf("% X", b), " ", ":")
}

func momentOf(t time.Time) moment { return moment{unix: t.Unix(), given: true} }

// certificateMissing explains to a client of a method that rests on a certificate
// that none came.
func (a *Authenticator) certificateMissing(at *Attempt) {
	c := at.Client
	wants := oauth.UsesCertificate(c.TokenEndpointAuthMethod) ||
		oauth.UsesCertificate(c.TokenEndpointAuthMethodPrevious) && c.AuthMethodAllowed(c.TokenEndpointAuthMethodPrevious, at.Now)
	if !wants || len(at.Request.Certificate) > 0 {
		return
	}
	fix := "This deployment has no address at which clients present certificates."
	if alias := a.alias(at.Workspace); alias != "" {
		fix = "Call " + alias + strings.TrimPrefix(at.Request.Endpoint, at.Workspace.Issuer()) + " with the certificate; no other address asks for one."
	}
	at.Trace.Fail("client certificate presented", trace.Check{Expected: "a client certificate", Actual: "none", RFC: rfc8705, Fix: fix})
}

// insecure tells whether a signature rests on a hash that can be forged.
func insecure(a x509.SignatureAlgorithm) bool {
	switch a {
	case x509.MD2WithRSA, x509.MD5WithRSA, x509.SHA1WithRSA, x509.DSAWithSHA1, x509.ECDSAWithSHA1:
		return true
	default:
		return false
	}
}

func ordinal(kind string, i int) string { return kind + " " + strconv.Itoa(i+1) }
