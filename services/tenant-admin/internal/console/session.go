package console

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/services/tenant-admin/internal/relying"
)

// The life of a session: it ends unused, and with a tenant it ends a week after
// the sign-in there.
const (
	idleTime   = 12 * time.Hour
	signInLife = 7 * 24 * time.Hour
	maxTenants = 20
)

// How long one request may keep others from changing a tenant's tokens, and how
// often those ask again.
const (
	holdTime  = 15 * time.Second
	holdPause = 50 * time.Millisecond
)

const (
	purposeCSRF  = "console-csrf"
	sealSession  = "console"
	sealLogin    = "console-login"
	headOfRecord = "/head" // no tenant can have this name
)

// seat is a person's place at one tenant.
type seat struct {
	relying.Tokens
	Ends time.Time `json:"ends"`
}

// session is one browser's. The secret is new after every sign-in, so that a
// cookie planted before one is worth nothing after it.
type session struct {
	id, secret string
	seats      map[string]seat // by tenant, those that were asked for
}

// cookie is what the browser holds.
func (s *session) cookie() string { return s.id + "." + s.secret }

// sessions keeps them.
type sessions struct {
	kv   kv.Console
	root *keys.Root
	now  func() time.Time
}

// head is what is kept of the session itself.
type head struct {
	Proof []byte `json:"proof"` // hash of the secret
}

// find is the session that a cookie stands for, with the tenants named or with
// all of them; nil where there is none.
func (s *sessions) find(ctx context.Context, id, secret string, tids ...string) (*session, error) {
	if id == "" {
		return nil, nil
	}
	kept, err := s.kv.Session(ctx, id, tids...)
	if errors.Is(err, kv.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var h head
	if !s.open(id, headOfRecord, kept.Head, &h) || subtle.ConstantTimeCompare(h.Proof, keys.HashBearer(secret)) != 1 {
		return nil, nil
	}
	out := &session{id: id, secret: secret, seats: map[string]seat{}}
	for tid, sealed := range kept.Tenants {
		var at seat
		if s.open(id, tid, sealed, &at) {
			out.seats[tid] = at
		}
	}
	return out, nil
}

// renew gives the session another secret, or begins one where old is nil.
func (s *sessions) renew(ctx context.Context, old *session) (*session, error) {
	fresh := &session{id: keys.NewBearer(), secret: keys.NewBearer(), seats: map[string]seat{}}
	if old != nil {
		fresh.id, fresh.seats = old.id, old.seats
	}
	sealed, err := s.seal(fresh.id, headOfRecord, head{Proof: keys.HashBearer(fresh.secret)})
	if err != nil {
		return nil, err
	}
	return fresh, s.kv.Put(ctx, fresh.id, sealed, s.now().Add(signInLife))
}

// put keeps a person's place at a tenant.
func (s *sessions) put(ctx context.Context, at *session, tid string, place seat) error {
	sealed, err := s.seal(at.id, tid, place)
	if err != nil {
		return err
	}
	at.seats[tid] = place
	return s.kv.PutTenant(ctx, at.id, tid, sealed, place.Ends)
}

// drop forgets it.
func (s *sessions) drop(ctx context.Context, at *session, tid string) error {
	delete(at.seats, tid)
	return s.kv.DropTenant(ctx, at.id, tid)
}

// alone runs fn while no other request changes the tokens of the tenant in the
// session. fn gets them as they stand by then; false says that they are gone.
func (s *sessions) alone(ctx context.Context, at *session, tid string, fn func(place seat, found bool) error) error {
	wait, cancel := context.WithTimeout(ctx, holdTime)
	defer cancel()
	for {
		held, err := s.kv.Hold(wait, at.id, tid, holdTime)
		if err != nil {
			return err
		}
		if held {
			break
		}
		select {
		case <-wait.Done():
			return oauth.ErrTemporarilyUnavailable.Because("another request holds the tokens", wait.Err())
		case <-time.After(holdPause):
		}
	}
	// Losing it costs others the rest of its time and nothing more.
	defer func() { _ = s.kv.Release(context.WithoutCancel(ctx), at.id, tid) }()
	present, err := s.find(ctx, at.id, at.secret, tid)
	if err != nil {
		return err
	}
	if present == nil {
		return fn(seat{}, false)
	}
	place, found := present.seats[tid]
	return fn(place, found)
}

// csrf is the value that requests of the session carry.
func (s *sessions) csrf(at *session) string {
	return base64.RawURLEncoding.EncodeToString(s.root.MAC(purposeCSRF, []byte(at.id), []byte(at.secret)))
}

// checkCSRF tells whether the value is that of the session.
func (s *sessions) checkCSRF(at *session, value string) bool {
	mac, err := base64.RawURLEncoding.Strict().DecodeString(value)
	return err == nil && s.root.VerifyMAC(mac, purposeCSRF, []byte(at.id), []byte(at.secret))
}

// seal encrypts a part of a session for its place there and no other.
func (s *sessions) seal(id, part string, v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("console: %w", err)
	}
	return s.root.Seal(raw, partAAD(id, part))
}

// open is false for what does not open or cannot be read: it is as good as gone.
func (s *sessions) open(id, part string, sealed []byte, v any) bool {
	raw, err := s.root.Open(sealed, partAAD(id, part))
	return err == nil && json.Unmarshal(raw, v) == nil
}

func partAAD(id, part string) []byte {
	return keys.AAD(sealSession, string(keys.HashBearer(id)), part)
}
