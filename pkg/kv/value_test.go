package kv

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
	"github.com/stretchr/testify/require"
)

var at = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestValueIsReadOnlyAsWhatItWasWrittenAs(t *testing.T) {
	b, err := encode(typeCode, "w1", at.Add(time.Minute), []byte(`{"a":1}`))
	require.NoError(t, err)
	v, err := decode(b, typeCode, "w1", at)
	require.NoError(t, err)
	require.JSONEq(t, `{"a":1}`, string(v))
	for name, read := range map[string]func() (json.RawMessage, error){
		"another type":      func() (json.RawMessage, error) { return decode(b, typeTransaction, "w1", at) },
		"another workspace": func() (json.RawMessage, error) { return decode(b, typeCode, "w2", at) },
		"no workspace":      func() (json.RawMessage, error) { return decode(b, typeCode, "", at) },
		"at its end":        func() (json.RawMessage, error) { return decode(b, typeCode, "w1", at.Add(time.Minute)) },
		"cut short":         func() (json.RawMessage, error) { return decode(b[:len(b)-1], typeCode, "w1", at) },
	} {
		_, err := read()
		require.ErrorIs(t, err, ErrNotFound, name)
	}
}

func TestValueCannotBreakOutOfItsEnvelope(t *testing.T) {
	for _, v := range []string{`{}},"typ":"code"`, `1,"ws":"w2"`, ``, `{`, "\x00"} {
		_, err := encode(typeTransaction, "w1", at, []byte(v))
		require.Error(t, err, v)
	}
	_, err := encode(typeTransaction, "w1", at, make([]byte, maxValueBytes+1))
	require.Error(t, err)
}

// One-time values of one kind, found under the key of another, are not taken
// for it: not even whoever can write keys can turn a login into a code.
func TestOneTimeValuesAreNotInterchangeable(t *testing.T) {
	s, err := OpenInProcess(func() time.Time { return at })
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	ctx := t.Context()
	a, b := Workspace{s, "019abc00-0000-7000-8000-000000000001"}, Workspace{s, "019abc00-0000-7000-8000-000000000002"}
	hash := digest("value")
	require.NoError(t, a.PutCode(ctx, hash, domain.Code{ClientID: "app", IssuedAt: at, ExpiresAt: at.Add(time.Minute)}))
	require.NoError(t, a.PutTransaction(ctx, "value", Transaction(`{"client_id":"app"}`), time.Minute))
	require.NoError(t, a.PutTrace(ctx, "value", []byte(`{"client_id":"app"}`), time.Minute, 10))

	copies := map[string]string{
		a.key(typeCode, hash):        a.key(typeTransaction, hash),
		a.key(typeTransaction, hash): a.key(typeTrace, hash),
		a.key(typeTrace, hash):       a.key(typeCode, hash),
		b.key(typeCode, hash):        a.key(typeCode, hash),
		b.key(typeTransaction, hash): a.key(typeTransaction, hash),
	}
	values := map[string]string{}
	for _, from := range copies {
		values[from], err = s.client.Get(ctx, from).Result()
		require.NoError(t, err)
	}
	for to, from := range copies {
		require.NoError(t, s.client.Set(ctx, to, values[from], time.Minute).Err())
	}
	for _, w := range []Workspace{a, b} {
		_, err = w.Code(ctx, hash)
		require.ErrorIs(t, err, ErrNotFound)
		_, err = w.Trace(ctx, "value")
		require.ErrorIs(t, err, ErrNotFound)
		_, _, err = w.Transaction(ctx, "value", nil)
		require.ErrorIs(t, err, ErrNotFound)
		_, err = w.TakeTransaction(ctx, "value")
		require.ErrorIs(t, err, ErrNotFound)
	}
}

func TestPartsDoNotRunTogether(t *testing.T) {
	require.NotEqual(t, digest("a", "bc"), digest("ab", "c"))
	require.NotEqual(t, digest("a"), digest("a", ""))
	require.NotEqual(t, digest(), digest(""))
}

func FuzzDecode(f *testing.F) {
	good, _ := encode(typeCode, "w1", at.Add(time.Hour), []byte(`{"client_id":"app","exp":"2026-11-23T12:00:30Z"}`))
	for _, seed := range [][]byte{good, []byte(`{}`), []byte(`null`), []byte(`{"typ":"code","ws":"w1","exp":9e99}`), []byte(`{"TYP":"code","ws":"w1","exp":99999999999999,"v":null}`), {0xff}} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := decode(b, typeCode, "w1", at)
		if err != nil {
			if !errors.Is(err, ErrNotFound) || v != nil {
				t.Fatalf("refused with %v and %q", err, v)
			}
			return
		}
		if !json.Valid(v) {
			t.Fatalf("accepted %q", v)
		}
		for _, other := range []string{typeTransaction, typeTrace, typeIdempotent, ""} {
			if _, err := decode(b, other, "w1", at); err == nil {
				t.Fatalf("read as %s too", other)
			}
		}
		if _, err := decode(b, typeCode, "w2", at); err == nil {
			t.Fatal("read in another workspace too")
		}
		var c code
		if json.Unmarshal(v, &c) == nil {
			_ = c.domain()
		}
	})
}
