package grant

import (
	"context"

	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/trace"
)

// clientCredentials is the grant by which a client acts for itself (RFC 6749,
// section 4.4).
type clientCredentials struct{}

func (clientCredentials) Name() string { return oauth.GrantClientCredentials }

func (clientCredentials) Exchange(_ context.Context, r *Request) (oauth.Authorization, error) {
	client := r.Client.Record()
	if !r.Trace.Check("client is confidential", !client.Public(), trace.Check{Expected: "a confidential client", Wrong: "a public client", RFC: "RFC 6749, section 4.4"}) {
		return oauth.Authorization{}, oauth.ErrUnauthorizedClient.Because("a public client has no credentials of its own", nil)
	}
	scope := r.Scope
	if scope == nil {
		scope = ownScope(client.Scope)
	}
	if scope.Has(oauth.ScopeOpenID) || scope.Has(oauth.ScopeOfflineAccess) {
		r.Trace.Fail("scope fits a client", trace.Check{Expected: "no openid, no offline_access", Actual: scope.String(), RFC: "OpenID Connect Core 1.0, section 3.1.2.1", Fix: "openid and offline_access speak of a user; leave them out."})
		return oauth.Authorization{}, oauth.ErrInvalidScope.Because("openid and offline_access speak of a user", nil)
	}
	return oauth.Authorization{ClientID: client.ClientID, Subject: client.ClientID, Scope: scope, Resource: r.Resource, IssuedAt: r.Now}, nil
}

// ownScope is what a client gets when it names no scope: all that it
// registered, apart from what only makes sense for a user.
func ownScope(registered oauth.Scope) oauth.Scope {
	scope := oauth.Scope{}
	for _, v := range registered {
		if v != oauth.ScopeOpenID && v != oauth.ScopeOfflineAccess {
			scope = append(scope, v)
		}
	}
	return scope
}
