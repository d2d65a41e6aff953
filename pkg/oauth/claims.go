package oauth

import "slices"

// claim is one standard claim about a user and the scope that reveals it
// (OpenID Connect Core, sections 5.1 and 5.4).
type claim struct {
	name  string
	scope string
	value func(UserClaims) any // nil: the user has none
}

// claims is the one list of claims about users. No claim of the protocol
// itself stands in it, so none can be forged through a user's attributes.
func claims() []claim {
	text := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	return []claim{
		{"name", ScopeProfile, func(u UserClaims) any { return text(u.Name) }},
		{"given_name", ScopeProfile, func(u UserClaims) any { return text(u.GivenName) }},
		{"family_name", ScopeProfile, func(u UserClaims) any { return text(u.FamilyName) }},
		{"preferred_username", ScopeProfile, func(u UserClaims) any { return text(u.PreferredUsername) }},
		{"picture", ScopeProfile, func(u UserClaims) any { return text(u.Picture) }},
		{"locale", ScopeProfile, func(u UserClaims) any { return text(u.Locale) }},
		{"updated_at", ScopeProfile, func(u UserClaims) any {
			if u.UpdatedAt.IsZero() {
				return nil
			}
			return u.UpdatedAt.Unix()
		}},
		{"email", ScopeEmail, func(u UserClaims) any { return text(u.Email) }},
		{"email_verified", ScopeEmail, func(u UserClaims) any {
			if u.Email == "" {
				return nil
			}
			return u.EmailVerified
		}},
	}
}

// ClaimNames lists the claims about users, for metadata.
func ClaimNames() []string {
	var names []string
	for _, c := range claims() {
		names = append(names, c.name)
	}
	return names
}

// ScopeOfClaim is the scope that reveals a claim about users, empty for a name
// that is not one.
func ScopeOfClaim(name string) string {
	for _, c := range claims() {
		if c.name == name {
			return c.scope
		}
	}
	return ""
}

// Reveal returns what the scope reveals of the user, and what was asked for by
// name.
func (u UserClaims) Reveal(scope Scope, named []string) map[string]any {
	out := map[string]any{}
	for _, c := range claims() {
		if !scope.Has(c.scope) && !slices.Contains(named, c.name) {
			continue
		}
		if v := c.value(u); v != nil {
			out[c.name] = v
		}
	}
	return out
}
