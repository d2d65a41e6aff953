package storetest

import (
	"encoding/json"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/store"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func clientCases() []Case {
	return []Case{
		{"EveryFieldOfAClientIsKept", everyFieldOfAClientIsKept},
		{"ClientIsLoadedInOneRoundTrip", clientIsLoadedInOneRoundTrip},
		{"ClientIDIsTakenOnce", clientIDIsTakenOnce},
		{"LostUpdateOfAClientIsAConflict", lostUpdateOfAClient},
		{"DisablingAClientEndsAllOfTheirs", disablingAClient},
		{"ClientThatBecomesPublicLosesItsGrants", clientThatBecomesPublic},
		{"ChangedClientKeepsItsGrants", changedClientKeepsItsGrants},
		{"DeletedClientLeavesNothingToItsNamesake", deletedClient},
		{"ClientsAreListedPageByPage", clientsAreListed},
		{"ClientHasAtMostTenSecrets", atMostTenSecrets},
		{"SecretsComeAndGoOneByOne", secretsComeAndGo},
		{"ClientChangesWithItsSecretOrNotAtAll", clientChangesWithItsSecret},
		{"UseOfCredentialsOnlyMovesOn", useOfCredentials},
		{"UsageOfAClientIsReadWithIt", usageOfAClient},
		{"KeysNeverCrowdMethodsOutOfTheUsage", keysNeverCrowdMethodsOut},
		{"PartiesOfASelfCheckAreFoundAndNotListed", partiesOfASelfCheck},
	}
}

// fill gives every field a value that is not its zero value, so that one which
// the storage form forgets is found missing.
func fill(t testing.TB, target any) {
	t.Helper()
	v := reflect.ValueOf(target).Elem()
	for i := range v.NumField() {
		field, name := v.Field(i), v.Type().Field(i).Name
		switch {
		case name == "Secrets":
		case name == "JWKS":
			field.SetBytes([]byte(`{"keys": []}`))
		case name == "FederatedCredentials":
			field.Set(reflect.ValueOf([]domain.FederatedCredential{{
				Name: "cluster", Preset: domain.PresetKubernetes, Issuer: "https://cluster.example", JWKS: []byte(`[]`), JWKSURI: "https://cluster.example/keys",
				Subject: "system:serviceaccount:shop:*", Audience: "signet", Claims: map[string]string{"tier": "gold"}, SingleUse: true,
			}}))
		case field.Type() == reflect.TypeFor[time.Duration]():
			field.SetInt(int64(time.Duration(i+1)*time.Minute + time.Microsecond))
		case field.Type() == reflect.TypeFor[time.Time]():
			field.Set(reflect.ValueOf(NewClock().Now()))
		case field.Kind() == reflect.Struct:
			fill(t, field.Addr().Interface())
		case field.Kind() == reflect.String:
			field.SetString(name)
		case field.Kind() == reflect.Bool:
			field.SetBool(true)
		case field.Kind() == reflect.Int64:
			field.SetInt(int64(i))
		case field.Kind() == reflect.Slice && field.Type().Elem().Kind() == reflect.String:
			field.Set(reflect.MakeSlice(field.Type(), 2, 2))
			field.Index(0).SetString(name + "-1")
			field.Index(1).SetString(name + "-2")
		default:
			t.Fatalf("there is no example for %s", name)
		}
	}
}

