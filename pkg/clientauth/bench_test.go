package clientauth_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
)

// BenchmarkAuthenticate is the phase alone: no HTTP, no Redis.
func BenchmarkAuthenticate(b *testing.B) {
	h := newHouse(b)
	h.replay = func(context.Context, tenancy.Workspace, string, string, time.Time, time.Time) error { return nil }
	ec, rsa := newKey(b, oauth.ES256), newKey(b, oauth.RS256)
	h.keyed("app", jwks(b, `"kid":"1"`, ec))
	h.keyed("rsa", jwks(b, `"kid":"1"`, rsa))
	root := newAuthority(b, "root", nil)
	middle := newAuthority(b, "middle", root)
	h.believe(root.pem(), root.list(b, nil), middle.list(b, nil))
	h.client("basic", oauth.MethodClientSecretBasic)
	h.tls("tls", byDNS)
	own := selfSigned(b)
	h.client("self", oauth.MethodSelfSignedTLS).JWKS = jwks(b, x5c(own.der), own.key)
	h.sealedClient("mac")
	for _, c := range []struct {
		name    string
		request *clientauth.Request
	}{
		{"client_secret_basic", request(raw("basic", secret))},
		{"client_secret_jwt", present(h.assertionOf("mac", oauth.HS256, macSecret).token(b))},
		{"private_key_jwt ES256", present(h.assertionOf("app", oauth.ES256, ec).token(b))},
		{"private_key_jwt RS256", present(h.assertionOf("rsa", oauth.RS256, rsa).token(b))},
		{"tls_client_auth", certified("tls", middle.issue(b, dns("app.example")).der, middle)},
		{"self_signed_tls_client_auth", certified("self", own.der)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := &clientauth.Request{Params: c.request.Params, Authorization: c.request.Authorization, IP: source, Certificate: c.request.Certificate, Chain: c.request.Chain}
				t := trace.Start("", "token", h.now)
				_, err := h.auth.Authenticate(b.Context(), h.w, r, t)
				require.NoError(b, err)
				(*trace.Recorder)(nil).Record(h.w, t)
				h.used = h.used[:0]
			}
		})
	}
}
