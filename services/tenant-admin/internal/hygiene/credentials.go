package hygiene

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
)

// Codes of what is found of a credential.
const (
	neverUsed               = "never_used"
	unusedLong              = "idle"
	resting                 = "resting"
	endsWithOverlap         = "ends_with_overlap"
	expired                 = "expired"
	expiresSoon             = "expires_soon"
	expiresWithoutSuccessor = "expires_without_successor"
	secretOld               = "old"
	cannotSign              = "cannot_sign"
	rsa2048                 = "rsa_2048"
	algorithmRefused        = "algorithm_refused"
	certificateExpired      = "certificate_expired"
	certificateExpiresSoon  = "certificate_expires_soon"
	subjectOpen             = "subject_open"
	claimsRecommended       = "claims_recommended"
	replayable              = "replayable"
)

// credential begins one: what was used when, and what follows from that. known
// is a moment at which it was registered already, zero for one of which only its
// use is known, so that there is nothing to delete; methods tells which use it.
func (j *judge) credential(kind, id, usage string, known time.Time, methods func(string) bool) admin.Credential {
	use := j.uses[usage]
	c := admin.Credential{Kind: kind, ID: id, LastUsedAt: use.At, Uses: use.Count, State: stateUnused, Findings: []admin.CredentialFinding{}}
	if j.since(use.At, idle) {
		c.State = stateActive
	}
	serves := slices.DeleteFunc(slices.Clone(j.inForce), func(m string) bool { return !methods(m) })
	if len(serves) == 0 {
		c.State = stateResting
	}
	if known.IsZero() {
		return c
	}
	switch {
	case c.State == stateResting:
		c.Findings = append(c.Findings, finding(resting, info, "No method in force uses it.", "Delete it, unless a method that uses it is to come."))
	case j.previous != "" && serves[0] == j.previous:
		c.Findings = append(c.Findings, finding(endsWithOverlap, info,
			"Only the previous method uses it, until "+date(j.Client.TokenEndpointAuthMethodPreviousUntil)+".", "Delete it when the overlap is over."))
	}
	switch {
	case c.State != stateUnused:
	case !use.At.IsZero():
		c.Findings = append(c.Findings, finding(unusedLong, warning, "It was last used on "+date(use.At)+".", "Delete it, if nothing needs it any more."))
	case !j.since(known, young):
		c.Findings = append(c.Findings, finding(neverUsed, warning, "It has never been used.", "Delete it, or begin to use it."))
	}
	return c
}

func (j *judge) add(c admin.Credential) { j.out.Credentials = append(j.out.Credentials, c) }

func (j *judge) secrets() {
	for _, s := range j.Client.Secrets {
		c := j.credential(kindSecret, s.ID.String(), s.ID.String(), s.CreatedAt, s.Serves)
		c.Label, c.CreatedAt, c.ExpiresAt, c.Form = s.Label, s.CreatedAt, s.ExpiresAt, "hashed"
		if s.Form == domain.SecretSealed {
			c.Form = "sealed"
		}
		switch {
		case !s.Live(j.Now):
			c.State = stateExpired
			c.Findings = []admin.CredentialFinding{finding(expired, info, "It expired on "+date(s.ExpiresAt)+".", "Delete it.")}
		case c.State != stateResting:
			j.secretEnds(&c, s)
			if !j.since(s.CreatedAt, old) {
				c.Findings = append(c.Findings, finding(secretOld, warning, "It was made on "+date(s.CreatedAt)+", more than a year ago.",
					"Make a new secret beside it, give that to the application, and delete this one; or move to private_key_jwt."))
			}
		}
		unfit := s.Live(j.Now) && slices.Contains(j.inForce, oauth.MethodClientSecretJWT) && !s.Serves(oauth.MethodClientSecretJWT)
		if unfit {
			c.Findings = append(c.Findings, finding(cannotSign, info, "It is kept as a hash, with which client_secret_jwt cannot work.", "Use a secret that was made for client_secret_jwt."))
		}
		j.add(c)
	}
}

// secretEnds looks at an end that is near: it is harmless where another secret
// lives on, or where the method that uses this one ends first.
func (j *judge) secretEnds(c *admin.Credential, s domain.ClientSecret) {
	if !j.within(s.ExpiresAt, soon) {
		return
	}
	detail := "It expires on " + date(s.ExpiresAt)
	if j.succeeded(s) {
		c.Findings = append(c.Findings, finding(expiresSoon, info, detail+", and another secret lives on.", "See that the application uses the other one by then."))
		return
	}
	severity := warning
	if j.within(s.ExpiresAt, urgent) {
		severity = critical
	}
	c.Findings = append(c.Findings, finding(expiresWithoutSuccessor, severity, detail+", in "+days(s.ExpiresAt.Sub(j.Now))+", and no other secret lives on.",
		"Make a new secret and give it to the application."))
}

// succeeded tells whether every method that uses the secret is served when it
// has expired, or has ended by then.
func (j *judge) succeeded(s domain.ClientSecret) bool {
	for _, method := range j.inForce {
		ended := method == j.previous && !j.Client.TokenEndpointAuthMethodPreviousUntil.After(s.ExpiresAt)
		follows := slices.ContainsFunc(j.Client.Secrets, func(o domain.ClientSecret) bool {
			return o.ID != s.ID && o.Serves(method) && o.Live(s.ExpiresAt)
		})
		if s.Serves(method) && !ended && !follows {
			return false
		}
	}
	return true
}

