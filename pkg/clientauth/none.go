package clientauth

import (
	"context"

	"github.com/signet-authz/signet/pkg/oauth"
)

// none is the bare client_id of a public client (RFC 7591, section 2): it
// names the client and proves nothing, which is why PKCE and the redirect URI
// carry the proof instead.
type none struct{}

func (none) Name() string { return oauth.MethodNone }

func (none) Present(r *Request) (Presented, error) {
	id := bareClientID(r)
	if id == "" {
		return Presented{}, nil
	}
	return Presented{Presence: Implied, ClientID: id}, nil
}

func (none) Authenticate(context.Context, *Attempt) error { return nil }
