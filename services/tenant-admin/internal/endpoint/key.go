package endpoint

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/cache"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
)

func keyForms(ks []domain.SigningKey, now time.Time) []admin.Key {
	out := make([]admin.Key, 0, len(ks))
	for _, key := range ks {
		f := admin.Key{
			KID: key.KID, Alg: key.Alg, Use: domain.KeyUseSign, State: string(keys.State(ks, key, now)), PublicJWK: map[string]any{},
			CreatedAt: key.CreatedAt, ActivatesAt: key.ActivatesAt, RetiresAt: key.RetiresAt, RevokedAt: key.RevokedAt,
		}
		// It is our own; one that does not read is shown without it.
		_ = json.Unmarshal(key.PublicJWK, &f.PublicJWK)
		out = append(out, f)
	}
	return out
}

func (a *API) listKeys(k *call) (answer, error) {
	ks, err := a.Store.Workspace(k.workspace).Keys(k.ctx)
	if err != nil {
		return answer{}, err
	}
	return ok(admin.KeyList{Items: keyForms(ks, a.Now())}, "")
}

// rotateKeys calls the keys that stand by. Whatever is superseded stays
// published for as long as anything that it signed can live, which is bounded
// by the longest lifetime that an administrator may set.
func (a *API) rotateKeys(k *call) (answer, error) {
	var in admin.KeyRotation
	if err := k.input(&in); err != nil {
		return answer{}, err
	}
	ws := a.Store.Workspace(k.workspace)
	ks, err := ws.Keys(k.ctx)
	if err != nil {
		return answer{}, err
	}
	now := a.Now()
	algs := []string{in.Alg}
	if in.Alg == "" {
		algs = inUse(ks, now)
	}
	out := admin.KeyRotated{Emergency: in.Emergency, ActivatesAt: now}
	var changed []domain.SigningKey
	for _, alg := range algs {
		m, err := a.Pool.Take(k.ctx, alg)
		if err != nil {
			return answer{}, err
		}
		fresh, err := a.Root.SealNext(k.workspace.ID(), m, now)
		if err != nil {
			return answer{}, err
		}
		some, at := keys.Rotate(ks, fresh, now, in.Emergency, domain.MaxAccessTokenTTL)
		changed = append(changed, some...)
		if at.After(out.ActivatesAt) {
			out.ActivatesAt = at
		}
	}
	if len(changed) > 0 {
		ev := k.event("key.rotate", "workspace", k.workspace.AID())
		if in.Emergency {
			ev.Action = "key.compromised"
		}
		if err := ws.PutKeys(k.ctx, changed, ev); err != nil {
			return answer{}, err
		}
		a.changed(k, cache.KindKeys, "")
	}
	if ks, err = ws.Keys(k.ctx); err != nil {
		return answer{}, err
	}
	out.Keys = keyForms(ks, now)
	return answer{Status: http.StatusAccepted, Body: out}, nil
}

// inUse lists the algorithms that the workspace signs with, each once.
func inUse(ks []domain.SigningKey, now time.Time) []string {
	var out []string
	for _, key := range ks {
		if key.Published(now) && !slices.Contains(out, key.Alg) {
			out = append(out, key.Alg)
		}
	}
	return out
}
