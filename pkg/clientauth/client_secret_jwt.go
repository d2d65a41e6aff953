package clientauth

import (
	"context"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/trace"
)

// clientSecretJWT is an assertion under a MAC keyed with the client secret
// (OpenID Connect Core, section 9; RFC 7523). The secret stays at home.
type clientSecretJWT struct{}

func (clientSecretJWT) Name() string { return oauth.MethodClientSecretJWT }

func (clientSecretJWT) Present(r *Request) (Presented, error) {
	a, _ := r.clientAssertion() // what cannot be read is for private_key_jwt to report
	if a == nil || !a.byMAC() {
		return Presented{}, nil
	}
	return a.present(r)
}

func (clientSecretJWT) Authenticate(_ context.Context, at *Attempt) error {
	a := at.Presented.assertion
	v := a.judge(at)
	allowed := algs(at.Workspace, oauth.MethodClientSecretJWT, at.Client.TokenEndpointAuthSigningAlg)
	a.checkAlg(allowed, v)
	checkMAC(at, a, allowed, v)
	if err := v.err(); err != nil {
		return err
	}
	at.once = a.singleUse("client_assertion", at.Client, maxAssertionLife)
	return nil
}

// checkMAC tries every live secret from which the key can be had again. One that
// is kept as a MAC cannot serve, which is worth saying.
func checkMAC(at *Attempt, a *assertion, allowed []string, v *verdict) {
	matched, actual := false, "no secret matches"
	sealed := 0
	for _, s := range at.Client.Secrets {
		if s.Form != domain.SecretSealed {
			continue
		}
		sealed++
		secret, err := at.root.OpenSecret(at.Workspace, at.Client.ClientID, s.ID.String(), s.Value)
		if err != nil || !a.VerifyMAC(secret, allowed) {
			continue
		}
		if s.Live(at.Now) {
			matched, actual, at.credential = true, "matches", s.ID.String()
		} else if !matched {
			actual = "matches a secret that has expired"
		}
	}
	if sealed == 0 {
		actual = "the client has no secret that can key a MAC"
		_ = a.VerifyMAC(decoyKey, allowed) // the same work
	}
	v.check("assertion MAC matches", matched, trace.Check{Expected: "a MAC under one of the client's live secrets", Actual: actual, RFC: "RFC 7518, section 3.2", Fix: "Make a new secret on the client's page while client_secret_jwt is its method; a secret made before that is kept as a hash and cannot serve."})
}

// decoyKey has the length of a real one.
const decoyKey = "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
