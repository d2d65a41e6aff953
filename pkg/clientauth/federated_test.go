package clientauth_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

const (
	cluster = "https://oidc.cluster.example"
	actions = "https://token.actions.githubusercontent.com"
	domainA = "spiffe://prod.example"
)

// workload is a token as platforms make them.
func (h *house) workload(issuer, subject string, key any) *jwt {
	j := h.assertionOf("ci", oauth.RS256, key)
	j.under("typ", nil)
	return j.with("iss", issuer, "sub", subject, "exp", h.clock().Add(time.Hour).Unix())
}

// federated registers a client that trusts a cluster, a forge and a trust domain.
func (h *house) federated(set, bundle []byte) *domain.Client {
	c := h.client("ci", oauth.MethodPrivateKeyJWT)
	c.FederatedCredentials = []domain.FederatedCredential{
		{Name: "cluster", Preset: domain.PresetKubernetes, Issuer: cluster, JWKS: set, Subject: "system:serviceaccount:shop:checkout"},
		{Name: "other-account", Preset: domain.PresetKubernetes, Issuer: cluster, JWKS: set, Subject: "system:serviceaccount:shop:billing"},
		{Name: "forge", Preset: domain.PresetGitHubActions, Issuer: actions, JWKS: set, Subject: "repo:acme/app:*", Audience: "signet", Claims: map[string]string{"environment": "production", "run_attempt": "1"}, SingleUse: true},
		{Name: "mesh", Preset: domain.PresetSPIFFE, Issuer: domainA, JWKS: bundle, Subject: domainA + "/ns/shop/sa/checkout"},
	}
	return c
}

func TestWorkloadsProveAClientByTheirPlatform(t *testing.T) {
	h := newHouse(t)
	h.epoch()
	key, mesh := newKey(t, oauth.RS256), newKey(t, oauth.ES256)
	c := h.federated(jwks(t, `"kid":"1","use":"sig"`, key), jwks(t, `"kid":"m","use":"jwt-svid"`, mesh))
	named := []string{"client_id", "ci"}
	pod := h.workload(cluster, "system:serviceaccount:shop:checkout", key).with("jti", nil, "aud", []string{h.w.Issuer()}, "kubernetes.io", map[string]any{"namespace": "shop"}).token(t)
	h.accepted("ci", oauth.MethodPrivateKeyJWT, present(pod, named...))
	h.accepted("ci", oauth.MethodPrivateKeyJWT, present(pod, named...)) // a pod has one token for as long as it lives
	h.accepted("ci", oauth.MethodPrivateKeyJWT, present(h.workload(cluster, "system:serviceaccount:shop:billing", key).token(t), named...))

	job := h.workload(actions, "repo:acme/app:ref:refs/heads/main", key).under("typ", "JWT").with("aud", "signet", "environment", "production", "run_attempt", 1).token(t)
	h.accepted("ci", oauth.MethodPrivateKeyJWT, present(job, named...))
	h.refused(oauth.ErrInvalidClient, present(job, named...))

	svid := h.workload("", domainA+"/ns/shop/sa/checkout", mesh).under("alg", oauth.ES256, "kid", "m", "typ", "JOSE").with("iss", nil, "jti", nil).token(t)
	h.accepted("ci", oauth.MethodPrivateKeyJWT, present(svid, named...))
	h.accepted("ci", oauth.MethodPrivateKeyJWT, request("", "client_assertion", svid, "client_assertion_type", oauth.AssertionTypeSPIFFE, "client_id", "ci"))
	for _, name := range []string{"cluster", "other-account", "forge", "mesh"} {
		require.Contains(t, h.used, "federated:"+name)
	}

	// A key of its own serves beside them.
	own := newKey(t, oauth.ES256)
	c.JWKS = jwks(t, "", own)
	h.accepted("ci", oauth.MethodPrivateKeyJWT, present(h.assertionOf("ci", oauth.ES256, own).token(t)))
}

