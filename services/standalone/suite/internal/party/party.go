// Package party holds the parties of the protocol, each made through the public
// API as anybody would: a tenant with its service client, workspaces, client
// applications, users. Nothing here looks behind HTTP.
package party

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/signet-authz/signet/services/standalone/suite/internal/browser"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// Tenant is a customer of the service under test.
type Tenant struct {
	Target *target.Target
	TID    string
	Owner  User
	// Service is the service client in the workspace "admin".
	Service *App

	mu    sync.Mutex
	token string
}

// User is a person at one workspace.
type User struct {
	Workspace *Workspace
	ID        string
	Email     string
	Username  string
	Name      string
	Password  string
}

// Name makes a name that no other test has: a slug, safe wherever it goes.
func Name(prefix string) string { return prefix + "-" + strings.ToLower(rand.Text()[:12]) }

// Register makes a tenant by self-registration, with a service client for the
// admin API.
func Register(t testing.TB, tg *target.Target) *Tenant {
	t.Helper()
	tid := Name("t")
	n := &Tenant{Target: tg, TID: tid, Owner: User{Email: "owner@" + tid + ".example", Name: "Olivia Owner", Password: rand.Text()}}
	a := n.register(t)
	if a.Status != http.StatusCreated {
		t.Fatalf("registration of a tenant: want 201, got %d: %s", a.Status, a)
	}
	service, _ := a.JSON()["service_client"].(map[string]any)
	id, _ := service["client_id"].(string)
	secret, _ := service["client_secret"].(string)
	if id == "" || secret == "" {
		t.Fatalf("registration with a service client gave none: %s", a)
	}
	admin := &Workspace{Tenant: n, AID: "admin"}
	n.Owner.Workspace = admin
	n.Service = &App{Workspace: admin, ID: id, Secret: secret, Method: "client_secret_basic"}
	return n
}

func (n *Tenant) register(t testing.TB) wire.Answer {
	t.Helper()
	body := encode(t, map[string]any{
		"tid": n.TID, "display_name": "Tenant " + n.TID, "with_service_client": true,
		"owner": map[string]any{"email": n.Owner.Email, "name": n.Owner.Name, "password": n.Owner.Password},
	})
	return wire.Do(t, wire.Request(t, http.MethodPost, n.Target.URL+"/api/v1/tenants", body, "Content-Type", "application/json"))
}

// Token is an access token for the admin API, fetched once.
func (n *Tenant) Token(t testing.TB) string {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.token == "" {
		a := n.Service.Token(t, "grant_type", "client_credentials")
		if n.token = a.Text("access_token"); a.Status != http.StatusOK || n.token == "" {
			t.Fatalf("a token for the admin API: %d: %s", a.Status, a)
		}
	}
	return n.token
}

// Forget drops the kept token for the admin API.
func (n *Tenant) Forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.token = ""
}

// API calls the admin API as the tenant's service client, at a path below
// /api/v1/tenants/{tid}. A nil body is none.
func (n *Tenant) API(t testing.TB, method, path string, body any, headers ...string) wire.Answer {
	t.Helper()
	text := ""
	if body != nil {
		text = encode(t, body)
		headers = append(headers, "Content-Type", "application/json")
	}
	headers = append(headers, "Authorization", "Bearer "+n.Token(t))
	return wire.Do(t, wire.Request(t, method, n.Target.URL+"/api/v1/tenants/"+n.TID+path, text, headers...))
}

// Must is API for calls that succeed.
func (n *Tenant) Must(t testing.TB, method, path string, body any) wire.Answer {
	t.Helper()
	a := n.API(t, method, path, body)
	if a.Status < 200 || a.Status >= 300 {
		t.Fatalf("%s %s: %d: %s", method, path, a.Status, a)
	}
	return a
}

// Default is the workspace that registration made.
func (n *Tenant) Default() *Workspace { return &Workspace{Tenant: n, AID: "default"} }

