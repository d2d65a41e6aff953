package interaction

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/signet-authz/signet/pkg/tenancy"
)

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

// CrossSite tells whether the browser says that another site caused the
// request. Every form POST is held against it, beside the CSRF value. A browser
// that does not say is judged by Origin, which is "null" where the page asked
// for no referrer, as ours do.
func (b *Browser) CrossSite() bool {
	if site := b.request.Header.Get("Sec-Fetch-Site"); site != "" {
		return site != "same-origin" && site != "none"
	}
	origin := b.request.Header.Get("Origin")
	return origin != "" && origin != "null" && origin != b.Origin
}

// The purposes of MACs over what ties a browser to something.
const (
	purposeCSRF  = "csrf"
	purposeLogin = "login"
)

// CSRF is the hidden value of a form: it fits one purpose in one browser.
func (b *Browser) CSRF(purpose string) string { return b.mac(purposeCSRF, purpose) }

// CheckCSRF tells whether a form came from a page that this browser was given
// for the purpose.
func (b *Browser) CheckCSRF(purpose, value string) bool {
	return b.verify(value, purposeCSRF, purpose)
}

// LoginProof says that the session was begun by a login within the
// transaction. It goes into the address that follows the login.
func (b *Browser) LoginProof(transaction string, session uuid.UUID) string {
	return b.mac(purposeLogin, transaction, session.String())
}

// LoggedInWithin tells whether the proof is that of the session and the
// transaction. Without one the session is older than the request, or belongs
// to another: prompt=login and max_age are not met by it.
func (b *Browser) LoggedInWithin(transaction string, session uuid.UUID, proof string) bool {
	return b.verify(proof, purposeLogin, transaction, session.String())
}

func (b *Browser) mac(purpose string, parts ...string) string {
	binding, _ := b.bound()
	return base64.RawURLEncoding.EncodeToString(b.Root.MAC(purpose, b.input(binding, parts)...))
}

func (b *Browser) verify(value, purpose string, parts ...string) bool {
	binding, found := b.bound()
	mac, err := base64.RawURLEncoding.Strict().DecodeString(value)
	return found && err == nil && b.Root.VerifyMAC(mac, purpose, b.input(binding, parts)...)
}

// input puts workspace and browser before all that a MAC covers.
func (b *Browser) input(binding string, parts []string) [][]byte {
	in := [][]byte{[]byte(b.workspace.Key()), []byte(binding)}
	for _, p := range parts {
		in = append(in, []byte(p))
	}
	return in
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
	return b.StandingOf(ctx, token, clientID)
}

// StandingOf is Standing for a session that this very answer gives to the
// browser.
func (b *Browser) StandingOf(ctx context.Context, token, clientID string) (*store.Standing, error) {
	standing, err := b.Store.Workspace(b.workspace).Standing(ctx, keys.HashBearer(token), clientID)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, oauth.ErrTemporarilyUnavailable.Because("the session could not be read", err)
	}
	return &standing, nil
}
