package clientauth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/signet-authz/signet/pkg/trace"
)

// Bounds of client assertions.
const (
	// maxAssertionLife is how far ahead an assertion may end. What was used is
	// remembered that long.
	maxAssertionLife = 10 * time.Minute
	// lifeTolerance forgives a sender's clock that runs ahead of ours.
	lifeTolerance = 10 * time.Second
	maxJTIBytes   = 512
)

var (
	errUnproven = errors.New("what was presented does not prove the client")
	errReplayed = errors.New("the assertion was used before")
)

// assertion is a client assertion as it came (RFC 7521, section 4.2), nothing
// of it proven.
type assertion struct {
	keys.Unverified
	kind       string // client_assertion_type
	issuer     string
	subject    string
	jti        string
	audience   []string
	expires    moment
	issued     moment
	notBefore  moment
	unreadable []string // claims that are not what they must be
}

// moment is a NumericDate of whole seconds, and whether it is there.
type moment struct {
	unix  int64
	given bool
}

func (m moment) time() time.Time { return time.Unix(m.unix, 0) }

// clientAssertion finds an assertion in the request; nil where there is none. An
// error means that there is one and that it cannot be read. Two methods look.
func (r *Request) clientAssertion() (*assertion, error) {
	if !r.looked {
		r.looked = true
		r.assertion, r.unread = readAssertion(r)
	}
	return r.assertion, r.unread
}

func readAssertion(r *Request) (*assertion, error) {
	token, kind := r.Params.Get("client_assertion"), r.Params.Get("client_assertion_type")
	switch {
	case token == "" && kind == "":
		return nil, nil
	case token == "":
		return nil, errors.New("client_assertion_type came without client_assertion")
	case kind == "":
		return nil, errors.New("client_assertion came without client_assertion_type")
	case kind != oauth.AssertionTypeJWT && kind != oauth.AssertionTypeSPIFFE:
		return nil, errors.New("client_assertion_type is not one that is served; it must be " + oauth.AssertionTypeJWT)
	}
	u, err := keys.ParseUnverified(token)
	if err != nil {
		return nil, fmt.Errorf("client_assertion is not a JWT: %w", err)
	}
	a := &assertion{Unverified: u, kind: kind}
	a.issuer, a.subject, a.jti = a.text("iss"), a.text("sub"), a.text("jti")
	a.expires, a.issued, a.notBefore = a.moment("exp"), a.moment("iat"), a.moment("nbf")
	a.audience = a.list("aud")
	return a, nil
}

// byMAC tells whether the assertion is signed with a secret rather than a key.
func (a *assertion) byMAC() bool { return slices.Contains(oauth.SecretAlgs(), a.Header.Alg) }