func everyFieldOfAClientIsKept(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	var c domain.Client
	fill(t, &c)
	c.Secrets = []domain.ClientSecret{
		{ID: uuid.Must(uuid.NewV7()), Label: "first", Form: domain.SecretSealed, Value: []byte{0, 1, 2}, ExpiresAt: f.Clock.Now().Add(time.Hour)},
	}
	made, err := w.CreateClient(t.Context(), c, Event("client.create"))
	require.NoError(t, err)
	assert.Equal(t, int64(1), made.Version)
	assert.Equal(t, f.Clock.Now(), made.CreatedAt)
	assert.Equal(t, made.ClientID, made.Secrets[0].ClientID)
	found, err := w.Client(t.Context(), c.ClientID)
	require.NoError(t, err)
	requireSameClient(t, made, found)

	var zero domain.Client
	zero.ClientID, zero.BuiltIn = c.ClientID, true
	f.Clock.Advance(minute)
	after, _, err := w.UpdateClient(t.Context(), zero, Event("client.update"))
	require.NoError(t, err)
	zero.Version, zero.CreatedAt, zero.UpdatedAt = 2, made.CreatedAt, f.Clock.Now()
	requireSameClient(t, zero, after)
	found, err = w.Client(t.Context(), c.ClientID)
	require.NoError(t, err)
	zero.Secrets = made.Secrets
	requireSameClient(t, zero, found)
}

// requireSameClient compares clients whose JWKS may be the same JSON in other
// bytes.
func requireSameClient(t testing.TB, want, got domain.Client) {
	t.Helper()
	if want.JWKS != nil {
		require.JSONEq(t, string(want.JWKS), string(got.JWKS))
		require.True(t, json.Valid(got.JWKS))
		want.JWKS, got.JWKS = nil, nil
	}
	require.Equal(t, want, got)
}

func clientIsLoadedInOneRoundTrip(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	_, err := w.Client(t.Context(), ClientID)
	require.NoError(t, err)
	assert.Equal(t, 1, f.Trips.Of(func() { _, _ = w.Client(t.Context(), ClientID) }))
	for _, id := range []string{"unknown", "CLIENT-1", "", "client-1 ", "' OR 1=1 --", "\x00"} {
		_, err := w.Client(t.Context(), id)
		require.ErrorIs(t, err, store.ErrNotFound, "%q", id)
	}
}

func clientIDIsTakenOnce(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	secret := []domain.ClientSecret{{Form: domain.SecretHMACv1, Value: []byte{1}}}
	_, err := w.CreateClient(t.Context(), domain.Client{ClientID: ClientID, ClientName: "Other", Secrets: secret}, Event("client.create"))
	requireConflict(t, err, "client_id")
	c, err := w.Client(t.Context(), ClientID)
	require.NoError(t, err)
	assert.Equal(t, "Client", c.ClientName)
	assert.Empty(t, c.Secrets)
	assert.Zero(t, f.events(t, "client.create", "success", "target"))
	_, err = w.CreateClient(t.Context(), domain.Client{ClientID: "many", Secrets: make([]domain.ClientSecret, 11)}, Event("client.create"))
	requireConflict(t, err, "secrets")
}

func lostUpdateOfAClient(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	c, err := w.Client(t.Context(), ClientID)
	require.NoError(t, err)
	c.ClientName = "First"
	first, ended, err := w.UpdateClient(t.Context(), c, Event("client.update"))
	require.NoError(t, err)
	assert.Empty(t, ended)
	assert.Equal(t, c.Version+1, first.Version)
	c.ClientName, c.Disabled = "Second", true
	_, _, err = w.UpdateClient(t.Context(), c, Event("client.update"))
	requireConflict(t, err, store.FieldVersion)
	kept, err := w.Client(t.Context(), ClientID)
	require.NoError(t, err)
	assert.Equal(t, first, kept)
	assert.Zero(t, f.facts(t, domain.RevokeClient, ClientID))
	_, _, err = w.UpdateClient(t.Context(), domain.Client{ClientID: "unknown"}, Event("client.update"))
	require.ErrorIs(t, err, store.ErrNotFound)
}

// requireClientEnded: the client's grant is dead, that of another client is
// not, and one fact says so.
func (f *Fixture) requireClientEnded(t *testing.T, ended []domain.Revocation, mine, others domain.Grant, cause string) {
	t.Helper()
	require.Len(t, ended, 1)
	assert.Equal(t, domain.RevokeClient, ended[0].Kind)
	assert.Equal(t, ClientID, ended[0].Target)
	assert.Equal(t, f.Clock.Now(), ended[0].Before)
	assert.Equal(t, 1, f.facts(t, domain.RevokeClient, ClientID))
	g, err := f.A.Workspace.Grant(t.Context(), mine.ID)
	require.NoError(t, err)
	assert.False(t, g.Live(f.Clock.Now()))
	assert.Equal(t, cause, g.RevocationCause)
	g, err = f.A.Workspace.Grant(t.Context(), others.ID)
	require.NoError(t, err)
	assert.True(t, g.Live(f.Clock.Now()))
}

