package document_test

import (
	"encoding/json"
	"slices"
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

// What is asked for is said in words for people: no expression of the schema, no
// number with an exponent, and never what was sent.
func TestFindingsSayWhatIsAskedFor(t *testing.T) {
	s, err := document.Load(api.Admin())
	require.NoError(t, err)
	workspace := s.Operation("POST", "/api/v1/tenants/{tid}/workspaces").Schema
	user := s.Operation("POST", "/api/v1/tenants/{tid}/workspaces/{aid}/users").Schema
	client := s.Operation("POST", "/api/v1/tenants/{tid}/workspaces/{aid}/clients").Schema
	for _, row := range []struct {
		schema *document.Schema
		member string
		value  any
		detail string
	}{
		{workspace, "session_ttl", 5.0, "This must be at least 10."},
		{workspace, "session_ttl", 1e9, "This may be at most 31536000."},
		{workspace, "session_ttl", 10.5, "This must be a whole number."},
		{workspace, "session_ttl", "60", "This must be a whole number."},
		{workspace, "demo_users", "yes", "This must be true or false."},
		{workspace, "display_name", nil, "This may not be null."},
		{workspace, "display_name", 1.0, "This must be a text."},
		{workspace, "display_name", strings.Repeat("x", 201), "This may have at most 200 characters."},
		{workspace, "pkce", "never", "This must be one of required, required_for_public."},
		{workspace, "token_endpoint_auth_methods", []any{}, "Name at least 1."},
		{workspace, "token_endpoint_auth_methods", "none", "This must be a list."},
		{workspace, "branding", document.Object{"color": "green"}, "This is not of the right form: a colour as #rrggbb, such as #1a7f5a."},
		{workspace, "branding", true, "This must be an object."},
		{user, "locale", "d", "This is not of the right form: a language tag (BCP 47)."},
		{user, "zeal", 1.0, "There is no such member."},
		{client, "contacts", slices.Repeat([]any{"a@b.example"}, 21), "Name at most 20."},
		{client, "token_endpoint_auth_method_previous", document.Object{"method": "none", "until": "soon"}, "This is not of the format date-time."},
		{client, "federated_credentials", []any{document.Object{"name": "", "subject": "s"}}, "This may not be empty."},
		{client, "federated_credentials", []any{document.Object{"name": "a"}}, "This is required."},
	} {
		d := document.Object{row.member: row.value}
		if row.schema.Has("aid") {
			d["aid"] = "main"
		}
		found := row.schema.Check(d)
		require.Len(t, found, 1, row.member)
		require.Equal(t, row.detail, found[0].Detail)
		require.True(t, strings.HasPrefix(found[0].Pointer, "/"+row.member), found[0].Pointer)
	}
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
