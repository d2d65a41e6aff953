package clientauth

import (
	"errors"

	"github.com/signet-authz/signet/pkg/domain"
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
			if !a.root.VerifySecret(a.Workspace, a.Client.ClientID, *s, reading) {
				continue
			}
			if s.Live(a.Now) {
				matched, a.credential = true, s.ID.String()
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
