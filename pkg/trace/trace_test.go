package trace

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/stretchr/testify/require"
)

var at = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

type kept struct {
	workspace tenancy.Workspace
	id        string
	body      []byte
}

// shelf is a sink that keeps everything, or fails.
type shelf struct {
	mu   sync.Mutex
	kept []kept
	err  error
}

func (s *shelf) sink(_ context.Context, w tenancy.Workspace, id string, body []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	s.kept = append(s.kept, kept{w, id, body})
	return nil
}

// written is what one trace becomes.
func written(t *testing.T, tr *Trace) Record {
	t.Helper()
	var s shelf
	r := NewRecorder(Config{Sink: s.sink, SampleSuccess: 1})
	r.Record(tenancy.Workspace{}, tr)
	require.NoError(t, r.Close(t.Context()))
	require.Len(t, s.kept, 1)
	record, err := Parse(s.kept[0].body)
	require.NoError(t, err)
	return record
}

func TestTraceIsWrittenInTheFormPromised(t *testing.T) {
	tr := Start("0123456789abcdef0123456789abcdef", "token", at)
	tr.Client("app")
	tr.Pass("form read", "3 parameters")
	require.True(t, tr.Check("client found", true, Check{Expected: "a client", Actual: "found", RFC: "RFC 6749, section 2.3", Fix: "not needed"}))
	require.False(t, tr.Failed())
	require.False(t, tr.Check("code is live", false, Check{Expected: "a live code", Actual: "expired 3 s ago", RFC: "RFC 6749, section 4.1.2", Fix: "Redeem the code sooner."}))
	tr.Info("clock", "in step")
	require.True(t, tr.Failed())
	tr.Finish("refused", oauth.ErrInvalidGrant.Because("the code has expired", errors.New("cause: not for anybody")))

	var s shelf
	r := NewRecorder(Config{Sink: s.sink})
	r.Record(tenancy.Workspace{}, tr)
	require.NoError(t, r.Close(t.Context()))
	require.Len(t, s.kept, 1)
	require.JSONEq(t, `{
		"trace_id": "0123456789abcdef0123456789abcdef", "at": "2026-11-23T12:00:00Z", "endpoint": "token", "client_id": "app",
		"outcome": "refused", "error": "invalid_grant", "reason": "the code has expired",
		"checks": [
			{"name": "form read", "result": "pass", "actual": "3 parameters"},
			{"name": "client found", "result": "pass", "expected": "a client", "actual": "found", "rfc": "RFC 6749, section 2.3"},
			{"name": "code is live", "result": "fail", "expected": "a live code", "actual": "expired 3 s ago", "rfc": "RFC 6749, section 4.1.2", "fix": "Redeem the code sooner."},
			{"name": "clock", "result": "info", "actual": "in step"}
		]}`, string(s.kept[0].body))
	require.Equal(t, "0123456789abcdef0123456789abcdef", s.kept[0].id)
}

func TestWhatIsWrongIsSaidOnlyOfACheckThatFails(t *testing.T) {
	tr := Start(NewID(), "token", at)
	require.True(t, tr.Check("client is confidential", true, Check{Expected: "a confidential client", Wrong: "a public client"}))
	require.False(t, tr.Check("client is confidential", false, Check{Expected: "a confidential client", Wrong: "a public client"}))

	checks := tr.take().record("").Checks
	require.Equal(t, RecordCheck{Name: "client is confidential", Result: ResultPass, Expected: "a confidential client"}, checks[0])
	require.Equal(t, RecordCheck{Name: "client is confidential", Result: ResultFail, Expected: "a confidential client", Actual: "a public client"}, checks[1])
}

func TestNilTraceRecordsNothing(t *testing.T) {
	var tr *Trace
	tr.Client("app")
	tr.Pass("a", "b")
	tr.Info("a", "b")
	tr.Fail("a", Check{})
	tr.Finish("done", oauth.ErrInvalidGrant)
	require.True(t, tr.Check("a", true, Check{}))
	require.False(t, tr.Check("a", false, Check{}))
	require.False(t, tr.Failed())
	require.Empty(t, tr.ID())
	var s shelf
	r := NewRecorder(Config{Sink: s.sink, SampleSuccess: 1})
	r.Record(tenancy.Workspace{}, tr)
	require.NoError(t, r.Close(t.Context()))
	require.Empty(t, s.kept)
	require.Zero(t, r.Lost())
	var none *Recorder
	none.Record(tenancy.Workspace{}, Start("id", "token", at))
}

