package selfcheck

import (
	"context"
	"net/http"

	"github.com/signet-authz/signet/pkg/keys"
)

// seen is what several probes look at, asked for once.
type seen struct {
	document *metadata
	set      *keySetSeen
	first    *tokens       // of the first complete flow
	asked    authorization // what it began with
	landed   *landing      // and where that led
	replayed *tokens       // of a code that was used twice
	refused  answer        // to its second use
}

// metadata is the part of the discovery document that is judged (RFC 8414,
// section 2).
type metadata struct {
	Issuer        string            `json:"issuer"`
	Authorization string            `json:"authorization_endpoint"`
	Token         string            `json:"token_endpoint"`
	UserInfo      string            `json:"userinfo_endpoint"`
	JWKS          string            `json:"jwks_uri"`
	Introspection string            `json:"introspection_endpoint"`
	Revocation    string            `json:"revocation_endpoint"`
	EndSession    string            `json:"end_session_endpoint"`
	PAR           string            `json:"pushed_authorization_request_endpoint"`
	ResponseTypes []string          `json:"response_types_supported"`
	GrantTypes    []string          `json:"grant_types_supported"`
	AuthMethods   []string          `json:"token_endpoint_auth_methods_supported"`
	Challenges    []string          `json:"code_challenge_methods_supported"`
	IDTokenAlgs   []string          `json:"id_token_signing_alg_values_supported"`
	Iss           bool              `json:"authorization_response_iss_parameter_supported"`
	RequirePAR    bool              `json:"require_pushed_authorization_requests"`
	Aliases       map[string]string `json:"mtls_endpoint_aliases"`

	answer answer
}

// metadata is the discovery document of the workspace.
func (r *run) metadata(ctx context.Context) (*metadata, error) {
	if r.document != nil {
		return r.document, nil
	}
	a, err := r.get(ctx, r.w.Endpoint(wellKnownOpenID))
	if err != nil {
		return nil, err
	}
	m := &metadata{answer: a}
	if a.status != http.StatusOK || !a.read(m) {
		return nil, &unfitError{failed, "The discovery document cannot be read: " + a.word() + ".", a.trace()}
	}
	r.document = m
	return m, nil
}

// keySetSeen are the workspace's published keys.
type keySetSeen struct {
	Keys []map[string]any `json:"keys"`

	answer answer
	parsed *keys.ClientKeys // nil where the set is not sound
}

// keySet reads the keys from where the discovery document says they are, if that is
// within the workspace.
func (r *run) keySet(ctx context.Context) (*keySetSeen, error) {
	if r.set != nil {
		return r.set, nil
	}
	a, err := r.get(ctx, r.w.Endpoint("/.well-known/jwks.json"))
	if err != nil {
		return nil, err
	}
	k := &keySetSeen{answer: a}
	if a.status != http.StatusOK || !a.read(k) {
		return nil, &unfitError{failed, "The JWK set cannot be read: " + a.word() + ".", a.trace()}
	}
	k.parsed, _ = keys.ParseClientKeys(a.body) // what is wrong with it has a probe of its own
	r.set = k
	return k, nil
}

// flow is the first complete flow.
func (r *run) flow(ctx context.Context) (landing, tokens, error) {
	if r.first != nil {
		return *r.landed, *r.first, nil
	}
	p := r.someone()
	if p == nil {
		return landing{}, tokens{}, errNobody
	}
	a := newAuthorization(p)
	l, err := r.authorize(ctx, a)
	if err != nil {
		return landing{}, tokens{}, err
	}
	r.landed, r.asked = &l, a
	code := l.params.Get("code")
	if code == "" {
		return l, tokens{}, &unfitError{failed, "No code could be had: " + l.word() + ".", l.trace()}
	}
	t, err := r.redeem(ctx, a, code)
	if err != nil {
		return l, tokens{}, err
	}
	r.first = &t
	return l, t, nil
}

// Why a probe may have nobody to speak for.
var (
	errNobody         = &unfitError{skipped, "The workspace allows no method of client authentication that could be used from here: only certificates.", ""}
	errNoConfidential = &unfitError{skipped, "The workspace allows no method of confidential clients that could be used from here.", ""}
	errNoPublic       = &unfitError{skipped, "The workspace allows no public clients.", ""}
)
