package tenantadmin_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// AD-06: what is not plain JSON of the right form changes nothing.
func TestOnlyPlainJSONIsRead(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	members := make([]string, 1000)
	for i := range members {
		members[i] = fmt.Sprintf(`"m%d":1`, i)
	}
	for name, in := range map[string]string{
		"nothing":                 "",
		"no object":               `["name"]`,
		"a string":                `"name"`,
		"null":                    `null`,
		"NaN":                     `{"name":NaN}`,
		"a huge number":           `{"default":1e999}`,
		"an unsafe integer":       `{"default":9007199254740993}`,
		"a repeated member":       `{"name":"a","name":"b"}`,
		"a nested repetition":     `{"name":"a","x":{"y":1,"y":2}}`,
		"trailing garbage":        `{"name":"a"}x`,
		"a second object":         `{"name":"a"}{"name":"b"}`,
		"a byte order mark":       "\ufeff" + `{"name":"a"}`,
		"invalid UTF-8":           "{\"name\":\"a\xff\"}",
		"a lone surrogate":        `{"name":"a\ud800"}`,
		"a NUL":                   `{"name":"a\u0000b"}`,
		"a new line in a text":    `{"name":"a\nb"}`,
		"a text that turns":       `{"description":"a\u202eb","name":"x"}`,
		"a NUL in a name":         `{"na\u0000me":"a"}`,
		"a depth of ten thousand": strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000),
		"deep arrays":             `{"name":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`,
		"an open end":             `{"name":"a"`,
		"a comment":               `{"name":"a"/*b*/}`,
		"single quotes":           `{'name':'a'}`,
		"a trailing comma":        `{"name":"a",}`,
		"too many values":         `{"name":"a","x":[` + strings.Repeat("1,", 5000) + `1]}`,
	} {
		t.Run(name, func(t *testing.T) {
			r := w.do(http.MethodPost, h.in("default", "scopes"), h.program, in).problem(http.StatusBadRequest, "malformed_body")
			require.Less(t, len(r.body), 1000)
		})
	}
	w.do(http.MethodPost, h.in("default", "scopes"), h.program, "{"+strings.Join(members, ",")+"}").problem(http.StatusBadRequest, "validation_failed")
	w.do(http.MethodPost, h.in("default", "scopes"), h.program, `{"name":"`+strings.Repeat("a", 10<<20)+`"}`).problem(http.StatusRequestEntityTooLarge, "too_large")
	w.do(http.MethodPost, h.in("default", "scopes"), h.program, `{"name":1}`).problem(http.StatusBadRequest, "validation_failed").about("/name")
	w.do(http.MethodPost, h.in("default", "scopes"), h.program, `{"name":null}`).problem(http.StatusBadRequest, "validation_failed").about("/name")
	w.do(http.MethodPost, h.in("default", "scopes"), h.program, `{"Name":"a"}`).problem(http.StatusBadRequest, "validation_failed").about("/Name")
	w.do(http.MethodPost, h.in("default", "scopes"), h.program, `{"name":"a","built_in":true}`).problem(http.StatusBadRequest, "validation_failed").about("/built_in")
	require.Len(t, w.do(http.MethodGet, h.in("default", "scopes"), h.program, nil).is(http.StatusOK).items(), 6, "nothing was made")
}

func TestProblemsDoNotEchoWhatWasSent(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	const canary = "canary-5f1d"
	for _, in := range []string{
		`{"client_name":"` + canary + `","application_type":"` + canary + `"}`,
		`{"redirect_uris":["javascript:` + canary + `"]}`,
		`{"token_endpoint_auth_method":"` + canary + `"}`,
		`{"jwks":{"keys":[{"kty":"oct","k":"` + canary + `"}]}}`,
	} {
		r := w.do(http.MethodPost, h.in("default", "clients"), h.program, in).is(http.StatusBadRequest)
		require.NotContains(t, string(r.body), canary)
	}
	in := registration("acme")
	in["owner"].(map[string]any)["password"] = canary[:7]
	require.NotContains(t, string(w.do(http.MethodPost, base, "", in).is(http.StatusBadRequest).body), canary[:7])
}

