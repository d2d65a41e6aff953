package clientauth

import (
	"errors"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/trace"
)

// maxSecretBytes bounds a presented secret; generated ones have 86 characters.
const maxSecretBytes = 512

var errSecret = errors.New("no live secret matches")

// checkSecret compares the presented readings with every live secret of the
// client. It looks at all of them, so that time does not tell which matched,
// and at a decoy where the client has none.
func checkSecret(a *Attempt) error {
	var matched, expired bool
	secrets := a.Client.Secrets
	if len(secrets) == 0 {
		secrets = []domain.ClientSecret{decoySecret()}
	}
	for i := range secrets {
		s := &secrets[i]
		for _, reading := range a.Presented.Secrets {
			if !a.Root.VerifySecret(a.Workspace, a.Client.ClientID, *s, reading) {
				continue
			}
			if s.Live(a.Now) {
				matched, a.CredentialID = true, s.ID.String()
			} else {
				expired = true
			}
		}
	}
	actual := "no secret matches"
	switch {
	case matched:
		actual = "matches"
	case expired:
		actual = "matches a secret that has expired"
	}
	if a.Trace.Check("secret matched", matched, trace.Check{Expected: "one of the client's live secrets", Actual: actual, RFC: "RFC 6749, section 2.3.1", Fix: "Make a new secret on the client's page and give it to the application."}) {
		return nil
	}
	return errSecret
}

// newDecoy is the client against which the credentials of an unknown or
// disabled client are checked, for the same work and the same answer.
func newDecoy() *domain.Client {
	return &domain.Client{
		ClientID:                "-",
		TokenEndpointAuthMethod: oauth.MethodClientSecretBasic,
		Secrets:                 []domain.ClientSecret{decoySecret()},
	}
}

// decoySecret costs what a real one does and matches nothing: no root secret
// has version 0.
func decoySecret() domain.ClientSecret {
	return domain.ClientSecret{ClientID: "-", Form: domain.SecretHMACv1, Value: make([]byte, 33)}
}
