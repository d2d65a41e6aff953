package clientauth

import (
	"context"
	"errors"

	"github.com/signet-authz/signet/pkg/oauth"
)

// clientSecretPost is the client id and secret in the body (RFC 6749, section
// 2.3.1).
type clientSecretPost struct{}

func (clientSecretPost) Name() string { return oauth.MethodClientSecretPost }

func (clientSecretPost) Present(r *Request) (Presented, error) {
	secret := r.Params.Get("client_secret")
	if secret == "" {
		return Presented{}, nil
	}
	if len(secret) > maxSecretBytes {
		return Presented{}, errors.New("client_secret is too long")
	}
	p := Presented{Presence: Explicit, ClientID: r.Params.Get("client_id"), Secrets: []string{secret}}
	if p.ClientID == "" {
		return Presented{}, errors.New("client_secret came without client_id")
	}
	return p, nil
}

func (clientSecretPost) Authenticate(_ context.Context, a *Attempt) error { return checkSecret(a) }
