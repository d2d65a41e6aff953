package selfcheck

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// Where the clients of a run are said to be. The top-level domain exists nowhere
// (RFC 2606, section 2), so that whatever goes astray arrives nowhere.
const (
	origin         = "https://self-check.invalid"
	attackerOrigin = "https://attacker.invalid"
)

const partyScope = "openid profile email offline_access"

// party is a client of the run, with what it proves itself by.
type party struct {
	client      domain.Client
	secret      string
	key         keys.Material
	certificate *tls.Certificate
}

func (p *party) id() string     { return p.client.ClientID }
func (p *party) method() string { return p.client.TokenEndpointAuthMethod }

// redirectURI is the only one that the party registered.
func (p *party) redirectURI() string { return p.client.RedirectURIs[0] }

// run is one run of the self-check.
type run struct {
	*Runner
	w        tenancy.Workspace
	settings domain.Settings
	event    domain.AuditEvent // who asked
	mark     string            // by which the services know its requests

	parties map[string]*party // by method; one more of the method of web is "other"
	made    []string          // ids of clients
	user    domain.User
	secret  string // the user's password
	browser *browser

	seen
}

// prepare makes the user and the clients: one for every method that is served,
// allowed or not, and a stranger to the one that most probes speak for.
func (r *run) prepare(ctx context.Context) error {
	if err := r.makeUser(ctx); err != nil {
		return err
	}
	for _, method := range r.Methods {
		if err := r.makeParty(ctx, method, method); err != nil {
			return err
		}
	}
	web := r.web()
	if web == nil {
		return nil
	}
	return r.makeParty(ctx, "other", web.method())
}

// web is the confidential client that most probes speak for: by the method that
// is easiest to use among those that the workspace allows; nil where none is.
func (r *run) web() *party {
	for _, method := range []string{oauth.MethodClientSecretBasic, oauth.MethodClientSecretPost, oauth.MethodPrivateKeyJWT, oauth.MethodClientSecretJWT} {
		if r.allows(method) {
			return r.parties[method]
		}
	}
	return nil
}

// public is the public client, nil where the workspace allows none.
func (r *run) public() *party {
	if !r.allows(oauth.MethodNone) {
		return nil
	}
	return r.parties[oauth.MethodNone]
}

// someone is web or, where there is none, the public client.
func (r *run) someone() *party {
	if web := r.web(); web != nil {
		return web
	}
	return r.public()
}

func (r *run) allows(method string) bool {
	return r.parties[method] != nil && slices.Contains(r.settings.TokenEndpointAuthMethods, method)
}

func (r *run) makeUser(ctx context.Context) error {
	r.secret = keys.NewBearer()
	phc, err := r.Passwords.Hash(ctx, r.secret)
	if err != nil {
		return err
	}
	name := keys.NewClientID()
	u := domain.User{
		UserID: domain.SelfCheckUserPrefix + name, Username: domain.SelfCheckClientPrefix + name, Name: "Self-check", PasswordHash: phc,
		Email: name + "@self-check.invalid",
	}
	r.user = u // a run that is cut short here clears away what it may have made
	_, err = r.Store.Workspace(r.w).CreateUser(ctx, u, r.making("user.create", "user", u.UserID))
	return err
}

// making is the audit event of what is made for a run, and removed after it.
func (r *run) making(action, kind, id string) domain.AuditEvent {
	ev := r.event
	ev.Action, ev.TargetKind, ev.TargetID, ev.Detail = action, kind, id, map[string]string{"purpose": "self-check"}
	return ev
}

func (r *run) makeParty(ctx context.Context, name, method string) error {
	p := &party{client: domain.Client{
		ClientID: domain.SelfCheckClientPrefix + keys.NewClientID(), ClientName: "Self-check", ApplicationType: domain.ApplicationWeb,
		TokenEndpointAuthMethod: method, RedirectURIs: []string{origin + "/" + name}, ResponseTypes: []string{oauth.ResponseTypeCode},
		GrantTypes: []string{oauth.GrantAuthorizationCode, oauth.GrantRefreshToken, oauth.GrantClientCredentials},
		BuiltIn:    true,
	}}
	p.client.Scope, _ = oauth.ParseScope(partyScope) // a constant
	if p.client.Public() {
		p.client.GrantTypes = p.client.GrantTypes[:2]
	}
	if err := r.equip(ctx, p); err != nil {
		return err
	}
	r.made = append(r.made, p.id())
	kept, err := r.Store.Workspace(r.w).CreateClient(ctx, p.client, r.making("client.create", "client", p.id()))
	if err != nil {
		return err
	}
	p.client = kept
	r.parties[name] = p
	r.changed(ctx, p.id())
	return nil
}