// A handle that lives longer than its request must not write into, or read
// from, the explanation of another one.
func TestTakenTraceTouchesNoOther(t *testing.T) {
	old := Start("old", "token", at)
	old.Fail("old failure", Check{})
	require.Equal(t, "old", written(t, old).TraceID)
	for range 100 { // the memory of the old one is most likely among these
		tr := Start("new", "token", at)
		old.Client("intruder")
		old.Fail("late", Check{})
		old.Finish("late", oauth.ErrInvalidGrant)
		require.False(t, old.Failed())
		record := written(t, tr)
		require.Empty(t, record.Checks)
		require.Empty(t, record.ClientID)
		require.Empty(t, record.Error)
	}
}

func TestTraceIsBounded(t *testing.T) {
	tr := Start("id", "token", at)
	for i := range 10 * MaxChecks {
		tr.Pass(fmt.Sprint("check ", i), strings.Repeat("é ", 5000))
	}
	tr.Fail("the one that matters", Check{Actual: strings.Repeat("x", 1<<20)})
	record := written(t, tr)
	require.Len(t, record.Checks, MaxChecks+1)
	require.Equal(t, "the one that matters", record.Checks[MaxChecks-1].Name)
	require.Equal(t, RecordCheck{Name: "checks left out", Result: ResultInfo, Actual: fmt.Sprint(9*MaxChecks + 1)}, record.Checks[MaxChecks])
	for _, c := range record.Checks {
		require.LessOrEqual(t, utf8.RuneCountInString(c.Actual), maxValueRunes+1)
	}
}

// The canaries are of every shape in which this product hands out or accepts
// secrets. None may survive, wherever a careless caller puts it.
func TestSecretsDoNotSurvive(t *testing.T) {
	canaries := []string{
		"canaryCodeCanaryCodeCanaryCodeCanaryCode_-43",                                                   // a code or a session cookie
		"canarySecret" + strings.Repeat("S3cr-t_", 12),                                                   // a client secret
		"eyJhbGciOiJFUzI1NiJ9.eyJjYW5hcnkiOiJqd3QgY2FuYXJ5IGp3dCBjYW5hcnkifQ." + strings.Repeat("c", 86), // a JWT
		strings.Repeat("canary", 8),                                                                      // a refresh token
	}
	for _, canary := range canaries {
		payload := canary
		if parts := strings.Split(canary, "."); len(parts) == 3 {
			payload = parts[1]
		}
		for _, value := range []string{canary, "code=" + canary, "Bearer " + canary, canary + "\n", "\x00" + canary + "é", "https://app.example/cb/" + canary, "a" + canary + canary} {
			tr := Start(value, value, at)
			tr.Client(value)
			tr.Pass(value, value)
			tr.Check(value, false, Check{Expected: value, Actual: value, RFC: value, Fix: value})
			tr.Finish(value, oauth.ErrInvalidGrant.Because(value, errors.New(value)))
			b, err := json.Marshal(written(t, tr))
			require.NoError(t, err)
			require.NotContains(t, string(b), payload[:bearerRunes], "a value %q", value)
		}
	}
	for _, value := range []string{"https://app.example/cb?code=short&state=xyz", "https://app.example/cb#access_token=short", "see https://app.example/?code=short now"} {
		tr := Start("id", "authorize", at)
		tr.Fail("redirect URI", Check{Actual: value})
		got := written(t, tr).Checks[0].Actual
		require.NotContains(t, got, "short")
		require.Contains(t, got, "https://app.example/")
	}
}

func TestWhatIsNoSecretStaysReadable(t *testing.T) {
	for _, value := range []string{
		"", "present", "43 characters", "usr_" + strings.Repeat("a", 22), uuid.NewString(), "openid profile email", "https://app.example/some/long/path/to/the/callback/handler",
		"für Élise 漢字", "2026-11-23T12:00:00Z", "com.example.app:/oauth2redirect",
	} {
		require.Equal(t, value, clean(value))
	}
	require.Equal(t, "a b c d", clean("a\x00b\nc\u202ed"))
	require.Equal(t, "[43 characters]", clean(strings.Repeat("k", 43)))
	require.True(t, utf8.ValidString(clean("a\xff\xfeb")))
	require.Equal(t, strings.Repeat("c", 39), clean(strings.Repeat("c", 39)))
}

