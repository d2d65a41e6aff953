package oauth

import "slices"

// Grant types of the token endpoint.
const (
	GrantAuthorizationCode = "authorization_code" // RFC 6749, section 4.1
	GrantClientCredentials = "client_credentials" // RFC 6749, section 4.4
	GrantRefreshToken      = "refresh_token"      // RFC 6749, section 6
)

// Client authentication methods, as registered with IANA under "OAuth Token
// Endpoint Authentication Methods".
const (
	MethodClientSecretBasic = "client_secret_basic"         // RFC 6749, section 2.3.1
	MethodClientSecretPost  = "client_secret_post"          // RFC 6749, section 2.3.1
	MethodClientSecretJWT   = "client_secret_jwt"           // OpenID Connect Core, section 9
	MethodPrivateKeyJWT     = "private_key_jwt"             // OpenID Connect Core, section 9
	MethodTLS               = "tls_client_auth"             // RFC 8705, section 2.1
	MethodSelfSignedTLS     = "self_signed_tls_client_auth" // RFC 8705, section 2.2
	MethodNone              = "none"                        // RFC 7591, section 2
)

// UsesSecret tells whether the method rests on a shared client secret.
func UsesSecret(method string) bool {
	return slices.Contains([]string{MethodClientSecretBasic, MethodClientSecretPost, MethodClientSecretJWT}, method)
}

// Response types and modes of the authorization endpoint.
const (
	ResponseTypeCode = "code"

	ResponseModeQuery    = "query"
	ResponseModeFragment = "fragment"
	ResponseModeFormPost = "form_post" // OAuth 2.0 Form Post Response Mode
)

// Scopes with a meaning of their own.
const (
	ScopeOpenID        = "openid"
	ScopeProfile       = "profile"
	ScopeEmail         = "email"
	ScopeAddress       = "address"
	ScopePhone         = "phone"
	ScopeOfflineAccess = "offline_access"
	// ScopeIntrospectTokens and ScopeRevokeTokens widen what a caller may ask
	// about, or end, from its own tokens to the whole workspace.
	ScopeIntrospectTokens = "introspect_tokens"
	ScopeRevokeTokens     = "revoke_tokens"
	// ScopeAdminRead and ScopeAdminWrite open the admin API; they exist in the
	// workspace "admin" only.
	ScopeAdminRead  = "admin:read"
	ScopeAdminWrite = "admin:write"
)

// Values of prompt (OpenID Connect Core, section 3.1.2.1).
const (
	PromptNone          = "none"
	PromptLogin         = "login"
	PromptConsent       = "consent"
	PromptSelectAccount = "select_account"
)

// Token types of RFC 7009 and RFC 7662.
const (
	TokenTypeHintAccess  = "access_token"
	TokenTypeHintRefresh = "refresh_token"
)

// Signing algorithms that workspaces and clients may use (RFC 7518, RFC 9864).
const (
	ES256   = "ES256"
	ES384   = "ES384"
	ES512   = "ES512"
	RS256   = "RS256"
	PS256   = "PS256"
	Ed25519 = "Ed25519"
)

// ResponseModes lists the response modes served for codes.
func ResponseModes() []string {
	return []string{ResponseModeQuery, ResponseModeFragment, ResponseModeFormPost}
}

// Prompts lists the values of prompt that are served.
func Prompts() []string {
	return []string{PromptNone, PromptLogin, PromptConsent, PromptSelectAccount}
}

// AtIssuer tells whether a scope gives a right at the issuer itself, over
// tokens that are not the caller's own. Such scopes are for clients that act
// for themselves; no user can grant them.
func AtIssuer(scope string) bool {
	return scope == ScopeIntrospectTokens || scope == ScopeRevokeTokens
}
