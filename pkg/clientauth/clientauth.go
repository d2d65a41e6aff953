package clientauth

import (
	"context"
	"crypto/x509"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/kv"
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
		clientSecretJWT{},
		privateKeyJWT{},
		tlsClientAuth{},
		selfSignedTLSClientAuth{},
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
	Chain         [][]byte   // what the caller sent beside it, DER
	Endpoint      string     // the URL that was called, below the issuer

	looked      bool
	assertion   *assertion
	unread      error
	certificate *x509.Certificate
	unparsed    error
}

// Presence tells how a method shows in a request.
type Presence int

// An implied presence is a bare client_id: the client names itself and brings
// no credentials in the message; a certificate belongs to the connection. An
// explicit one carries credentials.
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

	assertion *assertion
}

// Attempt is one authentication of one client by one method.
type Attempt struct {
	Workspace tenancy.Workspace
	Client    *domain.Client
	Request   *Request
	Presented Presented
	Now       time.Time
	Trace     *trace.Trace

	root    *keys.Root
	keys    *KeySource
	trust   *trust
	aliases func(tenancy.Workspace) string

	// What the method sets where its proof holds: which credential was right,
	// what else of its use is worth knowing, and the one use that the proof is
	// good for.
	credential string
	noted      []string
	once       *once
}

