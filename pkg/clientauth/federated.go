package clientauth

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/trace"
)

// maxFederatedLife is how far ahead a platform's token may end: Kubernetes lets
// an operator choose up to a day.
const maxFederatedLife = 24 * time.Hour

// federatedTypes are the values of typ that platforms give such tokens. A typ
// that names another purpose makes it another kind of token (RFC 8725, section
// 3.11).
var federatedTypes = []string{"", "jwt", "jose"}

// authenticateFederated proves the client by a token of an issuer that it
// trusts. The token is no assertion of the client's own making: it has that
// issuer's subject, and platforms hand the same one out for as long as it lives.
func authenticateFederated(ctx context.Context, at *Attempt, a *assertion) error {
	v := &verdict{trace: at.Trace}
	c, found := trusted(at.Client.FederatedCredentials, a)
	v.check("token is of a trusted issuer", found, trace.Check{Expected: issuers(at.Client.FederatedCredentials), Actual: "iss " + orNone(a.issuer) + ", sub " + orNone(a.subject), RFC: "RFC 7521, section 4.2", Fix: "Compare issuer and subject with the client's federated credentials."})
	if !found {
		return v.err()
	}
	at.Trace.Info("federated credential", c.Name)
	if c.Preset == domain.PresetSPIFFE {
		v.check("assertion type fits", true, trace.Check{Expected: oauth.AssertionTypeJWT + " or " + oauth.AssertionTypeSPIFFE, Actual: a.kind})
	} else {
		v.check("assertion type fits", a.kind == oauth.AssertionTypeJWT, trace.Check{Expected: oauth.AssertionTypeJWT, Actual: a.kind, RFC: "RFC 7523, section 2.2"})
	}
	v.check("token claims are readable", len(a.unreadable) == 0, trace.Check{Expected: "strings, and whole seconds", Actual: strings.Join(a.unreadable, "; "), RFC: "RFC 7519, section 4.1"})
	v.check("token typ fits", slices.Contains(federatedTypes, mediaType(a.Header.Typ)), trace.Check{Expected: "JWT, JOSE, or none", Actual: orNone(a.Header.Typ), RFC: "RFC 8725, section 3.11"})
	v.check("subject matches", subjectMatches(c.Subject, a.subject), trace.Check{Expected: c.Subject, Actual: orNone(a.subject), Fix: "Let the credential's subject name this workload."})
	audience := c.Audience
	if audience == "" {
		audience = at.Workspace.Issuer()
	}
	v.check("audience is this server alone", len(a.audience) == 1 && a.audience[0] == audience, trace.Check{Expected: audience, Actual: orNone(strings.Join(a.audience, ", ")), RFC: rfc10070, Fix: "Ask the platform for a token with this audience alone: others who get it could use it here."})
	a.checkClaims(c, v)
	a.checkTimes(at.Now, maxFederatedLife, v)
	if c.SingleUse {
		v.check("token has a jti", a.jti != "" && len(a.jti) <= maxJTIBytes, trace.Check{Expected: "a jti of up to 512 bytes", Actual: presence(a.jti), Fix: "Turn single_use off, if the platform gives its tokens no jti."})
	}
	// What the client registered for itself says nothing of other issuers.
	allowed := algs(at.Workspace, oauth.MethodPrivateKeyJWT, "")
	a.checkAlg(allowed, v)
	checkSignature(ctx, at, a, KeySet{
		Workspace: at.Workspace, ClientID: at.Client.ClientID, Version: at.Client.Version, Name: c.Name,
		JWKS: c.JWKS, URI: c.JWKSURI, Issuer: c.Issuer, Bundle: c.Preset == domain.PresetSPIFFE,
	}, allowed, v)
	if err := v.err(); err != nil {
		return err
	}
	at.credential = UsageFederated(c.Name)
	if c.SingleUse {
		at.once = a.singleUse("federated "+c.Name, at.Client, maxFederatedLife)
	}
	return nil
}

// trusted finds the credential that the token is for: one of its issuer and,
// where there are several of that, the first whose subject and claims fit.
func trusted(cs []domain.FederatedCredential, a *assertion) (domain.FederatedCredential, bool) {
	var candidate *domain.FederatedCredential
	for i := range cs {
		c := &cs[i]
		if !ofIssuer(c, a) {
			continue
		}
		if candidate == nil {
			candidate = c
		}
		if subjectMatches(c.Subject, a.subject) && a.hasClaims(c.Claims) {
			return *c, true
		}
	}
	if candidate == nil {
		return domain.FederatedCredential{}, false
	}
	return *candidate, true
}

// ofIssuer compares the issuer. A JWT-SVID need not have one: the trust domain
// stands in its subject (SPIFFE JWT-SVID, section 3.1).
func ofIssuer(c *domain.FederatedCredential, a *assertion) bool {
	if c.Preset == domain.PresetSPIFFE {
		return strings.HasPrefix(a.subject, c.Issuer+"/")
	}
	return a.issuer == c.Issuer
}

// subjectMatches compares a subject with a rule, whose final * stands for any
// ending.
func subjectMatches(rule, subject string) bool {
	if prefix, open := strings.CutSuffix(rule, "*"); open {
		return strings.HasPrefix(subject, prefix) && subject != ""
	}
	return subject == rule && rule != ""
}

func (a *assertion) hasClaims(want map[string]string) bool {
	for name, value := range want {
		if got, ok := a.claimText(name); !ok || got != value {
			return false
		}
	}
	return true
}

// claimText is a claim as a rule compares it: a string, or a number or a boolean
// as it is written.
func (a *assertion) claimText(name string) (string, bool) {
	raw, present := a.Claims[name]
	if !present || len(raw) == 0 || raw[0] == '{' || raw[0] == '[' || string(raw) == "null" {
		return "", false
	}
	if raw[0] != '"' {
		return string(raw), true
	}
	var s string
	return s, json.Unmarshal(raw, &s) == nil
}

func (a *assertion) checkClaims(c domain.FederatedCredential, v *verdict) {
	for _, name := range slices.Sorted(maps.Keys(c.Claims)) {
		got, ok := a.claimText(name)
		v.check("claim "+name+" matches", ok && got == c.Claims[name], trace.Check{Expected: c.Claims[name], Actual: orNone(got)})
	}
}

func issuers(cs []domain.FederatedCredential) string {
	var out []string
	for _, c := range cs {
		if !slices.Contains(out, c.Issuer) {
			out = append(out, c.Issuer)
		}
	}
	return strings.Join(out, ", ")
}
