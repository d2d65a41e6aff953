package endpoint

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
	"github.com/signet-authz/signet/services/tenant-admin/internal/rules"
)

func clientForm(c domain.Client) admin.Client {
	f := admin.Client{
		ClientID: c.ClientID, ClientName: c.ClientName, ApplicationType: c.ApplicationType, BuiltIn: c.BuiltIn,
		CreatedAt: c.CreatedAt, UpdatedAt: c.UpdatedAt, TokenEndpointAuthMethod: c.TokenEndpointAuthMethod,
		TokenEndpointAuthSigningAlg: c.TokenEndpointAuthSigningAlg, RedirectUris: nonNil(c.RedirectURIs),
		PostLogoutRedirectUris: nonNil(c.PostLogoutRedirectURIs), GrantTypes: nonNil(c.GrantTypes), ResponseTypes: nonNil(c.ResponseTypes),
		ResponseModes: c.ResponseModes, Scope: c.Scope.String(), Contacts: c.Contacts, LogoURI: c.LogoURI, ClientURI: c.ClientURI,
		PolicyURI: c.PolicyURI, TOSURI: c.TosURI, JWKSURI: c.JWKSURI, TLSClientAuthSubjectDN: c.TLSClientAuthSubjectDN,
		TLSClientAuthSANDNS: c.TLSClientAuthSANDNS, TLSClientAuthSANURI: c.TLSClientAuthSANURI, TLSClientAuthSANIP: c.TLSClientAuthSANIP,
		TLSClientAuthSANEmail: c.TLSClientAuthSANEmail, IDTokenSignedResponseAlg: c.IDTokenSignedResponseAlg,
		DefaultMaxAge: int(c.DefaultMaxAge / time.Second), RequireAuthTime: c.RequireAuthTime,
		RequirePushedAuthorizationRequests: c.RequirePAR, TLSClientCertificateBoundAccessTokens: c.CertificateBound,
		Trusted: c.Trusted, Disabled: c.Disabled,
		AccessTokenFormat: string(c.AccessTokenFormat), AccessTokenTTL: int(c.AccessTokenTTL / time.Second),
		IDTokenTTL: int(c.IDTokenTTL / time.Second), RefreshTokenTTL: int(c.RefreshTokenTTL / time.Second),
	}
	if c.TokenEndpointAuthMethodPrevious != "" {
		f.TokenEndpointAuthMethodPrevious = admin.PreviousMethod{Method: c.TokenEndpointAuthMethodPrevious, Until: c.TokenEndpointAuthMethodPreviousUntil}
	}
	for _, credential := range c.FederatedCredentials {
		f.FederatedCredentials = append(f.FederatedCredentials, federatedForm(credential))
	}
	if len(c.JWKS) > 0 {
		// It was checked when it was registered; a set that does not read is not shown.
		_ = json.Unmarshal(c.JWKS, &f.JWKS)
	}
	return f
}

func federatedForm(c domain.FederatedCredential) admin.FederatedCredential {
	f := admin.FederatedCredential{
		Name: c.Name, Preset: c.Preset, Issuer: c.Issuer, JWKSURI: c.JWKSURI, Subject: c.Subject, Audience: c.Audience, Claims: c.Claims, SingleUse: &c.SingleUse,
	}
	if len(c.JWKS) > 0 {
		_ = json.Unmarshal(c.JWKS, &f.JWKS)
	}
	return f
}

// surroundings are what a client of the call's workspace is judged by.
func (a *API) surroundings(k *call) (rules.Surroundings, error) {
	scopes, _, err := a.Store.Workspace(k.workspace).Catalog(k.ctx)
	if err != nil {
		return rules.Surroundings{}, err
	}
	w, err := a.currentWorkspace(k)
	if err != nil {
		return rules.Surroundings{}, err
	}
	s := rules.Surroundings{
		PublicURL: a.Resolver.PublicURL(), Served: a.AuthMethods, Settings: w.Settings, Admin: k.workspace.IsAdmin(),
		Scopes: make(map[string]domain.Scope, len(scopes)), Now: a.Now(),
	}
	for _, scope := range scopes {
		s.Scopes[scope.Name] = scope
	}
	return s, nil
}

func (a *API) listClients(k *call) (answer, error) {
	p, err := k.page()
	if err != nil {
		return answer{}, err
	}
	l, err := a.Store.Workspace(k.workspace).Clients(k.ctx, p)
	if err != nil {
		return answer{}, err
	}
	return ok(list(l, clientForm), "")
}

