package keys

import (
	"crypto/hmac"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// SecretMAC is what is kept of a client secret whose form is
// domain.SecretHMACv1. A generated secret cannot be guessed, so that a fast MAC
// under a server-side key is the right hash of it.
func (r *Root) SecretMAC(w tenancy.Workspace, clientID, secret string) []byte {
	return r.mac(r.current, purposeSecret, w.ID(), [][]byte{[]byte(clientID), []byte(secret)})
}

// VerifySecret tells whether presented is the client's secret, in time that
// does not depend on how much of it is right. An unknown form never matches.
func (r *Root) VerifySecret(w tenancy.Workspace, clientID string, s domain.ClientSecret, presented string) bool {
	switch s.Form {
	case domain.SecretHMACv1:
		return r.verifyMAC(s.Value, purposeSecret, w.ID(), [][]byte{[]byte(clientID), []byte(presented)})
	case domain.SecretSealed:
		secret, err := r.OpenSecret(w, clientID, s.ID.String(), s.Value)
		// Hashing first hides the length of the secret.
		return err == nil && hmac.Equal(HashBearer(secret), HashBearer(presented))
	default:
		return false
	}
}

// SealSecret keeps a client secret in the form domain.SecretSealed, from which
// it can be recovered: client_secret_jwt keys an HMAC with it.
func (r *Root) SealSecret(w tenancy.Workspace, clientID, secretID, secret string) ([]byte, error) {
	return r.Seal([]byte(secret), secretAAD(w, clientID, secretID))
}

// OpenSecret recovers what SealSecret kept. The error is ErrSealed.
func (r *Root) OpenSecret(w tenancy.Workspace, clientID, secretID string, sealed []byte) (string, error) {
	secret, err := r.Open(sealed, secretAAD(w, clientID, secretID))
	return string(secret), err
}

func secretAAD(w tenancy.Workspace, clientID, secretID string) []byte {
	return AAD(w.Key(), "client_secrets", clientID, secretID)
}
