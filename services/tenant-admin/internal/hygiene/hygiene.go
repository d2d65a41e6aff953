package hygiene

import (
	"slices"
	"time"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
)

const day = 24 * time.Hour

// How long is long.
const (
	quiet  = 7 * day   // without use, after which a method counts as given up
	urgent = 7 * day   // before an end that nothing follows
	soon   = 30 * day  // before any end
	young  = 30 * day  // in which a credential may wait for its first use, and a client rest on a secret
	idle   = 90 * day  // without use
	old    = 365 * day // of a secret
)

// Facts are what a client is judged by.
type Facts struct {
	Client   domain.Client        // with its secrets
	Keys     []keys.ClientKeyInfo // those that stand in its registration
	Uses     []store.CredentialUse
	Settings domain.Settings // of its workspace
	Now      time.Time
}

// Kinds of credentials.
const (
	kindSecret      = "secret"
	kindKey         = "key"
	kindCertificate = "certificate"
	kindFederated   = "federated"
)

// States of credentials.
const (
	stateActive  = "active"
	stateUnused  = "unused"
	stateResting = "resting"
	stateExpired = "expired"
)

// Severities of findings.
const (
	info     = "info"
	warning  = "warning"
	critical = "critical"
)

// Judge says what is to be said of a client's credentials.
func Judge(f Facts) admin.ClientCredentials {
	j := &judge{Facts: f, inForce: f.Client.AuthMethods(f.Now), uses: map[string]store.CredentialUse{}}
	for _, u := range f.Uses {
		j.uses[u.CredentialID] = u
	}
	j.out = admin.ClientCredentials{
		Method: f.Client.TokenEndpointAuthMethod, Methods: []admin.MethodUse{}, Credentials: []admin.Credential{},
		Findings: []admin.CredentialFinding{}, Advice: []admin.CredentialAdvice{},
	}
	if len(j.inForce) > 1 {
		j.previous = j.inForce[1]
		j.out.Previous = admin.PreviousMethod{Method: j.previous, Until: f.Client.TokenEndpointAuthMethodPreviousUntil}
	}
	j.methods()
	j.secrets()
	j.keys()
	j.certificates()
	j.federated()
	j.client()
	j.advise()
	return j.out
}

// judge is one judgement while it is made.
type judge struct {
	Facts
	inForce  []string // the methods: the present one, then the previous one if there is one
	previous string
	uses     map[string]store.CredentialUse
	out      admin.ClientCredentials
}

// used is when the ledger saw something last, zero where never.
func (j *judge) used(id string) time.Time { return j.uses[id].At }

func (j *judge) methodUsed(method string) time.Time { return j.used(clientauth.UsageMethod(method)) }

// since tells whether a moment is in the past d, or later.
func (j *judge) since(at time.Time, d time.Duration) bool {
	return !at.IsZero() && at.After(j.Now.Add(-d))
}

// within tells whether a moment, if there is one, comes in the next d.
func (j *judge) within(at time.Time, d time.Duration) bool {
	return !at.IsZero() && at.Before(j.Now.Add(d))
}

// methods lists the methods in force, and those that only the ledger knows.
func (j *judge) methods() {
	for _, method := range oauth.Methods() {
		use, known := j.uses[clientauth.UsageMethod(method)]
		registered := slices.Index([]string{j.Client.TokenEndpointAuthMethod, j.previous}, method)
		if registered < 0 && !known {
			continue
		}
		word := "no"
		if registered >= 0 {
			word = []string{"present", "previous"}[registered]
		}
		j.out.Methods = append(j.out.Methods, admin.MethodUse{Method: method, Registered: word, Strength: strength(method), LastUsedAt: use.At, Uses: use.Count})
	}
}

// strength says what someone who looks on could take away.
func strength(method string) string {
	switch {
	case method == oauth.MethodNone:
		return "none"
	case method == oauth.MethodClientSecretJWT:
		return "shared_mac"
	case oauth.UsesSecret(method):
		return "shared_secret"
	default:
		return "private_key"
	}
}

// date is a moment as people read it.
func date(t time.Time) string { return t.UTC().Format(time.DateOnly) }

func finding(code, severity, detail, fix string) admin.CredentialFinding {
	return admin.CredentialFinding{Code: code, Severity: severity, Detail: detail, Fix: fix}
}
