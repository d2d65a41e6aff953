package server

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestParametersComeFromTheBodyAlone(t *testing.T) {
	f := newFixture(nil)
	w := f.do(post(tokenPath+"?utm=1", mediaForm, "grant_type=client_credentials&scope=a+b"))
	require.Equal(t, http.StatusOK, w.Code)
	require.JSONEq(t, `{"grant_type":["client_credentials"],"scope":["a b"]}`, w.Body.String())
	w = f.do(post(tokenPath, "application/json", `{"grant_type":"client_credentials","scope":"a b"}`))
	require.Equal(t, http.StatusOK, w.Code)
	require.JSONEq(t, `{"grant_type":["client_credentials"],"scope":["a b"]}`, w.Body.String())
}

func TestMalformedParameterRequestsAreRefused(t *testing.T) {
	const form = mediaForm
	cases := []struct{ name, query, contentType, body string }{
		{"secret in the query", "?client_secret=x", form, "grant_type=client_credentials"},
		{"grant type in the query", "?grant_type=x", form, ""},
		{"repeated in the query", "?code=a&code=b", form, ""},
		{"empty in the query", "?a=%zz", form, ""},
		{"semicolon in the query", "?a=b;client_secret=x", form, ""},
		{"text", "", "text/plain", "grant_type=x"},
		{"multipart", "", "multipart/form-data; boundary=x", "--x--"},
		{"none", "", "", "grant_type=x"},
		{"utf-16", "", form + "; charset=utf-16", "grant_type=x"},
		{"duplicate", "", form, "code=a&code=b"},
		{"bad escape", "", form, "a=%zz&grant_type=x"},
		{"lone percent", "", form, "a=%"},
		{"semicolon", "", form, "a=b;c=d"},
		{"NUL", "", form, "a=%00"},
		{"CRLF", "", form, "a=%0d%0a"},
		{"invalid UTF-8", "", form, "a=%ff"},
		{"too many", "", form, strings.Repeat("a&", 30_000)},
		{"nested JSON", "", "application/json", `{"a":{"b":"c"}}`},
		{"JSON twice", "", "application/json", `{"a":"b"}{"a":"b"}`},
		{"JSON duplicate", "", "application/json", `{"code":"b","code":"c"}`},
	}
	f := newFixture(nil)
	for _, tc := range cases {
		w := f.do(post(tokenPath+tc.query, tc.contentType, tc.body))
		require.Equal(t, http.StatusBadRequest, w.Code, tc.name)
		require.Equal(t, "invalid_request", codeOf(t, w), tc.name)
	}
	r := post(tokenPath, form, "a=b")
	r.Header.Add("Content-Type", "application/json")
	require.Equal(t, http.StatusBadRequest, f.do(r).Code, "two content types")
	r = httptest.NewRequest(http.MethodPost, tokenPath, nil)
	require.Equal(t, http.StatusBadRequest, f.do(r).Code, "no content type")
}

func TestABodyThatBreaksOffIsRefusedWhole(t *testing.T) {
	f := newFixture(nil)
	r := post(tokenPath, mediaForm, "grant_type=client_credentials")
	r.ContentLength += 5
	require.Equal(t, http.StatusBadRequest, f.do(r).Code)
}
