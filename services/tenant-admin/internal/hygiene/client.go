package hygiene

import (
	"slices"
	"time"

	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
)

// Codes of what is found of a client as a whole.
const (
	noUsableCredential = "no_usable_credential"
	methodRefused      = "method_refused"
	sharedSecret       = "shared_secret"
	endpointAudience   = "endpoint_audience"
	overlapEndsInUse   = "overlap_ends_in_use"
	severalSecrets     = "several_secrets"
	clientIdle         = "client_idle"
)

// client looks at what concerns the client as a whole.
func (j *judge) client() {
	found := func(code, severity, detail, fix string) {
		j.out.Findings = append(j.out.Findings, finding(code, severity, detail, fix))
	}
	for _, method := range j.inForce {
		if !slices.Contains(j.Settings.TokenEndpointAuthMethods, method) {
			found(methodRefused, critical, "The workspace does not allow "+method+".", "Add it to the workspace's token_endpoint_auth_methods, or change the client's method.")
		}
	}
	if oauth.UsesSecret(j.out.Method) && len(j.usable(j.out.Method)) == 0 {
		found(noUsableCredential, critical, "The client has no live secret that "+j.out.Method+" could use.", "Make a new secret.")
	}
	if j.keysRefused() {
		found(noUsableCredential, critical, "No key of the client has an algorithm that is accepted here.", "Register another key, or allow one of their algorithms.")
	}
	if oauth.UsesSecret(j.out.Method) {
		if j.out.Method == oauth.MethodClientSecretJWT {
			found(sharedSecret, info, "The secret that signs is known to both sides.", "Move to private_key_jwt: then only the client can sign.")
		} else {
			found(sharedSecret, j.sentSecret(), "The secret itself is sent with every request.", "Move to private_key_jwt or to a federated credential.")
		}
	}
	if j.namesEndpoint() {
		found(endpointAudience, warning, "Assertions name an endpoint as their audience, last on "+date(j.used(clientauth.UsageEndpointAudience))+".",
			"Let the application set aud to the issuer (RFC 10070); profiles that follow it refuse anything else.")
	}
	if until := j.Client.TokenEndpointAuthMethodPreviousUntil; j.previous != "" && j.within(until, urgent) && j.since(j.methodUsed(j.previous), quiet) {
		found(overlapEndsInUse, critical, j.previous+" was used on "+date(j.methodUsed(j.previous))+", and ends on "+date(until)+".",
			"Move what still uses it, or set a later end.")
	}
	if stale := j.superseded(); len(stale) > 0 {
		found(severalSecrets, warning, "More than one secret is live; an older one has not been used while another was.", "Delete those that nothing uses.")
	}
	if last := j.lastUse(); !j.Client.Public() && !last.IsZero() && !j.since(last, idle) {
		found(clientIdle, info, "The client last authenticated on "+date(last)+".", "Disable or delete it, if nothing needs it any more.")
	}
}

// sentSecret says how urgent it is to do without a secret that travels. It is a
// fair beginning: a client that has just been made is not told to be another.
func (j *judge) sentSecret() string {
	if j.since(j.Client.CreatedAt, young) {
		return info
	}
	return warning
}

// keysRefused tells whether the client's keys are all that it has to prove itself
// with, and none of them can.
func (j *judge) keysRefused() bool {
	if j.out.Method != oauth.MethodPrivateKeyJWT || len(j.Keys) == 0 || len(j.Client.FederatedCredentials) > 0 {
		return false
	}
	return !slices.ContainsFunc(j.Keys, func(k keys.ClientKeyInfo) bool { return slices.ContainsFunc(k.Algs, j.algAllowed) })
}

// usable are the live secrets that serve a method.
func (j *judge) usable(method string) []domain.ClientSecret {
	return slices.DeleteFunc(slices.Clone(j.Client.Secrets), func(s domain.ClientSecret) bool { return !s.Live(j.Now) || !s.Serves(method) })
}

// namesEndpoint tells whether assertions still do what the workspace may stop
// accepting.
func (j *judge) namesEndpoint() bool {
	return slices.ContainsFunc(j.inForce, oauth.UsesAssertion) && j.Settings.ClientAssertionAudience != domain.AudienceIssuerOnly &&
		j.since(j.used(clientauth.UsageEndpointAudience), quiet)
}

// superseded are the live secrets of the present method that were used once and
// have been quiet for a week, while another has not.
func (j *judge) superseded() []domain.ClientSecret {
	live := j.usable(j.out.Method)
	var stale []domain.ClientSecret
	for _, s := range live {
		used := j.used(s.ID.String())
		if !used.IsZero() && slices.ContainsFunc(live, func(o domain.ClientSecret) bool { return j.used(o.ID.String()).After(used.Add(quiet)) }) {
			stale = append(stale, s)
		}
	}
	return stale
}

// lastUse is when the client authenticated last, by whichever method.
func (j *judge) lastUse() time.Time {
	var last time.Time
	for _, method := range oauth.Methods() {
		if at := j.methodUsed(method); at.After(last) {
			last = at
		}
	}
	return last
}
