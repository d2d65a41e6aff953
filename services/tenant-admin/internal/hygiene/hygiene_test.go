package hygiene

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/api"
	"github.com/signet-authz/signet/api/admin"
	"github.com/signet-authz/signet/pkg/clientauth"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
)

var now = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func ago(d time.Duration) time.Time   { return now.Add(-d) }
func ahead(d time.Duration) time.Time { return now.Add(d) }

// secretID is the same in every run, so that rows can name it.
func secretID(n byte) uuid.UUID { return uuid.UUID{15: n} }

func secret(n byte, change ...func(*domain.ClientSecret)) domain.ClientSecret {
	s := domain.ClientSecret{ID: secretID(n), Form: domain.SecretHMACv1, CreatedAt: ago(60 * day)}
	for _, f := range change {
		f(&s)
	}
	return s
}

func sealed(s *domain.ClientSecret) { s.Form = domain.SecretSealed }

func made(at time.Time) func(*domain.ClientSecret) {
	return func(s *domain.ClientSecret) { s.CreatedAt = at }
}

func ends(at time.Time) func(*domain.ClientSecret) {
	return func(s *domain.ClientSecret) { s.ExpiresAt = at }
}

func use(id string, at time.Time) store.CredentialUse {
	return store.CredentialUse{CredentialID: id, At: at, Count: 7}
}

func byMethod(name string, at time.Time) store.CredentialUse {
	return use(clientauth.UsageMethod(name), at)
}

func bySecret(n byte, at time.Time) store.CredentialUse { return use(secretID(n).String(), at) }

func facts(method string, change ...func(*Facts)) Facts {
	f := Facts{
		Client:   domain.Client{ClientID: "app", TokenEndpointAuthMethod: method, UpdatedAt: ago(60 * day)},
		Settings: domain.DefaultSettings(domain.ProfileDefault), Now: now,
	}
	for _, c := range change {
		c(&f)
	}
	return f
}

func secrets(s ...domain.ClientSecret) func(*Facts) { return func(f *Facts) { f.Client.Secrets = s } }

func born(at time.Time) func(*Facts)               { return func(f *Facts) { f.Client.CreatedAt = at } }
func uses(u ...store.CredentialUse) func(*Facts)   { return func(f *Facts) { f.Uses = u } }
func signers(k ...keys.ClientKeyInfo) func(*Facts) { return func(f *Facts) { f.Keys = k } }

func overlapping(method string, until time.Time) func(*Facts) {
	return func(f *Facts) {
		f.Client.TokenEndpointAuthMethodPrevious, f.Client.TokenEndpointAuthMethodPreviousUntil = method, until
	}
}

func trusting(c ...domain.FederatedCredential) func(*Facts) {
	return func(f *Facts) { f.Client.FederatedCredentials = c }
}

var (
	ec      = keys.ClientKeyInfo{ID: "ec", Algs: []string{oauth.ES256}}
	rsaKey  = keys.ClientKeyInfo{ID: "rsa", Algs: []string{oauth.PS256, oauth.RS256}, Bits: 2048}
	cluster = domain.FederatedCredential{Name: "cluster", Preset: domain.PresetKubernetes, Issuer: "https://k.example", Subject: "system:serviceaccount:shop:web"}
	deploy  = domain.FederatedCredential{
		Name: "deploy", Preset: domain.PresetGitHubActions, Issuer: "https://token.actions.githubusercontent.com", Subject: "repo:acme/shop:ref:refs/heads/main",
		Claims: map[string]string{"repository_id": "1"}, SingleUse: true,
	}
)

// summary is a judgement in short: findings as "code severity", those of a
// credential behind its kind, id and state; advice as "code id".
type summary struct{ client, credentials, advice []string }

func summaryOf(c admin.ClientCredentials) summary {
	var s summary
	for _, f := range c.Findings {
		s.client = append(s.client, f.Code+" "+f.Severity)
	}
	for _, one := range c.Credentials {
		line := one.Kind + " " + one.ID + " " + one.State + ":"
		for _, f := range one.Findings {
			line += " " + f.Code + " " + f.Severity
		}
		s.credentials = append(s.credentials, line)
	}
	for _, a := range c.Advice {
		line := a.Code
		if a.ID != "" {
			line += " " + a.ID
		}
		s.advice = append(s.advice, line)
	}
	return s
}

