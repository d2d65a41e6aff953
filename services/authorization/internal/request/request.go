package request

import (
	"cmp"
	"slices"
	"strings"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
)

// Request is an authorization request that passed every step. It is what a
// login transaction keeps while the user logs in and consents, so its fields
// have a wire form of their own.
type Request struct {
	ClientID       string      `json:"client_id"`
	RedirectURI    string      `json:"redirect_uri"`
	ResponseMode   string      `json:"response_mode"`
	State          string      `json:"state,omitempty"`
	Scope          oauth.Scope `json:"scope,omitempty"`
	Resource       []string    `json:"resource,omitempty"`
	Nonce          string      `json:"nonce,omitempty"`
	CodeChallenge  string      `json:"code_challenge,omitempty"`
	Prompt         []string    `json:"prompt,omitempty"`
	MaxAge         *int64      `json:"max_age,omitempty"` // seconds
	LoginHint      string      `json:"login_hint,omitempty"`
	ACRValues      []string    `json:"acr_values,omitempty"`
	UILocales      string      `json:"ui_locales,omitempty"`
	HintSubject    string      `json:"hint_subject,omitempty"` // of the id_token_hint
	IDTokenClaims  []string    `json:"id_token_claims,omitempty"`
	UserInfoClaims []string    `json:"userinfo_claims,omitempty"`
	ClaimScope     oauth.Scope `json:"claim_scope,omitempty"`     // what reveals those claims
	RequireSubject string      `json:"require_subject,omitempty"` // claims.id_token.sub.value
	PAR            []byte      `json:"par,omitempty"`             // the hash of the handle, of a pushed request

	params oauth.Params // those that it was judged by
}

// Asks tells whether prompt holds the value.
func (r *Request) Asks(prompt string) bool { return slices.Contains(r.Prompt, prompt) }

// Disclosed is all that the user must have allowed: the scope, and the scopes
// of claims that were asked for one by one.
func (r *Request) Disclosed() oauth.Scope { return r.Scope.Union(r.ClaimScope) }

// Narrow leaves of the request what the user allowed: the scopes, the claims
// that these reveal, and the resources that are still reached with them. Claims
// that are left out are no error, however the client asked for them (OpenID
// Connect Core, section 5.5.1).
func (r *Request) Narrow(allowed oauth.Scope, catalog *cache.Catalog) {
	r.Scope, r.ClaimScope = r.Scope.Shared(allowed), r.ClaimScope.Shared(allowed)
	concealed := func(claim string) bool { return !allowed.Has(oauth.ScopeOfClaim(claim)) }
	r.IDTokenClaims = slices.DeleteFunc(r.IDTokenClaims, concealed)
	r.UserInfoClaims = slices.DeleteFunc(r.UserInfoClaims, concealed)
	r.Resource = slices.DeleteFunc(r.Resource, func(uri string) bool { return !catalog.Reachable(r.Scope, uri) })
}

// MeantFor tells whether the user is the one whom the request names, if it
// names one (id_token_hint, or a value for the claim sub).
func (r *Request) MeantFor(userID string) bool {
	return (r.HintSubject == "" || r.HintSubject == userID) && (r.RequireSubject == "" || r.RequireSubject == userID)
}

// ReturnsToHTTPS tells whether the answer goes to a web origin that proves
// itself, and not to whatever on the user's device claims a scheme or a port.
func (r *Request) ReturnsToHTTPS() bool { return strings.HasPrefix(r.RedirectURI, "https://") }

// Endpoint names a column of the matrix.
type Endpoint int

// The endpoints that take authorization requests.
const (
	Authorize Endpoint = 1 << iota
	PAR
)

// Input is what a request is judged by.
type Input struct {
	Workspace tenancy.Workspace
	Params    oauth.Params
	// Duplicate names a parameter that came twice; its values are dropped.
	Duplicate string
	// Pusher is the client that authenticated to push the request.
	Pusher *domain.Client
	// PAR is the hash of the handle by which a pushed request was opened.
	PAR     []byte
	Catalog *cache.Catalog
	// FindClient returns nil where there is no such client.
	FindClient func(clientID string) (*domain.Client, error)
	// VerifyHint opens an id_token_hint of this workspace, expired or not. An
	// *oauth.Error says that it could not be checked.
	VerifyHint func(token string) (subject string, err error)
	Trace      *trace.Trace
}

// Cause is why a request is answered to the user instead of to the client.
type Cause string

// The causes for which no redirect may happen.
const (
	UnknownClient      Cause = "unknown_client"
	UnregisteredURI    Cause = "unregistered_redirect_uri"
	MalformedRequest   Cause = "malformed_request"
	UnknownRequestURI  Cause = "unknown_request_uri"
	SpentRequestURI    Cause = "spent_request_uri"
	TemporarilyBlocked Cause = "temporarily_unavailable"
)

// Refusal is a request refused. With a Cause it must be shown to the user;
// without, Client and Request say where and how the client is told Err.
type Refusal struct {
	Cause   Cause
	Err     *oauth.Error
	Request *Request
	Client  *domain.Client
}

func (r *Refusal) Error() string { return r.Err.Error() }

