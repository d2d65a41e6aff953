package request

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

// Bounds on single parameters, in bytes.
const (
	maxState     = 8 << 10
	maxNonce     = 1 << 10
	maxHint      = 320
	maxResources = 10
	maxACRValues = 10
)

// refuseReference keeps pushed requests from standing for others (RFC 9126,
// section 2.1).
func refuseReference(s *state) (Cause, *oauth.Error) {
	if s.Params.Has("request_uri") {
		return MalformedRequest, oauth.ErrInvalidRequest.Because("request_uri came to the endpoint that gives them out", nil)
	}
	return "", nil
}

// takeClient takes the client that has proven itself. A client_id that it left
// out is its own.
func takeClient(s *state) (Cause, *oauth.Error) {
	if id := s.get("client_id"); id != "" && id != s.Pusher.ClientID {
		return UnknownClient, oauth.ErrInvalidRequest.Because("client_id is another client's", nil)
	}
	s.client, s.request.ClientID = s.Pusher, s.Pusher.ClientID
	s.request.params["client_id"] = []string{s.Pusher.ClientID}
	return "", nil
}

func findClient(s *state) (Cause, *oauth.Error) {
	id := s.get("client_id")
	if s.Duplicate == "client_id" || s.Duplicate == "redirect_uri" {
		return MalformedRequest, oauth.ErrInvalidRequest.Because(s.Duplicate+" is repeated", nil)
	}
	if !domain.ValidClientID(id) {
		return UnknownClient, oauth.ErrInvalidRequest.Because("client_id is missing or malformed", nil)
	}
	s.Trace.Client(id)
	c, err := s.FindClient(id)
	switch {
	case err != nil:
		return TemporarilyBlocked, oauth.ErrTemporarilyUnavailable.Because("the client could not be looked up", err)
	case c == nil:
		return UnknownClient, oauth.ErrInvalidRequest.Because("the workspace has no such client", nil)
	case c.Disabled:
		return UnknownClient, oauth.ErrInvalidRequest.Because("the client is disabled", nil)
	}
	s.client, s.request.ClientID = c, c.ClientID
	return "", nil
}

// checkRedirectURI proves where answers may go. The parameter is always
// required, even of clients with one URI (OpenID Connect Core, section 3.1.2.1).
func checkRedirectURI(s *state) (Cause, *oauth.Error) {
	uri := s.get("redirect_uri")
	if len(s.client.RedirectURIs) > 0 {
		s.expected = strings.Join(s.client.RedirectURIs, ", ")
	}
	if uri == "" {
		return UnregisteredURI, oauth.ErrInvalidRequest.Because("redirect_uri is missing", nil)
	}
	s.found = uri
	if !oauth.MatchRedirectURI(s.client.RedirectURIs, uri, s.client.Native()) {
		return UnregisteredURI, oauth.ErrInvalidRequest.Because("redirect_uri is not registered for the client", nil)
	}
	s.request.RedirectURI = uri
	// A state beyond its bound is not echoed; checkBounds reports it.
	if state := s.get("state"); len(state) <= maxState {
		s.request.State = state
	}
	return "", nil
}

// checkResponseMode comes before all other checks that are reported to the
// client, since it says how they are. A mode that the client does not allow is
// reported in the default mode, never in the one that was asked for.
func checkResponseMode(s *state) (Cause, *oauth.Error) {
	mode := s.get("response_mode")
	if mode == "" {
		return "", nil
	}
	s.found = mode
	if !slices.Contains(oauth.ResponseModes(), mode) || !s.client.ResponseModeAllowed(mode) {
		return "", oauth.ErrInvalidRequest.Because("response_mode is unknown, or not allowed for the client", nil)
	}
	// A browser cannot post to an application's own scheme.
	if mode == oauth.ResponseModeFormPost && !strings.HasPrefix(s.request.RedirectURI, "https://") && !strings.HasPrefix(s.request.RedirectURI, "http://") {
		return "", oauth.ErrInvalidRequest.Because("form_post needs a redirect URI of http or https", nil)
	}
	s.request.ResponseMode = mode
	return "", nil
}