func id(n byte) string { return secretID(n).String() }

type row struct {
	name  string
	facts Facts
	want  summary
}

const basic, post, mac, key = oauth.MethodClientSecretBasic, oauth.MethodClientSecretPost, oauth.MethodClientSecretJWT, oauth.MethodPrivateKeyJWT

func secretRows() []row {
	return []row{
		{"a secret in use", facts(basic, secrets(secret(1)), uses(byMethod(basic, ago(day)), bySecret(1, ago(day)))), summary{
			[]string{"shared_secret warning"}, []string{"secret " + id(1) + " active:"}, []string{"register_key"},
		}},
		{"a secret of a client that was just made", facts(basic, secrets(secret(1)), born(ago(29*day)), uses(byMethod(basic, ago(day)), bySecret(1, ago(day)))), summary{
			[]string{"shared_secret info"}, []string{"secret " + id(1) + " active:"}, []string{"register_key"},
		}},
		{"a secret of a client that has had its time", facts(basic, secrets(secret(1)), born(ago(30*day)), uses(byMethod(basic, ago(day)), bySecret(1, ago(day)))), summary{
			[]string{"shared_secret warning"}, []string{"secret " + id(1) + " active:"}, []string{"register_key"},
		}},
		{"a secret that waits for its first use", facts(basic, secrets(secret(1, made(ago(29*day))))), summary{
			[]string{"shared_secret warning"}, []string{"secret " + id(1) + " unused:"}, []string{"register_key"},
		}},
		{"a secret that waits too long", facts(basic, secrets(secret(1, made(ago(30*day))))), summary{
			[]string{"shared_secret warning"}, []string{"secret " + id(1) + " unused: never_used warning"}, []string{"register_key", "delete_credential " + id(1)},
		}},
		{"a client that is used no more", facts(basic, secrets(secret(1)), uses(byMethod(basic, ago(90*day)), bySecret(1, ago(90*day)))), summary{
			[]string{"shared_secret warning", "client_idle info"}, []string{"secret " + id(1) + " unused: idle warning"}, []string{"register_key", "delete_credential " + id(1)},
		}},
		{"a secret that ends in nine days with no successor", facts(basic, secrets(secret(1, ends(ahead(9*day)))), uses(bySecret(1, ago(day)))), summary{
			[]string{"shared_secret warning"}, []string{"secret " + id(1) + " active: expires_without_successor warning"}, []string{"make_secret " + id(1), "register_key"},
		}},
		{"a secret that ends tomorrow with no successor", facts(basic, secrets(secret(1, ends(ahead(day)))), uses(bySecret(1, ago(day)))), summary{
			[]string{"shared_secret warning"}, []string{"secret " + id(1) + " active: expires_without_successor critical"}, []string{"make_secret " + id(1), "register_key"},
		}},
		{"a secret that ends in nine days with a successor", facts(basic, secrets(secret(2, made(ago(day))), secret(1, ends(ahead(9*day)))), uses(bySecret(1, ago(day)))), summary{
			[]string{"shared_secret warning"}, []string{"secret " + id(2) + " unused:", "secret " + id(1) + " active: expires_soon info"}, []string{"register_key"},
		}},
		{"a successor that ends first", facts(basic, secrets(secret(2, made(ago(day)), ends(ahead(8*day))), secret(1, ends(ahead(9*day)))), uses(bySecret(1, ago(day)))), summary{
			[]string{"shared_secret warning"}, []string{"secret " + id(2) + " unused: expires_soon info", "secret " + id(1) + " active: expires_without_successor warning"}, []string{"make_secret " + id(1), "register_key"},
		}},
		{"a secret that has ended", facts(basic, secrets(secret(1, ends(ago(day)))), uses(bySecret(1, ago(2*day)))), summary{
			[]string{"no_usable_credential critical", "shared_secret warning"}, []string{"secret " + id(1) + " expired: expired info"}, []string{"make_secret", "register_key", "delete_credential " + id(1)},
		}},
		{"a secret of more than a year", facts(basic, secrets(secret(1, made(ago(366*day)))), uses(bySecret(1, ago(day)))), summary{
			[]string{"shared_secret warning"}, []string{"secret " + id(1) + " active: old warning"}, []string{"register_key", "rotate_secret " + id(1)},
		}},
		{"two secrets of which one is quiet", facts(post, secrets(secret(2), secret(1)), uses(bySecret(2, ago(day)), bySecret(1, ago(9*day)))), summary{
			[]string{"shared_secret warning", "several_secrets warning"}, []string{"secret " + id(2) + " active:", "secret " + id(1) + " active:"}, []string{"register_key", "delete_credential " + id(1)},
		}},
		{"two secrets that are both in use", facts(post, secrets(secret(2), secret(1)), uses(bySecret(2, ago(day)), bySecret(1, ago(7*day)))), summary{
			[]string{"shared_secret warning"}, []string{"secret " + id(2) + " active:", "secret " + id(1) + " active:"}, []string{"register_key"},
		}},
		{"a hashed secret beside client_secret_jwt", facts(mac, secrets(secret(2, sealed), secret(1)), uses(bySecret(2, ago(day)), bySecret(1, ago(day)))), summary{
			[]string{"shared_secret info"}, []string{"secret " + id(2) + " active:", "secret " + id(1) + " resting: resting info cannot_sign info"}, []string{"register_key", "delete_credential " + id(1)},
		}},
		{"client_secret_jwt with hashed secrets alone", facts(mac, secrets(secret(1)), uses(bySecret(1, ago(day)))), summary{
			[]string{"no_usable_credential critical", "shared_secret info"}, []string{"secret " + id(1) + " resting: resting info cannot_sign info"}, []string{"make_secret", "register_key", "delete_credential " + id(1)},
		}},
		{"an overlap from a hashed secret to client_secret_jwt", facts(mac, overlapping(basic, ahead(20*day)), secrets(secret(2, sealed, made(ago(day))), secret(1, ends(ahead(25*day)))), uses(byMethod(basic, ago(day)), bySecret(1, ago(day)))), summary{
			[]string{"shared_secret info"},
			[]string{"secret " + id(2) + " unused:", "secret " + id(1) + " active: ends_with_overlap info expires_soon info cannot_sign info"},
			[]string{"use_new_method"},
		}},
		{"secrets after the overlap", facts(key, overlapping(basic, now), signers(ec), secrets(secret(1)), uses(byMethod(key, ago(day)), use("key:ec", ago(day)), bySecret(1, ago(40*day)))), summary{
			nil, []string{"secret " + id(1) + " resting: resting info", "key ec active:"}, []string{"delete_credential " + id(1)},
		}},
		{"a public client", facts(oauth.MethodNone, uses(byMethod(oauth.MethodNone, ago(200*day)))), summary{}},
	}
}

