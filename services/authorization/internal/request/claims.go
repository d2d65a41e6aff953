package request

import (
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/signet-authz/signet/pkg/oauth"
)

// Bounds on the parameter claims.
const (
	maxClaims      = 8 << 10 // bytes
	maxClaimsDepth = 5
)

// ACRPassword is the authentication context of a login by password, the only
// one there is.
const ACRPassword = "urn:signet:acr:password"

// claimRequest is how one claim is asked for.
type claimRequest struct {
	Essential bool  `json:"essential"`
	Value     any   `json:"value"`
	Values    []any `json:"values"`
}

// allows tells whether the value is one of those asked for.
func (c *claimRequest) allows(value string) bool {
	if c.Value == nil && len(c.Values) == 0 {
		return true
	}
	return c.Value == any(value) || slices.Contains(c.Values, any(value))
}

// checkClaims reads the claims parameter (OpenID Connect Core, section 5.5).
// Members and claims that this service does not know are left aside, as the
// standard has it, and so are those that the client's scope could not reveal.
func checkClaims(s *state) (Cause, *oauth.Error) {
	raw := s.get("claims")
	if raw == "" {
		return "", nil
	}
	if len(raw) > maxClaims {
		return "", oauth.ErrInvalidRequest.Because("claims is too long", nil)
	}
	if err := checkJSON(raw); err != nil {
		return "", oauth.ErrInvalidRequest.Because("claims is not a JSON object", err)
	}
	idToken, err := claimsOf(raw, "id_token")
	if err != nil {
		return "", err
	}
	userInfo, err := claimsOf(raw, "userinfo")
	if err != nil {
		return "", err
	}
	if sub := idToken["sub"]; sub != nil {
		s.request.RequireSubject, _ = sub.Value.(string)
	}
	if acr := idToken["acr"]; acr != nil && acr.Essential && !acr.allows(ACRPassword) {
		return "", oauth.ErrAccessDenied.Because("the authentication context that the client insists on is not served", nil)
	}
	s.request.IDTokenClaims = s.revealed(idToken)
	s.request.UserInfoClaims = s.revealed(userInfo)
	return "", nil
}

// claimsOf reads the claims asked for in one place.
func claimsOf(raw, place string) (map[string]*claimRequest, *oauth.Error) {
	var places map[string]json.RawMessage
	if err := json.Unmarshal([]byte(raw), &places); err != nil {
		return nil, oauth.ErrInvalidRequest.Because("claims is not a JSON object", err)
	}
	if places[place] == nil {
		return nil, nil
	}
	var claims map[string]*claimRequest
	if err := json.Unmarshal(places[place], &claims); err != nil {
		return nil, oauth.ErrInvalidRequest.Because("claims."+place+" does not say how claims are asked for", err)
	}
	return claims, nil
}

// revealed lists the claims about the user that a scope of the client reveals,
// and notes the scope: asking claim by claim must not go past the consent.
func (s *state) revealed(claims map[string]*claimRequest) []string {
	var names []string
	for name := range claims {
		scope := oauth.ScopeOfClaim(name)
		if _, known := s.Catalog.Scopes[scope]; !known || !s.client.Scope.Has(scope) {
			continue
		}
		names = append(names, name)
		if !s.request.ClaimScope.Has(scope) {
			s.request.ClaimScope = append(s.request.ClaimScope, scope)
		}
	}
	slices.Sort(names)
	slices.Sort(s.request.ClaimScope)
	return names
}

// checkJSON reads a text token by token: one object, not too deep, no member
// twice. What two parsers could read differently is refused.
func checkJSON(raw string) error {
	d := json.NewDecoder(strings.NewReader(raw))
	d.UseNumber()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.New("no object")
	}
	if err := checkMembers(d, 1); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the object")
	}
	return nil
}

// checkMembers reads the rest of an object whose brace has been read.
func checkMembers(d *json.Decoder, depth int) error {
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		if seen[name] {
			return errors.New("a member stands twice")
		}
		seen[name] = true
		if err := checkValue(d, depth); err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

func checkValue(d *json.Decoder, depth int) error {
	t, err := d.Token()
	if err != nil {
		return err
	}
	if t != json.Delim('{') && t != json.Delim('[') {
		return nil
	}
	if depth++; depth > maxClaimsDepth {
		return errors.New("nested too deeply")
	}
	if t == json.Delim('{') {
		return checkMembers(d, depth)
	}
	for d.More() {
		if err := checkValue(d, depth); err != nil {
			return err
		}
	}
	_, err = d.Token()
	return err
}
