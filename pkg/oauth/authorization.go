package oauth

import "time"

// Authorization is what a grant has proven: on whose behalf, for which client,
// scope and resources tokens may be issued. Only a grant makes one; the issuer
// turns it into tokens without asking further.
type Authorization struct {
	ClientID string
	// Subject is the "sub" of the tokens: the user, or the client itself.
	Subject string
	UserID  string // empty when no user is involved
	Scope   Scope
	// Resource holds the resource indicators asked for (RFC 8707), already
	// checked; empty means that the audience follows from the scope.
	Resource []string

	GrantID      string // the family that the tokens belong to, empty for client_credentials
	SessionID    string // sid
	SessionBound bool   // the access token ends with the session
	AuthTime     time.Time
	ACR          string
	AMR          []string
	Nonce        string
	// IDTokenClaims and UserInfoClaims are single claims that the request asked
	// for (OpenID Connect Core, section 5.5).
	IDTokenClaims     []string
	UserInfoClaims    []string
	Claims            UserClaims
	IssueIDToken      bool
	IssueRefreshToken bool
	// RefreshToken is set by the refresh grant, whose one statement has already
	// fixed the successor.
	RefreshToken string
	// IssuedAt is the moment that the tokens bear: when the request was taken
	// up, so that whatever ended while it was served has ended them, too.
	IssuedAt time.Time
	// Confirmation binds the tokens to a key ("cnf"), empty for bearer tokens.
	Confirmation map[string]string
}

// UserClaims are the standard claims of OpenID Connect Core, section 5.1, that
// this service knows of a user.
type UserClaims struct {
	Name              string
	GivenName         string
	FamilyName        string
	PreferredUsername string
	Picture           string
	Locale            string
	Email             string
	EmailVerified     bool
	UpdatedAt         time.Time
}