func migrationRows() []row {
	live := secrets(secret(1))
	return []row{
		{"a key that is ready", facts(basic, live, signers(ec), uses(bySecret(1, ago(day)))), summary{
			[]string{"shared_secret warning"}, []string{"secret " + id(1) + " active:", "key ec resting: resting info"}, []string{"switch_with_overlap"},
		}},
		{"a workspace without private_key_jwt", facts(basic, live, uses(bySecret(1, ago(day))), func(f *Facts) { f.Settings.TokenEndpointAuthMethods = []string{basic} }), summary{
			[]string{"shared_secret warning"}, []string{"secret " + id(1) + " active:"}, []string{"allow_private_key_jwt", "register_key"},
		}},
		{"a workspace without the client's method", facts(key, signers(ec), uses(use("key:ec", ago(day))), func(f *Facts) { f.Settings.TokenEndpointAuthMethods = []string{basic} }), summary{
			[]string{"method_refused critical"}, []string{"key ec active:"}, []string{"allow_method"},
		}},
		{"an overlap that nothing has begun to use", facts(key, overlapping(basic, ahead(20*day)), signers(ec), live, uses(byMethod(basic, ago(day)), bySecret(1, ago(day)))), summary{
			nil, []string{"secret " + id(1) + " active: ends_with_overlap info", "key ec unused: never_used warning"}, []string{"use_new_method"},
		}},
		{"an overlap with both methods in use", facts(key, overlapping(basic, ahead(20*day)), signers(ec), live, uses(byMethod(basic, ago(6*day)), bySecret(1, ago(6*day)), byMethod(key, ago(day)), use("key:ec", ago(day)))), summary{
			nil, []string{"secret " + id(1) + " active: ends_with_overlap info", "key ec active:"}, []string{"move_the_rest"},
		}},
		{"an overlap that ends while the old method is in use", facts(key, overlapping(basic, ahead(5*day)), signers(ec), live, uses(byMethod(basic, ago(day)), bySecret(1, ago(day)), byMethod(key, ago(day)), use("key:ec", ago(day)))), summary{
			[]string{"overlap_ends_in_use critical"}, []string{"secret " + id(1) + " active: ends_with_overlap info", "key ec active:"}, []string{"move_the_rest"},
		}},
		{"an old method that is quiet", facts(key, overlapping(basic, ahead(20*day)), signers(ec), live, uses(byMethod(basic, ago(8*day)), bySecret(1, ago(8*day)), byMethod(key, ago(day)), use("key:ec", ago(day)))), summary{
			nil, []string{"secret " + id(1) + " active: ends_with_overlap info", "key ec active:"}, []string{"retire_previous"},
		}},
		{"an old method that was never used", facts(key, overlapping(basic, ahead(20*day)), signers(ec), secrets(secret(1, made(ago(day)))), uses(byMethod(key, ago(day)), use("key:ec", ago(day)))), summary{
			nil, []string{"secret " + id(1) + " unused: ends_with_overlap info", "key ec active:"}, []string{"retire_previous"},
		}},
		{"a secret that outlives the overlap", facts(key, overlapping(basic, ahead(20*day)), signers(ec), secrets(secret(1, ends(ahead(21*day)))), uses(byMethod(basic, ago(day)), bySecret(1, ago(day)), byMethod(key, ago(day)), use("key:ec", ago(day)))), summary{
			nil, []string{"secret " + id(1) + " active: ends_with_overlap info expires_soon info", "key ec active:"}, []string{"move_the_rest"},
		}},
		{"a secret that ends before the overlap", facts(key, overlapping(basic, ahead(20*day)), signers(ec), secrets(secret(1, ends(ahead(19*day)))), uses(byMethod(basic, ago(day)), bySecret(1, ago(day)), byMethod(key, ago(day)), use("key:ec", ago(day)))), summary{
			nil, []string{"secret " + id(1) + " active: ends_with_overlap info expires_without_successor warning", "key ec active:"}, []string{"make_secret " + id(1), "move_the_rest"},
		}},
		{"assertions for an endpoint", facts(key, signers(ec), uses(use("key:ec", ago(day)), use(clientauth.UsageEndpointAudience, ago(day)))), summary{
			[]string{"endpoint_audience warning"}, []string{"key ec active:"}, []string{"set_audience"},
		}},
		{"assertions for an endpoint, long ago", facts(key, signers(ec), uses(use("key:ec", ago(day)), use(clientauth.UsageEndpointAudience, ago(7*day)))), summary{
			nil, []string{"key ec active:"}, nil,
		}},
		{"assertions for an endpoint, refused since", facts(key, signers(ec), uses(use("key:ec", ago(day)), use(clientauth.UsageEndpointAudience, ago(day))), func(f *Facts) { f.Settings.ClientAssertionAudience = domain.AudienceIssuerOnly }), summary{
			nil, []string{"key ec active:"}, nil,
		}},
	}
}

