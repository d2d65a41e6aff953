package issue

import (
	"slices"

	"github.com/signet-authz/signet/pkg/accesstoken"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// Audience derives "aud" and the scope of an access token. Where resources
// were asked for, they are the audience, and scopes of other services fall
// away (RFC 8707, section 2.2); else the audience is the services of the
// scopes, or the issuer where there are none (RFC 9068, section 3). Scopes that
// give rights at the issuer itself always go with the issuer as an audience.
func Audience(w tenancy.Workspace, catalog *cache.Catalog, scope oauth.Scope, resource []string) (accesstoken.Audience, oauth.Scope) {
	if len(resource) > 0 {
		return resource, within(catalog, scope, resource)
	}
	var audience accesstoken.Audience
	issuer := false
	for _, name := range scope {
		s, known := catalog.Scopes[name]
		if !known || s.ServiceID == "" {
			issuer = issuer || oauth.AtIssuer(name)
			continue
		}
		if a := catalog.Services[s.ServiceID].Audience; a != "" && !slices.Contains(audience, a) {
			audience = append(audience, a)
		}
	}
	if len(audience) == 0 || issuer {
		audience = append(audience, w.Issuer())
	}
	return audience, scope
}

func within(catalog *cache.Catalog, scope oauth.Scope, resource []string) oauth.Scope {
	var out oauth.Scope
	for _, name := range scope {
		s := catalog.Scopes[name]
		if s.ServiceID == "" && !oauth.AtIssuer(name) || s.ServiceID != "" && slices.Contains(resource, catalog.Services[s.ServiceID].Audience) {
			out = append(out, name)
		}
	}
	return out
}
