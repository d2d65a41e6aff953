package kv

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/signet-authz/signet/pkg/domain"
)

// maxCodeFailures is how often a code may be presented wrongly before it goes:
// a stolen one must not serve to guess its verifier.
const maxCodeFailures = 5

// code is the form of a domain.Code at rest. Its names are fixed: two releases
// may serve one flow.
type code struct {
	ClientID       string    `json:"client_id"`
	RedirectURI    string    `json:"redirect_uri"`
	CodeChallenge  string    `json:"code_challenge,omitzero"`
	Scope          []string  `json:"scope,omitempty"`
	Resource       []string  `json:"resource,omitempty"`
	Nonce          string    `json:"nonce,omitzero"`
	UserID         string    `json:"user_id"`
	SessionID      uuid.UUID `json:"sid,omitzero"`
	AuthTime       time.Time `json:"auth_time,omitzero"`
	ACR            string    `json:"acr,omitzero"`
	AMR            []string  `json:"amr,omitempty"`
	IDTokenClaims  []string  `json:"id_token_claims,omitempty"`
	UserInfoClaims []string  `json:"userinfo_claims,omitempty"`
	DPoPJKT        string    `json:"dpop_jkt,omitzero"`
	IssuedAt       time.Time `json:"iat"`
	ExpiresAt      time.Time `json:"exp"`
}

func fromCode(c domain.Code) code {
	return code{
		ClientID: c.ClientID, RedirectURI: c.RedirectURI,
		CodeChallenge: c.CodeChallenge, Scope: c.Scope, Resource: c.Resource, Nonce: c.Nonce,
		UserID: c.UserID, SessionID: c.SessionID, AuthTime: c.AuthTime, ACR: c.ACR, AMR: c.AMR,
		IDTokenClaims: c.IDTokenClaims, UserInfoClaims: c.UserInfoClaims, DPoPJKT: c.DPoPJKT,
		IssuedAt: c.IssuedAt, ExpiresAt: c.ExpiresAt,
	}
}

func (c code) domain() domain.Code {
	return domain.Code{
		ClientID: c.ClientID, RedirectURI: c.RedirectURI,
		CodeChallenge: c.CodeChallenge, Scope: c.Scope, Resource: c.Resource, Nonce: c.Nonce,
		UserID: c.UserID, SessionID: c.SessionID, AuthTime: c.AuthTime, ACR: c.ACR, AMR: c.AMR,
		IDTokenClaims: c.IDTokenClaims, UserInfoClaims: c.UserInfoClaims, DPoPJKT: c.DPoPJKT,
		IssuedAt: c.IssuedAt, ExpiresAt: c.ExpiresAt,
	}
}

// PutCode keeps what a code stands for, under the SHA-256 hash of the code and
// until its ExpiresAt (RFC 6749, section 4.1.2). The counters given are those
// that the success behind the code clears; they go in the same transaction.
func (w Workspace) PutCode(ctx context.Context, hash []byte, c domain.Code, counters ...Counter) error {
	if len(counters) > 0 {
		return w.putCodeWith(ctx, hash, c, counters, func(redis.Pipeliner) {})
	}
	value, err := w.codeValue(c)
	if err != nil {
		return err
	}
	return w.put(ctx, typeCode, hash, value, c.ExpiresAt)
}

// putCodeWith keeps a code in one transaction with what its success clears and
// whatever else is queued.
func (w Workspace) putCodeWith(ctx context.Context, hash []byte, c domain.Code, counters []Counter, queue func(redis.Pipeliner)) error {
	value, err := w.codeValue(c)
	if err != nil {
		return err
	}
	b, err := encode(typeCode, w.id, c.ExpiresAt, value)
	if err != nil {
		return err
	}
	ttl := life(c.ExpiresAt.Sub(w.s.now()))
	return w.s.atomically(ctx, func(p redis.Pipeliner) {
		p.Set(ctx, w.key(typeCode, hash), b, ttl)
		for _, counter := range counters {
			p.Del(ctx, w.failuresKey(counter.Name, counter.Key))
		}
		queue(p)
	})
}

// codeValue is the code at rest, if it has a life.
func (w Workspace) codeValue(c domain.Code) ([]byte, error) {
	now := w.s.now()
	if !c.ExpiresAt.After(now) || c.ExpiresAt.Sub(now) > domain.MaxCodeTTL {
		return nil, errors.New("kv: the life of the code is out of bounds")
	}
	value, err := json.Marshal(fromCode(c))
	if err != nil {
		return nil, errors.New("kv: the code cannot be encoded")
	}
	return value, nil
}

// Code reads what a code stands for. It stays until it expires, so that a
// replay can be told from a stranger's guess; package store says who redeems
// it. It returns ErrNotFound for the unknown and the expired.
func (w Workspace) Code(ctx context.Context, hash []byte) (domain.Code, error) {
	value, err := w.get(ctx, typeCode, hash)
	if err != nil {
		return domain.Code{}, err
	}
	var c code
	if err := json.Unmarshal(value, &c); err != nil {
		return domain.Code{}, ErrNotFound
	}
	return c.domain(), nil
}

// CountCodeFailure counts a wrong presentation of the code and returns how
// many there were. The fifth drops the code, in a second round trip.
func (w Workspace) CountCodeFailure(ctx context.Context, hash []byte) (int, error) {
	n, err := w.s.count(ctx, w.key(typeCodeFails, hash), domain.MaxCodeTTL)
	if err != nil || n < maxCodeFailures {
		return n, err
	}
	return n, w.DropCode(ctx, hash)
}

// DropCode forgets the code.
func (w Workspace) DropCode(ctx context.Context, hash []byte) error {
	return w.s.drop(ctx, w.key(typeCode, hash))
}

// put keeps a value of the workspace until it expires.
func (w Workspace) put(ctx context.Context, typ string, hash, value []byte, expires time.Time) error {
	b, err := encode(typ, w.id, expires, value)
	if err != nil {
		return err
	}
	ttl := life(expires.Sub(w.s.now()))
	return w.s.call(ctx, func(ctx context.Context) error {
		return w.s.client.Set(ctx, w.key(typ, hash), b, ttl).Err()
	})
}

// get reads a value of the workspace.
func (w Workspace) get(ctx context.Context, typ string, hash []byte) (json.RawMessage, error) {
	return w.read(ctx, typ, func(ctx context.Context) *redis.StringCmd { return w.s.client.Get(ctx, w.key(typ, hash)) })
}

// read runs a command that answers with a value of the workspace.
func (w Workspace) read(ctx context.Context, typ string, command func(context.Context) *redis.StringCmd) (json.RawMessage, error) {
	var b []byte
	err := w.s.call(ctx, func(ctx context.Context) (err error) {
		b, err = command(ctx).Bytes()
		return err
	})
	if errors.Is(err, redis.Nil) {
		return nil, ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return decode(b, typ, w.id, w.s.now())
}

func (s *Store) drop(ctx context.Context, keys ...string) error {
	return s.call(ctx, func(ctx context.Context) error { return s.client.Del(ctx, keys...).Err() })
}
