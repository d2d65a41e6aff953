package party

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/signet-authz/signet/services/standalone/suite/internal/jose"
)

// Platform issues tokens to the workloads that run on it, as Kubernetes, GitHub
// Actions and SPIRE do: the claims are those of the real ones.
type Platform struct {
	Issuer string
	Key    *jose.Key
}

// Kubernetes is the token of a service account, projected into a pod.
func (p *Platform) Kubernetes(t testing.TB, audience, namespace, account string, changes ...Change) string {
	t.Helper()
	now := time.Now()
	return p.token(t, map[string]any{}, map[string]any{
		"aud": []string{audience}, "exp": now.Add(10 * time.Minute).Unix(), "iat": now.Unix(), "iss": p.Issuer, "jti": uuid(), "nbf": now.Unix(),
		"sub": "system:serviceaccount:" + namespace + ":" + account,
		"kubernetes.io": map[string]any{
			"namespace": namespace, "node": map[string]any{"name": "node-1", "uid": uuid()}, "pod": map[string]any{"name": account + "-5f7c9d-x2x9q", "uid": uuid()},
			"serviceaccount": map[string]any{"name": account, "uid": uuid()},
		},
	}, changes)
}

// GitHubActions is the token of a job of a workflow on a branch.
func (p *Platform) GitHubActions(t testing.TB, audience, repository, branch string, changes ...Change) string {
	t.Helper()
	now := time.Now()
	owner, _, _ := strings.Cut(repository, "/")
	ref := "refs/heads/" + branch
	return p.token(t, map[string]any{"typ": "JWT", "x5t": "ykNaY4qM_ta4k2TgZOCEYLkcYlA"}, map[string]any{
		"jti": uuid(), "sub": "repo:" + repository + ":ref:" + ref, "aud": audience, "ref": ref, "sha": strings.Repeat("0a1b2c3d4e", 4), "repository": repository, "repository_owner": owner,
		"repository_owner_id": "4711", "run_id": "6942087321", "run_number": "12", "run_attempt": "1", "repository_visibility": "private", "repository_id": "81512", "actor_id": "12",
		"actor": "octocat", "workflow": "deploy", "head_ref": "", "base_ref": "", "event_name": "push", "ref_protected": "true", "ref_type": "branch",
		"workflow_ref": repository + "/.github/workflows/deploy.yml@" + ref, "job_workflow_ref": repository + "/.github/workflows/deploy.yml@" + ref,
		"runner_environment": "github-hosted", "iss": p.Issuer, "nbf": now.Add(-10 * time.Minute).Unix(), "exp": now.Add(5 * time.Minute).Unix(), "iat": now.Unix(),
	}, changes)
}

// SPIFFE is a JWT-SVID: it names no issuer, the trust domain stands in its
// subject.
func (p *Platform) SPIFFE(t testing.TB, audience, id string, changes ...Change) string {
	t.Helper()
	now := time.Now()
	return p.token(t, map[string]any{"typ": "JWT"}, map[string]any{
		"aud": []string{audience}, "exp": now.Add(5 * time.Minute).Unix(), "iat": now.Unix(), "sub": id,
	}, changes)
}

// Bundle is the platform's key as a SPIFFE trust bundle has it.
func (p *Platform) Bundle() map[string]any {
	jwk := p.Key.Public()
	jwk["use"] = "jwt-svid"
	delete(jwk, "alg")
	return map[string]any{"keys": []any{jwk}, "spiffe_sequence": 1, "spiffe_refresh_hint": 300}
}

func (p *Platform) token(t testing.TB, header, claims map[string]any, changes []Change) string {
	t.Helper()
	made := &Assertion{Key: p.Key, Header: header, Claims: claims}
	for _, change := range changes {
		change(made)
	}
	return made.Key.Sign(t, made.Header, made.Claims)
}

func uuid() string {
	s := strings.ToLower(rand.Text() + rand.Text())
	return s[:8] + "-" + s[8:12] + "-4" + s[12:15] + "-8" + s[15:18] + "-" + s[18:30]
}
