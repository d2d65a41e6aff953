package endpoint

import (
	"net/http"
	"slices"
	"time"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

// maxSecretLife bounds an expiry that an administrator may set.
const maxSecretLife = 10 * 365 * 24 * time.Hour

// newSecret draws a secret for a client, in the form that its methods need: a
// MAC, or sealed where one of them must have it back.
func (a *API) newSecret(w tenancy.Workspace, c *domain.Client, label string, expires time.Time) (domain.ClientSecret, string, error) {
	s := domain.ClientSecret{ID: newID(), ClientID: c.ClientID, Label: label, Form: domain.SecretHMACv1, ExpiresAt: expires}
	value := keys.NewClientSecret()
	if slices.Contains(c.AuthMethods(a.Now()), oauth.MethodClientSecretJWT) {
		sealed, err := a.Root.SealSecret(w, c.ClientID, s.ID.String(), value)
		s.Form, s.Value = domain.SecretSealed, sealed
		return s, value, err
	}
	s.Value = a.Root.SecretMAC(w, c.ClientID, value)
	return s, value, nil
}

func secretForm(s domain.ClientSecret) admin.Secret {
	return admin.Secret{SecretID: s.ID.String(), Label: s.Label, CreatedAt: s.CreatedAt, ExpiresAt: s.ExpiresAt, LastUsedAt: s.LastUsedAt}
}

// secretTag names the state that an administrator sets; being used is none.
func secretTag(s domain.ClientSecret) string {
	return etagOf([]any{s.ID, s.Label, s.ExpiresAt.UTC()})
}

func (a *API) listSecrets(k *call) (answer, error) {
	c, err := a.findClient(k)
	if err != nil {
		return answer{}, err
	}
	out := admin.SecretList{Items: []admin.Secret{}}
	for _, s := range c.Secrets {
		out.Items = append(out.Items, secretForm(s))
	}
	return ok(out, "")
}

func (a *API) createSecret(k *call) (answer, error) {
	var m admin.SecretMetadata
	if err := k.input(&m); err != nil {
		return answer{}, err
	}
	c, err := a.ownClient(k)
	if err != nil {
		return answer{}, err
	}
	if !slices.ContainsFunc(c.AuthMethods(a.Now()), oauth.UsesSecret) {
		return answer{}, problem.Invalid.With(problem.Finding{Detail: "The client's authentication method uses no secret."})
	}
	if err := a.checkExpiry(m.ExpiresAt, true); err != nil {
		return answer{}, err
	}
	s, value, err := a.newSecret(k.workspace, &c, m.Label, m.ExpiresAt)
	if err != nil {
		return answer{}, err
	}
	if s, err = a.Store.Workspace(k.workspace).AddSecret(k.ctx, s, k.event("secret.create", "client", c.ClientID)); err != nil {
		return answer{}, err
	}
	a.changed(k, cache.KindClient, c.ClientID)
	f := secretForm(s)
	f.ClientSecret = value
	return made(f, secretTag(s), k.path(s.ID.String()))
}

// checkExpiry refuses an expiry that is too far off or, for a new secret, past.
func (a *API) checkExpiry(at time.Time, fresh bool) error {
	switch now := a.Now(); {
	case at.IsZero():
		return nil
	case fresh && !at.After(now):
		return problem.Invalid.With(problem.Finding{Pointer: "/expires_at", Detail: "This moment is past."})
	case at.After(now.Add(maxSecretLife)) || at.Year() < 2000:
		return problem.Invalid.With(problem.Finding{Pointer: "/expires_at", Detail: "At most ten years ahead."})
	}
	return nil
}

// findSecret is the secret that the path names, of a client that may be
// changed.
func (a *API) findSecret(k *call) (domain.ClientSecret, error) {
	c, err := a.ownClient(k)
	if err != nil {
		return domain.ClientSecret{}, err
	}
	id, err := k.id("secret_id")
	if err != nil {
		return domain.ClientSecret{}, err
	}
	for _, s := range c.Secrets {
		if s.ID == id {
			return s, k.match(secretTag(s))
		}
	}
	return domain.ClientSecret{}, problem.NotFound.Because("no such secret", nil)
}

func (a *API) updateSecret(k *call) (answer, error) {
	s, err := a.findSecret(k)
	if err != nil {
		return answer{}, err
	}
	var m admin.SecretMetadata
	if err := k.patch(secretForm(s), &m); err != nil {
		return answer{}, err
	}
	if err := a.checkExpiry(m.ExpiresAt, false); err != nil {
		return answer{}, err
	}
	s.Label, s.ExpiresAt = m.Label, m.ExpiresAt
	if s, err = a.Store.Workspace(k.workspace).UpdateSecret(k.ctx, s, k.event("secret.update", "client", s.ClientID)); err != nil {
		return answer{}, err
	}
	a.changed(k, cache.KindClient, s.ClientID)
	return answer{Status: http.StatusOK, Body: secretForm(s), ETag: secretTag(s)}, nil
}

func (a *API) deleteSecret(k *call) (answer, error) {
	s, err := a.findSecret(k)
	if err != nil {
		return answer{}, err
	}
	if err := a.Store.Workspace(k.workspace).DeleteSecret(k.ctx, s.ClientID, s.ID, k.event("secret.delete", "client", s.ClientID)); err != nil {
		return answer{}, err
	}
	a.changed(k, cache.KindClient, s.ClientID)
	return gone(nil)
}
