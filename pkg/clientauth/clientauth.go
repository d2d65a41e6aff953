package clientauth

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
)

// All lists the methods, in the order in which metadata names them. A method
// is added here and in a file of its own, and nowhere else.
func All() []Method {
	return []Method{
		clientSecretBasic{},
		clientSecretPost{},
		none{},
	}
}

// Methods lists the names of All, for metadata and for the validation of
// settings and registrations.
func Methods() []string {
	var names []string
	for _, m := range All() {
		names = append(names, m.Name())
	}
	return names
}

// Method is one way in which a client can prove itself.
type Method interface {
	// Name is the method's registered name.
	Name() string
	// Present reads the method's credentials off the request. An error means
	// that credentials of this method are there but malformed.
	Present(r *Request) (Presented, error)
	// Authenticate checks the presented credentials against the client.
	Authenticate(ctx context.Context, a *Attempt) error
}

// Request is what came to the endpoint.
type Request struct {
	Params        oauth.Params
	Authorization []string   // every value of the Authorization header
	IP            netip.Addr // of the caller, as the gateway sealed it
	Certificate   []byte     // of the caller, DER, as the gateway sealed it
	Endpoint      string     // the URL that was called
}

// Presence tells how a method shows in a request.
type Presence int

// An implied presence is a bare client_id: the client names itself and brings
// no credentials in the message. An explicit one carries credentials.
const (
	Absent Presence = iota
	Implied
	Explicit
)

// Presented is what a method found in a request.
type Presented struct {
	Presence Presence
	ClientID string
	// Secrets holds the readings of a presented secret; there is more than one
	// where senders differ on the encoding.
	Secrets []string
}

// Attempt is one authentication of one client by one method.
type Attempt struct {
	Workspace tenancy.Workspace
	Client    *domain.Client
	Request   *Request
	Presented Presented
	Now       time.Time
	Root      *keys.Root
	Trace     *trace.Trace
	// CredentialID is set by the method: which credential was right.
	CredentialID string
}

// Client is a client that has proven itself. Only an Authenticator makes one.
type Client struct {
	record *domain.Client
	method string
}

// Record is the client's registration. It is shared: do not change it.
func (c Client) Record() *domain.Client { return c.record }

// ID is the client's id.
func (c Client) ID() string { return c.record.ClientID }

// Method is the name of the method by which the client proved itself.
func (c Client) Method() string { return c.method }

// Source finds clients. The second result is false for a client that does not
// exist; an error is a fault of the store.
type Source func(ctx context.Context, w tenancy.Workspace, clientID string) (*domain.Client, bool, error)

// Deps are what an Authenticator needs.
type Deps struct {
	Clients Source
	Root    *keys.Root
	Guard   *Guard
	// Used is told which credential was used; it must not block.
	Used func(w tenancy.Workspace, clientID, credentialID string)
	Now  func() time.Time
}

// Authenticator runs the client authentication phase.
type Authenticator struct {
	deps    Deps
	methods []Method
	decoy   *domain.Client
}

// New returns an Authenticator over All.
func New(d Deps) *Authenticator {
	return &Authenticator{deps: d, methods: All(), decoy: newDecoy()}
}

// Authenticate proves which client made the request. Its error is always an
// *oauth.Error: invalid_request where more than one method was presented,
// invalid_client where the proof fails, temporarily_unavailable where the
// client could not be looked up.
func (a *Authenticator) Authenticate(ctx context.Context, w tenancy.Workspace, r *Request, t *trace.Trace) (Client, error) {
	// 1. What is presented.
	present, fault := a.present(r)
	if fault != nil {
		t.Fail("client authentication presented", trace.Check{Expected: "exactly one method", Actual: fault.Reason(), RFC: "RFC 6749, section 2.3"})
		return Client{}, challenge(fault, w, r)
	}
	clientID := present[0].presented.ClientID
	t.Client(clientID)

	// 2. Whether this source has failed too often for this client.
	if wait := a.deps.Guard.Blocked(w, clientID, r.IP); wait > 0 {
		t.Fail("failures within bounds", trace.Check{Expected: "few failed attempts", Actual: "too many from this source", Fix: "Correct the client's credentials; the source is let in again after a pause."})
		return Client{}, oauth.ErrTooManyRequests.RetryIn(wait).Because("too many failed client authentications from this source", nil)
	}

	// 3. Who it claims to be. A client that cannot authenticate is replaced by
	// a decoy, so that the remaining work is the same.
	client, known, err := a.find(ctx, w, clientID)
	if err != nil {
		return Client{}, oauth.ErrTemporarilyUnavailable.Because("client look-up failed", err)
	}
	t.Check("client found", known, trace.Check{Expected: "a client registered in this workspace", Actual: foundWord(known), RFC: "RFC 6749, section 2.3", Fix: "Compare the client_id with the client's page; ids belong to one workspace."})
	usable := known && t.Check("client enabled", !client.Disabled, trace.Check{Expected: "enabled", Actual: enabledWord(client.Disabled), Fix: "Enable the client."})
	target := client
	if !usable {
		target = a.decoy
	}

	// 4. Which method, and whether the client and the workspace allow it.
	chosen := choose(present, target, a.deps.Now())
	registered := target.AuthMethodAllowed(chosen.method.Name(), a.deps.Now())
	t.Check("method is the registered one", registered, trace.Check{Expected: target.TokenEndpointAuthMethod, Actual: chosen.method.Name(), RFC: "RFC 7591, section 2", Fix: "Use the client's registered token_endpoint_auth_method, or change the registration."})
	methods := w.Settings().TokenEndpointAuthMethods
	allowed := slices.Contains(methods, chosen.method.Name())
	if !allowed {
		t.Fail("method allowed by the workspace", trace.Check{Expected: strings.Join(methods, " "), Actual: chosen.method.Name(), Fix: "Add the method to the workspace's token_endpoint_auth_methods."})
	}

	// 5. The proof itself, whatever the checks before it said.
	attempt := &Attempt{Workspace: w, Client: target, Request: r, Presented: chosen.presented, Now: a.deps.Now(), Root: a.deps.Root, Trace: t}
	proof := chosen.method.Authenticate(ctx, attempt)
	if outage := unavailable(proof); outage != nil {
		return Client{}, outage
	}
	if reason := refusal(known, usable, registered, allowed, proof); reason != "" {
		a.deps.Guard.Failed(ctx, w, clientID, r.IP)
		return Client{}, challenge(oauth.ErrInvalidClient.Because(reason, proof), w, r)
	}
	if attempt.CredentialID != "" && a.deps.Used != nil {
		a.deps.Used(w, clientID, attempt.CredentialID)
	}
	return Client{record: client, method: chosen.method.Name()}, nil
}

