package oauth_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/signet-authz/signet/pkg/oauth"
	"github.com/stretchr/testify/require"
)

func TestMalformedFormIsRefusedWhole(t *testing.T) {
	for name, body := range map[string]string{
		"bad escape":          "grant_type=x&code=%zz",
		"lone percent":        "a=%",
		"semicolon separator": "a=1;b=2",
		"NUL":                 "a=%00",
		"CRLF":                "a=%0d%0a",
		"invalid UTF-8":       "a=%ff",
		"many parameters":     strings.Repeat("a&", oauth.MaxParams+1),
		"long value":          "a=" + strings.Repeat("x", oauth.MaxParamBytes+1),
		"huge body":           strings.Repeat("x", oauth.MaxBodyBytes+1),
	} {
		t.Run(name, func(t *testing.T) {
			p, err := oauth.ParseForm(body)
			require.Error(t, err)
			require.Nil(t, p, "nothing of a malformed form may be used")
		})
	}
}

func TestRepeatedParameterHasNoValue(t *testing.T) {
	for _, body := range []string{"a=1&b=2&a=3", "a=1&b=2&a=1", "a=&b=2&a=1", "a=1&a=2&b=2&a=3"} {
		p, err := oauth.ParseForm(body)
		var dup *oauth.DuplicateError
		require.ErrorAs(t, err, &dup, body)
		require.Equal(t, "a", dup.Name)
		require.False(t, p.Has("a"), body)
		require.Equal(t, "2", p.Get("b"))
	}
}

func TestEmptyParameterCountsAsOmitted(t *testing.T) {
	p, err := oauth.ParseForm("scope=&state=x&&")
	require.NoError(t, err)
	require.False(t, p.Has("scope"))
	require.Equal(t, "x", p.Get("state"))
}

func TestResourceMayRepeat(t *testing.T) {
	p, err := oauth.ParseForm("resource=https://a.example&resource=https://b.example")
	require.NoError(t, err)
	require.Equal(t, []string{"https://a.example", "https://b.example"}, p.All("resource"))
}

func TestFlatJSONMeansTheSameAsTheForm(t *testing.T) {
	form, err := oauth.ParseForm("grant_type=authorization_code&code=a%2Bb")
	require.NoError(t, err)
	json, err := oauth.ParseBody("application/json; charset=utf-8", []byte(`{"grant_type":"authorization_code","code":"a+b"}`))
	require.NoError(t, err)
	require.Equal(t, form, json)
}

func TestJSONOtherThanAFlatObjectOfStringsIsRefused(t *testing.T) {
	for _, body := range []string{
		``, `null`, `[]`, `"x"`, `{"a":1}`, `{"a":null}`, `{"a":true}`, `{"a":["x"]}`, `{"a":{"b":"c"}}`, `{"a":"x"`, `{"a":"x"}{}`,
		`{"a":"x"} trailing`, `{"a":"\u0000"}`, "{\"a\":\"\xff\"}", `{"a":"x",}`, "\ufeff{}",
	} {
		_, err := oauth.ParseJSON([]byte(body))
		require.Error(t, err, body)
	}
	_, err := oauth.ParseJSON([]byte(`{"a":"x","a":"y"}`))
	var dup *oauth.DuplicateError
	require.ErrorAs(t, err, &dup)
}

func TestOtherMediaTypesAreRefused(t *testing.T) {
	for _, ct := range []string{"", "text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded; charset=utf-16", "a/b/c"} {
		_, err := oauth.ParseBody(ct, []byte("a=b"))
		require.Error(t, err, ct)
	}
}

func FuzzParseForm(f *testing.F) {
	for _, s := range []string{"", "a=b", "a=b&a=c", "a=%zz", "resource=x&resource=y", "a;b", "=&=&="} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := oauth.ParseForm(s)
		var dup *oauth.DuplicateError
		if err != nil && !errors.As(err, &dup) && p != nil {
			t.Fatal("a malformed form must yield nothing")
		}
		checkParams(t, p)
	})
}

func FuzzParseJSON(f *testing.F) {
	for _, s := range []string{"{}", `{"a":"b"}`, `{"a":"b","a":"c"}`, `{"a":{}}`, `[`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p, _ := oauth.ParseJSON(b)
		checkParams(t, p)
	})
}

func checkParams(t *testing.T, p oauth.Params) {
	t.Helper()
	for name, values := range p {
		if len(values) == 0 {
			t.Fatalf("%q is kept without a value", name)
		}
		if len(values) > 1 && name != "resource" && name != "audience" {
			t.Fatalf("%q repeats", name)
		}
		for _, v := range values {
			if v == "" || strings.ContainsAny(v, "\x00\r\n\t") {
				t.Fatalf("%q has an impossible value", name)
			}
		}
	}
}
