package document_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/api"
	"github.com/signet-authz/signet/services/tenant-admin/internal/document"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

// The examples of RFC 7396, appendix A, that patch an object with an object.
func TestMergePatchIsThatOfItsRFC(t *testing.T) {
	for _, row := range []struct{ target, patch, result string }{
		{`{"a":"b"}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"b"}`, `{"b":"c"}`, `{"a":"b","b":"c"}`},
		{`{"a":"b"}`, `{"a":null}`, `{}`},
		{`{"a":"b","b":"c"}`, `{"a":null}`, `{"b":"c"}`},
		{`{"a":["b"]}`, `{"a":"c"}`, `{"a":"c"}`},
		{`{"a":"c"}`, `{"a":["b"]}`, `{"a":["b"]}`},
		{`{"a":{"b":"c"}}`, `{"a":{"b":"d","c":null}}`, `{"a":{"b":"d"}}`},
		{`{"a":[{"b":"c"}]}`, `{"a":[1]}`, `{"a":[1]}`},
		{`{"e":null}`, `{"a":1}`, `{"a":1,"e":null}`},
		{`{}`, `{"a":{"bb":{"ccc":null}}}`, `{"a":{"bb":{}}}`},
	} {
		var target, patch document.Object
		require.NoError(t, json.Unmarshal([]byte(row.target), &target))
		require.NoError(t, json.Unmarshal([]byte(row.patch), &patch))
		got, err := json.Marshal(document.Merge(target, patch))
		require.NoError(t, err)
		require.JSONEq(t, row.result, string(got), "%s by %s", row.target, row.patch)
		after, err := json.Marshal(target)
		require.NoError(t, err)
		require.JSONEq(t, row.target, string(after), "the target stays as it was")
	}
}

func TestSpecificationLoads(t *testing.T) {
	s, err := document.Load(api.Admin())
	require.NoError(t, err)
	op := s.Operation("POST", "/api/v1/tenants/{tid}/workspaces/{aid}/clients")
	require.NotNil(t, op)
	require.False(t, op.Public)
	require.Equal(t, []string{"application/json"}, op.MediaTypes)
	require.True(t, op.Schema.Has("redirect_uris"), "a member of the composed schema")
	require.True(t, op.Schema.Has("client_id"))
	require.False(t, op.Schema.Has("created_at"))
	require.True(t, s.Operation("POST", "/api/v1/tenants").Public)
	require.Nil(t, s.Operation("PUT", "/api/v1/tenants"))
}

func TestFindingsPointAtWhatIsWrong(t *testing.T) {
	s, err := document.Load(api.Admin())
	require.NoError(t, err)
	schema := s.Operation("POST", "/api/v1/tenants").Schema
	found := schema.Check(document.Object{"tid": 1.0, "owner": document.Object{"email": "a@b.example", "x/y": true}, strings.Repeat("z", 200): nil})
	var pointers []string
	for _, f := range found {
		pointers = append(pointers, f.Pointer)
	}
	require.Equal(t, []string{"/owner/password", "/owner/x~1y", "/tid", "/" + strings.Repeat("z", 64)}, pointers)
	require.Empty(t, schema.Check(document.Object{"tid": "acme", "owner": document.Object{"email": "a@b.example", "password": "x"}}))
}

func TestLineBreaksStandInPEMOnly(t *testing.T) {
	for _, name := range []string{"tls_client_auth_root_cas", "tls_client_auth_crls"} {
		d, err := document.Parse([]byte(`{"` + name + `":"a\nb\r\nc\n"}`))
		require.NoError(t, err)
		require.Equal(t, "a\nb\r\nc\n", d[name])
		for _, bad := range []string{`{"` + name + `":"a\rb"}`, `{"` + name + `":"a\u0000"}`, `{"` + name + `":"a\tb"}`, `{"` + name + `":"\u202e"}`, `{"` + name + `":"a","x":"b\n"}`, `{"x":{"` + name + `":"a\n"}}`, `{"` + name + `\n":"a"}`} {
			_, err = document.Parse([]byte(bad))
			require.ErrorIs(t, err, problem.Malformed, bad)
		}
	}
	_, err := document.Parse([]byte(`{"display_name":"-----BEGIN A\n"}`))
	require.ErrorIs(t, err, problem.Malformed)
}

// FuzzParse: whatever is read is bounded and reads the same once more, and
// whatever is refused is refused as malformed.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{`{"a":1}`, `{"a":{"b":[null,true,"x",1e3]}}`, `{"a":1,"a":2}`, `{`, `[]`, "{\"\u0000\":1}", `{"a":"\ud800"}`, strings.Repeat(`{"a":`, 40)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		d, err := document.Parse(body)
		if err != nil {
			require.ErrorIs(t, err, problem.Malformed)
			require.Nil(t, d)
			return
		}
		raw, err := json.Marshal(d)
		require.NoError(t, err)
		again, err := document.Parse(raw)
		require.NoError(t, err)
		require.Equal(t, d, again)
	})
}