func TestEveryFailureIsKeptAndSuccessesAreSampled(t *testing.T) {
	for sample, want := range map[int]int{0: 0, 1: 100, 10: 10, -1: 0} {
		var s shelf
		r := NewRecorder(Config{Sink: s.sink, SampleSuccess: sample, Queue: 1000})
		for i := range 100 {
			ok := Start(fmt.Sprint("ok", i), "token", at)
			ok.Pass("a", "b")
			ok.Finish("granted", nil)
			r.Record(tenancy.Workspace{}, ok)
			refused := Start(fmt.Sprint("refused", i), "token", at)
			refused.Finish("refused", oauth.ErrInvalidClient)
			r.Record(tenancy.Workspace{}, refused)
			failed := Start(fmt.Sprint("failed", i), "token", at)
			failed.Fail("a", Check{})
			failed.Finish("granted", nil)
			r.Record(tenancy.Workspace{}, failed)
		}
		require.NoError(t, r.Close(t.Context()))
		require.Len(t, s.kept, want+200, "one in %d", sample)
		require.Zero(t, r.Lost())
	}
}

func TestTraceBelongsToItsWorkspace(t *testing.T) {
	var s shelf
	r := NewRecorder(Config{Sink: s.sink, SampleSuccess: 1})
	resolver := tenancy.NewResolver(directory{}, "https://id.example")
	for _, aid := range []string{"one", "two"} {
		w, err := resolver.Workspace(t.Context(), "acme", aid)
		require.NoError(t, err)
		r.Record(w, Start(aid, "token", at))
	}
	require.NoError(t, r.Close(t.Context()))
	require.Len(t, s.kept, 2)
	for _, k := range s.kept {
		require.Equal(t, k.id, k.workspace.AID())
	}
}

func TestRecordNeverBlocksAndCountsWhatIsLost(t *testing.T) {
	var s shelf
	lost := 0
	r := NewRecorder(Config{Sink: s.sink, SampleSuccess: 1, Queue: 3, Lost: func() { lost++ }})
	for range 10 { // nobody writes yet
		r.Record(tenancy.Workspace{}, Start(NewID(), "token", at))
	}
	require.EqualValues(t, 7, r.Lost())
	require.NoError(t, r.Close(t.Context()))
	require.Len(t, s.kept, 3)
	r.Record(tenancy.Workspace{}, Start(NewID(), "token", at))
	require.EqualValues(t, 8, r.Lost(), "a closed recorder takes nothing")
	require.Equal(t, 8, lost)

	s.err = errors.New("the sink is down")
	r = NewRecorder(Config{Sink: s.sink, SampleSuccess: 1})
	r.Record(tenancy.Workspace{}, Start(NewID(), "token", at))
	require.NoError(t, r.Close(t.Context()))
	require.EqualValues(t, 1, r.Lost())
}

func TestCloseWithoutTimeLeavesNothingUncounted(t *testing.T) {
	var s shelf
	r := NewRecorder(Config{Sink: s.sink, SampleSuccess: 1})
	for range 5 {
		r.Record(tenancy.Workspace{}, Start(NewID(), "token", at))
	}
	over, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, r.Close(over), context.Canceled)
	require.EqualValues(t, 5, r.Lost())
}

func TestEveryTraceIsKeptOrLostThoughManyRecordAndOneCloses(t *testing.T) {
	var s shelf
	r := NewRecorder(Config{Sink: s.sink, SampleSuccess: 1, Queue: 64, Now: func() time.Time { return at }})
	running := make(chan struct{})
	go func() {
		defer close(running)
		r.Run(t.Context())
	}()
	const each = 200
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range each {
				tr := Start(NewID(), "token", time.Time{})
				tr.Pass("a", "b")
				r.Record(tenancy.Workspace{}, tr)
			}
		})
	}
	all.Wait()
	require.NoError(t, r.Close(t.Context()))
	<-running
	require.EqualValues(t, 8*each, int64(len(s.kept))+r.Lost())
	require.NotEmpty(t, s.kept)
	seen := map[string]bool{}
	for _, k := range s.kept {
		record, err := Parse(k.body)
		require.NoError(t, err)
		require.Equal(t, k.id, record.TraceID)
		require.Equal(t, at, record.At)
		require.Len(t, record.Checks, 1)
		require.False(t, seen[k.id])
		seen[k.id] = true
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	var s shelf
	r := NewRecorder(Config{Sink: s.sink, SampleSuccess: 1})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	r.Run(ctx)
	r.Record(tenancy.Workspace{}, Start("late", "token", at))
	require.NoError(t, r.Close(t.Context()))
	require.Len(t, s.kept, 1, "requests that end after the signal are explained too")
}

func TestIDsAreLongAndDistinct(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		id := NewID()
		require.Regexp(t, `^[0-9a-f]{32}$`, id)
		require.False(t, seen[id])
		seen[id] = true
	}
}

func TestParseRefusesWhatIsNoRecord(t *testing.T) {
	for _, b := range []string{"", "x", "[]", `{"checks": 1}`} {
		_, err := Parse([]byte(b))
		require.Error(t, err, b)
	}
}

