package endpoint

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
	"github.com/signet-authz/signet/services/tenant-admin/internal/rules"
)

// AudiencePath is where the admin API stands below the public URL; together
// they are the audience of its tokens.
const AudiencePath = base

// adminServiceID is the built-in service that the admin API is.
const adminServiceID = "admin-api"

// verificationLife is how long an owner may take to prove an address.
const verificationLife = 48 * time.Hour

// registerTenant makes a tenant with two workspaces, an owner and, where asked
// for, a client for programs. It waits for one password hash, which costs more
// than all the rest together, and prepares everything else meanwhile.
func (a *API) registerTenant(k *call) (answer, error) {
	if a.Registration.Mode == Closed {
		return answer{}, problem.RegistrationClosed
	}
	var in admin.Registration
	if err := k.input(&in); err != nil {
		return answer{}, err
	}
	if err := a.mayRegister(k, in); err != nil {
		return answer{}, err
	}
	hashed := a.hashing(k.ctx, in.Owner.Password)
	n, err := a.newTenant(k.ctx, in)
	if err != nil {
		return answer{}, err
	}
	service, err := a.serviceClient(in, &n)
	if err != nil {
		return answer{}, err
	}
	h := <-hashed
	if h.err != nil {
		return answer{}, h.err
	}
	n.Owner.PasswordHash = h.phc
	if a.Registration.Mode == VerifyEmail {
		if err := a.askOwner(k, &n); err != nil {
			return answer{}, err
		}
	}
	if err := a.Store.Platform().CreateTenant(k.ctx, n, k.event("tenant.create", "tenant", in.TID)); err != nil {
		return answer{}, err
	}
	// Somebody may have asked for the name before it was taken, and been told
	// that there is no such tenant.
	a.Invalidate(k.ctx, cache.Invalidation{Kind: cache.KindTenant, TID: in.TID})
	return a.registered(k.ctx, n, service)
}

// askOwner makes the tenant wait until its owner has proven the address. The
// token is sent before the tenant is made: a message about nothing does no
// harm, a tenant that waits for a message that was never sent is lost.
func (a *API) askOwner(k *call, n *store.NewTenant) error {
	if _, err := a.Resolver.Tenant(k.ctx, n.Tenant.TID); err == nil {
		return problem.Conflict.With(problem.Finding{Pointer: "/tid", Detail: "This value is taken."})
	}
	token := keys.NewBearer()
	if err := a.Registration.Verify(k.ctx, n.Owner.Email, n.Tenant.TID, token); err != nil {
		return problem.Unavailable.Because("the verification could not be sent", err)
	}
	n.Tenant.State = domain.StateSuspended
	n.Verification = store.Verification{TokenHash: keys.HashBearer(token), ExpiresAt: a.Now().Add(verificationLife)}
	return nil
}

// mayRegister says whether this caller may take this name.
func (a *API) mayRegister(k *call, in admin.Registration) error {
	found := rules.Owner(in.Owner)
	name := domain.CheckTID(in.TID)
	if name != nil && !domain.ValidSlug(in.TID) {
		found = append(found, problem.At("/tid", name.Error()))
	}
	if len(found) > 0 {
		return problem.Invalid.With(found...)
	}
	if name != nil {
		return problem.Conflict.With(problem.At("/tid", name.Error()))
	}
	if a.Registration.Mode == Invite && !a.Registration.Invited(in.Invitation, in.TID, in.Owner.Email) {
		return problem.InvitationNeeded
	}
	return a.limit(k, "register")
}

// limit counts what callers without a credential do, by where they call from.
func (a *API) limit(k *call, name string) error {
	d, err := a.KV.Limit(k.ctx, kv.Limit{Name: name, Key: server.PeerOf(k.echo).Source(), Burst: a.Registration.PerSource, Per: a.Registration.Per})
	if err != nil {
		return err
	}
	if !d.Allowed {
		return problem.RateLimited.RetryIn(d.RetryAfter)
	}
	return nil
}

type hash struct {
	phc string
	err error
}

// hashing hashes a password beside the caller's other work.
func (a *API) hashing(ctx context.Context, password string) <-chan hash {
	done := make(chan hash, 1)
	go func() {
		phc, err := a.Passwords.Hash(ctx, password)
		done <- hash{phc, err}
	}()
	return done
}

// newTenant is all that the tenant begins with but the owner's password.
func (a *API) newTenant(ctx context.Context, in admin.Registration) (store.NewTenant, error) {
	name := strings.TrimSpace(in.DisplayName)
	if name == "" {
		name = in.TID
	}
	adminID, defaultID := newID(), newID()
	n := store.NewTenant{
		Tenant: domain.Tenant{ID: newID(), TID: in.TID, DisplayName: name, State: domain.StateActive, AdminWorkspaceID: adminID},
		Owner:  domain.User{UserID: keys.NewUserID(), Email: in.Owner.Email, Name: in.Owner.Name},
	}
	administration, err := a.newWorkspace(ctx, domain.Workspace{ID: adminID, TenantID: n.Tenant.ID, AID: domain.AdminWorkspace, DisplayName: name + " administration", State: domain.StateActive})
	if err != nil {
		return store.NewTenant{}, err
	}
	if err := a.furnish(&administration); err != nil {
		return store.NewTenant{}, err
	}
	first, err := a.newWorkspace(ctx, domain.Workspace{ID: defaultID, TenantID: n.Tenant.ID, AID: domain.DefaultWorkspace, DisplayName: name, State: domain.StateActive})
	if err != nil {
		return store.NewTenant{}, err
	}
	n.Workspaces = []store.NewWorkspace{administration, first}
	return n, nil
}