func checkDuplicates(s *state) (Cause, *oauth.Error) {
	if s.Duplicate != "" {
		return "", oauth.ErrInvalidRequest.Because("a parameter is repeated", nil)
	}
	return "", nil
}

// checkPushed refuses what a browser brought where clients must push (RFC 9126,
// sections 5 and 6).
func checkPushed(s *state) (Cause, *oauth.Error) {
	if s.PAR == nil && (s.client.RequirePAR || s.Workspace.Settings().RequirePAR) {
		return "", oauth.ErrInvalidRequest.Because("the request was not pushed", nil)
	}
	return "", nil
}

func checkUnsupported(s *state) (Cause, *oauth.Error) {
	switch {
	case s.Params.Has("request") && s.Params.Has("request_uri"):
		return MalformedRequest, oauth.ErrInvalidRequest.Because("request and request_uri exclude each other", nil)
	case s.Params.Has("request"):
		return "", oauth.ErrRequestNotSupported.Because("request objects are not served", nil)
	case s.Params.Has("request_uri"):
		return "", oauth.ErrRequestURINotSupported.Because("request_uri is not served", nil)
	case s.Params.Has("registration"):
		return "", oauth.ErrRegistrationNotSupported.Because("registration is not served", nil)
	}
	return "", nil
}

func checkResponseType(s *state) (Cause, *oauth.Error) {
	s.found = s.get("response_type")
	switch s.found {
	case oauth.ResponseTypeCode:
		return "", nil
	case "":
		return "", oauth.ErrInvalidRequest.Because("response_type is missing", nil)
	default:
		return "", oauth.ErrUnsupportedResponseType.Because("response_type is not code", nil)
	}
}

func checkGrant(s *state) (Cause, *oauth.Error) {
	if !s.client.MayUseGrant(oauth.GrantAuthorizationCode) {
		return "", oauth.ErrUnauthorizedClient.Because("the client has not registered authorization_code", nil)
	}
	if types := s.client.ResponseTypes; len(types) > 0 && !slices.Contains(types, oauth.ResponseTypeCode) {
		return "", oauth.ErrUnauthorizedClient.Because("the client has not registered the response type code", nil)
	}
	return "", nil
}

func checkBounds(s *state) (Cause, *oauth.Error) {
	if len(s.get("state")) > maxState {
		return "", oauth.ErrInvalidRequest.Because("state is too long", nil)
	}
	nonce := s.get("nonce")
	if len(nonce) > maxNonce {
		return "", oauth.ErrInvalidRequest.Because("nonce is too long", nil)
	}
	s.request.Nonce = nonce
	return "", nil
}

// checkScope takes the scope asked for, or the workspace's default scopes that
// the client registered.
func checkScope(s *state) (Cause, *oauth.Error) {
	if len(s.client.Scope) > 0 {
		s.expected = s.client.Scope.String()
	}
	s.found = s.get("scope")
	scope, err := oauth.ParseScope(s.found)
	if err != nil {
		return "", oauth.ErrInvalidScope.Because(err.Error(), nil)
	}
	if scope == nil {
		for name, known := range s.Catalog.Scopes {
			if known.Default && s.client.Scope.Has(name) {
				scope = append(scope, name)
			}
		}
		slices.Sort(scope)
		if len(scope) == 0 {
			return "", oauth.ErrInvalidScope.Because("no scope was asked for, and the client has none by default", nil)
		}
	}
	for _, name := range scope {
		if _, known := s.Catalog.Scopes[name]; !known || !s.client.Scope.Has(name) || oauth.AtIssuer(name) {
			return "", oauth.ErrInvalidScope.Because("the client may not ask a user for the scope "+name, nil)
		}
	}
	s.request.Scope = scope
	return "", nil
}

