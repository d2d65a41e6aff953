package clientauth

import (
	"context"
	"crypto/x509"
	"strings"

	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/trace"
)

// tlsClientAuth is a certificate of an authority that the workspace believes, with
// the one name that the client registered (RFC 8705, section 2.1).
type tlsClientAuth struct{}

func (tlsClientAuth) Name() string { return oauth.MethodTLS }

func (tlsClientAuth) Present(r *Request) (Presented, error) { return presentCertificate(r) }

func (tlsClientAuth) Authenticate(_ context.Context, at *Attempt) error {
	v := &verdict{trace: at.Trace}
	cert := readCertificate(at, v)
	if cert == nil {
		return v.err()
	}
	checkChain(at, cert, v)
	checkName(at, cert, v)
	if err := v.err(); err != nil {
		return err
	}
	at.credential = UsageCertificate(keys.CertificateThumbprint(cert.Raw))
	return nil
}

// checkChain leads the certificate back to an authority of the workspace, and to
// none of the machine's (RFC 5280, section 6).
func checkChain(at *Attempt, cert *x509.Certificate, v *verdict) {
	v.check("certificate is a client's own", !cert.IsCA, trace.Check{Expected: "CA:FALSE", Actual: authorityWord(cert), RFC: "RFC 5280, section 4.2.1.9", Fix: "Give the client a certificate of its own; an authority's signs others."})
	v.check("certificate is signed soundly", !insecure(cert.SignatureAlgorithm), trace.Check{Expected: "no signature with MD5 or SHA-1", Actual: cert.SignatureAlgorithm.String(), RFC: "RFC 9155"})
	believed := at.trust.of(at.Workspace)
	const name, expected = "certificate chain leads to an authority of the workspace", "a chain to one of tls_client_auth_root_cas, for client authentication"
	intermediates, err := at.Request.chain()
	if err == nil {
		err = believed.fault
	}
	var chains [][]*x509.Certificate
	if err == nil {
		chains, err = verifyChain(at, cert, intermediates, believed)
	}
	if err != nil {
		v.check(name, false, trace.Check{Expected: expected, Actual: strings.TrimPrefix(err.Error(), "x509: "), RFC: "RFC 8705, section 2.1", Fix: "Let the client send the certificates between its own and the authority's, and the workspace name that authority in tls_client_auth_root_cas."})
		return
	}
	v.check(name, true, trace.Check{Expected: expected, Actual: strings.Join(subject(chains[0][len(chains[0])-1]), "")})
	if len(believed.lists) == 0 {
		return
	}
	// The caller chose what came beside the certificate: one clean way suffices.
	against := believed.revoked(chains[0], at.Now)
	for _, chain := range chains[1:] {
		if against == "" {
			break
		}
		against = believed.revoked(chain, at.Now)
	}
	check := trace.Check{Expected: "on no list of its authority, and lists that are current", Actual: against, RFC: "RFC 5280, section 6.3", Fix: "Renew a revoked certificate; put the authority's newest list in the workspace's tls_client_auth_crls."}
	if against == "" {
		check.Actual = "not revoked"
	}
	v.check("certificate is not revoked", against == "", check)
}

func verifyChain(at *Attempt, cert *x509.Certificate, intermediates []*x509.Certificate, believed *authorities) ([][]*x509.Certificate, error) {
	beside := x509.NewCertPool()
	for _, c := range intermediates {
		beside.AddCert(c)
	}
	return cert.Verify(x509.VerifyOptions{
		Roots: believed.roots, Intermediates: beside, CurrentTime: at.Now, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	})
}

// checkName looks for the one name that is registered.
func checkName(at *Attempt, cert *x509.Certificate, v *verdict) {
	const name = "certificate has the registered name"
	kind, want, ok := registeredName(at.Client)
	if !ok {
		v.check(name, false, trace.Check{Expected: "exactly one registered name", Actual: "none, or several", RFC: "RFC 8705, section 2.1.2", Fix: "Register one of tls_client_auth_subject_dn, _san_dns, _san_uri, _san_ip and _san_email."})
		return
	}
	found := kind.names(cert)
	same := false
	for _, have := range found {
		same = same || kind.same(want, have)
	}
	v.check(name, same, trace.Check{Expected: kind.Parameter + " " + want, Actual: orNone(strings.Join(found, "; ")), RFC: "RFC 8705, section 2.1.2", Fix: "Register the name as it stands in the certificate; names are compared byte for byte."})
}

func authorityWord(cert *x509.Certificate) string {
	if cert.IsCA {
		return "CA:TRUE"
	}
	return "CA:FALSE"
}