func keyRows() []row {
	certified := func(at time.Time) keys.ClientKeyInfo {
		return keys.ClientKeyInfo{ID: "x5c", Algs: []string{oauth.ES256}, Expires: at}
	}
	change := func(c domain.FederatedCredential, f func(*domain.FederatedCredential)) domain.FederatedCredential {
		f(&c)
		return c
	}
	in := func(id string) func(*Facts) { return uses(byMethod(key, ago(day)), use(id, ago(day))) }
	return []row{
		{"an RSA key of 2048 bits in use", facts(key, signers(rsaKey), in("key:rsa")), summary{nil, []string{"key rsa active: rsa_2048 info"}, []string{"replace_key rsa"}}},
		{"a key of an algorithm that is refused", facts(key, signers(ec, rsaKey), in("key:ec"), func(f *Facts) { f.Client.TokenEndpointAuthSigningAlg = oauth.PS256 }), summary{
			nil, []string{"key ec active: algorithm_refused warning", "key rsa unused: never_used warning rsa_2048 info"}, []string{"replace_key ec", "delete_credential rsa"},
		}},
		{"keys that are all refused", facts(key, signers(ec), in("key:ec"), func(f *Facts) { f.Settings.TokenEndpointAuthSigningAlgValues = []string{oauth.RS256} }), summary{
			[]string{"no_usable_credential critical"}, []string{"key ec active: algorithm_refused warning"}, []string{"replace_key ec"},
		}},
		{"a certificate that ended", facts(key, signers(certified(ago(day))), in("key:x5c")), summary{nil, []string{"key x5c active: certificate_expired warning"}, []string{"replace_key x5c"}}},
		{"a certificate that ends", facts(key, signers(certified(ahead(29*day))), in("key:x5c")), summary{nil, []string{"key x5c active: certificate_expires_soon info"}, nil}},
		{"a certificate that lasts", facts(key, signers(certified(ahead(30*day))), in("key:x5c")), summary{nil, []string{"key x5c active:"}, nil}},
		{"a key that is used no more", facts(key, signers(ec), uses(byMethod(key, ago(day)), use("key:ec", ago(90*day)))), summary{nil, []string{"key ec unused: idle warning"}, []string{"delete_credential ec"}}},
		{"a key that was just registered", facts(key, signers(ec), func(f *Facts) { f.Client.UpdatedAt = ago(day) }), summary{nil, []string{"key ec unused:"}, nil}},
		{"keys behind a URL", facts(key, func(f *Facts) { f.Client.JWKSURI = "https://app.example/jwks" }, uses(use("key:k1", ago(200*day)), use("key:k2", ago(day)))), summary{
			nil, []string{"key k2 active:", "key k1 unused:"}, nil,
		}},
		{"keys that were taken out of the set", facts(key, signers(ec), uses(use("key:gone", ago(day)), use("key:ec", ago(day)))), summary{nil, []string{"key ec active:"}, nil}},
		{"certificates in use", facts(oauth.MethodTLS, uses(use("cert:aa", ago(100*day)), use("cert:bb", ago(day)))), summary{nil, []string{"certificate bb active:", "certificate aa unused:"}, nil}},
		{"certificates of a method that is gone", facts(key, signers(ec), uses(use("key:ec", ago(day)), use("cert:aa", ago(day)))), summary{nil, []string{"key ec active:", "certificate aa resting:"}, nil}},
		{"a service account", facts(key, trusting(cluster), in("federated:cluster")), summary{nil, []string{"federated cluster active:"}, nil}},
		{"every service account of a namespace", facts(key, trusting(change(cluster, func(c *domain.FederatedCredential) { c.Subject = "system:serviceaccount:shop:*" })), in("federated:cluster")), summary{
			nil, []string{"federated cluster active: subject_open info"}, nil,
		}},
		{"a workflow of one branch", facts(key, trusting(deploy), in("federated:deploy")), summary{nil, []string{"federated deploy active:"}, nil}},
		{"a workflow by name alone", facts(key, trusting(change(deploy, func(c *domain.FederatedCredential) { c.Claims = nil })), in("federated:deploy")), summary{
			nil, []string{"federated deploy active: claims_recommended info"}, nil,
		}},
		{"every workflow of an owner", facts(key, trusting(change(deploy, func(c *domain.FederatedCredential) { c.Claims, c.Subject = nil, "repo:acme/*" })), in("federated:deploy")), summary{
			nil, []string{"federated deploy active: subject_open warning claims_recommended info"}, []string{"narrow_credential deploy"},
		}},
		{"a workflow's token that serves twice", facts(key, trusting(change(deploy, func(c *domain.FederatedCredential) { c.SingleUse = false })), in("federated:deploy")), summary{
			nil, []string{"federated deploy active: replayable warning"}, []string{"narrow_credential deploy"},
		}},
		{"a credential that outlived its overlap", facts(basic, trusting(cluster), secrets(secret(1)), uses(bySecret(1, ago(day)))), summary{
			[]string{"shared_secret warning"}, []string{"secret " + id(1) + " active:", "federated cluster resting: resting info"}, []string{"switch_with_overlap"},
		}},
	}
}

