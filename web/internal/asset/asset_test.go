package asset

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestFilesAreServedUnderTheirHashOnlyAndForEver(t *testing.T) {
	s := New("/assets/x", map[string][]byte{"a.css": []byte("body{}"), "b.js": []byte("1")})
	get := func(method, path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		s.ServeHTTP(w, httptest.NewRequest(method, path, nil))
		return w
	}

	w := get(http.MethodGet, s.URL("a.css"))
	if w.Code != 200 || w.Body.String() != "body{}" || w.Header().Get("Content-Type") != "text/css; charset=utf-8" {
		t.Fatalf("%d %q %v", w.Code, w.Body, w.Header())
	}
	if got := w.Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
		t.Errorf("Cache-Control %q", got)
	}
	if got := get(http.MethodGet, s.URL("b.js")).Header().Get("Content-Type"); got != "text/javascript; charset=utf-8" {
		t.Errorf("Content-Type of a script is %q", got)
	}
	if w := get(http.MethodHead, s.URL("a.css")); w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Content-Length") != "6" {
		t.Errorf("HEAD: %d, %d bytes, %v", w.Code, w.Body.Len(), w.Header())
	}
	if w := get(http.MethodPost, s.URL("a.css")); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d %v", w.Code, w.Header())
	}
	for _, path := range []string{"/assets/x/a.css", "/assets/x/", "/assets/x/a-000000000000.css", "/assets/x/../a.css"} {
		if w := get(http.MethodGet, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestAnotherContentHasAnotherName(t *testing.T) {
	one, two := New("", map[string][]byte{"a.css": []byte("1")}), New("", map[string][]byte{"a.css": []byte("2")})
	if one.URL("a.css") == two.URL("a.css") {
		t.Fatal("the name does not follow the content")
	}
	if one.URL("b.css") != "" {
		t.Fatal("a file that is not there has a URL")
	}
}