// AD-07: what lists are asked for is data, never a condition.
func TestListsTakeQuestionsLiterally(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	for _, id := range []string{"alpha", "beta", "gamma", "per_cent"} {
		w.do(http.MethodPost, h.in("default", "clients"), h.program, map[string]any{"client_id": id, "client_name": "100% " + id, "grant_types": []string{"client_credentials"}}).is(http.StatusCreated)
	}
	clients := h.in("default", "clients")
	for q, n := range map[string]int{
		"alp": 1, "ALP": 1, "100%25": 4, "%25": 4, "_": 1, "%25%25%25%25": 0, "'+OR+1=1--": 0, "%27%20OR%201=1--": 0, "name;drop": -1, "\\": 0, "a.*": 0,
	} {
		r := w.do(http.MethodGet, clients+"?q="+q, h.program, nil)
		if n < 0 {
			r.problem(http.StatusBadRequest, "validation_failed")
			continue
		}
		require.Len(t, r.is(http.StatusOK).items(), n, q)
	}
	for _, bad := range []string{
		"sort=name", "order=desc,pg_sleep(5)", "sort=(select+1)", "filter=x", "limit=0", "limit=101", "limit=-1", "limit=1e1", "limit=+1", "limit=1&limit=2",
		"cursor=x", "cursor=eyJhIjoxfQ==", "q=%00", "q=%ff", "q=" + strings.Repeat("a", 129), "cursor=" + strings.Repeat("a", 2000), "limit=%zz",
		"client_id[]=x", "workspace_id=x", "include=secrets",
	} {
		w.do(http.MethodGet, clients+"?"+bad, h.program, nil).problem(http.StatusBadRequest, "validation_failed")
	}
	for _, bad := range []string{"since=yesterday", "until=2026-13-01T00:00:00Z", "since=0001-01-01T00:00:00Z", "action=" + strings.Repeat("a", 200)} {
		w.do(http.MethodGet, h.path("audit-events")+"?"+bad, h.program, nil).problem(http.StatusBadRequest, "validation_failed")
	}
}

func TestPagesCoverAListOnceAndInOrder(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	var want []string
	for i := range 7 {
		name := fmt.Sprintf("s%d", i)
		w.do(http.MethodPost, h.in("default", "scopes"), h.program, map[string]any{"name": name}).is(http.StatusCreated)
		want = append([]string{name}, want...)
	}
	var got []string
	cursor := ""
	for range 20 {
		r := w.do(http.MethodGet, h.in("default", "scopes")+"?limit=2&q=s&cursor="+cursor, h.program, nil).is(http.StatusOK)
		for _, s := range r.items() {
			if name, _ := s["name"].(string); len(name) == 2 {
				got = append(got, name)
			}
		}
		next, more := r.field("next_cursor").(string)
		if !more {
			require.Nil(t, r.field("next_cursor"), "null at the end")
			break
		}
		cursor = next
	}
	require.Equal(t, want, got)
	// A cursor of one list says nothing to another tenant's.
	other := w.house("beta")
	require.LessOrEqual(t, len(w.do(http.MethodGet, other.in("default", "scopes")+"?cursor="+cursor, other.program, nil).is(http.StatusOK).items()), 6)
}

// AD-09: a lost update is noticed, and only one of two makes a name.
func TestNoUpdateIsLost(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	made := w.do(http.MethodPost, h.in("default", "clients"), h.program, map[string]any{"client_id": "app", "grant_types": []string{"client_credentials"}}).is(http.StatusCreated)
	path, tag := made.header.Get("Location"), made.header.Get("ETag")
	require.Equal(t, tag, w.do(http.MethodGet, path, h.program, nil).is(http.StatusOK).header.Get("ETag"))
	first := w.do(http.MethodPatch, path, h.program, map[string]any{"client_name": "first"}, "If-Match", tag).is(http.StatusOK)
	require.NotEqual(t, tag, first.header.Get("ETag"))
	w.do(http.MethodPatch, path, h.program, map[string]any{"client_name": "second"}, "If-Match", tag).problem(http.StatusPreconditionFailed, "precondition_failed")
	w.do(http.MethodPatch, path, h.program, map[string]any{"client_name": "second"}, "If-Match", "W/"+first.header.Get("ETag")).problem(http.StatusPreconditionFailed, "precondition_failed")
	w.do(http.MethodDelete, path, h.program, nil, "If-Match", tag).problem(http.StatusPreconditionFailed, "precondition_failed")
	require.Equal(t, "first", w.do(http.MethodGet, path, h.program, nil).text("client_name"))
	w.do(http.MethodPatch, path, h.program, map[string]any{"client_name": "third"}, "If-Match", `"other", `+first.header.Get("ETag")).is(http.StatusOK)
	w.do(http.MethodPatch, path, h.program, map[string]any{"client_name": "fourth"}, "If-Match", "*").is(http.StatusOK)
	w.do(http.MethodPost, h.in("default", "clients"), h.program, map[string]any{"client_id": "app", "grant_types": []string{"client_credentials"}}).problem(http.StatusConflict, "conflict").about("/client_id")
	tag = w.do(http.MethodGet, path, h.program, nil).header.Get("ETag")
	w.do(http.MethodDelete, path, h.program, nil, "If-Match", tag).is(http.StatusNoContent)
	w.do(http.MethodGet, path, h.program, nil).problem(http.StatusNotFound, "not_found")
	again := w.do(http.MethodPost, h.in("default", "clients"), h.program, map[string]any{"client_id": "app", "grant_types": []string{"client_credentials"}}).is(http.StatusCreated)
	require.NotEqual(t, made.header.Get("ETag"), again.header.Get("ETag"), "another thing of the same name has another tag")

	// Writers who do not say what they expect take turns.
	done := make(chan reply, 8)
	for i := range 8 {
		go func() {
			done <- w.do(http.MethodPatch, path, h.program, map[string]any{"client_name": fmt.Sprintf("n%d", i)})
		}()
	}
	for range 8 {
		r := <-done
		require.Contains(t, []int{http.StatusOK, http.StatusConflict}, r.status, string(r.body))
	}
	for i := range 2 {
		go func() {
			done <- w.do(http.MethodPost, h.in("default", "scopes"), h.program, map[string]any{"name": "race", "description": fmt.Sprint(i)})
		}()
	}
	require.ElementsMatch(t, []int{http.StatusCreated, http.StatusConflict}, []int{(<-done).status, (<-done).status})
}

