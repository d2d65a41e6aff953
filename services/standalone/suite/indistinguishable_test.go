package suite_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/standalone/suite/internal/jose"
	"github.com/signet-authz/signet/services/standalone/suite/internal/party"
	"github.com/signet-authz/signet/services/standalone/suite/internal/target"
	"github.com/signet-authz/signet/services/standalone/suite/internal/wire"
)

// Whoever guesses learns nothing: not whether a client exists, is enabled, or
// uses another method. The answers are equal to the byte, but for the moment and
// the id under which they are explained; scripts/bench -distinguish looks at how
// long they take.
func TestRefusedClientsCannotBeToldApart(t *testing.T) {
	each(t, func(t *testing.T, tg *target.Target) {
		w, authority := believing(t, tg)
		key := jose.NewKey(t, "ES256")
		disabled := map[string]any{"disabled": true}
		basic, sleeping, post := w.NewApp(t, nil), w.NewApp(t, disabled), w.NewApp(t, map[string]any{"token_endpoint_auth_method": "client_secret_post"})
		signer, sleepingSigner := w.NewKeyApp(t, nil, key), w.NewKeyApp(t, disabled, key)
		certified, sleepingCertified := w.NewCertApp(t, authority, nil), w.NewCertApp(t, authority, disabled)
		nobody := &party.App{Workspace: w, ID: "nobody", Key: key, Secret: wrongSecret, Certificate: certified.Certificate}
		secret := func(id, value string) party.Credentials {
			return party.Credentials{Authorization: party.Basic(id, value)}
		}
		posted := func(id, value string) party.Credentials {
			return party.Credentials{Form: party.Form("client_id", id, "client_secret", value)}
		}
		forged := func(app *party.App) party.Credentials {
			return party.Asserted(app.Assertion(t, party.Signed(jose.NewKey(t, "ES256").Named(key.ID))))
		}
		shown := func(app *party.App) party.Credentials {
			return party.Credentials{Form: party.Form("client_id", app.ID), Certificate: party.SelfSigned(t, "wrong")}
		}
		for name, kinds := range map[string][]party.Credentials{
			"client_secret_basic": {secret(basic.ID, wrongSecret), secret("nobody", wrongSecret), secret(sleeping.ID, wrongSecret), secret(sleeping.ID, sleeping.Secret), secret(post.ID, post.Secret), secret("\x00", "x")},
			"client_secret_post":  {posted(post.ID, wrongSecret), posted("nobody", wrongSecret), posted(sleeping.ID, sleeping.Secret), posted(basic.ID, basic.Secret)},
			"private_key_jwt":     {forged(signer), forged(nobody), forged(sleepingSigner), party.Asserted(sleepingSigner.Assertion(t)), party.Asserted(nobody.Assertion(t))},
			"tls_client_auth":     {shown(certified), shown(nobody), shown(sleepingCertified), {Form: party.Form("client_id", sleepingCertified.ID), Certificate: sleepingCertified.Certificate}},
			"none":                {{Form: party.Form("client_id", basic.ID)}, {Form: party.Form("client_id", "nobody")}, {Form: party.Form("client_id", sleeping.ID)}},
		} {
			for at, d := range doors() {
				var first wire.Answer
				for i, with := range kinds {
					a := with.Send(t, w, ownAddress(), d.path, party.Form("grant_type", "client_credentials", "token", "x"))
					require.Equal(t, http.StatusUnauthorized, a.Status, "%s at %s: %s", name, at, a)
					a.Header.Del("Date")
					a.Body = []byte(impersonal(a))
					a.Header.Del("X-Trace-Id")
					if i == 0 {
						first = a
						continue
					}
					require.Equal(t, first.Header, a.Header, "%s at %s, %d", name, at, i)
					require.Equal(t, string(first.Body), string(a.Body), "%s at %s, %d", name, at, i)
				}
			}
		}
	})
}
