package caller

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/signet-authz/signet/pkg/accesstoken"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

// Deps are what an Authenticator needs. All of them are required.
type Deps struct {
	Resolver    *tenancy.Resolver
	Rings       *cache.Rings
	Clients     *cache.Clients
	Revocations *cache.Revocations
	Store       *store.Store
	Audience    string // that tokens must be issued for
	Now         func() time.Time
}

// rolesFresh is how long a role may be remembered. With the time of a load it
// stays below the five seconds within which a change must hold everywhere.
const rolesFresh = 4 * time.Second

// Authenticator turns access tokens into callers.
type Authenticator struct {
	deps     Deps
	verifier accesstoken.Verifier
	roles    *cache.Cache[seat, domain.Member]
}

// seat is a person's place in a tenant.
type seat struct{ tid, userID string }

// NewAuthenticator returns an authenticator.
func NewAuthenticator(d Deps) *Authenticator {
	a := &Authenticator{deps: d, verifier: accesstoken.Verifier{Rings: d.Rings.Ring, Revocations: d.Revocations, Now: d.Now}}
	a.roles = cache.New(cache.Options[seat, domain.Member]{
		Name: "members", Size: 4096, Fresh: rolesFresh, Stale: rolesFresh, Now: d.Now, Load: a.member,
		Negative: func(err error) bool { return errors.Is(err, store.ErrNotFound) },
	})
	return a
}

func (a *Authenticator) member(ctx context.Context, s seat) (domain.Member, error) {
	t, err := a.deps.Resolver.Tenant(ctx, s.tid)
	if errors.Is(err, tenancy.ErrNotFound) {
		return domain.Member{}, store.ErrNotFound
	}
	if err != nil {
		return domain.Member{}, err
	}
	return a.deps.Store.Tenant(t).Member(ctx, s.userID)
}

// Member finds a member, as they were seconds ago at most. ErrNotFound of package
// store where there is none.
func (a *Authenticator) Member(ctx context.Context, tid, userID string) (domain.Member, error) {
	return a.roles.Get(ctx, seat{tid, userID})
}

// Forget drops what is remembered of a member, after a change.
func (a *Authenticator) Forget(tid, userID string) { a.roles.Forget(seat{tid, userID}) }

// Authenticate reads the values of the Authorization header; certificate is the
// client certificate, in DER, of the connection that brought them. Its error is a
// problem, or an outage of what it asked.
func (a *Authenticator) Authenticate(ctx context.Context, authorization []string, certificate []byte) (Caller, error) {
	token, err := bearer(authorization)
	if err != nil {
		return Caller{}, err
	}
	w, err := a.home(ctx, token)
	if err != nil {
		return Caller{}, err
	}
	claims, err := a.verifier.VerifyPresented(ctx, w, token, certificate)
	if errors.Is(err, oauth.ErrInvalidToken) {
		return Caller{}, refuse(oauth.AsError(err).Reason(), err)
	}
	if err != nil {
		return Caller{}, err
	}
	if !slices.Contains(claims.Audience, a.deps.Audience) {
		return Caller{}, refuse("the token is for another audience", nil)
	}
	if err := a.clientStands(ctx, w, claims.ClientID); err != nil {
		return Caller{}, err
	}
	c := Caller{kind: KindClient, id: claims.ClientID, tenant: w.Tenant(), known: true, scope: scopeReach(claims.Scopes()), role: Own}
	if userID := claims.UserID(); userID != "" {
		c.kind, c.id = KindMember, userID
		if c.role, err = a.roleReach(ctx, w, userID); err != nil {
			return Caller{}, err
		}
	}
	return c, nil
}

// bearer takes the token out of exactly one Authorization header (RFC 6750,
// section 2.1). Tokens come in no other way: not in the query, not in a body.
func bearer(authorization []string) (string, error) {
	if len(authorization) == 0 {
		return "", problem.Unauthenticated.Because("no token", nil).Challenged(`Bearer realm="signet"`)
	}
	scheme, token, found := strings.Cut(authorization[0], " ")
	if len(authorization) != 1 || !found || !strings.EqualFold(scheme, "Bearer") || token == "" || len(token) > accesstoken.MaxBytes {
		return "", refuse("the Authorization header is not one bearer token", nil)
	}
	return token, nil
}

func refuse(reason string, cause error) error {
	return problem.Unauthenticated.Because(reason, cause).Challenged(`Bearer realm="signet", error="invalid_token"`)
}

// home is the workspace "admin" that the token claims as its issuer. The claim
// is only a hint of which keys to try: the token is verified under them before
// anything else is believed. Opaque tokens have no such hint and are not taken;
// the workspace "admin" issues none.
func (a *Authenticator) home(ctx context.Context, token string) (tenancy.Workspace, error) {
	tid, ok := a.issuingTenant(token)
	if !ok {
		return tenancy.Workspace{}, refuse("the token is not of a workspace admin", nil)
	}
	w, err := a.deps.Resolver.AnyWorkspace(ctx, tid, domain.AdminWorkspace)
	if errors.Is(err, tenancy.ErrNotFound) {
		return tenancy.Workspace{}, refuse("the token's tenant is gone", nil)
	}
	return w, err
}

func (a *Authenticator) issuingTenant(token string) (string, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", false
	}
	payload, err := base64.RawURLEncoding.Strict().DecodeString(parts[1])
	if err != nil {
		return "", false
	}
	var claims struct {
		Issuer string `json:"iss"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		return "", false
	}
	path, ok := strings.CutPrefix(claims.Issuer, a.deps.Resolver.PublicURL()+"/")
	if !ok {
		return "", false
	}
	tid, ok := strings.CutSuffix(path, "/"+domain.AdminWorkspace)
	return tid, ok && domain.ValidSlug(tid)
}

// clientStands refuses tokens of clients that were disabled or deleted since.
func (a *Authenticator) clientStands(ctx context.Context, w tenancy.Workspace, clientID string) error {
	c, err := a.deps.Clients.Client(ctx, w, clientID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return refuse("the client is gone", nil)
	case err != nil:
		return err
	case c.Disabled:
		return refuse("the client is disabled", nil)
	}
	return nil
}

func (a *Authenticator) roleReach(ctx context.Context, w tenancy.Workspace, userID string) (Reach, error) {
	m, err := a.roles.Get(ctx, seat{w.TID(), userID})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return Anyone, nil // a user of the workspace, yet no member
	case err != nil:
		return Anyone, err
	case m.Disabled:
		return Anyone, nil
	}
	return reachOf(m.Role), nil
}

func scopeReach(s oauth.Scope) Reach {
	switch {
	case s.Has(oauth.ScopeAdminWrite):
		return Own
	case s.Has(oauth.ScopeAdminRead):
		return Read
	}
	return Anyone
}