func TestPatchIsAMergePatch(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	path := h.in("default")
	w.do(http.MethodPatch, path, h.program, map[string]any{"branding": map[string]any{"color": "#112233", "logo_uri": "https://acme.example/logo.svg"}, "code_ttl": 30}).is(http.StatusOK)
	r := w.do(http.MethodPatch, path, h.program, `{"branding":{"color":null}}`).is(http.StatusOK)
	require.Equal(t, map[string]any{"logo_uri": "https://acme.example/logo.svg"}, r.field("branding"))
	require.InDelta(t, 30, r.field("code_ttl"), 0, "what the patch does not name stays")
	r = w.do(http.MethodPatch, path, h.program, `{"code_ttl":null,"branding":null}`).is(http.StatusOK)
	require.InDelta(t, 60, r.field("code_ttl"), 0, "null is the default")
	require.NotContains(t, r.json(), "branding")
	w.do(http.MethodPatch, path, h.program, `{"nothing":null}`).problem(http.StatusBadRequest, "validation_failed").about("/nothing")
	w.do(http.MethodPatch, path, h.program, `{"branding":{"x":1}}`).problem(http.StatusBadRequest, "validation_failed").about("/branding/x")

	whole := w.do(http.MethodGet, path, h.program, nil).json()
	whole["display_name"] = "Everything sent back"
	require.Equal(t, "Everything sent back", w.do(http.MethodPatch, path, h.program, whole).is(http.StatusOK).text("display_name"))
	whole = w.do(http.MethodGet, path, h.program, nil).json()
	whole["issuer"] = "https://evil.example"
	w.do(http.MethodPatch, path, h.program, whole).problem(http.StatusBadRequest, "validation_failed").about("/issuer")
	w.do(http.MethodPatch, path, h.program, `{"aid":"other"}`).problem(http.StatusBadRequest, "validation_failed").about("/aid")
	w.do(http.MethodPatch, path, h.program, `{"created_at":null}`).problem(http.StatusBadRequest, "validation_failed").about("/created_at")
}

// AD-19: what is counted up is nowhere an id.
func TestIDsCannotBeCounted(t *testing.T) {
	w := newWorld(t)
	h := w.house("acme")
	for _, path := range []string{
		h.in("default", "clients", "1"), h.in("default", "users", "1"), h.in("default", "users", "usr_1"), h.in("default", "grants", "1"),
		h.in("default", "sessions", "1"), h.in("default", "traces", "1"), h.in("default", "traces", strings.Repeat("A", 32)),
		h.in("default", "grants", "018F0000-0000-7000-8000-00000000000A"), h.in("default", "grants", "{018f0000-0000-7000-8000-00000000000a}"),
		h.in("default", "clients", "*"), h.in("DEFAULT"), h.in("default."), h.in("1"), h.path("members", "1"), h.path("invitations", "1"),
	} {
		for _, method := range []string{http.MethodGet, http.MethodDelete} {
			r := w.do(method, path, h.program, nil)
			require.Contains(t, []int{http.StatusNotFound, http.StatusMethodNotAllowed}, r.status, "%s %s", method, path)
		}
	}
	first := w.do(http.MethodPost, h.in("default", "users"), h.program, map[string]any{"username": "one"}).is(http.StatusCreated).text("id")
	second := w.do(http.MethodPost, h.in("default", "users"), h.program, map[string]any{"username": "two"}).is(http.StatusCreated).text("id")
	require.Len(t, first, 26)
	require.NotEqual(t, first[:12], second[:12])
}
