package keys

import (
	"slices"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
)

// RotationPeriod is how long a key signs before the one that stands by takes
// over, should nobody rotate sooner.
const RotationPeriod = 90 * 24 * time.Hour

// standbyMargin is how long before the key that stands by takes over its own
// successor is asked for, so that there is one at every moment.
const standbyMargin = domain.KeyPublishLead / 2

// State of a key among the keys of its workspace now.
func State(ks []domain.SigningKey, k domain.SigningKey, now time.Time) domain.KeyState {
	switch {
	case !k.RevokedAt.IsZero():
		return domain.KeyRevoked
	case !k.Published(now):
		return domain.KeyRetired
	case k.ActivatesAt.After(now):
		return domain.KeyNext
	}
	if i := current(ks, k.Alg, now); i >= 0 && ks[i].KID == k.KID {
		return domain.KeyActive
	}
	return domain.KeyRetiring
}

// Rotate calls the key that stands by for fresh.Alg and lets fresh stand by in
// its place. changed is what must be written, all at once, fresh included where
// it is needed; activatesAt is when the successor signs.
//
// A successor signs no sooner than domain.KeyPublishLead after it was published,
// so that every verifier has it by then; until that moment the present key goes
// on. Asking again before it has come changes nothing. In an emergency the
// present key is revoked and its successor signs now: tokens of the former fail
// from now on, and verifiers meet the latter early where it is new.
//
// maxTokenLife is the longest life of anything signed; what a superseded key
// signed stays verifiable that long and domain.ClockSkew more.
func Rotate(ks []domain.SigningKey, fresh domain.SigningKey, now time.Time, emergency bool, maxTokenLife time.Duration) (changed []domain.SigningKey, activatesAt time.Time) {
	present := current(ks, fresh.Alg, now)
	fresh.CreatedAt, fresh.RetiresAt, fresh.RevokedAt = now, time.Time{}, time.Time{}

	successor, stands := fresh, false
	if i := upcoming(ks, fresh.Alg, now); i >= 0 {
		successor, stands = ks[i], true
	}
	activatesAt = activation(successor, now, present < 0 || emergency)
	if !stands || !activatesAt.Equal(successor.ActivatesAt) {
		successor.ActivatesAt = activatesAt
		changed = append(changed, successor)
	}
	if stands && !standsBy(ks, fresh.Alg, successor.KID, activatesAt) {
		fresh.ActivatesAt = activatesAt.Add(RotationPeriod)
		changed = append(changed, fresh)
	}
	if present < 0 {
		return changed, activatesAt
	}
	old := ks[present]
	switch {
	case emergency:
		old.RevokedAt = now
		changed = append(changed, old)
	case !activatesAt.After(now):
		old.RetiresAt = activatesAt.Add(maxTokenLife + domain.ClockSkew)
		changed = append(changed, old)
	}
	return changed, activatesAt
}

// activation is the soonest moment at which the successor may sign: now where
// it must, else once it has been published long enough. One that is about to
// sign anyway keeps its time.
func activation(successor domain.SigningKey, now time.Time, atOnce bool) time.Time {
	if atOnce {
		return now
	}
	soonest := successor.CreatedAt.Add(domain.KeyPublishLead)
	if soonest.Before(now) {
		soonest = now
	}
	if successor.ActivatesAt.After(now) && successor.ActivatesAt.Before(soonest) {
		return successor.ActivatesAt
	}
	return soonest
}

// standsBy tells whether a key of the algorithm, other than one, is to activate
// after t.
func standsBy(ks []domain.SigningKey, alg, otherThan string, t time.Time) bool {
	return slices.ContainsFunc(ks, func(k domain.SigningKey) bool {
		return k.Alg == alg && k.KID != otherThan && k.RevokedAt.IsZero() && k.RetiresAt.IsZero() && k.ActivatesAt.After(t)
	})
}

// Upkeep is what a periodic job does for a workspace. needNext lists the
// algorithms in use that lack a key standing by: make one of each with SealNext.
// changed are the keys that have been superseded and now have a time to retire.
// For maxTokenLife see Rotate.
func Upkeep(ks []domain.SigningKey, now time.Time, maxTokenLife time.Duration) (needNext []string, changed []domain.SigningKey) {
	seen := map[string]bool{}
	for _, k := range ks {
		if seen[k.Alg] {
			continue
		}
		seen[k.Alg] = true
		present := current(ks, k.Alg, now)
		if present < 0 {
			continue
		}
		if !standsBy(ks, k.Alg, "", now.Add(standbyMargin)) {
			needNext = append(needNext, k.Alg)
		}
		for _, old := range ks {
			superseded := old.Alg == k.Alg && old.KID != ks[present].KID && !old.ActivatesAt.After(now)
			if superseded && old.RevokedAt.IsZero() && old.RetiresAt.IsZero() {
				// It signed no longer than until the present key took over.
				old.RetiresAt = ks[present].ActivatesAt.Add(maxTokenLife + domain.ClockSkew)
				changed = append(changed, old)
			}
		}
	}
	slices.Sort(needNext)
	return needNext, changed
}

// current is the index of the one key that signs with the algorithm now: of
// those that are published the one that activated last. It is -1 where none is.
func current(ks []domain.SigningKey, alg string, now time.Time) int {
	best := -1
	for i, k := range ks {
		if k.Alg != alg || !k.Published(now) || k.ActivatesAt.After(now) {
			continue
		}
		if best < 0 || laterKey(k, ks[best]) {
			best = i
		}
	}
	return best
}

// upcoming is the index of the published key that will be the next to sign
// with the algorithm, or -1.
func upcoming(ks []domain.SigningKey, alg string, now time.Time) int {
	best := -1
	for i, k := range ks {
		if k.Alg != alg || !k.Published(now) || !k.ActivatesAt.After(now) {
			continue
		}
		if best < 0 || laterKey(ks[best], k) {
			best = i
		}
	}
	return best
}

// laterKey orders keys by when they sign. The order is total, so that every
// process picks the same key.
func laterKey(a, b domain.SigningKey) bool {
	if c := a.ActivatesAt.Compare(b.ActivatesAt); c != 0 {
		return c > 0
	}
	if c := a.CreatedAt.Compare(b.CreatedAt); c != 0 {
		return c > 0
	}
	return a.KID > b.KID
}
