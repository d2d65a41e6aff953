package front

import (
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, h http.Handler, method, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w
}

func TestTheFrontPageSaysWhereToBegin(t *testing.T) {
	h, err := New("https://auth.example:8443/", "1.2.3")
	if err != nil {
		t.Fatal(err)
	}
	w := get(t, h, http.MethodGet, "/")
	html := w.Body.String()
	for _, want := range []string{"https://auth.example:8443/api/v1/tenants&#39;", "https://auth.example:8443/{tid}/{aid}", `href="/docs"`, "with_service_client", "Signet 1.2.3"} {
		// Templates may write a quote in either form.
		if !strings.Contains(html, want) && !strings.Contains(html, strings.ReplaceAll(want, "&#39;", "'")) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if w.Code != http.StatusOK || w.Header().Get("Content-Security-Policy") != policy || w.Header().Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestTheFrontPageLoadsOnlyWhatItServes(t *testing.T) {
	h, err := New("http://127.0.0.1:8080", "")
	if err != nil {
		t.Fatal(err)
	}
	html := get(t, h, http.MethodGet, "/").Body.String()
	if regexp.MustCompile(`(?i)<script|<style|\sstyle=|\son[a-z]+=`).MatchString(html) {
		t.Error("inline script or style")
	}
	found := regexp.MustCompile(`(?:src|href)="(/assets/[^"]+)"`).FindAllStringSubmatch(html, -1)
	if len(found) != 3 {
		t.Fatalf("%d assets", len(found))
	}
	for _, f := range found {
		if w := get(t, h, http.MethodGet, f[1]); w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: %d", f[1], w.Code)
		}
	}
	if regexp.MustCompile(`(?:src|href)="(https?:)?//`).MatchString(html) {
		t.Error("a foreign resource")
	}
}

func TestTheFrontPageIsNothingElse(t *testing.T) {
	h, err := New("https://auth.example", "")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/index.html", "/acme/default", "/assets/front/", "/assets/other"} {
		if w := get(t, h, http.MethodGet, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := get(t, h, http.MethodPost, "/"); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d", w.Code)
	}
	if w := get(t, h, http.MethodHead, "/"); w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Errorf("HEAD: %d, %d bytes", w.Code, w.Body.Len())
	}
}

func TestAPublicURLThatIsNoOriginIsRefused(t *testing.T) {
	for _, s := range []string{"", "auth.example", "ftp://auth.example", "https://", "https://a.example/path", "https://u@a.example", "https://a.example/?q", "https://a.example/?q=1", "https://a'b.example", "https://$(id)"} {
		if _, err := New(s, ""); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}
