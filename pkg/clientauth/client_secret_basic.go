package clientauth

import (
	"context"
	"encoding/base64"
	"errors"
	"net/url"
	"strings"

	"github.com/signet-authz/signet/pkg/oauth"
)

// clientSecretBasic is HTTP Basic with the client id and secret (RFC 6749,
// section 2.3.1). The standard form-urlencodes both before they are joined;
// many clients send them raw, so both readings of the secret are tried.
type clientSecretBasic struct{}

func (clientSecretBasic) Name() string { return oauth.MethodClientSecretBasic }

func (clientSecretBasic) Present(r *Request) (Presented, error) {
	if len(r.Authorization) == 0 {
		return Presented{}, nil
	}
	if len(r.Authorization) > 1 {
		return Presented{}, errors.New("the Authorization header is repeated")
	}
	scheme, credentials, _ := strings.Cut(r.Authorization[0], " ")
	if !strings.EqualFold(scheme, "Basic") {
		return Presented{}, nil
	}
	credentials = strings.TrimLeft(credentials, " ")
	if len(credentials) > 4*maxSecretBytes {
		return Presented{}, errors.New("the credentials are too long")
	}
	raw, err := base64.StdEncoding.Strict().DecodeString(credentials)
	// The decoder passes over line breaks, which a header cannot hold.
	if err != nil || strings.ContainsAny(credentials, "\r\n") {
		return Presented{}, errors.New("the credentials are not base64")
	}
	id, secret, found := strings.Cut(string(raw), ":")
	if !found || id == "" || secret == "" {
		return Presented{}, errors.New("the credentials are not client_id:client_secret")
	}
	p := Presented{Presence: Explicit, ClientID: id, Secrets: []string{secret}}
	if decoded, err := url.QueryUnescape(id); err == nil {
		p.ClientID = decoded
	}
	if decoded, err := url.QueryUnescape(secret); err == nil && decoded != secret {
		p.Secrets = append(p.Secrets, decoded)
	}
	return p, nil
}

func (clientSecretBasic) Authenticate(_ context.Context, a *Attempt) error { return checkSecret(a) }