// once is the single use of a proof. The Authenticator marks it, last of all,
// so that no request which fails for another reason uses it up.
type once struct {
	kind, id     string
	issued, ends time.Time
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

// Replay marks an id as used, as kv.Workspace.Replay does: nil for the first
// use, kv.ErrConsumed for a later one; any other error is an outage.
type Replay func(ctx context.Context, w tenancy.Workspace, kind, id string, issuedAt, exp time.Time) error

// Deps are what an Authenticator needs. All are required but MTLSOrigin.
type Deps struct {
	Clients Source
	Root    *keys.Root
	Keys    *KeySource
	Guard   *Guard
	Replay  Replay
	// Used is told what a client used: a credential, and what else Usage lists.
	// It must not block.
	Used func(w tenancy.Workspace, clientID, id string)
	// MTLSOrigin is where clients present certificates, empty where they cannot.
	MTLSOrigin string
	Now        func() time.Time
}

// Authenticator runs the client authentication phase.
type Authenticator struct {
	deps    Deps
	methods []Method
	decoy   *domain.Client
	trust   *trust
}

// New returns an Authenticator over All. It panics where a dependency is
// missing: nothing it lets in could be trusted.
func New(d Deps) *Authenticator {
	if d.Clients == nil || d.Root == nil || d.Keys == nil || d.Guard == nil || d.Replay == nil || d.Used == nil || d.Now == nil {
		panic("clientauth: a dependency is missing")
	}
	return &Authenticator{deps: d, methods: All(), decoy: newDecoy(), trust: newTrust()}
}

// Authenticate proves which client made the request. Its error is always an
// *oauth.Error: invalid_request where more than one method was presented,
// invalid_client where the proof fails, temporarily_unavailable where a store
// that the proof needs is away.
func (a *Authenticator) Authenticate(ctx context.Context, w tenancy.Workspace, r *Request, t *trace.Trace) (Client, error) {
	// 1. What is presented.
	present, fault := a.present(r)
	if fault != nil {
		t.Fail("client authentication presented", trace.Check{Expected: "the credentials of exactly one method, well formed", Actual: fault.Reason(), RFC: "RFC 6749, section 2.3"})
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
	t.Check("client found", known, trace.Check{Expected: "a client registered in this workspace", Wrong: "not found", RFC: "RFC 6749, section 2.3", Fix: "Compare the client_id with the client's page; ids belong to one workspace."})
	usable := known && t.Check("client enabled", !client.Disabled, trace.Check{Expected: "enabled", Wrong: "disabled", Fix: "Enable the client."})
	// Of a decoy there is nothing to explain.
	target, explain := client, t
	if !usable {
		target, explain = a.decoy, nil
	}

	// 4. Which method, whether the client and the workspace allow it, and whether
	// its proof holds.
	c := claim{workspace: w, request: r, client: target, known: known, usable: usable, now: a.deps.Now()}
	o := a.judge(ctx, c, present, t, explain)
	if outage := unavailable(o.proof); outage != nil {
		return Client{}, outage
	}
	if o.reason != "" && !o.registered && a.twoMethods(ctx, c, present, explain) {
		return Client{}, oauth.ErrInvalidRequest.Because("the certificate proves the client, and credentials of another method came beside it", o.proof)
	}

	// 5. A proof that is good for one use is used up, once nothing else is wrong.
	attempt := o.attempt
	if o.reason == "" && attempt.once != nil {
		if o.proof = a.use(ctx, attempt); unavailable(o.proof) != nil {
			return Client{}, unavailable(o.proof)
		}
		if o.proof != nil {
			o.reason = "the assertion was used before"
		}
	}
	if o.reason != "" {
		a.deps.Guard.Failed(ctx, w, clientID, r.IP)
		return Client{}, challenge(oauth.ErrInvalidClient.Because(o.reason, o.proof), w, r)
	}

	// 6. What was used, for the page on the client's credentials.
	t.Proven(o.method)
	a.deps.Used(w, clientID, UsageMethod(o.method))
	for _, id := range append(attempt.noted, attempt.credential) {
		if id != "" {
			a.deps.Used(w, clientID, id)
		}
	}
	return Client{record: client, method: o.method}, nil
}

// claim is whom a request claims to come from.
type claim struct {
	workspace     tenancy.Workspace
	request       *Request
	client        *domain.Client // or the decoy
	known, usable bool
	now           time.Time
}

// outcome is what came of one method.
type outcome struct {
	method     string
	attempt    *Attempt
	registered bool
	proof      error
	reason     string // why the client is refused, empty if it is not
}

// judge tries what was presented: one method, unless several that a bare
// client_id implies are the client's.
func (a *Authenticator) judge(ctx context.Context, c claim, present []candidate, t, explain *trace.Trace) (o outcome) {
	for _, p := range choose(present, c.client, c.now) {
		if o = a.try(ctx, c, p, t, explain); o.reason == "" || unavailable(o.proof) != nil {
			return o
		}
	}
	if !o.registered {
		a.certificateMissing(o.attempt)
	}
	return o
}

// try holds the client to one method. The proof is checked whatever the checks
// before it say.
func (a *Authenticator) try(ctx context.Context, c claim, p candidate, t, explain *trace.Trace) outcome {
	o := outcome{method: p.method.Name()}
	o.registered = c.client.AuthMethodAllowed(o.method, c.now)
	explain.Check("method is the registered one", o.registered, trace.Check{Expected: registeredWord(c.client, c.now), Actual: o.method, RFC: "RFC 7591, section 2", Fix: "Use the client's registered token_endpoint_auth_method, or change the registration; token_endpoint_auth_method_previous lets two methods overlap."})
	methods := c.workspace.Settings().TokenEndpointAuthMethods
	allowed := slices.Contains(methods, o.method)
	t.Check("method allowed by the workspace", allowed, trace.Check{Expected: strings.Join(methods, " "), Actual: o.method, Fix: "Add the method to the workspace's token_endpoint_auth_methods."})
	o.attempt = &Attempt{
		Workspace: c.workspace, Client: c.client, Request: c.request, Presented: p.presented, Now: c.now, Trace: explain,
		root: a.deps.Root, keys: a.deps.Keys, trust: a.trust, aliases: a.alias,
	}
	o.proof = p.method.Authenticate(ctx, o.attempt)
	o.reason = refusal(c.known, c.usable, o.registered, allowed, o.proof)
	return o
}

// twoMethods tells whether, beside credentials of a method that is not the
// client's, its certificate proves it by the one that is: then it used two (RFC
// 6749, section 2.3). Without that proof nobody learns which method a client
// has. The work is done for the decoy too.
func (a *Authenticator) twoMethods(ctx context.Context, c claim, present []candidate, t *trace.Trace) bool {
	if present[0].presented.Presence != Explicit || len(c.request.Certificate) == 0 {
		return false
	}
	var certificates []candidate
	for _, m := range a.methods {
		if oauth.UsesCertificate(m.Name()) {
			certificates = append(certificates, candidate{m, Presented{Presence: Implied, ClientID: present[0].presented.ClientID}})
		}
	}
	proven := a.judge(ctx, c, certificates, nil, nil).reason == ""
	if proven {
		t.Fail("one method is presented", trace.Check{Expected: "the client's certificate alone", Actual: "credentials beside it: " + names(present), RFC: "RFC 6749, section 2.3", Fix: "Send client_id with the certificate, and no secret or assertion."})
	}
	return proven
}

// use marks the single use of a proof. That the memory of uses is away, or is
// younger than the assertion, is an outage: whether it was used cannot be known.
func (a *Authenticator) use(ctx context.Context, attempt *Attempt) error {
	o := attempt.once
	err := a.deps.Replay(ctx, attempt.Workspace, o.kind, o.id, o.issued, o.ends)
	switch {
	case err == nil:
		attempt.Trace.Pass("assertion is used once", "first use")
		return nil
	case errors.Is(err, kv.ErrConsumed):
		attempt.Trace.Fail("assertion is used once", trace.Check{Expected: "first use of its jti", Actual: "used before", RFC: "RFC 7523, section 3", Fix: "Sign a new assertion, with a jti of its own, for every request."})
		return errReplayed
	case errors.Is(err, kv.ErrEpoch):
		attempt.Trace.Fail("assertion is used once", trace.Check{Expected: "an assertion younger than the memory of uses", Actual: "older: whether it was used is not known", Fix: "Sign a new assertion and try again."})
		return oauth.ErrTemporarilyUnavailable.Because("the assertion is older than the memory of those that were used", err)
	default:
		return oauth.ErrTemporarilyUnavailable.Because("whether the assertion was used before cannot be known now", err)
	}
}

// alias is the URL by which the request's endpoint is reached with a client
// certificate, empty where there is none.
func (a *Authenticator) alias(w tenancy.Workspace) string {
	if a.deps.MTLSOrigin == "" {
		return ""
	}
	return a.deps.MTLSOrigin + w.CookiePath()
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

// choose picks, among methods that a bare client_id implies, those that the client
// registered: more than one while two kinds of certificate overlap.
func choose(present []candidate, c *domain.Client, now time.Time) []candidate {
	var chosen []candidate
	for _, p := range present {
		if c.AuthMethodAllowed(p.method.Name(), now) {
			chosen = append(chosen, p)
		}
	}
	if len(chosen) == 0 {
		return present[:1]
	}
	return chosen
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

// registeredWord names the methods that the client may use now.
func registeredWord(c *domain.Client, now time.Time) string {
	if c.TokenEndpointAuthMethodPrevious != "" && c.AuthMethodAllowed(c.TokenEndpointAuthMethodPrevious, now) {
		return c.TokenEndpointAuthMethod + ", or " + c.TokenEndpointAuthMethodPrevious + " until " + c.TokenEndpointAuthMethodPreviousUntil.UTC().Format(time.RFC3339)
	}
	return c.TokenEndpointAuthMethod
}
