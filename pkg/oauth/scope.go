package oauth

import (
	"errors"
	"slices"
	"strings"
)

// MaxScopeValues bounds how many scope values one request may carry.
const MaxScopeValues = 200

// Scope is a list of scope values in the order given, without repetition
// (RFC 6749, section 3.3). The nil Scope means that the parameter was omitted.
type Scope []string

// ParseScope reads the wire form. The empty string is the nil Scope.
func ParseScope(s string) (Scope, error) {
	if s == "" {
		return nil, nil
	}
	if strings.Count(s, " ") >= MaxScopeValues {
		return nil, errors.New("too many scope values")
	}
	var scope Scope
	for _, v := range strings.Split(s, " ") {
		if !ValidScopeValue(v) {
			return nil, errors.New("a scope value has a character that RFC 6749 does not allow, or two spaces follow each other")
		}
		if !slices.Contains(scope, v) {
			scope = append(scope, v)
		}
	}
	return scope, nil
}

// ValidScopeValue tells whether s is a scope-token of RFC 6749, section 3.3:
// 1*( %x21 / %x23-5B / %x5D-7E ).
func ValidScopeValue(s string) bool {
	if s == "" {
		return false
	}
	for i := range len(s) {
		if c := s[i]; c <= 0x20 || c == '"' || c == '\\' || c > 0x7E {
			return false
		}
	}
	return true
}

// String is the wire form.
func (s Scope) String() string { return strings.Join(s, " ") }

// Has tells whether the scope holds the value.
func (s Scope) Has(value string) bool { return slices.Contains(s, value) }

// Within tells whether every value of s is in other.
func (s Scope) Within(other Scope) bool {
	for _, v := range s {
		if !other.Has(v) {
			return false
		}
	}
	return true
}

// Missing returns the values of s that other lacks.
func (s Scope) Missing(other Scope) Scope {
	var out Scope
	for _, v := range s {
		if !other.Has(v) {
			out = append(out, v)
		}
	}
	return out
}

// Shared returns the values of s that other has too.
func (s Scope) Shared(other Scope) Scope { return s.Missing(s.Missing(other)) }

// Union returns the values of both, s first.
func (s Scope) Union(other Scope) Scope {
	return append(slices.Clone(s), other.Missing(s)...)
}