// twoGrants are one of ClientID and one of OtherClientID.
func (f *Fixture) twoGrants(t *testing.T) (mine, others domain.Grant) {
	t.Helper()
	mine = f.grant(t, f.A.Workspace, false)
	r := f.redemption(f.startSession(t, f.A.Workspace))
	r.ClientID, r.Code.ClientID = OtherClientID, OtherClientID
	redeemed, err := f.A.Workspace.RedeemCode(t.Context(), r)
	require.NoError(t, err)
	return mine, redeemed.Grant
}

func disablingAClient(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	mine, others := f.twoGrants(t)
	c, err := w.Client(t.Context(), ClientID)
	require.NoError(t, err)
	c.Disabled = true
	c, ended, err := w.UpdateClient(t.Context(), c, Event("client.disable"))
	require.NoError(t, err)
	f.requireClientEnded(t, ended, mine, others, store.CauseClientDisabled)
	c.ClientName = "Still disabled"
	c, ended, err = w.UpdateClient(t.Context(), c, Event("client.update"))
	require.NoError(t, err)
	assert.Empty(t, ended, "it has ended already")
	c.Disabled = false
	_, _, err = w.UpdateClient(t.Context(), c, Event("client.enable"))
	require.NoError(t, err)
	_, err = w.RotateRefresh(t.Context(), rotation(mine, 1, 0))
	require.ErrorIs(t, err, store.ErrNotFound, "what has ended does not come back")
}

func clientThatBecomesPublic(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	c, err := w.Client(t.Context(), ClientID)
	require.NoError(t, err)
	c.TokenEndpointAuthMethod = oauth.MethodClientSecretBasic
	c, _, err = w.UpdateClient(t.Context(), c, Event("client.update"))
	require.NoError(t, err)
	mine, others := f.twoGrants(t)
	c.TokenEndpointAuthMethod = oauth.MethodNone
	c, ended, err := w.UpdateClient(t.Context(), c, Event("client.update"))
	require.NoError(t, err)
	f.requireClientEnded(t, ended, mine, others, store.CauseClientPublic)
	c.TokenEndpointAuthMethod = oauth.MethodClientSecretBasic
	_, ended, err = w.UpdateClient(t.Context(), c, Event("client.update"))
	require.NoError(t, err)
	assert.Empty(t, ended, "proving more takes nothing away")
}

func changedClientKeepsItsGrants(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	mine, _ := f.twoGrants(t)
	c, err := w.Client(t.Context(), ClientID)
	require.NoError(t, err)
	c.RedirectURIs, c.ClientName = []string{"https://new.example/cb"}, "New"
	_, ended, err := w.UpdateClient(t.Context(), c, Event("client.update"))
	require.NoError(t, err)
	assert.Empty(t, ended)
	_, err = w.RotateRefresh(t.Context(), rotation(mine, 1, 0))
	require.NoError(t, err)
}

