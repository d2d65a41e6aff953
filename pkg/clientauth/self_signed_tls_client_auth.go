package clientauth

import (
	"context"
	"strings"

	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/trace"
)

// selfSignedTLSClientAuth is a certificate that the client registered itself, in
// its JWK set (RFC 8705, section 2.2). Who signed it does not matter.
type selfSignedTLSClientAuth struct{}

func (selfSignedTLSClientAuth) Name() string { return oauth.MethodSelfSignedTLS }

func (selfSignedTLSClientAuth) Present(r *Request) (Presented, error) { return presentCertificate(r) }

func (selfSignedTLSClientAuth) Authenticate(ctx context.Context, at *Attempt) error {
	v := &verdict{trace: at.Trace}
	cert := readCertificate(at, v)
	if cert == nil {
		return v.err()
	}
	const name = "certificate is registered"
	check := trace.Check{Expected: "a certificate of the client's JWK set, as x5c or x5t#S256", RFC: "RFC 8705, section 2.2"}
	set := ownKeys(at)
	found, err := at.keys.Keys(ctx, set)
	if outage := unavailable(err); outage != nil {
		return outage
	}
	if err != nil {
		check.Actual, check.Fix = "no keys: "+err.Error(), "Register the certificate in jwks, or a jwks_uri that answers."
		v.check(name, false, check)
		return v.err()
	}
	by, known := found.Certificate(cert)
	if !known {
		if newer, ok := at.keys.Newer(ctx, set, found); ok {
			found = newer
			by, known = found.Certificate(cert)
		}
	}
	check.Actual = by
	if !known {
		check.Actual, check.Fix = "another than those of the keys "+strings.Join(found.IDs(), ", "), "Register the certificate that the client presents, whole, as the first of a key's x5c."
	}
	v.check(name, known, check)
	if err := v.err(); err != nil {
		return err
	}
	at.credential = UsageCertificate(keys.CertificateThumbprint(cert.Raw))
	return nil
}