func (r *Refusal) Unwrap() error { return r.Err }

// Judge runs the steps of the endpoint's column. It returns the client and the
// request, or a *Refusal.
func Judge(endpoint Endpoint, in *Input) (*domain.Client, *Request, *Refusal) {
	s := &state{Input: in, request: &Request{ResponseMode: oauth.ResponseModeQuery, PAR: in.PAR, params: oauth.Params{}}}
	for _, step := range steps() {
		if step.on&endpoint == 0 {
			continue
		}
		s.expected, s.found = step.expects, ""
		if cause, err := step.run(s); err != nil {
			s.Trace.Fail(step.name, trace.Check{Expected: s.expected, Actual: cmp.Or(s.found, err.Reason()), RFC: step.rfc, Fix: step.fix})
			return nil, nil, &Refusal{Cause: cause, Err: err, Request: s.request, Client: s.client}
		}
		s.Trace.Pass(step.name, s.found)
	}
	return s.client, s.request, nil
}

type state struct {
	*Input
	client  *domain.Client
	request *Request

	// What the step at hand expects and finds, where that can be said more
	// exactly than beforehand.
	expected, found string
}

// get reads one parameter.
func (s *state) get(name string) string {
	if all := s.all(name); len(all) > 0 {
		return all[0]
	}
	return ""
}

// all reads every value of a parameter, and notes that the request rests on it.
func (s *state) all(name string) []string {
	all := s.Params.All(name)
	if len(all) > 0 {
		s.request.params[name] = all
	}
	return all
}

type step struct {
	name    string
	on      Endpoint
	run     func(*state) (Cause, *oauth.Error)
	expects string
	rfc     string
	fix     string
}

// steps is the matrix.
func steps() []step {
	return []step{
		{"request is no reference", PAR, refuseReference, "the request itself, not a request_uri", "RFC 9126, section 2.1", "Push the parameters; the answer has the request_uri."},
		{"request is the client's own", PAR, takeClient, "the client_id of the client that authenticated", "RFC 9126, section 2.1", "Leave client_id out, or send the client's own."},
		{"client found", Authorize, findClient, "an enabled client of this workspace", "RFC 6749, section 4.1.2.1", "Compare client_id with the client's page; ids belong to one workspace."},
		{"redirect URI registered", Authorize | PAR, checkRedirectURI, "one of the client's redirect_uris, byte for byte", "RFC 9700, section 2.1", "Register the exact URI that the application sends."},
		{"response mode allowed", Authorize | PAR, checkResponseMode, "query, fragment or form_post, as the client allows; form_post to http and https only", "OpenID Connect Core 1.0, section 3.1.2.1", "Let the client use the response mode, or leave response_mode out."},
		{"parameters do not repeat", Authorize | PAR, checkDuplicates, "each parameter once", "RFC 6749, section 3.1", "Send every parameter once; none may stand both in the URL and in the body."},
		{"request was pushed where it must be", Authorize, checkPushed, "a request_uri of the pushed authorization request endpoint", "RFC 9126, section 5", "Push the request to /par and send client_id and request_uri alone; the client or the workspace has require_pushed_authorization_requests."},
		{"request is plain", Authorize | PAR, checkUnsupported, "no request, request_uri or registration", "OpenID Connect Core 1.0, section 3.1.2.6", ""},
		{"response type served", Authorize | PAR, checkResponseType, "code", "RFC 6749, section 4.1.1", "Use the authorization code flow with PKCE."},
		{"client may use the code flow", Authorize | PAR, checkGrant, "authorization_code among the client's grant_types, code among its response_types", "RFC 7591, section 2", "Add authorization_code to the client's grant_types."},
		{"state and nonce within bounds", Authorize | PAR, checkBounds, "at most 8192 bytes of state, 1024 of nonce", "", "Keep what state should carry at your side, and send a handle to it."},
		{"scope allowed", Authorize | PAR, checkScope, "scopes that the client registered", "RFC 6749, section 3.3", "Add the scope to the client, or ask for less."},
		{"resource known", Authorize | PAR, checkResource, "audiences of services that the client has scopes of", "RFC 8707, section 2", "Make a service with this audience and give the client one of its scopes."},
		{"PKCE challenge present", Authorize | PAR, checkPKCE, "code_challenge with code_challenge_method S256", "RFC 7636, section 4.4.1", "Send a code_challenge; every maintained library does when PKCE is on."},
		{"prompt understood", Authorize | PAR, checkPrompt, "none, login, consent or select_account; none alone", "OpenID Connect Core 1.0, section 3.1.2.1", ""},
		{"max_age understood", Authorize | PAR, checkMaxAge, "a number of seconds", "OpenID Connect Core 1.0, section 3.1.2.1", ""},
		{"claims understood", Authorize | PAR, checkClaims, "the JSON object of OpenID Connect Core, section 5.5", "OpenID Connect Core 1.0, section 5.5", ""},
		{"id_token_hint genuine", Authorize | PAR, checkHint, "an ID token of this workspace", "OpenID Connect Core 1.0, section 3.1.2.1", ""},
		{"hints taken", Authorize | PAR, takeHints, "", "", ""},
	}
}