// equip gives a party what its method needs.
func (r *run) equip(ctx context.Context, p *party) (err error) {
	switch method := p.method(); {
	case oauth.UsesSecret(method):
		s := domain.ClientSecret{ID: uuid.New(), ClientID: p.id(), Label: "Self-check", Form: domain.SecretHMACv1}
		p.secret = keys.NewClientSecret()
		if method == oauth.MethodClientSecretJWT {
			s.Form = domain.SecretSealed
			s.Value, err = r.Root.SealSecret(r.w, p.id(), s.ID.String(), p.secret)
		} else {
			s.Value = r.Root.SecretMAC(r.w, p.id(), p.secret)
		}
		p.client.Secrets = []domain.ClientSecret{s}
	case method == oauth.MethodPrivateKeyJWT:
		if p.key, err = r.newKey(ctx); err != nil {
			return err
		}
		p.client.JWKS, err = keySet(p.key)
	case method == oauth.MethodSelfSignedTLS:
		p.certificate, p.client.JWKS, err = selfSigned(p.id(), r.Now())
	case method == oauth.MethodTLS:
		// Whom the workspace's authorities vouch for, nobody here can be.
		p.certificate, _, err = selfSigned(p.id(), r.Now())
		p.client.TLSClientAuthSANDNS = certificateName
	}
	return err
}

// keyAlg is an algorithm by which the workspace takes assertions.
func (r *run) keyAlg() string {
	for _, alg := range []string{oauth.ES256, oauth.Ed25519, oauth.EdDSA, oauth.ES384, oauth.ES512, oauth.PS256, oauth.RS256, oauth.PS384, oauth.PS512, oauth.RS384, oauth.RS512} {
		if r.takes(alg) {
			return alg
		}
	}
	return oauth.ES256
}

// newKey is a key for keyAlg, which has two names for Ed25519.
func (r *run) newKey(ctx context.Context) (keys.Material, error) {
	alg := r.keyAlg()
	if alg == oauth.EdDSA {
		alg = oauth.Ed25519
	}
	return r.Pool.Take(ctx, alg)
}

// macAlg is keyAlg for secrets.
func (r *run) macAlg() string {
	for _, alg := range oauth.SecretAlgs() {
		if r.takes(alg) {
			return alg
		}
	}
	return oauth.HS256
}

func (r *run) takes(alg string) bool {
	allowed := r.settings.TokenEndpointAuthSigningAlgValues
	return len(allowed) == 0 || slices.Contains(allowed, alg)
}

func keySet(m keys.Material) ([]byte, error) {
	jwk, err := m.JWK("self-check")
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{"keys": []json.RawMessage{jwk}})
}

// clear removes what the run made, even where whoever asked has left.
func (r *run) clear(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), clearing)
	defer cancel()
	var users []string
	if r.user.UserID != "" {
		users = []string{r.user.UserID}
	}
	return r.remove(ctx, r.w, r.made, users, r.making)
}

// Sweep removes what runs have left behind whose process died.
func (c *Runner) Sweep(ctx context.Context, w tenancy.Workspace) error {
	clients, users, err := c.Store.Workspace(w).SelfCheckParties(ctx, c.Now().Add(-stale))
	if err != nil {
		return fmt.Errorf("selfcheck: %w", err)
	}
	return c.remove(ctx, w, clients, users, func(action, kind, id string) domain.AuditEvent {
		return domain.AuditEvent{ActorKind: "system", Action: action, TargetKind: kind, TargetID: id, Outcome: "success", Detail: map[string]string{"purpose": "self-check"}}
	})
}

// remove deletes clients and users with all that they were given. One that fails
// does not keep the others.
func (c *Runner) remove(ctx context.Context, w tenancy.Workspace, clients, users []string, event func(action, kind, id string) domain.AuditEvent) error {
	data := c.Store.Workspace(w)
	var ended []domain.Revocation
	var faults error
	note := func(facts []domain.Revocation, err error) {
		ended = append(ended, facts...)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			faults = errors.Join(faults, fmt.Errorf("selfcheck: clearing away: %w", err))
		}
	}
	for _, id := range clients {
		note(data.DeleteClient(ctx, id, event("client.delete", "client", id)))
		c.Invalidate(ctx, cache.Invalidation{Kind: cache.KindClient, TID: w.TID(), AID: w.AID(), WorkspaceID: w.ID(), ClientID: id})
	}
	for _, id := range users {
		note(data.DeleteUser(ctx, id, event("user.delete", "user", id)))
	}
	cache.Spread(ctx, c.Invalidate, ended)
	return faults
}

func (r *run) changed(ctx context.Context, clientID string) {
	r.Invalidate(ctx, cache.Invalidation{Kind: cache.KindClient, TID: r.w.TID(), AID: r.w.AID(), WorkspaceID: r.w.ID(), ClientID: clientID})
}