func TestTokensOfOthersProveNothing(t *testing.T) {
	h := newHouse(t)
	h.epoch()
	key, mesh, stranger := newKey(t, oauth.RS256), newKey(t, oauth.ES256), newKey(t, oauth.RS256)
	h.federated(jwks(t, "", key), jwks(t, `"use":"jwt-svid"`, mesh))
	h.keyed("keyed", jwks(t, "", key))
	now := h.clock()
	const account = "system:serviceaccount:shop:checkout"
	pod := func() *jwt { return h.workload(cluster, account, key) }
	job := func() *jwt {
		return h.workload(actions, "repo:acme/app:ref:x", key).with("aud", "signet", "environment", "production", "run_attempt", 1)
	}
	svid := func() *jwt {
		return h.workload("", domainA+"/ns/shop/sa/checkout", mesh).under("alg", oauth.ES256).with("iss", nil)
	}
	for name, j := range map[string]*jwt{
		"another issuer":          pod().with("iss", "https://else.example"),
		"issuer with a slash":     pod().with("iss", cluster+"/"),
		"no issuer":               pod().with("iss", nil),
		"another key":             h.workload(cluster, account, stranger),
		"another account":         pod().with("sub", account+"x"),
		"another namespace":       pod().with("sub", "system:serviceaccount:shop2:checkout"),
		"a glob for a subject":    pod().with("sub", "system:serviceaccount:*"),
		"no subject":              pod().with("sub", nil),
		"another audience":        pod().with("aud", "https://kubernetes.default.svc"),
		"one audience more":       pod().with("aud", []string{h.w.Issuer(), "https://kubernetes.default.svc"}),
		"no audience":             pod().with("aud", nil),
		"expired":                 pod().with("exp", now.Add(-time.Second).Unix()),
		"no end":                  pod().with("exp", nil),
		"an end in two days":      pod().with("exp", now.Add(48*time.Hour).Unix()),
		"not valid yet":           pod().with("nbf", now.Add(2*time.Minute).Unix()),
		"an access token":         pod().under("typ", "at+jwt"),
		"a MAC":                   h.workload(cluster, account, string(jwks(t, "", key))).under("alg", oauth.HS256),
		"another repository":      job().with("sub", "repo:acme/app2:ref:x"),
		"another owner":           job().with("sub", "repo:evil/app:ref:x"),
		"another environment":     job().with("environment", "staging"),
		"no environment":          job().with("environment", nil),
		"an environment in parts": job().with("environment", []string{"production"}),
		"a second attempt":        job().with("run_attempt", 2),
		"a job without a jti":     job().with("jti", nil),
		"the job for the issuer":  job().with("aud", h.w.Issuer()),
		"another trust domain":    svid().with("sub", "spiffe://prod.example.evil/ns/shop/sa/checkout"),
		"another workload":        svid().with("sub", domainA+"/ns/shop/sa/billing"),
		"the trust domain itself": svid().with("sub", domainA),
	} {
		_, e := h.tryFresh(present(j.token(t), "client_id", "ci"))
		require.NotNil(t, e, name)
		require.ErrorIs(t, e, oauth.ErrInvalidClient, name)
	}
	// The client must be named, and must be the one that trusts the issuer.
	h.refused(oauth.ErrInvalidClient, present(pod().token(t)))
	h.refused(oauth.ErrInvalidClient, present(pod().token(t), "client_id", "keyed"))
	h.refused(oauth.ErrInvalidClient, present(pod().token(t), "client_id", "basic"))
	h.refused(oauth.ErrInvalidClient, request("", "client_assertion", pod().token(t), "client_assertion_type", oauth.AssertionTypeSPIFFE, "client_id", "ci"))
	// The trust domain's keys for certificates sign no JWT-SVID.
	h.clients["ci"].FederatedCredentials[3].JWKS = jwks(t, `"use":"x509-svid"`, mesh)
	h.clients["ci"].Version++
	h.refused(oauth.ErrInvalidClient, present(svid().token(t), "client_id", "ci"))
}
