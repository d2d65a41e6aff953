package endpoint

import (
	"crypto/rand"
	"encoding/base32"
	"errors"
	"strings"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/services/tenant-admin/internal/document"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
	"github.com/signet-authz/signet/services/tenant-admin/internal/rules"
)

func workspaceForm(w domain.Workspace) admin.Workspace {
	m := rules.WorkspaceForm(w)
	return admin.Workspace{
		ID: w.ID.String(), AID: w.AID, Issuer: w.Issuer, CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt,
		DisplayName: m.DisplayName, State: m.State, Profile: m.Profile, TokenEndpointAuthMethods: nonNil(m.TokenEndpointAuthMethods),
		TokenEndpointAuthSigningAlgValues: m.TokenEndpointAuthSigningAlgValues, ClientAssertionAudience: m.ClientAssertionAudience,
		TLSClientAuthRootCas: m.TLSClientAuthRootCas, TLSClientAuthCrls: m.TLSClientAuthCrls,
		RequirePushedAuthorizationRequests: m.RequirePushedAuthorizationRequests, PARTTL: m.PARTTL,
		PKCE: m.PKCE, AccessTokenFormat: m.AccessTokenFormat, AccessTokenSigningAlg: m.AccessTokenSigningAlg,
		AccessTokenTTL: m.AccessTokenTTL, IDTokenTTL: m.IDTokenTTL, CodeTTL: m.CodeTTL, RefreshTokenTTL: m.RefreshTokenTTL,
		RefreshTokenMaxTTL: m.RefreshTokenMaxTTL, RefreshGrace: m.RefreshGrace, SessionTTL: m.SessionTTL, SessionMaxTTL: m.SessionMaxTTL,
		ConsentScopeChoice: m.ConsentScopeChoice, DemoUsers: m.DemoUsers, Branding: m.Branding,
	}
}

func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// withIssuer fills in the issuer that follows from the public URL.
func (a *API) withIssuer(k *call, w domain.Workspace) domain.Workspace {
	if w.Issuer == "" {
		w.Issuer = a.Resolver.PublicURL() + "/" + k.tenant.TID() + "/" + w.AID
	}
	return w
}

func (a *API) listWorkspaces(k *call) (answer, error) {
	p, err := k.page()
	if err != nil {
		return answer{}, err
	}
	l, err := a.Store.Tenant(k.tenant).Workspaces(k.ctx, p)
	if err != nil {
		return answer{}, err
	}
	return ok(list(l, func(w domain.Workspace) admin.Workspace { return workspaceForm(a.withIssuer(k, w)) }), "")
}

func (a *API) createWorkspace(k *call) (answer, error) {
	var m admin.WorkspaceMetadata
	var id struct{ AID string }
	if err := k.input(&m, &id); err != nil {
		return answer{}, err
	}
	name := domain.CheckAID(id.AID)
	if name != nil && !domain.ValidSlug(id.AID) {
		return answer{}, problem.Invalid.With(problem.At("/aid", name.Error()))
	}
	if name != nil || id.AID == domain.AdminWorkspace {
		return answer{}, problem.Conflict.With(problem.Finding{Pointer: "/aid", Detail: "This name is reserved."})
	}
	w, found := rules.Workspace(m, domain.Workspace{ID: newID(), AID: id.AID, State: domain.StateActive}, a.AuthMethods, a.Now())
	if len(found) > 0 {
		return answer{}, problem.Invalid.With(found...)
	}
	n, err := a.newWorkspace(k.ctx, w)
	if err != nil {
		return answer{}, err
	}
	if w, err = a.Store.Tenant(k.tenant).CreateWorkspace(k.ctx, n, k.event("workspace.create", "workspace", id.AID)); err != nil {
		return answer{}, err
	}
	a.Invalidate(k.ctx, cache.Invalidation{Kind: cache.KindWorkspace, TID: k.tenant.TID(), AID: w.AID, WorkspaceID: w.ID})
	f := workspaceForm(a.withIssuer(k, w))
	if w.Settings.DemoUsers {
		if k.workspace, err = a.Resolver.AnyWorkspace(k.ctx, k.tenant.TID(), w.AID); err != nil {
			return answer{}, err
		}
		if f.DemoCredentials, err = a.enableDemoUsers(k); err != nil {
			return answer{}, err
		}
	}
	return made(f, etag(w.Version, w.CreatedAt), k.path(w.AID))
}

func (a *API) currentWorkspace(k *call) (domain.Workspace, error) {
	w, err := a.Store.Tenant(k.tenant).WorkspaceByAID(k.ctx, k.workspace.AID())
	return a.withIssuer(k, w), err
}

func (a *API) getWorkspace(k *call) (answer, error) {
	w, err := a.currentWorkspace(k)
	if err != nil {
		return answer{}, err
	}
	return ok(workspaceForm(w), etag(w.Version, w.CreatedAt))
}