// newWorkspace gives a workspace what every one begins with: settings where it
// has none, the standard scopes, a key that signs and one that stands by.
func (a *API) newWorkspace(ctx context.Context, w domain.Workspace) (store.NewWorkspace, error) {
	if w.Settings.Profile == "" {
		w.Settings = rules.DefaultSettings(domain.ProfileDefault, a.AuthMethods)
	}
	n := store.NewWorkspace{Workspace: w, Scopes: domain.StandardScopes()}
	now := a.Now()
	for _, seal := range []func(keys.Material) (domain.SigningKey, error){
		func(m keys.Material) (domain.SigningKey, error) { return a.Root.SealKey(w.ID, m, now, now) },
		func(m keys.Material) (domain.SigningKey, error) { return a.Root.SealNext(w.ID, m, now) },
	} {
		m, err := a.Pool.Take(ctx, oauth.ES256)
		if err != nil {
			return store.NewWorkspace{}, err
		}
		key, err := seal(m)
		if err != nil {
			return store.NewWorkspace{}, err
		}
		n.Keys = append(n.Keys, key)
	}
	return n, nil
}

// furnish makes a workspace the tenant's workspace "admin": the admin API is a
// service of it, with two scopes, and the console a client.
func (a *API) furnish(n *store.NewWorkspace) error {
	public := a.Resolver.PublicURL()
	n.Services = append(n.Services, domain.Service{ServiceID: adminServiceID, Name: "Admin API", Audience: public + AudiencePath, BuiltIn: true})
	n.Scopes = append(n.Scopes,
		domain.Scope{Name: oauth.ScopeAdminRead, Description: "See everything in this tenant", ServiceID: adminServiceID, BuiltIn: true},
		domain.Scope{Name: oauth.ScopeAdminWrite, Description: "Change everything in this tenant", ServiceID: adminServiceID, BuiltIn: true},
	)
	jwks, err := a.Root.OwnClient(n.Workspace.ID, rules.ConsoleClientID).JWKS()
	if err != nil {
		return err
	}
	n.Clients = append(n.Clients, rules.ConsoleClient(public, jwks))
	return nil
}

// serviceClient adds the client for programs, where it was asked for.
func (a *API) serviceClient(in admin.Registration, n *store.NewTenant) (admin.ServiceClient, error) {
	if !in.WithServiceClient {
		return admin.ServiceClient{}, nil
	}
	w, err := tenancy.NewResolver(unborn{n}, a.Resolver.PublicURL()).AnyWorkspace(context.Background(), in.TID, domain.AdminWorkspace)
	if err != nil {
		return admin.ServiceClient{}, err
	}
	scope := oauth.Scope{oauth.ScopeAdminRead, oauth.ScopeAdminWrite}
	c := domain.Client{
		ClientID: keys.NewClientID(), ClientName: "Service client", ApplicationType: domain.ApplicationWeb,
		TokenEndpointAuthMethod: oauth.MethodClientSecretBasic, GrantTypes: []string{oauth.GrantClientCredentials}, Scope: scope,
	}
	secret, value, err := a.newSecret(w, &c, "Registration", time.Time{})
	if err != nil {
		return admin.ServiceClient{}, err
	}
	c.Secrets = []domain.ClientSecret{secret}
	n.Clients = append(n.Clients, c)
	return admin.ServiceClient{ClientID: c.ClientID, ClientSecret: value, TokenURL: w.Endpoint("/oauth2/token"), Scope: scope.String()}, nil
}

// unborn is the directory of a tenant that is about to be made: secrets are
// bound to a workspace's handle, which only the resolver gives out.
type unborn struct{ n *store.NewTenant }

// FindTenant implements tenancy.Directory.
func (u unborn) FindTenant(context.Context, string) (domain.Tenant, error) { return u.n.Tenant, nil }

// FindWorkspace implements tenancy.Directory.
func (u unborn) FindWorkspace(_ context.Context, _, aid string) (domain.Tenant, domain.Workspace, error) {
	for _, w := range u.n.Workspaces {
		if w.Workspace.AID == aid {
			return u.n.Tenant, w.Workspace, nil
		}
	}
	return domain.Tenant{}, domain.Workspace{}, tenancy.ErrNotFound
}

// registered is the answer, read back as it is kept.
func (a *API) registered(ctx context.Context, n store.NewTenant, service admin.ServiceClient) (answer, error) {
	out := admin.Registered{ServiceClient: service}
	tag := ""
	for _, aid := range []string{domain.AdminWorkspace, domain.DefaultWorkspace} {
		w, err := a.Resolver.AnyWorkspace(ctx, n.Tenant.TID, aid)
		if err != nil {
			return answer{}, err
		}
		t := w.Tenant().Record()
		out.Tenant, tag = tenantForm(t), etag(t.Version, t.CreatedAt)
		out.Workspaces = append(out.Workspaces, workspaceForm(w.Record()))
	}
	out.Owner = admin.Member{
		UserID: n.Owner.UserID, Email: n.Owner.Email, Name: n.Owner.Name, Role: string(domain.RoleOwner),
		CreatedAt: out.Tenant.CreatedAt, UpdatedAt: out.Tenant.UpdatedAt,
	}
	return made(out, tag, tenants+"/"+n.Tenant.TID)
}

// newID is a fresh row key.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