func deletedClient(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	mine, others := f.twoGrants(t)
	for _, client := range []string{ClientID, OtherClientID} {
		_, err := w.GiveConsent(t.Context(), domain.Consent{UserID: UserID, ClientID: client, Scope: oauth.Scope{"openid"}}, Event("x"))
		require.NoError(t, err)
		_, err = w.AddSecret(t.Context(), domain.ClientSecret{ClientID: client, Form: domain.SecretHMACv1, Value: []byte{1}}, Event("x"))
		require.NoError(t, err)
		require.NoError(t, f.Store.Platform().RecordCredentialUse(t.Context(), []store.CredentialUse{{WorkspaceID: f.A.ID(), ClientID: client, CredentialID: "x", At: f.Clock.Now(), Count: 1}}))
	}
	_, err := w.CreateService(t.Context(), domain.Service{ServiceID: "api", Audience: "https://api.example", ClientIDs: []string{ClientID, OtherClientID}}, Event("x"))
	require.NoError(t, err)
	ended, err := w.DeleteClient(t.Context(), ClientID, Event("client.delete"))
	require.NoError(t, err)
	f.requireClientEnded(t, ended, mine, others, store.CauseClientDeleted)
	_, err = w.DeleteClient(t.Context(), ClientID, Event("client.delete"))
	require.ErrorIs(t, err, store.ErrNotFound)

	_, err = w.CreateClient(t.Context(), domain.Client{ClientID: ClientID}, Event("client.create"))
	require.NoError(t, err)
	namesake, err := w.Client(t.Context(), ClientID)
	require.NoError(t, err)
	assert.Empty(t, namesake.Secrets)
	consents, err := w.Consents(t.Context(), UserID)
	require.NoError(t, err)
	require.Len(t, consents, 1)
	assert.Equal(t, OtherClientID, consents[0].ClientID)
	_, err = w.RotateRefresh(t.Context(), rotation(mine, 1, 0))
	require.ErrorIs(t, err, store.ErrNotFound)
	service, err := w.Service(t.Context(), "api")
	require.NoError(t, err)
	assert.Equal(t, []string{OtherClientID}, service.ClientIDs)
	assert.Equal(t, int64(2), service.Version)
	assert.Equal(t, 1, f.Count(t, "SELECT count(*) FROM credential_usage WHERE workspace_id = $1", f.A.ID().String()))
}