func days(d time.Duration) string {
	switch n := int(d / day); n {
	case 0:
		return "less than a day"
	case 1:
		return "1 day"
	default:
		return strconv.Itoa(n) + " days"
	}
}

// keys lists those of the registration or, where they are behind a URL, those
// that were seen in use.
func (j *judge) keys() {
	signs := func(method string) bool {
		return method == oauth.MethodPrivateKeyJWT || method == oauth.MethodSelfSignedTLS
	}
	for _, k := range j.Keys {
		// When a key came into the set is not known; it was there at the last change.
		c := j.credential(kindKey, k.ID, clientauth.UsageKey(k.ID), j.Client.UpdatedAt, signs)
		c.Algs, c.ExpiresAt = k.Algs, k.Expires
		if c.State != stateResting {
			c.Findings = append(c.Findings, j.keyFindings(k.Algs, k.Bits, k.Expires)...)
		}
		j.add(c)
	}
	if j.Client.JWKSURI == "" {
		return
	}
	for _, u := range j.seen(kindKey) {
		_, id := clientauth.CutUsage(u.CredentialID)
		c := j.credential(kindKey, id, u.CredentialID, time.Time{}, signs)
		c.Label = "from jwks_uri"
		j.add(c)
	}
}

func (j *judge) keyFindings(algs []string, bits int, ends time.Time) []admin.CredentialFinding {
	var out []admin.CredentialFinding
	if slices.Contains(j.inForce, oauth.MethodPrivateKeyJWT) && !slices.ContainsFunc(algs, j.algAllowed) {
		out = append(out, finding(algorithmRefused, warning, "Neither the client nor the workspace leaves it an algorithm: no assertion signed with it is accepted.",
			"Allow one of its algorithms, or register another key."))
	}
	if bits > 0 && bits < 3072 {
		out = append(out, finding(rsa2048, info, "It is an RSA key of "+strconv.Itoa(bits)+" bits.", "With the next rotation use ES256 or Ed25519, or 3072 bits."))
	}
	switch {
	case ends.IsZero():
	case !ends.After(j.Now):
		out = append(out, finding(certificateExpired, warning, "Its certificate expired on "+date(ends)+".", "Register a key with a new certificate, or without x5c."))
	case j.within(ends, soon):
		out = append(out, finding(certificateExpiresSoon, info, "Its certificate expires on "+date(ends)+".", "Register the successor beside it."))
	}
	return out
}

// algAllowed tells whether an assertion may be signed with the algorithm here.
func (j *judge) algAllowed(alg string) bool {
	registered, allowed := j.Client.TokenEndpointAuthSigningAlg, j.Settings.TokenEndpointAuthSigningAlgValues
	return (registered == "" || registered == alg) && (len(allowed) == 0 || slices.Contains(allowed, alg))
}

func (j *judge) certificates() {
	for _, u := range j.seen("cert") {
		_, id := clientauth.CutUsage(u.CredentialID)
		j.add(j.credential(kindCertificate, id, u.CredentialID, time.Time{}, oauth.UsesCertificate))
	}
}

// seen lists what the ledger has of a kind, the last used first.
func (j *judge) seen(kind string) []store.CredentialUse {
	out := slices.DeleteFunc(slices.Clone(j.Uses), func(u store.CredentialUse) bool {
		k, _ := clientauth.CutUsage(u.CredentialID)
		return k != kind
	})
	slices.SortStableFunc(out, func(a, b store.CredentialUse) int {
		return cmp.Or(b.At.Compare(a.At), strings.Compare(a.CredentialID, b.CredentialID))
	})
	return out
}

func (j *judge) federated() {
	for _, f := range j.Client.FederatedCredentials {
		c := j.credential(kindFederated, f.Name, clientauth.UsageFederated(f.Name), j.Client.UpdatedAt, func(m string) bool { return m == oauth.MethodPrivateKeyJWT })
		c.Label = f.Subject + " of " + f.Issuer
		if c.State != stateResting {
			c.Findings = append(c.Findings, federatedFindings(f)...)
		}
		j.add(c)
	}
}

// federatedFindings looks at who besides the one that was meant could get such a
// token.
func federatedFindings(f domain.FederatedCredential) []admin.CredentialFinding {
	var out []admin.CredentialFinding
	github := f.Preset == domain.PresetGitHubActions
	if strings.HasSuffix(f.Subject, "*") {
		severity, fix := info, "Name the subject in full, if one is enough."
		if github && len(f.Claims) == 0 {
			severity, fix = warning, "Name the branch or the environment, or add claims such as repository_id, ref and environment: pull requests and every branch match as well."
		}
		out = append(out, finding(subjectOpen, severity, "Every subject that begins with "+strings.TrimSuffix(f.Subject, "*")+" is this client.", fix))
	}
	if github && f.Claims["repository_id"] == "" && f.Claims["repository_owner_id"] == "" {
		out = append(out, finding(claimsRecommended, info, "It rests on a name, which somebody else can have once its owner gives it up.", "Add the claims repository_id and repository_owner_id."))
	}
	if github && !f.SingleUse {
		out = append(out, finding(replayable, warning, "A token that leaks from a log serves again until it expires.", "Set single_use: every run of a workflow gets a token of its own."))
	}
	return out
}