// NewWorkspace makes a further one with the settings given.
func (n *Tenant) NewWorkspace(t testing.TB, settings map[string]any) *Workspace {
	t.Helper()
	w := &Workspace{Tenant: n, AID: Name("w")}
	body := map[string]any{"aid": w.AID, "display_name": "Workspace " + w.AID}
	for k, v := range settings {
		body[k] = v
	}
	n.Must(t, http.MethodPost, "/workspaces", body)
	return w
}

// Workspace is one authorization server of a tenant.
type Workspace struct {
	Tenant *Tenant
	AID    string
}

// Path is the workspace's path on the public origin.
func (w *Workspace) Path() string { return "/" + w.Tenant.TID + "/" + w.AID }

// Issuer is the workspace's issuer identifier.
func (w *Workspace) Issuer() string { return w.Tenant.Target.URL + w.Path() }

// Address is an address within the workspace.
func (w *Workspace) Address(path string) string { return w.Issuer() + path }

// API calls the admin API at a path below the workspace.
func (w *Workspace) API(t testing.TB, method, path string, body any, headers ...string) wire.Answer {
	t.Helper()
	return w.Tenant.API(t, method, "/workspaces/"+w.AID+path, body, headers...)
}

// Must is API for calls that succeed.
func (w *Workspace) Must(t testing.TB, method, path string, body any) wire.Answer {
	t.Helper()
	return w.Tenant.Must(t, method, "/workspaces/"+w.AID+path, body)
}

// Post posts to an endpoint of the workspace at the node: the raw body, the
// headers as pairs. Node 0 is the public origin.
func (w *Workspace) Post(t testing.TB, node int, path, body string, headers ...string) wire.Answer {
	t.Helper()
	return wire.Do(t, w.Request(t, node, http.MethodPost, path, body, headers...))
}

// Request makes a request to the workspace at a node. All nodes answer for the
// same public host.
func (w *Workspace) Request(t testing.TB, node int, method, path, body string, headers ...string) *http.Request {
	t.Helper()
	tg := w.Tenant.Target
	public, err := url.Parse(tg.URL)
	if err != nil {
		t.Fatalf("public URL: %v", err)
	}
	headers = append([]string{"Host", public.Host}, headers...)
	return wire.Request(t, method, tg.Nodes[node%len(tg.Nodes)]+w.Path()+path, body, headers...)
}

// Get gets an address of the workspace.
func (w *Workspace) Get(t testing.TB, path string, headers ...string) wire.Answer {
	t.Helper()
	return wire.Do(t, wire.Request(t, http.MethodGet, w.Address(path), "", headers...))
}

// UserInfo calls userinfo with a bearer token.
func (w *Workspace) UserInfo(t testing.TB, token string) wire.Answer {
	t.Helper()
	return w.Get(t, "/userinfo", "Authorization", "Bearer "+token)
}

// NewUser makes a user with a password and every profile field.
func (w *Workspace) NewUser(t testing.TB) User {
	t.Helper()
	name := Name("u")
	return w.NewUserWith(t, map[string]any{
		"email": name + "@example.com", "username": name, "name": "Ursula " + name, "password": rand.Text(),
	})
}

// NewUserWith makes a user from the fields given.
func (w *Workspace) NewUserWith(t testing.TB, fields map[string]any) User {
	t.Helper()
	a := w.Must(t, http.MethodPost, "/users", fields)
	text := func(name string) string { s, _ := fields[name].(string); return s }
	u := User{Workspace: w, ID: a.Text("id"), Email: text("email"), Username: text("username"), Name: text("name"), Password: text("password")}
	if !strings.HasPrefix(u.ID, "usr_") {
		t.Fatalf("a user's id must begin with usr_: %s", a)
	}
	return u
}

// Patch changes the user through the admin API.
func (u User) Patch(t testing.TB, fields map[string]any) {
	t.Helper()
	u.Workspace.Must(t, http.MethodPatch, "/users/"+u.ID, fields)
}

// Browser is a new browser at the service under test.
func (w *Workspace) Browser(t testing.TB) *browser.Browser {
	t.Helper()
	return browser.New(t, w.Tenant.Target.URL)
}

func encode(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	return string(b)
}
