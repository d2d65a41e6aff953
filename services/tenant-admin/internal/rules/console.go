package rules

import (
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

// ConsoleClientID is the built-in client of every workspace "admin" by which
// people sign in to the console.
const ConsoleClientID = "console"

// Where the console is, below the public URL.
const (
	ConsolePath         = "/console"
	ConsoleCallbackPath = ConsolePath + "/callback"
	// ConsolePlaygroundPath is where the console tries the clients of others: a
	// page that hands an answer to the one that asked for it, and to nobody else.
	ConsolePlaygroundPath = ConsolePath + "/playground/callback"
)

// ConsoleClient is that client, with the public keys of the console's back end,
// which holds all tokens and so can keep a secret.
func ConsoleClient(publicURL string, jwks []byte) domain.Client {
	return domain.Client{
		ClientID: ConsoleClientID, ClientName: "Console", ApplicationType: domain.ApplicationWeb,
		TokenEndpointAuthMethod: oauth.MethodPrivateKeyJWT, JWKS: jwks, RequirePAR: true,
		RedirectURIs: []string{publicURL + ConsoleCallbackPath}, PostLogoutRedirectURIs: []string{publicURL + ConsolePath},
		GrantTypes:    []string{oauth.GrantAuthorizationCode, oauth.GrantRefreshToken},
		ResponseTypes: []string{oauth.ResponseTypeCode},
		Scope:         oauth.Scope{oauth.ScopeOpenID, oauth.ScopeProfile, oauth.ScopeEmail, oauth.ScopeOfflineAccess, oauth.ScopeAdminRead, oauth.ScopeAdminWrite},
		Trusted:       true, BuiltIn: true,
	}
}
