package endpoint

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/web/pages"
)

// metadata is the document of RFC 8414, section 2, and OpenID Connect
// Discovery 1.0, section 3. It is derived from the lists that the endpoints
// themselves run on and from the workspace's settings, so it cannot say what
// is not so.
type metadata struct {
	Issuer                                     string   `json:"issuer"`
	AuthorizationEndpoint                      string   `json:"authorization_endpoint"`
	TokenEndpoint                              string   `json:"token_endpoint"`
	UserinfoEndpoint                           string   `json:"userinfo_endpoint"`
	JWKSURI                                    string   `json:"jwks_uri"`
	IntrospectionEndpoint                      string   `json:"introspection_endpoint"`
	RevocationEndpoint                         string   `json:"revocation_endpoint"`
	EndSessionEndpoint                         string   `json:"end_session_endpoint"`
	PushedAuthorizationRequestEndpoint         string   `json:"pushed_authorization_request_endpoint"`
	ScopesSupported                            []string `json:"scopes_supported"`
	ResponseTypesSupported                     []string `json:"response_types_supported"`
	ResponseModesSupported                     []string `json:"response_modes_supported"`
	GrantTypesSupported                        []string `json:"grant_types_supported"`
	SubjectTypesSupported                      []string `json:"subject_types_supported"`
	IDTokenSigningAlgValuesSupported           []string `json:"id_token_signing_alg_values_supported"`
	TokenEndpointAuthMethodsSupported          []string `json:"token_endpoint_auth_methods_supported"`
	IntrospectionEndpointAuthMethodsSupported  []string `json:"introspection_endpoint_auth_methods_supported"`
	RevocationEndpointAuthMethodsSupported     []string `json:"revocation_endpoint_auth_methods_supported"`
	CodeChallengeMethodsSupported              []string `json:"code_challenge_methods_supported"`
	ClaimsSupported                            []string `json:"claims_supported"`
	PromptValuesSupported                      []string `json:"prompt_values_supported"`
	UILocalesSupported                         []string `json:"ui_locales_supported"`
	ClaimsParameterSupported                   bool     `json:"claims_parameter_supported"`
	RequestParameterSupported                  bool     `json:"request_parameter_supported"`
	RequestURIParameterSupported               bool     `json:"request_uri_parameter_supported"` // says nothing of pushed requests (RFC 9126, section 5)
	RequirePushedAuthorizationRequests         bool     `json:"require_pushed_authorization_requests"`
	AuthorizationResponseIssParameterSupported bool     `json:"authorization_response_iss_parameter_supported"`

	TokenEndpointAuthSigningAlgs         []string `json:"token_endpoint_auth_signing_alg_values_supported,omitempty"`
	IntrospectionEndpointAuthSigningAlgs []string `json:"introspection_endpoint_auth_signing_alg_values_supported,omitempty"`
	RevocationEndpointAuthSigningAlgs    []string `json:"revocation_endpoint_auth_signing_alg_values_supported,omitempty"`

	// RFC 8705, sections 3.3 and 5.
	CertificateBoundAccessTokens bool     `json:"tls_client_certificate_bound_access_tokens,omitempty"`
	MTLSEndpointAliases          *aliases `json:"mtls_endpoint_aliases,omitempty"`
}

// aliases are where the endpoints are called with a client certificate: at an
// origin of their own, so that no browser is ever asked for one.
type aliases struct {
	TokenEndpoint         string `json:"token_endpoint"`
	IntrospectionEndpoint string `json:"introspection_endpoint"`
	RevocationEndpoint    string `json:"revocation_endpoint"`
	UserinfoEndpoint      string `json:"userinfo_endpoint"`
	PAREndpoint           string `json:"pushed_authorization_request_endpoint"`
}

type document struct {
	body []byte
	etag string
}

// metadataKey names one state of one workspace, so that a change of settings
// makes another document.
type metadataKey struct {
	workspace uuid.UUID
	version   int64
	issuer    string
}

// PrepareMetadata makes the cache of documents. load resolves the handle again
// from the request's context, which carries it.
func (e *Endpoints) PrepareMetadata() {
	e.metadata = cache.New(cache.Options[metadataKey, document]{
		Name: "metadata", Size: 10_000, Fresh: 5 * time.Second, Stale: time.Minute, Now: e.Now,
		Load: func(ctx context.Context, _ metadataKey) (document, error) {
			w, _ := ctx.Value(workspaceKey{}).(tenancy.Workspace)
			return e.describeWorkspace(ctx, w)
		},
	})
}

type workspaceKey struct{}

// Metadata serves the document in all its well-known forms.
func (e *Endpoints) Metadata(c echo.Context) error {
	w := server.Workspace(c)
	record := w.Record()
	ctx := context.WithValue(c.Request().Context(), workspaceKey{}, w)
	d, err := e.metadata.Get(ctx, metadataKey{record.ID, record.Version, w.Issuer()})
	if err != nil {
		return oauth.ErrTemporarilyUnavailable.Because("the metadata could not be made", err)
	}
	return public(c, d, "application/json", domain.JWKSMaxAge)
}