func (a *API) updateWorkspace(k *call) (answer, error) {
	before, err := a.currentWorkspace(k)
	if err != nil {
		return answer{}, err
	}
	if err := k.match(etag(before.Version, before.CreatedAt)); err != nil {
		return answer{}, err
	}
	var m admin.WorkspaceMetadata
	err = k.patch(workspaceForm(before), &m, func(patch, current document.Object) (document.Object, error) {
		if profile, given := patch["profile"]; !given || profile == string(before.Settings.Profile) {
			return current, nil
		}
		return rules.Loosen(current, before, a.AuthMethods)
	})
	if err != nil {
		return answer{}, err
	}
	w, found := rules.Workspace(m, before, a.AuthMethods, a.Now())
	if len(found) > 0 {
		return answer{}, problem.Invalid.With(found...)
	}
	after, err := a.Store.Tenant(k.tenant).UpdateWorkspace(k.ctx, w, k.event("workspace.update", "workspace", w.AID))
	if err != nil {
		return answer{}, err
	}
	a.changed(k, cache.KindWorkspace, "")
	f := workspaceForm(a.withIssuer(k, after))
	switch turned := after.Settings.DemoUsers != before.Settings.DemoUsers; {
	case turned && after.Settings.DemoUsers:
		f.DemoCredentials, err = a.enableDemoUsers(k)
	case turned:
		err = a.disableDemoUsers(k)
	}
	if err != nil {
		return answer{}, err
	}
	return ok(f, etag(after.Version, after.CreatedAt))
}

func (a *API) deleteWorkspace(k *call) (answer, error) {
	w, err := a.currentWorkspace(k)
	if err != nil {
		return answer{}, err
	}
	if err := k.match(etag(w.Version, w.CreatedAt)); err != nil {
		return answer{}, err
	}
	if k.workspace.IsAdmin() {
		return answer{}, problem.ReadOnly.Because("the workspace admin ends with its tenant", nil)
	}
	facts, err := a.Store.Tenant(k.tenant).DeleteWorkspace(k.ctx, w.AID, k.event("workspace.delete", "workspace", w.AID))
	if err != nil {
		return answer{}, err
	}
	a.changed(k, cache.KindWorkspace, "")
	a.ended(k, facts)
	return gone(nil)
}

// demoUsers are the people of the sandbox.
func demoUsers() []domain.User {
	return []domain.User{
		{Username: "demo-alice", Name: "Alice Demo", GivenName: "Alice", FamilyName: "Demo", Email: "alice@demo.example", EmailVerified: true},
		{Username: "demo-bob", Name: "Bob Demo", GivenName: "Bob", FamilyName: "Demo", Email: "bob@demo.example", EmailVerified: true},
	}
}

// enableDemoUsers makes the demo users, or lets those there are in again, each
// with a fresh random password that only this answer shows.
func (a *API) enableDemoUsers(k *call) ([]admin.DemoCredential, error) {
	ws := a.Store.Workspace(k.workspace)
	var out []admin.DemoCredential
	for _, demo := range demoUsers() {
		password := demoPassword()
		phc, err := a.Passwords.Hash(k.ctx, password)
		if err != nil {
			return nil, err
		}
		u, err := ws.FindLogin(k.ctx, demo.Username)
		switch {
		case errors.Is(err, store.ErrNotFound):
			u = demo
			u.UserID, u.PasswordHash = keys.NewUserID(), phc
			_, err = ws.CreateUser(k.ctx, u, k.event("user.create", "user", u.UserID))
		case err == nil:
			err = a.readmit(k, u, phc)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, admin.DemoCredential{Username: demo.Username, Password: password})
	}
	return out, nil
}

func (a *API) readmit(k *call, u domain.User, phc string) error {
	ws := a.Store.Workspace(k.workspace)
	facts, err := ws.SetPassword(k.ctx, u.UserID, phc, k.event("user.password", "user", u.UserID))
	if err != nil {
		return err
	}
	a.ended(k, facts)
	u.Version, u.Disabled = 0, false
	_, _, err = ws.UpdateUser(k.ctx, u, k.event("user.update", "user", u.UserID))
	return err
}

func (a *API) disableDemoUsers(k *call) error {
	ws := a.Store.Workspace(k.workspace)
	for _, demo := range demoUsers() {
		u, err := ws.FindLogin(k.ctx, demo.Username)
		if errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		u.Version, u.Disabled = 0, true
		_, facts, err := ws.UpdateUser(k.ctx, u, k.event("user.update", "user", u.UserID))
		if err != nil {
			return err
		}
		a.ended(k, facts)
	}
	return nil
}

// demoPassword has 80 random bits in characters that people can type.
func demoPassword() string {
	var b [10]byte
	_, _ = rand.Read(b[:]) // never fails
	return strings.ToLower(base32.StdEncoding.EncodeToString(b[:]))
}
