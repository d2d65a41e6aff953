package accesstoken

import (
	"context"

	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// confirmCertificate is the confirmation method of a client certificate (RFC
// 8705, section 3.1).
const confirmCertificate = "x5t#S256"

// Confirmation is the "cnf" of a token that only the holder of the certificate
// may use; nil where there is no certificate.
func Confirmation(certificate []byte) map[string]string {
	if len(certificate) == 0 {
		return nil
	}
	return map[string]string{confirmCertificate: keys.CertificateThumbprint(certificate)}
}

// Bound holds the one who presents a token to the key that it is bound to: the
// client certificate, in DER, of the connection that brought it. A token that is
// bound to nothing is for its bearer. One that is bound in a way that is not known
// here is for nobody. The error is invalid_token.
func Bound(c Claims, certificate []byte) error {
	for method, want := range c.Confirmation {
		switch {
		case method != confirmCertificate:
			return oauth.ErrInvalidToken.Because("the token is bound by "+method+", which is not served", nil)
		case len(certificate) == 0:
			return oauth.ErrInvalidToken.Because("the token is bound to a certificate, and none came with it", nil)
		case want != keys.CertificateThumbprint(certificate):
			return oauth.ErrInvalidToken.Because("the token is bound to another certificate than came with it", nil)
		}
	}
	return nil
}

// VerifyPresented checks a token as Verify does, for a protected resource: whoever
// presents it must hold the key that it is bound to.
func (v *Verifier) VerifyPresented(ctx context.Context, w tenancy.Workspace, token string, certificate []byte) (Claims, error) {
	c, err := v.Verify(ctx, w, token)
	if err != nil {
		return Claims{}, err
	}
	if err := Bound(c, certificate); err != nil {
		return Claims{}, err
	}
	return c, nil
}