type candidate struct {
	method    Method
	presented Presented
}

// present lists the methods that the request shows: one explicit method, or
// all that a bare client_id implies. All of them name the same client.
func (a *Authenticator) present(r *Request) ([]candidate, *oauth.Error) {
	if carriers(r) > 1 {
		return nil, oauth.ErrInvalidRequest.Because("credentials stand in more than one place", nil)
	}
	var explicit, implied []candidate
	for _, m := range a.methods {
		p, err := m.Present(r)
		if err != nil {
			return nil, oauth.ErrInvalidClient.Because(m.Name()+": "+err.Error(), nil)
		}
		switch p.Presence {
		case Explicit:
			explicit = append(explicit, candidate{m, p})
		case Implied:
			implied = append(implied, candidate{m, p})
		}
	}
	switch {
	case len(explicit) > 1:
		return nil, oauth.ErrInvalidRequest.Because("more than one client authentication method was presented: "+names(explicit), nil)
	case len(explicit) == 1:
		if id := r.Params.Get("client_id"); id != "" && id != explicit[0].presented.ClientID {
			return nil, oauth.ErrInvalidRequest.Because("client_id differs from the client that authenticates", nil)
		}
		return explicit, nil
	case len(r.Authorization) > 0:
		return nil, oauth.ErrInvalidClient.Because("the Authorization header holds no client credentials that are understood", nil)
	case len(implied) > 0:
		return implied, nil
	default:
		return nil, oauth.ErrInvalidClient.Because("no client credentials were presented", nil)
	}
}

// carriers counts the places of the message that hold credentials, whether or
// not a method here reads them: one that goes unread could be the one that was
// meant (RFC 6749, section 2.3).
func carriers(r *Request) int {
	n := 0
	for _, there := range []bool{
		len(r.Authorization) > 0, r.Params.Has("client_secret"), r.Params.Has("client_assertion") || r.Params.Has("client_assertion_type"),
	} {
		if there {
			n++
		}
	}
	return n
}

// choose picks, among methods that a bare client_id implies, the one that the
// client registered.
func choose(present []candidate, c *domain.Client, now time.Time) candidate {
	for _, p := range present {
		if c.AuthMethodAllowed(p.method.Name(), now) {
			return p
		}
	}
	return present[0]
}

func (a *Authenticator) find(ctx context.Context, w tenancy.Workspace, clientID string) (*domain.Client, bool, error) {
	if !domain.ValidClientID(clientID) {
		return a.decoy, false, nil
	}
	c, found, err := a.deps.Clients(ctx, w, clientID)
	if err != nil || !found {
		return a.decoy, false, err
	}
	return c, true, nil
}

func refusal(known, usable, registered, allowed bool, proof error) string {
	switch {
	case !known:
		return "unknown client"
	case !usable:
		return "the client is disabled"
	case !registered:
		return "the client registered another authentication method"
	case !allowed:
		return "the workspace does not allow the authentication method"
	case proof != nil:
		return "the credentials do not prove the client"
	default:
		return ""
	}
}

// unavailable passes on the fault of a store that a proof needed: what could
// not be checked is neither right nor wrong.
func unavailable(err error) *oauth.Error {
	if err == nil {
		return nil
	}
	if e := oauth.AsError(err); e.Status >= 500 && e.Code == oauth.ErrTemporarilyUnavailable.Code {
		return e
	}
	return nil
}

// challenge adds WWW-Authenticate where the client tried HTTP Basic, however
// badly (RFC 6749, section 5.2).
func challenge(e *oauth.Error, w tenancy.Workspace, r *Request) *oauth.Error {
	const scheme = "Basic"
	tried := slices.ContainsFunc(r.Authorization, func(value string) bool {
		return len(value) >= len(scheme) && strings.EqualFold(value[:len(scheme)], scheme)
	})
	if e.Status != oauth.ErrInvalidClient.Status || !tried {
		return e
	}
	return e.WithChallenge(scheme + ` realm="` + w.Issuer() + `", charset="UTF-8"`)
}

func names(cs []candidate) string {
	var out []string
	for _, c := range cs {
		out = append(out, c.method.Name())
	}
	return strings.Join(out, ", ")
}

func foundWord(known bool) string {
	if known {
		return "found"
	}
	return "not found"
}

func enabledWord(disabled bool) string {
	if disabled {
		return "disabled"
	}
	return "enabled"
}
