package clientauth

import (
	"context"
	"strings"

	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/trace"
)

// privateKeyJWT is an assertion signed with a key of the client's own (OpenID
// Connect Core, section 9; RFC 7523), or, where the client trusts another
// issuer, a token of that issuer.
type privateKeyJWT struct{}

func (privateKeyJWT) Name() string { return oauth.MethodPrivateKeyJWT }

func (privateKeyJWT) Present(r *Request) (Presented, error) {
	a, err := r.clientAssertion()
	if err != nil || a == nil || a.byMAC() {
		return Presented{}, err
	}
	return a.present(r)
}

func (privateKeyJWT) Authenticate(ctx context.Context, at *Attempt) error {
	a := at.Presented.assertion
	if a.issuer != at.Client.ClientID && len(at.Client.FederatedCredentials) > 0 {
		return authenticateFederated(ctx, at, a)
	}
	v := a.judge(at)
	allowed := algs(at.Workspace, oauth.MethodPrivateKeyJWT, at.Client.TokenEndpointAuthSigningAlg)
	a.checkAlg(allowed, v)
	id := checkSignature(ctx, at, a, ownKeys(at), allowed, v)
	if err := v.err(); err != nil {
		return err
	}
	at.credential = UsageKey(id)
	at.once = a.singleUse("client_assertion", at.Client, maxAssertionLife)
	return nil
}

// ownKeys are the keys that the client registered.
func ownKeys(at *Attempt) KeySet {
	return KeySet{Workspace: at.Workspace, ClientID: at.Client.ClientID, Version: at.Client.Version, JWKS: at.Client.JWKS, URI: at.Client.JWKSURI}
}

// checkSignature verifies the signature with one of the keys and returns which.
// Where none fits, the keys may have changed at their source since they were
// fetched: they are asked for once more, as often as the source allows.
func checkSignature(ctx context.Context, at *Attempt, a *assertion, set KeySet, allowed []string, v *verdict) (key string) {
	const name = "assertion signature verifies"
	check := trace.Check{Expected: "a signature by one of the keys", RFC: "RFC 7515, section 5.2"}
	found, err := at.keys.Keys(ctx, set)
	if err != nil {
		check.Actual, check.Fix = "no keys: "+err.Error(), "Register the public keys as jwks, or a jwks_uri that answers."
		v.check(name, false, check)
		return ""
	}
	key, err = found.Verify(a.Unverified, allowed)
	if err != nil {
		if newer, ok := at.keys.Newer(ctx, set, found); ok {
			found = newer
			key, err = found.Verify(a.Unverified, allowed)
		}
	}
	check.Actual = "key " + key
	if err != nil {
		check.Actual = "kid " + orNone(a.Header.Kid) + "; the keys are " + strings.Join(found.IDs(), ", ")
		check.Fix = "Sign with the private half of a registered key, and name it by its kid."
	}
	v.check(name, err == nil, check)
	return key
}