func (a *assertion) text(name string) string {
	raw, present := a.Claims[name]
	if !present {
		return ""
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil || bytes.Equal(raw, []byte("null")) {
		a.unreadable = append(a.unreadable, name+" is not a string")
	}
	return s
}

// moment takes whole seconds only: fractions and exponents are legal JSON, but
// no two parsers agree on them at the edges.
func (a *assertion) moment(name string) moment {
	raw, present := a.Claims[name]
	if !present {
		return moment{}
	}
	n, err := strconv.ParseUint(string(raw), 10, 53)
	if err != nil {
		a.unreadable = append(a.unreadable, name+" is not a whole number of seconds")
		return moment{}
	}
	return moment{unix: int64(n), given: true}
}

// list is a string, or an array of strings.
func (a *assertion) list(name string) []string {
	raw, present := a.Claims[name]
	if !present {
		return nil
	}
	var one string
	if len(raw) > 0 && raw[0] == '"' && json.Unmarshal(raw, &one) == nil {
		return []string{one}
	}
	var many []string
	if len(raw) == 0 || raw[0] != '[' || json.Unmarshal(raw, &many) != nil {
		a.unreadable = append(a.unreadable, name+" is neither a string nor an array of strings")
		return nil
	}
	return many
}

// present is how an assertion shows: it names the client by its subject, unless
// the request does.
func (a *assertion) present(r *Request) (Presented, error) {
	p := Presented{Presence: Explicit, ClientID: r.Params.Get("client_id"), assertion: a}
	if p.ClientID == "" {
		p.ClientID = a.subject
	}
	if p.ClientID == "" {
		return Presented{}, errors.New("neither client_id nor the subject of client_assertion names the client")
	}
	return p, nil
}

// verdict collects what is wrong with a proof, and explains each check.
type verdict struct {
	trace *trace.Trace
	wrong []string
}

// check records one rule; the reason of a failure is its name.
func (v *verdict) check(name string, ok bool, c trace.Check) {
	if !v.trace.Check(name, ok, c) {
		v.wrong = append(v.wrong, name)
	}
}

func (v *verdict) err() error {
	if len(v.wrong) == 0 {
		return nil
	}
	return fmt.Errorf("%w: failed: %s", errUnproven, strings.Join(v.wrong, ", "))
}

const (
	rfc7523  = "RFC 7523, section 3"
	rfc10070 = "RFC 10070"
)

// judge holds an assertion of the client's own making to the rules that do not
// depend on how it is signed. All of them are looked at, so that the client's
// developer learns of every mistake at once.
func (a *assertion) judge(at *Attempt) *verdict {
	v := &verdict{trace: at.Trace}
	id := at.Client.ClientID
	v.check("assertion type is jwt-bearer", a.kind == oauth.AssertionTypeJWT, trace.Check{Expected: oauth.AssertionTypeJWT, Actual: a.kind, RFC: "RFC 7523, section 2.2"})
	v.check("assertion claims are readable", len(a.unreadable) == 0, trace.Check{Expected: "strings, and whole seconds", Actual: strings.Join(a.unreadable, "; "), RFC: "RFC 7519, section 4.1"})
	v.check("assertion typ fits", slices.Contains(ownTypes, mediaType(a.Header.Typ)), trace.Check{Expected: "client-authentication+jwt, JWT, or none", Actual: orNone(a.Header.Typ), RFC: rfc10070, Fix: "Set the header typ to client-authentication+jwt. A token made for another purpose is no client assertion."})
	v.check("assertion issuer and subject are the client", a.issuer == id && a.subject == id, trace.Check{Expected: id, Actual: "iss " + orNone(a.issuer) + ", sub " + orNone(a.subject), RFC: rfc7523, Fix: "Set iss and sub to the client_id."})
	a.checkAudience(at, v)
	a.checkTimes(at.Now, maxAssertionLife, v)
	v.check("assertion has a jti", a.jti != "" && len(a.jti) <= maxJTIBytes, trace.Check{Expected: "a jti of up to 512 bytes, another in every assertion", Actual: presence(a.jti), RFC: "OpenID Connect Core 1.0, section 9", Fix: "Add a fresh random jti."})
	return v
}

// ownTypes are the values of typ that an assertion of the client's own may have.
var ownTypes = []string{"", "jwt", "client-authentication+jwt"}

// mediaType is a typ in lower case and without the prefix that RFC 7515, section
// 4.1.9, allows to leave out.
func mediaType(typ string) string {
	return strings.TrimPrefix(strings.ToLower(typ), "application/")
}

// checkAudience holds "aud" to the workspace's policy. An audience that is not
// the issuer could have been meant for someone who takes it to us (RFC 10070).
func (a *assertion) checkAudience(at *Attempt, v *verdict) {
	w := at.Workspace
	accepted := []string{w.Issuer()}
	if w.Settings().ClientAssertionAudience != domain.AudienceIssuerOnly {
		accepted = append(accepted, w.Endpoint("/oauth2/token"), at.Request.Endpoint)
		if alias := at.aliases(w); alias != "" {
			accepted = append(accepted, alias+"/oauth2/token", alias+strings.TrimPrefix(at.Request.Endpoint, w.Issuer()))
		}
	}
	fits := len(a.audience) == 1 && slices.Contains(accepted, a.audience[0])
	v.check("assertion audience is this server alone", fits, trace.Check{Expected: strings.Join(accepted[:min(2, len(accepted))], " or "), Actual: orNone(strings.Join(a.audience, ", ")), RFC: rfc10070, Fix: "Set aud to the issuer, as one string: " + w.Issuer()})
	if fits && a.audience[0] != w.Issuer() {
		at.noted = append(at.noted, UsageEndpointAudience)
		at.Trace.Info("assertion audience is an endpoint", "RFC 10070 wants the issuer; profiles that follow it will refuse this")
	}
}

// checkTimes holds "exp", "nbf" and "iat" against the clock. There is no grace
// after the end: an assertion is made anew for every request.
func (a *assertion) checkTimes(now time.Time, life time.Duration, v *verdict) {
	v.check("assertion has not expired", a.expires.given && now.Before(a.expires.time()), trace.Check{Expected: "an exp in the future", Actual: a.expires.against(now), RFC: rfc7523, Fix: "Make a new assertion for every request, and keep the sender's clock right."})
	v.check("assertion does not live too long", !a.expires.given || !a.expires.time().After(now.Add(life+lifeTolerance)), trace.Check{Expected: "an exp at most " + seconds(life) + " ahead", Actual: a.expires.against(now), RFC: rfc7523, Fix: "Let it end a minute or two after it was made."})
	v.check("assertion is valid already", !a.notBefore.given || !a.notBefore.time().After(now.Add(domain.ClockSkew)), trace.Check{Expected: "an nbf at most " + seconds(domain.ClockSkew) + " ahead", Actual: a.notBefore.against(now), RFC: rfc7523, Fix: "Set the sender's clock right."})
	v.check("assertion was made already", !a.issued.given || !a.issued.time().After(now.Add(domain.ClockSkew)), trace.Check{Expected: "an iat at most " + seconds(domain.ClockSkew) + " ahead", Actual: a.issued.against(now), RFC: rfc7523, Fix: "Set the sender's clock right."})
}

// singleUse is the one use of the assertion: of its jti, by this client.
//
// An assertion that does not say when it was made was made at most its longest
// life before its end, and not used before there was a client to use it. So a
// client that was registered since the memory of uses began needs no iat, though
// the memory may be younger than that life.
func (a *assertion) singleUse(kind string, c *domain.Client, life time.Duration) *once {
	o := &once{kind: kind + " " + c.ClientID, id: a.jti, ends: a.expires.time()}
	if a.issued.given {
		o.issued = a.issued.time()
		return o
	}
	o.issued = o.ends.Add(-life)
	if c.CreatedAt.After(o.issued) {
		o.issued = c.CreatedAt
	}
	return o
}

// against says how far from now a moment is.
func (m moment) against(now time.Time) string {
	if !m.given {
		return "none"
	}
	switch d := m.unix - now.Unix(); {
	case d > 0:
		return strconv.FormatInt(d, 10) + " s ahead"
	case d < 0:
		return strconv.FormatInt(-d, 10) + " s ago"
	default:
		return "this very second"
	}
}

func seconds(d time.Duration) string {
	return strconv.FormatInt(int64(d/time.Second), 10) + " s"
}

func presence(s string) string {
	if s == "" {
		return "none"
	}
	return strconv.Itoa(len(s)) + " bytes"
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// algs lists the algorithms by which an assertion of the method may be signed:
// those of the workspace, and of them the one that was registered, if one was.
func algs(w tenancy.Workspace, method, registered string) []string {
	of := w.Settings().TokenEndpointAuthSigningAlgValues
	return slices.DeleteFunc(oauth.AssertionAlgs(method), func(alg string) bool {
		listed := len(of) == 0 || slices.ContainsFunc(of, func(other string) bool { return sameAlg(alg, other) })
		return !listed || registered != "" && !sameAlg(alg, registered)
	})
}

// SigningAlgs lists the algorithms by which an assertion of any of the methods may
// be signed in the workspace, for metadata.
func SigningAlgs(w tenancy.Workspace, methods []string) []string {
	var out []string
	for _, m := range methods {
		out = append(out, algs(w, m, "")...)
	}
	return out
}

// sameAlg knows the two names of Ed25519 (RFC 9864).
func sameAlg(a, b string) bool {
	ed := []string{oauth.EdDSA, oauth.Ed25519}
	return a == b || slices.Contains(ed, a) && slices.Contains(ed, b)
}

// checkAlg explains whether the header's algorithm is one that may be used.
func (a *assertion) checkAlg(allowed []string, v *verdict) {
	v.check("assertion algorithm allowed", slices.Contains(allowed, a.Header.Alg), trace.Check{Expected: orNone(strings.Join(allowed, " ")), Actual: a.Header.Alg, RFC: "RFC 8725, section 3.1", Fix: "Sign with one of these, or change token_endpoint_auth_signing_alg of the client or token_endpoint_auth_signing_alg_values of the workspace."})
}
