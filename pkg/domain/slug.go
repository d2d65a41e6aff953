package domain

import (
	"errors"
	"slices"
)

// AdminWorkspace is the workspace that every tenant has for the console and
// the admin API; DefaultWorkspace is the one that it starts with.
const (
	AdminWorkspace   = "admin"
	DefaultWorkspace = "default"
)

// reservedTIDs are the first path segments that the service itself uses, or
// may come to use, and those of the console's own pages below /console.
var reservedTIDs = []string{
	"api", "assets", "callback", "console", "docs", "healthz", "invitation", "login", "logout", "metrics", "oauth", "oauth2", "oidc",
	"playground", "public", "readyz", "register", "sign-in", "signet", "static", "status", "support", "system", "verify", "version", "well-known", "www",
}

// reservedAIDs are the second segments with a meaning of their own.
var reservedAIDs = []string{"api", "assets", "oauth2", "well-known"}

// ValidSlug tells whether s is a slug: [a-z0-9](-?[a-z0-9])*, 2 to 40 bytes.
// Slugs compare byte for byte; no other spelling names the same thing.
func ValidSlug(s string) bool {
	if len(s) < 2 || len(s) > 40 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9':
		case c == '-' && i > 0 && i < len(s)-1 && s[i-1] != '-':
		default:
			return false
		}
	}
	return true
}

// CheckTID refuses a tenant slug that is malformed or reserved.
func CheckTID(tid string) error {
	if !ValidSlug(tid) {
		return errSlug
	}
	if slices.Contains(reservedTIDs, tid) {
		return errors.New("this name is reserved")
	}
	return nil
}

// CheckAID refuses a workspace slug that is malformed or reserved.
func CheckAID(aid string) error {
	if !ValidSlug(aid) {
		return errSlug
	}
	if slices.Contains(reservedAIDs, aid) {
		return errors.New("this name is reserved")
	}
	return nil
}

var errSlug = errors.New("use 2 to 40 lower-case letters, digits and single hyphens, beginning and ending with a letter or digit")