func FuzzClean(f *testing.F) {
	for _, seed := range []string{"", "a", "https://x/?a=b#c", strings.Repeat("a", 43), "\xff\x00", "://?#", strings.Repeat("é", 300), strings.Repeat("ab ", 100)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := clean(s)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > maxValueRunes+32 {
			t.Fatalf("%q becomes %q", s, got)
		}
		for rest := got; rest != ""; {
			n := bearerRun(rest)
			if n >= bearerRunes {
				t.Fatalf("%q keeps a run of %d in %q", s, n, got)
			}
			rest = rest[max(n, 1):]
		}
		for _, r := range got {
			if r < 0x20 || r == 0x7f {
				t.Fatalf("%q keeps a control character", s)
			}
		}
	})
}

// BenchmarkSampledOut is what a successful token request pays.
func BenchmarkSampledOut(b *testing.B) {
	r := NewRecorder(Config{Sink: (&shelf{}).sink})
	b.ReportAllocs()
	for b.Loop() {
		tr := Start("0123456789abcdef0123456789abcdef", "token", at)
		tr.Client("app")
		for range 10 {
			tr.Check("client found", true, Check{Expected: "a client registered in this workspace", Actual: "found", RFC: "RFC 6749, section 2.3", Fix: "Compare."})
		}
		tr.Finish("granted", nil)
		r.Record(tenancy.Workspace{}, tr)
	}
}

type directory struct{}

func (directory) FindTenant(context.Context, string) (domain.Tenant, error) {
	return domain.Tenant{}, tenancy.ErrNotFound
}

func (directory) FindWorkspace(_ context.Context, tid, aid string) (domain.Tenant, domain.Workspace, error) {
	t := domain.Tenant{ID: uuid.New(), TID: tid, State: domain.StateActive}
	return t, domain.Workspace{ID: uuid.New(), TenantID: t.ID, AID: aid, State: domain.StateActive}, nil
}

func TestEveryRequestIsCountedWhateverIsKeptOfIt(t *testing.T) {
	var s shelf
	var counted []domain.Series
	var took []time.Duration
	now := at
	r := NewRecorder(Config{Sink: s.sink, Now: func() time.Time { return now }, Count: func(_ tenancy.Workspace, s domain.Series, d time.Duration) {
		counted, took = append(counted, s), append(took, d)
	}})
	request := func(err *oauth.Error, outcome string) {
		tr := Start(NewID(), "token", now)
		tr.Client("app")
		tr.Fail("method is the registered one", Check{Actual: "none"})
		tr.Proven("private_key_jwt")
		tr.Grant("client_credentials")
		tr.Fail("scope known", Check{Actual: "secret words of the caller"})
		tr.Finish(outcome, err)
		now = now.Add(3 * time.Millisecond)
		r.Record(tenancy.Workspace{}, tr)
		r.Record(tenancy.Workspace{}, tr)
	}
	request(nil, "granted")
	request(oauth.ErrInvalidScope.Because("the workspace has no such scope", nil), "refused")
	require.NoError(t, r.Close(t.Context()))
	request(nil, "granted")
	granted := domain.Series{Endpoint: "token", GrantType: "client_credentials", AuthMethod: "private_key_jwt", Outcome: "granted"}
	refused := granted
	refused.Outcome, refused.Error, refused.Check = "refused", "invalid_scope", "method is the registered one"
	require.Equal(t, []domain.Series{granted, refused, granted}, counted)
	require.Equal(t, []time.Duration{3 * time.Millisecond, 3 * time.Millisecond, 3 * time.Millisecond}, took)

	var none *Trace
	none.Grant("x")
	none.Proven("x")
}

func TestWhatIsSetAsideIsKeptApartAndNotCounted(t *testing.T) {
	var s shelf
	counted := 0
	var aside shelf
	r := NewRecorder(Config{Sink: s.sink, Aside: aside.sink, Count: func(tenancy.Workspace, domain.Series, time.Duration) { counted++ }})
	for _, client := range []string{"aside", "app"} {
		tr := Start(NewID(), "token", at)
		tr.Client(client)
		if client == "aside" {
			tr.Aside()
		}
		tr.Finish(Refused, oauth.ErrInvalidClient)
		r.Record(tenancy.Workspace{}, tr)
	}
	require.NoError(t, r.Close(t.Context()))
	require.Equal(t, 1, counted)
	require.Len(t, s.kept, 1)
	require.Contains(t, string(s.kept[0].body), `"app"`)
	require.Len(t, aside.kept, 1)
	require.Contains(t, string(aside.kept[0].body), `"aside"`)
}