func checkResource(s *state) (Cause, *oauth.Error) {
	resource := s.all("resource")
	if len(resource) > maxResources {
		return "", oauth.ErrInvalidTarget.Because("too many resources", nil)
	}
	for _, uri := range resource {
		s.found = uri
		if oauth.CheckResource(uri) != nil || !s.Catalog.Reachable(s.request.Scope, uri) {
			return "", oauth.ErrInvalidTarget.Because("the resource is not one that the client may use", nil)
		}
	}
	s.request.Resource = resource
	return "", nil
}

func checkPKCE(s *state) (Cause, *oauth.Error) {
	challenge, method := s.get("code_challenge"), s.get("code_challenge_method")
	if challenge != "" {
		s.found = method
	}
	switch {
	case challenge == "" && method != "":
		return "", oauth.ErrInvalidRequest.Because("code_challenge_method came without code_challenge", nil)
	case challenge == "" && s.Workspace.Settings().RequiresPKCE(s.client):
		return "", oauth.ErrInvalidRequest.Because("code_challenge is missing", nil)
	case challenge == "":
		return "", nil
	case method != oauth.ChallengeMethodS256:
		return "", oauth.ErrInvalidRequest.Because("code_challenge_method is not S256", nil)
	case !oauth.ValidCodeChallenge(challenge):
		return "", oauth.ErrInvalidRequest.Because("code_challenge is not an S256 challenge", nil)
	}
	s.request.CodeChallenge = challenge
	return "", nil
}

func checkPrompt(s *state) (Cause, *oauth.Error) {
	raw := s.get("prompt")
	if raw == "" {
		return "", nil
	}
	s.found = raw
	prompt := strings.Split(raw, " ")
	for _, p := range prompt {
		if !slices.Contains(oauth.Prompts(), p) {
			return "", oauth.ErrInvalidRequest.Because("prompt has an unknown value", nil)
		}
	}
	if len(prompt) > 1 && slices.Contains(prompt, oauth.PromptNone) || len(prompt) > len(oauth.Prompts()) {
		return "", oauth.ErrInvalidRequest.Because("prompt=none excludes all others", nil)
	}
	s.request.Prompt = prompt
	return "", nil
}

func checkMaxAge(s *state) (Cause, *oauth.Error) {
	raw := s.get("max_age")
	if raw == "" {
		if d := s.client.DefaultMaxAge; d > 0 {
			seconds := int64(d.Seconds())
			s.request.MaxAge = &seconds
		}
		return "", nil
	}
	s.found = raw
	age, err := strconv.ParseUint(raw, 10, 31)
	if err != nil {
		return "", oauth.ErrInvalidRequest.Because("max_age is not a number of seconds", nil)
	}
	seconds := int64(age)
	s.request.MaxAge = &seconds
	return "", nil
}

func checkHint(s *state) (Cause, *oauth.Error) {
	hint := s.get("id_token_hint")
	if hint == "" {
		return "", nil
	}
	subject, err := s.VerifyHint(hint)
	var outage *oauth.Error
	if errors.As(err, &outage) {
		return "", outage
	}
	if err != nil {
		return "", oauth.ErrInvalidRequest.Because("id_token_hint is not an ID token of this workspace", err)
	}
	s.request.HintSubject = subject
	return "", nil
}

// takeHints takes what only helps: too long or malformed, it is left aside.
func takeHints(s *state) (Cause, *oauth.Error) {
	if h := s.get("login_hint"); len(h) <= maxHint {
		s.request.LoginHint = h
	}
	if l := s.get("ui_locales"); len(l) <= maxHint {
		s.request.UILocales = l
	}
	if acr := strings.Fields(s.get("acr_values")); len(acr) <= maxACRValues {
		s.request.ACRValues = acr
	}
	return "", nil
}