// JWKS serves the workspace's public keys (RFC 7517, section 5).
func (e *Endpoints) JWKS(c echo.Context) error {
	ring, err := e.Caches.Rings.Ring(c.Request().Context(), server.Workspace(c))
	if err != nil {
		return oauth.ErrTemporarilyUnavailable.Because("the keys could not be loaded", err)
	}
	body, etag := ring.JWKS(e.Now())
	return public(c, document{body, etag}, "application/jwk-set+json", domain.JWKSMaxAge)
}

// public answers with what every browser and cache may keep for a while.
func public(c echo.Context, d document, contentType string, maxAge time.Duration) error {
	h := c.Response().Header()
	h.Set(echo.HeaderAccessControlAllowOrigin, "*")
	h.Set("Cache-Control", "public, max-age="+strconv.Itoa(int(maxAge.Seconds())))
	h.Set("ETag", d.etag)
	if c.Request().Header.Get("If-None-Match") == d.etag {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, contentType, d.body)
}

func (e *Endpoints) describeWorkspace(ctx context.Context, w tenancy.Workspace) (document, error) {
	catalog, err := e.Caches.Catalogs.Catalog(ctx, w)
	if err != nil {
		return document{}, err
	}
	settings := w.Settings()
	methods := intersect(clientauth.Methods(), settings.TokenEndpointAuthMethods)
	if e.MTLSOrigin == "" { // no certificate can arrive
		methods = slices.DeleteFunc(methods, oauth.UsesCertificate)
	}
	algs := clientauth.SigningAlgs(w, methods)
	confidential := slices.DeleteFunc(slices.Clone(methods), func(m string) bool { return m == oauth.MethodNone })
	body, err := json.Marshal(metadata{
		Issuer:                                     w.Issuer(),
		AuthorizationEndpoint:                      w.Endpoint("/oauth2/authorize"),
		TokenEndpoint:                              w.Endpoint("/oauth2/token"),
		UserinfoEndpoint:                           w.Endpoint("/userinfo"),
		JWKSURI:                                    w.Endpoint("/.well-known/jwks.json"),
		IntrospectionEndpoint:                      w.Endpoint("/oauth2/introspect"),
		RevocationEndpoint:                         w.Endpoint("/oauth2/revoke"),
		EndSessionEndpoint:                         w.Endpoint("/oidc/logout"),
		PushedAuthorizationRequestEndpoint:         w.Endpoint("/par"),
		ScopesSupported:                            scopeNames(catalog),
		ResponseTypesSupported:                     []string{oauth.ResponseTypeCode},
		ResponseModesSupported:                     oauth.ResponseModes(),
		GrantTypesSupported:                        e.grantNames(),
		SubjectTypesSupported:                      []string{"public"},
		IDTokenSigningAlgValuesSupported:           idTokenAlgs(settings),
		TokenEndpointAuthMethodsSupported:          methods,
		IntrospectionEndpointAuthMethodsSupported:  confidential,
		RevocationEndpointAuthMethodsSupported:     methods,
		CodeChallengeMethodsSupported:              []string{oauth.ChallengeMethodS256},
		ClaimsSupported:                            append([]string{"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "sid"}, oauth.ClaimNames()...),
		PromptValuesSupported:                      oauth.Prompts(),
		UILocalesSupported:                         pages.Languages(),
		ClaimsParameterSupported:                   true,
		RequirePushedAuthorizationRequests:         settings.RequirePAR,
		AuthorizationResponseIssParameterSupported: true,
		TokenEndpointAuthSigningAlgs:               algs,
		IntrospectionEndpointAuthSigningAlgs:       algs,
		RevocationEndpointAuthSigningAlgs:          algs,
		CertificateBoundAccessTokens:               e.MTLSOrigin != "",
		MTLSEndpointAliases:                        e.aliases(w),
	})
	if err != nil {
		return document{}, err
	}
	sum := sha256.Sum256(body)
	return document{body: body, etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`}, nil
}

func (e *Endpoints) aliases(w tenancy.Workspace) *aliases {
	if e.MTLSOrigin == "" {
		return nil
	}
	base := e.MTLSOrigin + w.CookiePath()
	return &aliases{
		TokenEndpoint: base + "/oauth2/token", IntrospectionEndpoint: base + "/oauth2/introspect",
		RevocationEndpoint: base + "/oauth2/revoke", UserinfoEndpoint: base + "/userinfo", PAREndpoint: base + "/par",
	}
}

func (e *Endpoints) grantNames() []string {
	var names []string
	for _, g := range e.Grants {
		names = append(names, g.Name())
	}
	return names
}

// idTokenAlgs lists the profile's default first. RS256 is among them in every
// workspace, as OpenID Connect Discovery demands; its key is made when first
// needed.
func idTokenAlgs(s domain.Settings) []string {
	algs := []string{s.IDTokenAlg(&domain.Client{})}
	for _, alg := range domain.IDTokenAlgs() {
		if !slices.Contains(algs, alg) {
			algs = append(algs, alg)
		}
	}
	return algs
}

func scopeNames(catalog *cache.Catalog) []string {
	names := make([]string, 0, len(catalog.Scopes))
	for name := range catalog.Scopes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func intersect(list, allowed []string) []string {
	var out []string
	for _, v := range list {
		if slices.Contains(allowed, v) {
			out = append(out, v)
		}
	}
	return out
}
