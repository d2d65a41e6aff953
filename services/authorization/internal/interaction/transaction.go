package interaction

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"time"

	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/services/authorization/internal/request"
)

// TransactionTTL is how long a user may take to log in and consent.
const TransactionTTL = 30 * time.Minute

// After MaxAttempts without a success nobody logs in under a name, right
// password or not, until AttemptWindow has passed since the first.
const (
	MaxAttempts   = 10
	AttemptWindow = 15 * time.Minute

	attemptCounter = "login"
)

// Kind says where a transaction leads.
type Kind string

// A transaction belongs to an authorization request, or to a user who opens
// the account page.
const (
	KindAuthorize Kind = "authorize"
	KindAccount   Kind = "account"
)

// Transaction is a flow in hand.
type Transaction struct {
	Kind    Kind            `json:"kind"`
	Request request.Request `json:"request"`
	Binding []byte          `json:"binding"` // hash of the browser's binding cookie
}

// Errors of a browser that comes back.
var (
	ErrExpired = errors.New("interaction: the transaction is unknown, finished or expired")
	ErrForeign = errors.New("interaction: the transaction was begun in another browser")
)

// Interactions begins and finds transactions.
type Interactions struct {
	KV      *kv.Store
	Store   *store.Store
	Root    *keys.Root
	Cookies Cookies
	Origin  string // under which browsers reach the service
}

// Begin keeps a new transaction, bound to the browser, and returns its id.
func (b *Browser) Begin(ctx context.Context, kind Kind, r *request.Request) (string, error) {
	b.EnsureBinding()
	binding, _ := b.bound()
	t := Transaction{Kind: kind, Binding: keys.HashBearer(binding)}
	if r != nil {
		t.Request = *r
	}
	raw, err := json.Marshal(t)
	if err != nil {
		return "", oauth.ErrServerError.Because("the transaction could not be written", err)
	}
	id := keys.NewBearer()
	if err := b.KV.Workspace(b.workspace).PutTransaction(ctx, id, raw, TransactionTTL); err != nil {
		return "", oauth.ErrTemporarilyUnavailable.Because("the transaction could not be kept", err)
	}
	return id, nil
}

// Find returns the transaction of this browser without ending it.
func (b *Browser) Find(ctx context.Context, id string) (*Transaction, error) {
	raw, _, err := b.KV.Workspace(b.workspace).Transaction(ctx, id, nil)
	return b.open(raw, err)
}

// Attempt finds the transaction and counts one attempt to log in as the named
// person, in one round trip. It returns how many there have been since the last
// success, this one included.
func (b *Browser) Attempt(ctx context.Context, id, who string) (*Transaction, int, error) {
	raw, attempts, err := b.KV.Workspace(b.workspace).TransactionAttempt(ctx, id, attemptCounter, who, AttemptWindow)
	t, err := b.open(raw, err)
	return t, attempts, err
}

// Count counts one attempt of the named person outside of any transaction, and
// returns how many there have been since the last success, this one included.
func (b *Browser) Count(ctx context.Context, who string) (int, error) {
	attempts, err := b.KV.Workspace(b.workspace).CountFailure(ctx, attemptCounter, who, AttemptWindow)
	if err != nil {
		return 0, oauth.ErrTemporarilyUnavailable.Because("the attempt could not be counted", err)
	}
	return attempts, nil
}

// Succeeded forgets the attempts of the named person.
func (b *Browser) Succeeded(ctx context.Context, who string) error {
	return b.KV.Workspace(b.workspace).ClearFailures(ctx, attemptCounter, who)
}

// Attempts is the counter of the named person, for the code that a successful
// login leads to.
func Attempts(who string) kv.Counter { return kv.Counter{Name: attemptCounter, Key: who} }

// Take ends the transaction: of all who try, one gets it.
func (b *Browser) Take(ctx context.Context, id string) (*Transaction, error) {
	raw, err := b.KV.Workspace(b.workspace).TakeTransaction(ctx, id)
	return b.open(raw, err)
}

func (b *Browser) open(raw []byte, err error) (*Transaction, error) {
	if errors.Is(err, kv.ErrNotFound) {
		return nil, ErrExpired
	}
	if err != nil {
		return nil, oauth.ErrTemporarilyUnavailable.Because("the transaction could not be read", err)
	}
	var t Transaction
	if err := json.Unmarshal(raw, &t); err != nil {
		return nil, oauth.ErrServerError.Because("the transaction could not be read", err)
	}
	binding, found := b.bound()
	if !found || subtle.ConstantTimeCompare(keys.HashBearer(binding), t.Binding) != 1 {
		return nil, ErrForeign
	}
	return &t, nil
}
