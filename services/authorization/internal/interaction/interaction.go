package interaction

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/services/authorization/internal/request"
)

// TransactionTTL is how long a user may take to log in and consent.
const TransactionTTL = 30 * time.Minute

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
	Kind      Kind            `json:"kind"`
	Request   request.Request `json:"request"`
	Binding   []byte          `json:"binding"` // hash of the browser's binding cookie
	CreatedAt time.Time       `json:"created_at"`
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
	Now     func() time.Time
}

// Browser is one browser at one workspace, for the length of one request.
type Browser struct {
	*Interactions
	workspace tenancy.Workspace
	request   *http.Request
	answer    http.ResponseWriter
	// binding is the value that this very answer gives to the browser.
	binding string
}

// Browser returns who sent the request.
func (i *Interactions) Browser(answer http.ResponseWriter, r *http.Request, w tenancy.Workspace) *Browser {
	return &Browser{Interactions: i, workspace: w, request: r, answer: answer}
}

// Begin keeps a new transaction, bound to the browser, and returns its id.
func (b *Browser) Begin(ctx context.Context, kind Kind, r *request.Request) (string, error) {
	b.EnsureBinding()
	binding, _ := b.bound()
	t := Transaction{Kind: kind, Binding: keys.HashBearer(binding), CreatedAt: b.Now()}
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
	raw, err := b.KV.Workspace(b.workspace).Transaction(ctx, id)
	return b.open(raw, err)
}

// Attempt finds the transaction and counts one attempt to log in as the named
// user, in one round trip. It returns how many there have been since the last
// success, this one included.
func (b *Browser) Attempt(ctx context.Context, id, login string, window time.Duration) (*Transaction, int, error) {
	raw, attempts, err := b.KV.Workspace(b.workspace).TransactionAttempt(ctx, id, "login", login, window)
	t, err := b.open(raw, err)
	return t, attempts, err
}

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

// CSRF is the hidden value of a form: it fits one purpose in one browser.
func (b *Browser) CSRF(purpose string) string {
	binding, _ := b.bound()
	return base64.RawURLEncoding.EncodeToString(b.Root.MAC("csrf", []byte(b.workspace.Key()), []byte(binding), []byte(purpose)))
}

// CheckCSRF tells whether a form came from a page that this browser was given
// for the purpose.
func (b *Browser) CheckCSRF(purpose, value string) bool {
	binding, found := b.bound()
	mac, err := base64.RawURLEncoding.Strict().DecodeString(value)
	return found && err == nil && b.Root.VerifyMAC(mac, "csrf", []byte(b.workspace.Key()), []byte(binding), []byte(purpose))
}

// EnsureBinding gives the browser a binding cookie where it has none.
func (b *Browser) EnsureBinding() {
	if _, found := b.bound(); !found {
		b.binding = keys.NewBearer()
		b.Cookies.set(b.answer, b.workspace, bindingCookie, b.binding)
	}
}

// bound is the value that ties transactions and forms to this browser.
func (b *Browser) bound() (string, bool) {
	if b.binding != "" {
		return b.binding, true
	}
	return b.Cookies.read(b.request, bindingCookie)
}

// SetSession gives the browser a session.
func (b *Browser) SetSession(value string) {
	b.Cookies.set(b.answer, b.workspace, sessionCookie, value)
}

// ClearSession takes it away.
func (b *Browser) ClearSession() { b.Cookies.set(b.answer, b.workspace, sessionCookie, "") }

// Standing is the session behind the browser's cookie, its user and what the
// user allowed the client; nil where nobody is logged in.
func (b *Browser) Standing(ctx context.Context, clientID string) (*store.Standing, error) {
	token, found := b.Cookies.read(b.request, sessionCookie)
	if !found {
		return nil, nil
	}
	standing, err := b.Store.Workspace(b.workspace).Standing(ctx, keys.HashBearer(token), clientID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, oauth.ErrTemporarilyUnavailable.Because("the session could not be read", err)
	}
	return &standing, nil
}
