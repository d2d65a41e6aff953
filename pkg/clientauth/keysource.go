package clientauth

import (
	"context"
	"errors"

	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// KeySet names where the keys of a client, or of an issuer that it trusts, are.
type KeySet struct {
	Workspace tenancy.Workspace
	ClientID  string
	Version   int64  // of the client's registration
	Name      string // of the federated credential; empty for the client's own
	JWKS      []byte // inline
	URI       string // or to be fetched
	Issuer    string // or to be found by discovery
	Bundle    bool   // the set is a SPIFFE trust bundle
}

// KeySource has the keys that assertions are verified with.
type KeySource struct{}

// Keys returns the keys of a set. The error is fit for an explanation.
func (*KeySource) Keys(_ context.Context, set KeySet) (*keys.ClientKeys, error) {
	if len(set.JWKS) == 0 {
		return nil, errors.New("none are registered")
	}
	if set.Bundle {
		return keys.ParseBundle(set.JWKS)
	}
	return keys.ParseClientKeys(set.JWKS)
}

// Newer asks the source of a set again, where it is other than what is at hand.
func (*KeySource) Newer(context.Context, KeySet, *keys.ClientKeys) (*keys.ClientKeys, bool) {
	return nil, false
}
