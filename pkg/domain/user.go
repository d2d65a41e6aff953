package domain

import (
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/oauth"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// User is an end user of one workspace.
type User struct {
	UserID            string // usr_…; the "sub" of tokens
	Email             string
	EmailVerified     bool
	Username          string
	Name              string
	GivenName         string
	FamilyName        string
	Picture           string
	Locale            string
	PasswordHash      string // PHC string; empty where the user has no password
	Disabled          bool
	PasswordChangedAt time.Time
	Version           int64
	CreatedAt         time.Time
	UpdatedAt         time.Time
}

// Claims are what the user's scopes may reveal.
func (u User) Claims() oauth.UserClaims {
	return oauth.UserClaims{
		Name: u.Name, GivenName: u.GivenName, FamilyName: u.FamilyName, PreferredUsername: u.Username, Picture: u.Picture,
		Locale: u.Locale, Email: u.Email, EmailVerified: u.EmailVerified, UpdatedAt: u.UpdatedAt,
	}
}

// CanonicalLogin folds an e-mail address or username to the one form by which
// it is unique and found: NFKC, case-folded, trimmed. It refuses what could be
// read as two different people: control and invisible characters, more than
// one "@", an inner space in an address.
func CanonicalLogin(s string) (string, error) {
	if len(s) > 320 || !utf8.ValidString(s) {
		return "", errors.New("the login is too long or not UTF-8")
	}
	s = norm.NFKC.String(cases.Fold().String(norm.NFKC.String(strings.TrimSpace(s))))
	if s == "" {
		return "", errors.New("the login is empty")
	}
	if strings.Count(s, "@") > 1 {
		return "", errors.New("the login holds more than one @")
	}
	for _, r := range s {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.IsSpace(r) || r == utf8.RuneError {
			return "", errors.New("the login holds a space or an invisible character")
		}
	}
	return s, nil
}

// CheckEmail refuses what cannot be an e-mail address.
func CheckEmail(s string) error {
	c, err := CanonicalLogin(s)
	if err != nil {
		return errors.New("this is not an e-mail address")
	}
	local, host, found := strings.Cut(c, "@")
	if !found || local == "" || len(local) > 64 || host == "" || !strings.Contains(host, ".") && host != "localhost" || strings.HasPrefix(host, ".") || strings.HasSuffix(host, ".") {
		return errors.New("this is not an e-mail address")
	}
	return nil
}

// CheckUsername refuses names that could be taken for an address or an id.
func CheckUsername(s string) error {
	c, err := CanonicalLogin(s)
	if err != nil {
		return err
	}
	if strings.Contains(c, "@") {
		return errors.New("a username may not hold an @")
	}
	if len(c) > 64 {
		return errors.New("a username has at most 64 characters")
	}
	return nil
}

// CheckPassword refuses passwords outside 8 to 256 characters. Length is the
// only rule: composition rules make passwords worse (NIST SP 800-63B).
func CheckPassword(s string) error {
	switch n := utf8.RuneCountInString(s); {
	case !utf8.ValidString(s):
		return errors.New("the password is not UTF-8")
	case n < 8:
		return errors.New("use at least 8 characters")
	case n > 256:
		return errors.New("use at most 256 characters")
	}
	return nil
}

// Session is a browser's login at a workspace.
type Session struct {
	ID         uuid.UUID // the "sid"
	TokenHash  []byte    // SHA-256 of the cookie's value
	UserID     string
	AuthTime   time.Time
	ACR        string
	AMR        []string
	CreatedAt  time.Time
	LastSeenAt time.Time
	ExpiresAt  time.Time // idle end; moves with use
	MaxEndsAt  time.Time // absolute end
	EndedAt    time.Time
	UserAgent  string
	IP         string
}

// Live tells whether the session may be used now.
func (s Session) Live(now time.Time) bool {
	return s.EndedAt.IsZero() && now.Before(s.ExpiresAt) && now.Before(s.MaxEndsAt)
}

// Consent is what a user has allowed a client: one row per pair.
type Consent struct {
	UserID    string
	ClientID  string
	Scope     oauth.Scope
	CreatedAt time.Time
	UpdatedAt time.Time
}
