package boot

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/egress/egresstest"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/stretchr/testify/require"
)

func TestEgressFaultsAreFoundAndAllAreListed(t *testing.T) {
	c := production()
	c.Egress = Egress{Allow: []string{"auth.example", "10.0.0.0/8", "10.0.0.1/8", "auth.example:443", "*:443"}, CAFile: "/nowhere/at/all"}
	all := faultsOf(t, c.Check("token"))
	for _, want := range []string{"egress.allow[0]: must be HOST:PORT", "egress.allow[2]: has bits beyond", "egress.allow[4]: the host", "egress.ca_file: open /nowhere/at/all"} {
		require.Contains(t, all, want)
	}
	require.NotContains(t, all, "allow[1]")
	require.NotContains(t, all, "allow[3]")
	c.Egress = Egress{CAFile: write(t, "ca.pem", "no certificate")}
	require.Contains(t, faultsOf(t, c.Check("token")), "egress.ca_file: holds no certificate")
	require.NoError(t, c.Check(GatewayName), "the gateway fetches nothing")
}

// settled makes a workspace on the platform.
func settled(t *testing.T, p *Platform) tenancy.Workspace {
	t.Helper()
	n := store.NewTenant{Tenant: domain.Tenant{ID: uuid.New(), TID: "acme", DisplayName: "acme", EmailVerified: true}}
	n.Owner = domain.User{UserID: keys.NewUserID(), Email: "owner@acme.example", Name: "Owner"}
	for _, aid := range []string{domain.AdminWorkspace, "default"} {
		w := domain.Workspace{ID: uuid.New(), AID: aid, DisplayName: aid, State: domain.StateActive, Settings: domain.DefaultSettings(domain.ProfileDefault)}
		if aid == domain.AdminWorkspace {
			n.Tenant.AdminWorkspaceID = w.ID
		}
		n.Workspaces = append(n.Workspaces, store.NewWorkspace{Workspace: w, Scopes: domain.StandardScopes()})
	}
	require.NoError(t, p.Store.Platform().CreateTenant(t.Context(), n, domain.AuditEvent{Action: "tenant.create"}))
	w, err := p.Resolver.Workspace(t.Context(), "acme", "default")
	require.NoError(t, err)
	return w
}

// prove authenticates a client with a fresh key, whose JWK set serve is given.
func prove(t *testing.T, p *Platform, w tenancy.Workspace, uri string, serve func(jwks []byte)) error {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	b64 := base64.RawURLEncoding
	encode := func(v any) string {
		raw, err := json.Marshal(v)
		require.NoError(t, err)
		return b64.EncodeToString(raw)
	}
	set, err := json.Marshal(map[string]any{"keys": []any{map[string]string{"kty": "OKP", "crv": "Ed25519", "kid": "1", "x": b64.EncodeToString(public)}}})
	require.NoError(t, err)
	serve(set)
	id := "app-" + uuid.NewString()
	_, err = p.Store.Workspace(w).CreateClient(t.Context(), domain.Client{
		ClientID: id, ClientName: id, ApplicationType: domain.ApplicationWeb, TokenEndpointAuthMethod: oauth.MethodPrivateKeyJWT, JWKSURI: uri, GrantTypes: []string{oauth.GrantClientCredentials},
	}, domain.AuditEvent{Action: "client.create"})
	require.NoError(t, err)
	now := time.Now().Unix() + 2 // what was made before the process began could have been used before
	input := encode(map[string]string{"alg": "EdDSA", "kid": "1"}) + "." + encode(map[string]any{"iss": id, "sub": id, "aud": w.Issuer(), "iat": now, "exp": now + 60, "jti": uuid.NewString()})
	_, err = p.ClientAuth.Authenticate(t.Context(), w, &clientauth.Request{
		IP: netip.MustParseAddr("192.0.2.1"), Endpoint: w.Endpoint("/oauth2/token"),
		Params: oauth.Params{"client_id": {id}, "client_assertion_type": {oauth.AssertionTypeJWT}, "client_assertion": {input + "." + b64.EncodeToString(ed25519.Sign(private, []byte(input)))}},
	}, nil)
	return err
}

func TestOnlyWhatTheOperatorExceptsIsFetchedFromWithin(t *testing.T) {
	var set atomic.Pointer[[]byte]
	h := egresstest.Listen(t, "127.0.0.1:0", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(*set.Load()) }))
	serve := func(jwks []byte) { set.Store(&jwks) }
	cases := []struct {
		name, uri string
		egress    Egress
		proven    bool
		reason    string // of the audit event
		made      int    // connections
	}{
		{"nothing", h.URL("/keys"), Egress{}, false, "does not resolve to a public address", 0},
		{"a root alone", h.URL("/keys"), Egress{CAFile: write(t, "ca.pem", string(h.PEM))}, false, "does not resolve to a public address", 0},
		{"another port", h.URL("/keys"), Egress{Allow: []string{"127.0.0.1:1"}, CAFile: write(t, "ca.pem", string(h.PEM))}, false, "does not resolve to a public address", 0},
		{"the host, untrusted", h.URL("/keys"), Egress{Allow: []string{h.Addr}}, false, "", 1},
		{"the host", h.URL("/keys"), Egress{Allow: []string{h.Addr}, CAFile: write(t, "ca.pem", string(h.PEM))}, true, "", 2},
		{"its name", "https://localhost:" + h.Port + "/keys", Egress{Allow: []string{"localhost:" + h.Port}, CAFile: write(t, "ca.pem", string(h.PEM))}, true, "", 3},
		{"its network", h.URL("/keys"), Egress{Allow: []string{"127.0.0.0/8"}, CAFile: write(t, "ca.pem", string(h.PEM))}, true, "", 4},
	}
	for _, tc := range cases {
		var log bytes.Buffer
		c := development(t)
		c.Egress = tc.egress
		p, err := Start(t.Context(), Standalone, c, WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
		require.NoError(t, err)
		said := log.String()
		require.Equal(t, len(tc.egress.Allow) > 0 || tc.egress.CAFile != "", strings.Contains(said, "outgoing fetches are excepted"), tc.name)
		for _, exception := range tc.egress.Allow {
			require.Contains(t, said, exception, tc.name)
		}
		w := settled(t, p)
		err = prove(t, p, w, tc.uri, serve)
		require.Equal(t, tc.made, h.Connections(t), tc.name)
		if tc.proven {
			require.NoError(t, err, tc.name)
		} else {
			require.ErrorIs(t, err, oauth.ErrInvalidClient, tc.name)
		}

		require.NoError(t, p.Audit.Flush(t.Context()))
		events, err := p.Store.Workspace(w).AuditEvents(t.Context(), store.Page{Limit: 10}, store.AuditFilter{Action: "client.jwks_refused"})
		require.NoError(t, err)
		if tc.reason == "" {
			require.Empty(t, events.Items, tc.name)
		} else {
			require.Len(t, events.Items, 1, tc.name)
			require.Contains(t, events.Items[0].Detail["reason"], tc.reason)
			require.Equal(t, "failure", events.Items[0].Outcome)
			require.Contains(t, events.Items[0].TargetID, "app-")
		}

		rec := httptest.NewRecorder()
		p.Metrics.Diagnostics().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
		result := map[bool]string{true: "ok", false: "untrusted"}[tc.proven]
		if tc.reason != "" {
			result = "refused"
		}
		require.Contains(t, rec.Body.String(), `signet_egress_fetches_total{purpose="jwks",result="`+result+`"} 1`, tc.name)
		require.NoError(t, p.Close(t.Context()))
	}
}