func TestCredentialsAreJudged(t *testing.T) {
	for _, r := range slices.Concat(secretRows(), migrationRows(), keyRows()) {
		t.Run(r.name, func(t *testing.T) { require.Equal(t, r.want, summaryOf(Judge(r.facts))) })
	}
}

// What is promised in the specification can happen, and nothing else does.
func TestEveryCodeIsInTheSpecificationAndCanHappen(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(api.Admin())
	require.NoError(t, err)
	enum := func(schema, property string) (out []string) {
		for _, v := range doc.Components.Schemas[schema].Value.Properties[property].Value.Enum {
			out = append(out, v.(string))
		}
		return out
	}
	seen := map[string][]string{}
	see := func(of, v string) {
		if !slices.Contains(seen[of], v) {
			seen[of] = append(seen[of], v)
		}
	}
	look := func(fs []admin.CredentialFinding) {
		for _, f := range fs {
			see("finding", f.Code)
			see("severity", f.Severity)
			require.NotEmpty(t, f.Detail)
			require.NotEmpty(t, f.Fix)
		}
	}
	for _, r := range slices.Concat(secretRows(), migrationRows(), keyRows()) {
		c := Judge(r.facts)
		look(c.Findings)
		for _, one := range c.Credentials {
			look(one.Findings)
			see("kind", one.Kind)
			see("state", one.State)
		}
		for _, a := range c.Advice {
			see("advice", a.Code)
			require.NotEmpty(t, a.Detail)
		}
	}
	require.ElementsMatch(t, enum("CredentialFinding", "code"), seen["finding"])
	require.ElementsMatch(t, enum("CredentialFinding", "severity"), seen["severity"])
	require.ElementsMatch(t, enum("CredentialAdvice", "code"), seen["advice"])
	require.ElementsMatch(t, enum("Credential", "kind"), seen["kind"])
	require.ElementsMatch(t, enum("Credential", "state"), seen["state"])
}