func (a *API) createClient(k *call) (answer, error) {
	var m admin.ClientMetadata
	var id struct {
		ClientID string `json:"client_id"`
	}
	if err := k.input(&m, &id); err != nil {
		return answer{}, err
	}
	s, err := a.surroundings(k)
	if err != nil {
		return answer{}, err
	}
	c, found := rules.Client(m, nil, s)
	c.ClientID = id.ClientID
	if c.ClientID == "" {
		c.ClientID = keys.NewClientID()
	}
	if strings.HasPrefix(c.ClientID, domain.SelfCheckClientPrefix) {
		found = append(found, problem.Finding{Pointer: "/client_id", Detail: "Ids that begin with " + domain.SelfCheckClientPrefix + " are the self-check's."})
	}
	if !domain.ValidClientID(c.ClientID) {
		found = append(found, problem.Finding{Pointer: "/client_id", Detail: "Use 1 to 128 letters, digits, - and _, not beginning with " + domain.UserIDPrefix + "."})
	}
	if len(found) > 0 {
		return answer{}, problem.Invalid.With(found...)
	}
	value := ""
	if rules.NeedsSecret(nil, c, s.Now) {
		secret, text, err := a.newSecret(k.workspace, &c, "Registration", time.Time{})
		if err != nil {
			return answer{}, err
		}
		c.Secrets, value = []domain.ClientSecret{secret}, text
	}
	if c, err = a.Store.Workspace(k.workspace).CreateClient(k.ctx, c, k.event("client.create", "client", c.ClientID)); err != nil {
		return answer{}, err
	}
	a.changed(k, cache.KindClient, c.ClientID)
	return made(withSecret(clientForm(c), value), etag(c.Version, c.CreatedAt), k.path(c.ClientID))
}

// withSecret shows a secret that was just made; the value is empty where none was.
func withSecret(f admin.Client, value string) admin.Client {
	if value != "" {
		f.ClientSecret, f.ClientSecretExpiresAt = value, new(int)
	}
	return f
}

// findClient is the client that the path names.
func (a *API) findClient(k *call) (domain.Client, error) {
	id := k.echo.Param("client_id")
	if !domain.ValidClientID(id) {
		return domain.Client{}, problem.NotFound.Because("not a client id", nil)
	}
	return a.Store.Workspace(k.workspace).Client(k.ctx, id)
}

// ownClient is findClient for those who are about to change it.
func (a *API) ownClient(k *call) (domain.Client, error) {
	c, err := a.findClient(k)
	if err == nil && c.BuiltIn {
		return domain.Client{}, problem.ReadOnly.Because("the client is built in", nil)
	}
	return c, err
}

func (a *API) getClient(k *call) (answer, error) {
	c, err := a.findClient(k)
	if err != nil {
		return answer{}, err
	}
	return ok(clientForm(c), etag(c.Version, c.CreatedAt))
}

func (a *API) updateClient(k *call) (answer, error) {
	c, err := a.ownClient(k)
	if err != nil {
		return answer{}, err
	}
	if err := k.match(etag(c.Version, c.CreatedAt)); err != nil {
		return answer{}, err
	}
	var m admin.ClientMetadata
	if err := k.patch(clientForm(c), &m); err != nil {
		return answer{}, err
	}
	s, err := a.surroundings(k)
	if err != nil {
		return answer{}, err
	}
	after, found := rules.Client(m, &c, s)
	if len(found) > 0 {
		return answer{}, problem.Invalid.With(found...)
	}
	value := ""
	var facts []domain.Revocation
	if rules.NeedsSecret(&c, after, s.Now) {
		after, value, facts, err = a.updateWithSecret(k, after)
	} else {
		after, facts, err = a.Store.Workspace(k.workspace).UpdateClient(k.ctx, after, k.event("client.update", "client", c.ClientID))
	}
	if err != nil {
		return answer{}, err
	}
	a.changed(k, cache.KindClient, c.ClientID)
	a.ended(k, facts)
	return ok(withSecret(clientForm(after), value), etag(after.Version, after.CreatedAt))
}

// updateWithSecret changes a client together with the secret that its new method
// needs.
func (a *API) updateWithSecret(k *call, c domain.Client) (after domain.Client, value string, facts []domain.Revocation, err error) {
	secret, value, err := a.newSecret(k.workspace, &c, "For "+c.TokenEndpointAuthMethod, time.Time{})
	if err != nil {
		return domain.Client{}, "", nil, err
	}
	after, facts, err = a.Store.Workspace(k.workspace).UpdateClientWithSecret(k.ctx, c, secret,
		k.event("client.update", "client", c.ClientID), k.event("secret.create", "client", c.ClientID))
	return after, value, facts, err
}

func (a *API) deleteClient(k *call) (answer, error) {
	c, err := a.ownClient(k)
	if err != nil {
		return answer{}, err
	}
	if err := k.match(etag(c.Version, c.CreatedAt)); err != nil {
		return answer{}, err
	}
	facts, err := a.Store.Workspace(k.workspace).DeleteClient(k.ctx, c.ClientID, k.event("client.delete", "client", c.ClientID))
	if err != nil {
		return answer{}, err
	}
	a.changed(k, cache.KindClient, c.ClientID)
	a.changed(k, cache.KindCatalog, "") // services may have forgotten it
	a.ended(k, facts)
	return gone(nil)
}

// knowsClient tells whether the workspace has the client. An outage counts as
// an error of the whole request, which the caller finds in failed.
func (a *API) knowsClient(k *call, failed *error) func(string) bool {
	return func(id string) bool {
		if !domain.ValidClientID(id) || *failed != nil {
			return false
		}
		_, err := a.Store.Workspace(k.workspace).Client(k.ctx, id)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			*failed = err
		}
		return err == nil
	}
}