func clientsAreListed(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	f.Clock.Advance(minute)
	_, err := w.CreateClient(t.Context(), domain.Client{ClientID: "percent", ClientName: "100% Ünder_score"}, Event("client.create"))
	require.NoError(t, err)
	for query, want := range map[string]int{
		"": 3, "client-": 2, "CLIENT": 2, "100%": 1, "%": 1, "er_sc": 1, "erXsc": 0, `\`: 0, "' OR 1=1 --": 0, "nobody": 0,
	} {
		assert.Len(t, walk(t, store.Page{Limit: 1, Query: query}, func(p store.Page) (store.List[domain.Client], error) {
			return w.Clients(t.Context(), p)
		}, func(c domain.Client) string { return c.ClientID }), want, query)
	}
	list, err := w.Clients(t.Context(), store.Page{Limit: 100})
	require.NoError(t, err)
	assert.Equal(t, "percent", list.Items[0].ClientID, "the newest comes first")
	_, err = w.Clients(t.Context(), store.Page{Limit: 1, Cursor: "'; DROP TABLE clients; --"})
	require.ErrorIs(t, err, store.ErrCursor)
}

func atMostTenSecrets(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	errs := make([]error, 16)
	parallel(len(errs), func(i int) {
		s := domain.ClientSecret{ClientID: ClientID, Label: strconv.Itoa(i), Form: domain.SecretHMACv1, Value: []byte{byte(i)}}
		_, errs[i] = w.AddSecret(t.Context(), s, Event("secret.add"))
	})
	added := 0
	for _, err := range errs {
		if err == nil {
			added++
			continue
		}
		requireConflict(t, err, "secrets")
	}
	assert.Equal(t, 10, added)
	secrets, err := w.Secrets(t.Context(), ClientID)
	require.NoError(t, err)
	assert.Len(t, secrets, 10)
	_, err = w.AddSecret(t.Context(), domain.ClientSecret{ClientID: OtherClientID, Form: domain.SecretHMACv1, Value: []byte{1}}, Event("secret.add"))
	require.NoError(t, err, "ten of each client")
	_, err = w.AddSecret(t.Context(), domain.ClientSecret{ClientID: "unknown", Form: domain.SecretHMACv1, Value: []byte{1}}, Event("secret.add"))
	require.ErrorIs(t, err, store.ErrNotFound)
}

func secretsComeAndGo(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	old, err := w.AddSecret(t.Context(), domain.ClientSecret{ClientID: ClientID, Label: "old", Form: domain.SecretHMACv1, Value: []byte{1}}, Event("secret.add"))
	require.NoError(t, err)
	f.Clock.Advance(minute)
	next, err := w.AddSecret(t.Context(), domain.ClientSecret{ClientID: ClientID, Label: "next", Form: domain.SecretSealed, Value: []byte{2}}, Event("secret.add"))
	require.NoError(t, err)
	old.Label, old.ExpiresAt = "retiring", f.Clock.Now().Add(time.Hour)
	changed := old
	changed.Value, changed.Form = []byte{9}, domain.SecretSealed
	after, err := w.UpdateSecret(t.Context(), changed, Event("secret.update"))
	require.NoError(t, err)
	assert.Equal(t, old, after, "value and form are not to be changed")
	c, err := w.Client(t.Context(), ClientID)
	require.NoError(t, err)
	assert.Equal(t, []domain.ClientSecret{next, old}, c.Secrets)
	require.ErrorIs(t, w.DeleteSecret(t.Context(), OtherClientID, old.ID, Event("secret.delete")), store.ErrNotFound, "a secret of another client")
	require.NoError(t, w.DeleteSecret(t.Context(), ClientID, old.ID, Event("secret.delete")))
	require.ErrorIs(t, w.DeleteSecret(t.Context(), ClientID, old.ID, Event("secret.delete")), store.ErrNotFound)
	_, err = w.UpdateSecret(t.Context(), old, Event("secret.update"))
	require.ErrorIs(t, err, store.ErrNotFound)
	secrets, err := w.Secrets(t.Context(), ClientID)
	require.NoError(t, err)
	assert.Equal(t, []domain.ClientSecret{next}, secrets)
}

func useOfCredentials(t *testing.T, f *Fixture) {
	p, now := f.Store.Platform(), f.Clock.Now()
	secrets := map[uuid.UUID]uuid.UUID{}
	for _, s := range []Side{f.A, f.B} {
		made, err := s.Workspace.AddSecret(t.Context(), domain.ClientSecret{ClientID: ClientID, Form: domain.SecretHMACv1, Value: []byte{1}}, Event("x"))
		require.NoError(t, err)
		secrets[s.ID()] = made.ID
	}
	uses := func(at time.Time, n int64) []store.CredentialUse {
		return []store.CredentialUse{
			{WorkspaceID: f.B.ID(), ClientID: ClientID, CredentialID: secrets[f.B.ID()].String(), At: at, Count: n},
			{WorkspaceID: f.A.ID(), ClientID: ClientID, CredentialID: secrets[f.A.ID()].String(), At: at, Count: n},
			{WorkspaceID: f.A.ID(), ClientID: "unknown", CredentialID: "\x00", At: at, Count: n},
			{WorkspaceID: uuid.New(), ClientID: ClientID, CredentialID: "x", At: at, Count: n},
		}
	}
	require.NoError(t, p.RecordCredentialUse(t.Context(), uses(now, 2)))
	assert.Equal(t, 1, f.Trips.Of(func() { require.NoError(t, p.RecordCredentialUse(t.Context(), uses(now.Add(time.Minute), 3))) }))
	require.NoError(t, p.RecordCredentialUse(t.Context(), uses(now.Add(-time.Hour), 1)))
	require.NoError(t, p.RecordCredentialUse(t.Context(), nil))
	for _, s := range []Side{f.A, f.B} {
		c, err := s.Workspace.Client(t.Context(), ClientID)
		require.NoError(t, err)
		assert.Equal(t, now.Add(time.Minute), c.Secrets[0].LastUsedAt)
		assert.Equal(t, 1, f.Count(t, "SELECT count(*) FROM credential_usage WHERE workspace_id = $1", s.ID().String()))
		assert.Equal(t, 6, f.Count(t, "SELECT uses FROM credential_usage WHERE workspace_id = $1", s.ID().String()))
	}
}

func clientChangesWithItsSecret(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	old, err := w.AddSecret(t.Context(), domain.ClientSecret{ClientID: ClientID, Form: domain.SecretHMACv1, Value: []byte{1}}, Event("secret.add"))
	require.NoError(t, err)
	f.Clock.Advance(minute)
	c, err := w.Client(t.Context(), ClientID)
	require.NoError(t, err)
	c.TokenEndpointAuthMethod = oauth.MethodClientSecretJWT
	s := domain.ClientSecret{ID: uuid.Must(uuid.NewV7()), Label: "new", Form: domain.SecretSealed, Value: []byte{2}}
	after, ended, err := w.UpdateClientWithSecret(t.Context(), c, s, Event("client.update"), Event("secret.create"))
	require.NoError(t, err)
	assert.Empty(t, ended)
	s.ClientID, s.CreatedAt = ClientID, f.Clock.Now()
	assert.Equal(t, []domain.ClientSecret{s, old}, after.Secrets)
	kept, err := w.Client(t.Context(), ClientID)
	require.NoError(t, err)
	assert.Equal(t, after, kept)
	for _, action := range []string{"client.update", "secret.create"} {
		assert.Equal(t, 1, f.events(t, action, "success", "target"), action)
	}

	// The loser of a race leaves no secret behind.
	_, _, err = w.UpdateClientWithSecret(t.Context(), c, domain.ClientSecret{Form: domain.SecretSealed, Value: []byte{3}}, Event("client.update"))
	requireConflict(t, err, store.FieldVersion)
	// And where there is no room for the secret, nothing changes.
	for i := range 8 {
		_, err = w.AddSecret(t.Context(), domain.ClientSecret{ClientID: ClientID, Form: domain.SecretHMACv1, Value: []byte{byte(i)}}, Event("secret.add"))
		require.NoError(t, err)
	}
	kept.ClientName = "Never"
	_, _, err = w.UpdateClientWithSecret(t.Context(), kept, domain.ClientSecret{Form: domain.SecretSealed, Value: []byte{4}}, Event("client.update"))
	requireConflict(t, err, "secrets")
	unchanged, err := w.Client(t.Context(), ClientID)
	require.NoError(t, err)
	assert.Equal(t, "Client", unchanged.ClientName)
	assert.Equal(t, after.Version, unchanged.Version)
	assert.Len(t, unchanged.Secrets, 10)
	assert.Equal(t, 1, f.events(t, "client.update", "success", "target"))
	_, _, err = w.UpdateClientWithSecret(t.Context(), domain.Client{ClientID: "unknown"}, s, Event("client.update"))
	require.ErrorIs(t, err, store.ErrNotFound)
}

// used adds one use of each credential to the client's ledger.
func (f *Fixture) used(t testing.TB, s Side, clientID string, credentials ...string) {
	t.Helper()
	var uses []store.CredentialUse
	for _, id := range credentials {
		uses = append(uses, store.CredentialUse{WorkspaceID: s.ID(), ClientID: clientID, CredentialID: id, At: f.Clock.Now(), Count: 1})
	}
	require.NoError(t, f.Store.Platform().RecordCredentialUse(t.Context(), uses))
}

func usageOfAClient(t *testing.T, f *Fixture) {
	w := f.A.Workspace
	secret := f.secretInA(t)
	_, uses, err := w.ClientUsage(t.Context(), ClientID)
	require.NoError(t, err)
	assert.Empty(t, uses)
	f.used(t, f.A, ClientID, "method:client_secret_basic", secret.ID.String())
	f.used(t, f.A, OtherClientID, "method:none")
	first := f.Clock.Now()
	f.Clock.Advance(minute)
	f.used(t, f.A, ClientID, "method:private_key_jwt", "key:k1", "method:client_secret_basic")
	c, uses, err := w.ClientUsage(t.Context(), ClientID)
	require.NoError(t, err)
	same, err := w.Client(t.Context(), ClientID)
	require.NoError(t, err)
	assert.Equal(t, same, c)
	use := func(id string, at time.Time, n int64) store.CredentialUse {
		return store.CredentialUse{WorkspaceID: f.A.ID(), ClientID: ClientID, CredentialID: id, At: at, Count: n}
	}
	assert.Equal(t, []store.CredentialUse{
		use("method:client_secret_basic", f.Clock.Now(), 2), use("method:private_key_jwt", f.Clock.Now(), 1),
		use(secret.ID.String(), first, 1), use("key:k1", f.Clock.Now(), 1),
	}, uses, "keys come last")
	assert.Equal(t, 1, f.Trips.Of(func() { _, _, _ = w.ClientUsage(t.Context(), ClientID) }))
	_, _, err = w.ClientUsage(t.Context(), "unknown")
	require.ErrorIs(t, err, store.ErrNotFound)

	require.NoError(t, w.DeleteSecret(t.Context(), ClientID, secret.ID, Event("secret.delete")))
	_, uses, err = w.ClientUsage(t.Context(), ClientID)
	require.NoError(t, err)
	assert.Len(t, uses, 3, "the ledger forgets a secret with the secret")
}

func keysNeverCrowdMethodsOut(t *testing.T, f *Fixture) {
	f.used(t, f.A, ClientID, "method:client_secret_basic", "federated:cluster")
	f.Clock.Advance(minute)
	many := make([]string, 600)
	for i := range many {
		many[i] = "key:" + strconv.Itoa(i)
	}
	f.used(t, f.A, ClientID, many...)
	_, uses, err := f.A.Workspace.ClientUsage(t.Context(), ClientID)
	require.NoError(t, err)
	assert.Len(t, uses, 500)
	assert.Equal(t, "federated:cluster", uses[0].CredentialID)
	assert.Equal(t, "method:client_secret_basic", uses[1].CredentialID)
}

// secretInA is a secret of a client that B has as well.
func (f *Fixture) secretInA(t testing.TB) domain.ClientSecret {
	t.Helper()
	s, err := f.A.Workspace.AddSecret(t.Context(), domain.ClientSecret{ClientID: ClientID, Form: domain.SecretHMACv1, Value: []byte{1}}, Event("x"))
	require.NoError(t, err)
	return s
}

// clientInA is a client that B does not have.
func (f *Fixture) clientInA(t testing.TB) domain.Client {
	t.Helper()
	c, err := f.A.Workspace.CreateClient(t.Context(), domain.Client{ClientID: "client-a", ClientName: "Only in A"}, Event("x"))
	require.NoError(t, err)
	return c
}

func clientIsolation() []Isolation {
	return []Isolation{
		{"Workspace.CreateClient", func(t *testing.T, f *Fixture) {
			c := f.clientInA(t)
			f.Intact(t, func() {
				_, err := f.B.Workspace.CreateClient(t.Context(), c, Event("x"))
				require.NoError(t, err, "the same id is free here")
			})
		}},
		{"Workspace.SelfCheckParties", func(t *testing.T, f *Fixture) {
			f.selfCheckInA(t)
			f.Intact(t, func() {
				clients, users, err := f.B.Workspace.SelfCheckParties(t.Context(), f.Clock.Now().Add(time.Hour))
				require.NoError(t, err)
				require.Empty(t, clients)
				require.Empty(t, users)
			})
		}},
		{"Workspace.Client", func(t *testing.T, f *Fixture) {
			f.clientInA(t)
			f.secretInA(t)
			f.Intact(t, func() {
				_, err := f.B.Workspace.Client(t.Context(), "client-a")
				require.ErrorIs(t, err, store.ErrNotFound)
				c, err := f.B.Workspace.Client(t.Context(), ClientID)
				require.NoError(t, err)
				require.Empty(t, c.Secrets)
			})
		}},
		{"Workspace.Clients", func(t *testing.T, f *Fixture) {
			f.clientInA(t)
			f.Intact(t, func() {
				for _, query := range []string{"", "client-a", "only in a"} {
					list, err := f.B.Workspace.Clients(t.Context(), store.Page{Limit: 100, Query: query})
					require.NoError(t, err)
					for _, c := range list.Items {
						require.NotEqual(t, "client-a", c.ClientID)
					}
				}
			})
		}},
		{"Workspace.UpdateClient", func(t *testing.T, f *Fixture) {
			c := f.clientInA(t)
			f.grant(t, f.A.Workspace, true)
			f.Intact(t, func() {
				c.Disabled = true
				_, _, err := f.B.Workspace.UpdateClient(t.Context(), c, Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
				_, _, err = f.B.Workspace.UpdateClient(t.Context(), domain.Client{ClientID: ClientID, Disabled: true}, Event("x"))
				require.NoError(t, err, "B's own client of the same id")
			})
		}},
		{"Workspace.UpdateClientWithSecret", func(t *testing.T, f *Fixture) {
			c := f.clientInA(t)
			f.Intact(t, func() {
				s := domain.ClientSecret{Form: domain.SecretSealed, Value: []byte{1}}
				_, _, err := f.B.Workspace.UpdateClientWithSecret(t.Context(), c, s, Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
				_, _, err = f.B.Workspace.UpdateClientWithSecret(t.Context(), domain.Client{ClientID: ClientID}, s, Event("x"))
				require.NoError(t, err, "B's own client of the same id")
			})
		}},
		{"Workspace.ClientUsage", func(t *testing.T, f *Fixture) {
			f.clientInA(t)
			f.secretInA(t)
			f.used(t, f.A, "client-a", "method:none")
			f.used(t, f.A, ClientID, "method:none", "key:k1")
			f.Intact(t, func() {
				_, _, err := f.B.Workspace.ClientUsage(t.Context(), "client-a")
				require.ErrorIs(t, err, store.ErrNotFound)
				c, uses, err := f.B.Workspace.ClientUsage(t.Context(), ClientID)
				require.NoError(t, err)
				require.Empty(t, c.Secrets)
				require.Empty(t, uses)
			})
		}},
		{"Workspace.DeleteClient", func(t *testing.T, f *Fixture) {
			f.clientInA(t)
			f.secretInA(t)
			f.grant(t, f.A.Workspace, true)
			f.Intact(t, func() {
				_, err := f.B.Workspace.DeleteClient(t.Context(), "client-a", Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
				_, err = f.B.Workspace.DeleteClient(t.Context(), ClientID, Event("x"))
				require.NoError(t, err)
			})
		}},
		{"Workspace.AddSecret", func(t *testing.T, f *Fixture) {
			f.clientInA(t)
			s := f.secretInA(t)
			f.Intact(t, func() {
				_, err := f.B.Workspace.AddSecret(t.Context(), domain.ClientSecret{ClientID: "client-a", Form: domain.SecretHMACv1, Value: []byte{1}}, Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
				_, err = f.B.Workspace.AddSecret(t.Context(), s, Event("x"))
				require.NoError(t, err, "the same id is free here")
			})
		}},
		{"Workspace.Secrets", func(t *testing.T, f *Fixture) {
			f.secretInA(t)
			f.Intact(t, func() {
				secrets, err := f.B.Workspace.Secrets(t.Context(), ClientID)
				require.NoError(t, err)
				require.Empty(t, secrets)
			})
		}},
		{"Workspace.UpdateSecret", func(t *testing.T, f *Fixture) {
			s := f.secretInA(t)
			f.Intact(t, func() {
				s.ExpiresAt = f.Clock.Now()
				_, err := f.B.Workspace.UpdateSecret(t.Context(), s, Event("x"))
				require.ErrorIs(t, err, store.ErrNotFound)
			})
		}},
		{"Workspace.DeleteSecret", func(t *testing.T, f *Fixture) {
			s := f.secretInA(t)
			f.Intact(t, func() {
				require.ErrorIs(t, f.B.Workspace.DeleteSecret(t.Context(), ClientID, s.ID, Event("x")), store.ErrNotFound)
			})
		}},
	}
}