func TestMethodsAreThoseInForceAndThoseOnceUsed(t *testing.T) {
	until := ahead(day)
	c := Judge(facts(key, overlapping(post, until), uses(byMethod(post, ago(day)), byMethod(basic, ago(50*day)))))
	require.Equal(t, []admin.MethodUse{
		{Method: basic, Registered: "no", Strength: "shared_secret", LastUsedAt: ago(50 * day), Uses: 7},
		{Method: post, Registered: "previous", Strength: "shared_secret", LastUsedAt: ago(day), Uses: 7},
		{Method: key, Registered: "present", Strength: "private_key"},
	}, c.Methods)
	require.Equal(t, admin.PreviousMethod{Method: post, Until: until}, c.Previous)
	require.Zero(t, Judge(facts(key, overlapping(post, now))).Previous, "it is over")
	strengths := map[string]string{}
	for _, method := range oauth.Methods() {
		strengths[method] = Judge(facts(method)).Methods[0].Strength
	}
	require.Equal(t, map[string]string{
		basic: "shared_secret", post: "shared_secret", mac: "shared_mac", key: "private_key",
		oauth.MethodTLS: "private_key", oauth.MethodSelfSignedTLS: "private_key", oauth.MethodNone: "none",
	}, strengths)
}

func TestWordsNameTheDayAndTheMethod(t *testing.T) {
	c := Judge(facts(key, overlapping(basic, ahead(20*day)), signers(ec), secrets(secret(1, ends(ahead(9*day)))),
		uses(byMethod(basic, ago(8*day)), bySecret(1, ago(8*day)), byMethod(key, ago(day)))))
	require.Contains(t, fmt.Sprint(c.Advice), "client_secret_basic was last used on 2026-11-17")
	require.Contains(t, c.Credentials[0].Findings[1].Detail, "in 9 days")
	begin := Judge(facts(basic, signers(ec), secrets(secret(1))))
	require.Contains(t, begin.Advice[0].Detail, "client_secret_basic until 2026-12-25")
	for d, want := range map[time.Duration]string{time.Hour: "less than a day", day: "1 day", 50 * time.Hour: "2 days"} {
		require.Equal(t, want, days(d))
	}
}
