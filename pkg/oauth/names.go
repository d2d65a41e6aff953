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

// Methods lists the client authentication methods that there are, in the order
// in which they are shown.
func Methods() []string {
	return []string{
		MethodClientSecretBasic, MethodClientSecretPost, MethodClientSecretJWT, MethodPrivateKeyJWT, MethodTLS, MethodSelfSignedTLS, MethodNone,
	}
}

// UsesSecret tells whether the method rests on a shared client secret.
func UsesSecret(method string) bool {
	return slices.Contains([]string{MethodClientSecretBasic, MethodClientSecretPost, MethodClientSecretJWT}, method)
}

// UsesAssertion tells whether the method presents a client assertion (RFC 7521,
// section 4.2).
func UsesAssertion(method string) bool {
	return method == MethodPrivateKeyJWT || method == MethodClientSecretJWT
}

// UsesCertificate tells whether the method rests on a client certificate (RFC
// 8705, section 2).
func UsesCertificate(method string) bool {
	return method == MethodTLS || method == MethodSelfSignedTLS
}

// AssertionAlgs lists the algorithms that fit a method which presents an
// assertion; none for any other.
func AssertionAlgs(method string) []string {
	switch method {
	case MethodPrivateKeyJWT:
		return KeyAlgs()
	case MethodClientSecretJWT:
		return SecretAlgs()
	default:
		return nil
	}
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

// Values of client_assertion_type.
const (
	// AssertionTypeJWT is for a JWT (RFC 7523, section 2.2).
	AssertionTypeJWT = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
	// AssertionTypeSPIFFE is for a JWT-SVID (draft-ietf-oauth-spiffe-client-auth).
	AssertionTypeSPIFFE = "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe"
)

// Signing algorithms that workspaces and clients may use (RFC 7518, RFC 9864).
const (
	ES256   = "ES256"
	ES384   = "ES384"
	ES512   = "ES512"
	RS256   = "RS256"
	RS384   = "RS384"
	RS512   = "RS512"
	PS256   = "PS256"
	PS384   = "PS384"
	PS512   = "PS512"
	Ed25519 = "Ed25519"
	Ed448   = "Ed448"
	// EdDSA is the older, polymorphic name of Ed25519 (RFC 8037), which RFC 9864
	// deprecates. Clients still use it.
	EdDSA = "EdDSA"
	// HS256 and its longer kin key a MAC with the client secret.
	HS256 = "HS256"
	HS384 = "HS384"
	HS512 = "HS512"
)

// KeyAlgs lists the algorithms by which a client may sign with a key of its own.
func KeyAlgs() []string {
	return []string{ES256, ES384, ES512, PS256, PS384, PS512, Ed25519, Ed448, EdDSA, RS256, RS384, RS512}
}

// SecretAlgs lists the algorithms by which a client may sign with its secret.
func SecretAlgs() []string { return []string{HS256, HS384, HS512} }

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
