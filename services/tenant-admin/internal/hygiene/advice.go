package hygiene

import (
	"slices"

	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
)

// Codes of the steps, in the order in which they are advised.
const (
	allowMethod        = "allow_method"
	makeSecret         = "make_secret"
	allowPrivateKeyJWT = "allow_private_key_jwt"
	registerKey        = "register_key"
	switchWithOverlap  = "switch_with_overlap"
	useNewMethod       = "use_new_method"
	moveTheRest        = "move_the_rest"
	retirePrevious     = "retire_previous"
	setAudience        = "set_audience"
	rotateSecret       = "rotate_secret"
	replaceKey         = "replace_key"
	narrowCredential   = "narrow_credential"
	deleteCredential   = "delete_credential"
)

// advise lists what to do: first what stands in the way of the client, then the
// next step of a migration, then what is to be tidied up.
func (j *judge) advise() {
	if j.found(methodRefused) {
		j.step(allowMethod, "Let the workspace allow what the client is registered for, or change the registration: it cannot authenticate by a method that the workspace refuses.")
	}
	if j.found(noUsableCredential) && oauth.UsesSecret(j.out.Method) {
		j.step(makeSecret, "Make a secret now: the client has none that it could use.")
	}
	for _, c := range j.out.Credentials {
		if f, ok := has(c, expiresWithoutSuccessor); ok {
			j.stepOf(c, makeSecret, "Make a new secret before "+date(c.ExpiresAt)+". "+f.Detail)
		}
	}
	if j.previous == "" {
		j.beginMigration()
	} else {
		j.goOn()
	}
	if j.found(endpointAudience) {
		j.step(setAudience, "Let the application set the audience of its assertions to the issuer, as one string.")
	}
	j.tidy()
}

// beginMigration leads from a secret to a key: the key first, then both for a
// while.
func (j *judge) beginMigration() {
	if !oauth.UsesSecret(j.out.Method) {
		return
	}
	if !slices.Contains(j.Settings.TokenEndpointAuthMethods, oauth.MethodPrivateKeyJWT) {
		j.step(allowPrivateKeyJWT, "Add private_key_jwt to the workspace's token_endpoint_auth_methods, so that the client can do without a secret.")
	}
	if len(j.Keys) == 0 && j.Client.JWKSURI == "" && len(j.Client.FederatedCredentials) == 0 {
		j.step(registerKey, "Register the application's public key as jwks or jwks_uri, or the platform that it runs on as a federated credential. Nothing changes for it yet.")
		return
	}
	j.step(switchWithOverlap, "Set token_endpoint_auth_method to private_key_jwt, and token_endpoint_auth_method_previous to "+j.out.Method+" until "+
		date(j.Now.Add(soon))+": until then both work.")
}

// goOn leads through an overlap.
func (j *judge) goOn() {
	now, before := j.methodUsed(j.out.Method), j.methodUsed(j.previous)
	until := date(j.Client.TokenEndpointAuthMethodPreviousUntil)
	switch {
	case now.IsZero():
		j.step(useNewMethod, "Let the application use "+j.out.Method+": nothing has used it yet, and "+j.previous+" ends on "+until+".")
	case j.since(before, quiet):
		j.step(moveTheRest, "Some of the application still uses "+j.previous+", last on "+date(before)+"; it ends on "+until+".")
	case before.IsZero():
		j.step(retirePrevious, "Set token_endpoint_auth_method_previous to null: "+j.previous+" was never used.")
	default:
		j.step(retirePrevious, "Set token_endpoint_auth_method_previous to null: "+j.previous+" was last used on "+date(before)+", and "+j.out.Method+" on "+date(now)+".")
	}
}

// tidy goes through the credentials one by one. A credential gets one step.
func (j *judge) tidy() {
	superseded := j.superseded()
	for _, code := range []string{rotateSecret, replaceKey, narrowCredential, deleteCredential} {
		for _, c := range j.out.Credentials {
			stale := slices.ContainsFunc(superseded, func(s domain.ClientSecret) bool { return c.Kind == kindSecret && c.ID == s.ID.String() })
			if step, why := j.tidied(c, stale); step == code {
				j.stepOf(c, step, why)
			}
		}
	}
}

// tidied says what is to become of a credential; nothing where it is in order.
func (j *judge) tidied(c admin.Credential, superseded bool) (step, why string) {
	f, unneeded := has(c, expired, resting, neverUsed, unusedLong)
	// What rests, or waits for the first use of its method, may be there for what
	// is to come; secrets are what has been.
	awaited := f.Code == resting || f.Code == neverUsed && j.methodUsed(j.out.Method).IsZero()
	if unneeded && (c.Kind == kindSecret || !awaited) {
		return deleteCredential, "Delete it, if nothing is about to use it. " + f.Detail
	}
	if superseded {
		return deleteCredential, "Delete it: it was last used on " + date(c.LastUsedAt) + ", and another secret has been used since."
	}
	if f, ok := has(c, secretOld); ok {
		return rotateSecret, "Make a new secret beside it, and delete it once it is quiet. " + f.Detail
	}
	if f, ok := has(c, algorithmRefused, certificateExpired); ok {
		return replaceKey, "Register another key. " + f.Detail
	}
	if f, ok := has(c, rsa2048); ok && c.State == stateActive {
		return replaceKey, "With the next rotation use ES256 or Ed25519. " + f.Detail
	}
	if f, ok := has(c, replayable, subjectOpen); ok && f.Severity == warning {
		return narrowCredential, f.Fix
	}
	return "", ""
}

// has finds the first of the codes that was found of the credential.
func has(c admin.Credential, codes ...string) (admin.CredentialFinding, bool) {
	for _, f := range c.Findings {
		if slices.Contains(codes, f.Code) {
			return f, true
		}
	}
	return admin.CredentialFinding{}, false
}

// found tells whether something was found of the client as a whole.
func (j *judge) found(code string) bool {
	return slices.ContainsFunc(j.out.Findings, func(f admin.CredentialFinding) bool { return f.Code == code })
}

func (j *judge) step(code, detail string) {
	j.out.Advice = append(j.out.Advice, admin.CredentialAdvice{Code: code, Detail: detail})
}

func (j *judge) stepOf(c admin.Credential, code, detail string) {
	j.out.Advice = append(j.out.Advice, admin.CredentialAdvice{Code: code, Detail: detail, Kind: c.Kind, ID: c.ID})
}
