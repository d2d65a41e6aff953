package pages

import (
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

var update = flag.Bool("update", false, "write the golden pages anew")

func TestPagesAreAsTheyWereAgreed(t *testing.T) {
	r := renderer(t)
	hash := regexp.MustCompile(`-[0-9a-f]{12}\.(css|js|svg)`)
	for _, lang := range Languages() {
		for _, s := range shows(lang) {
			if lang != "en" && s.name != "login" && s.name != "consent" && s.name != "account" {
				continue // the words are in the catalogue; three pages show that they arrive
			}
			t.Run(lang+"/"+s.name, func(t *testing.T) {
				got := hash.ReplaceAllString(rendered(t, r, s.write), "-HASH.$1")
				file := filepath.Join("testdata", "golden", s.name+"."+lang+".html")
				if *update {
					if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				want, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				if got != string(want) {
					t.Errorf("%s differs; see `go test -update`\n%s", file, got)
				}
			})
		}
	}
}

func TestEveryPageWorksUnderItsPolicy(t *testing.T) {
	r := renderer(t)
	for _, lang := range Languages() {
		for _, s := range shows(lang) {
			t.Run(lang+"/"+s.name, func(t *testing.T) { checkInert(t, r, rendered(t, r, s.write), s.name) })
		}
	}
}

// checkInert holds a page to the policy: no inline code or style, nothing from
// elsewhere, links out only where they are harmless.
func checkInert(t *testing.T, r *Renderer, html, pageName string) {
	t.Helper()
	ids := make(map[string]bool)
	for _, e := range parse(t, html) {
		for name, value := range e.attrs {
			if strings.HasPrefix(strings.ToLower(name), "on") || name == "style" || name == "srcdoc" || name == "formaction" {
				t.Errorf("<%s %s=%q>", e.name, name, value)
			}
			if name == "src" && !strings.HasPrefix(value, "/") {
				t.Errorf("<%s> loads %q", e.name, value)
			}
		}
		if id := e.attrs["id"]; id != "" {
			if ids[id] {
				t.Errorf("id %q stands twice", id)
			}
			ids[id] = true
		}
		switch e.name {
		case "script":
			if pageName != "form_post" || e.attrs["src"] != r.AssetURL("form_post.js") || strings.TrimSpace(e.text) != "" {
				t.Errorf("script %v %q", e.attrs, e.text)
			}
		case "style":
			if e.attrs["nonce"] == "" || !regexp.MustCompile(`^[-a-z0-9#:;{}()@ \n]*$`).MatchString(e.text) {
				t.Errorf("style %v %q", e.attrs, e.text)
			}
		case "link":
			if !strings.HasPrefix(e.attrs["href"], AssetPrefix+"/") {
				t.Errorf("link to %q", e.attrs["href"])
			}
		case "a":
			href := e.attrs["href"]
			if strings.HasPrefix(href, "https://") {
				if e.attrs["rel"] != "noopener noreferrer" {
					t.Errorf("%q has rel %q", href, e.attrs["rel"])
				}
			} else if own(href) == "" {
				t.Errorf("link to %q", href)
			}
		case "form":
			if e.attrs["method"] != "post" {
				t.Errorf("form with method %q", e.attrs["method"])
			}
			if action, found := e.attrs["action"]; found && own(action) == "" && pageName != "form_post" {
				t.Errorf("form leads to %q", action)
			}
		case "iframe", "object", "embed", "base", "audio", "video":
			t.Errorf("<%s> has no place here", e.name)
		}
	}
}

func TestEveryFormOfOursCarriesTheTokenAndEveryButtonItsAction(t *testing.T) {
	r := renderer(t)
	for _, s := range shows("en") {
		t.Run(s.name, func(t *testing.T) {
			elements := parse(t, rendered(t, r, s.write))
			for _, form := range elements {
				if form.name != "form" {
					continue
				}
				fields := make(map[string]string)
				for _, e := range elements {
					if (e.name == "input" || e.name == "button") && e.inside("form") == form {
						fields[e.attrs["name"]] = e.attrs["value"]
					}
				}
				if s.name == "form_post" {
					if _, found := fields["csrf"]; found {
						t.Error("our CSRF token would be sent to a client")
					}
					continue
				}
				if fields["csrf"] != "csrf-value" || fields["tx"] != "tx-value" || fields["action"] == "" {
					t.Errorf("fields %v", fields)
				}
			}
		})
	}
}

func TestIdsThatOthersHoldOnTo(t *testing.T) {
	r := renderer(t)
	want := map[string][]string{
		"login":          {"login", "password", "login-submit", "login-cancel"},
		"consent":        {"consent-accept", "consent-deny"},
		"device":         {"user_code", "device-submit"},
		"device_confirm": {"device-accept", "device-deny"},
		"logout":         {"logout-yes", "logout-no"},
		"form_post":      {"form-post", "form-post-continue"},
		"error_expired":  {"reference"},
	}
	actions := map[string]string{
		"login-submit": "accept", "login-cancel": "cancel", "consent-accept": "accept", "consent-deny": "deny", "device-submit": "continue",
		"device-accept": "accept", "device-deny": "deny", "logout-yes": "accept", "logout-no": "deny",
	}
	for _, s := range shows("en") {
		byID := make(map[string]*element)
		for _, e := range parse(t, rendered(t, r, s.write)) {
			byID[e.attrs["id"]] = e
		}
		for _, id := range want[s.name] {
			e := byID[id]
			if e == nil {
				t.Errorf("%s: no element %q", s.name, id)
				continue
			}
			if action, button := actions[id]; button && (e.name != "button" || e.attrs["type"] != "submit" || e.attrs["name"] != "action" || e.attrs["value"] != action) {
				t.Errorf("%s: %q is <%s %v>", s.name, id, e.name, e.attrs)
			}
		}
		delete(want, s.name)
	}
	if len(want) != 0 {
		t.Errorf("pages not shown: %v", want)
	}
}

func TestPasswordManagersKnowTheFieldsAndLabelsNameThem(t *testing.T) {
	r := renderer(t)
	for _, s := range shows("en") {
		elements := parse(t, rendered(t, r, s.write))
		labelled := make(map[string]bool)
		for _, e := range elements {
			if label := e.inside("label"); label != nil && strings.TrimSpace(e.text) != "" {
				labelled[label.attrs["for"]] = true
			}
			if e.name == "label" && strings.TrimSpace(e.text) != "" {
				labelled[e.attrs["for"]] = true
			}
		}
		complete := map[string]string{"login": "username", "password": "current-password", "user_code": "off", "current_password": "current-password", "new_password": "new-password"}
		for _, e := range elements {
			if e.name != "input" || e.attrs["type"] == "hidden" {
				continue
			}
			if id := e.attrs["id"]; !labelled[id] || e.attrs["name"] != id || e.attrs["autocomplete"] != complete[id] {
				t.Errorf("%s: input %v", s.name, e.attrs)
			}
		}
	}
}

func TestOnlyWhatIsNewAndNoLoginIsAChoice(t *testing.T) {
	r := renderer(t)
	for _, s := range shows("en") {
		var choices []string
		for _, e := range parse(t, rendered(t, r, s.write)) {
			if e.name != "input" || e.attrs["type"] != "checkbox" {
				continue
			}
			if _, ticked := e.attrs["checked"]; !ticked || e.inside("form") == nil || e.attrs["value"] == "" {
				t.Errorf("%s: %v", s.name, e.attrs)
			}
			choices = append(choices, e.attrs["name"])
		}
		var want []string
		if s.name == "consent_choice" {
			want = []string{ScopeField("email"), ScopeField("photos:read"), ScopeField("prints:order"), ScopeField("offline_access")}
		}
		if !slices.Equal(choices, want) {
			t.Errorf("%s: choices %v", s.name, choices)
		}
	}
}

func TestAccountButtonsNameWhatTheyEnd(t *testing.T) {
	r := renderer(t)
	for _, s := range shows("en") {
		if s.name != "account" {
			continue
		}
		got := make(map[string][]string)
		for _, e := range parse(t, rendered(t, r, s.write)) {
			if e.name == "button" {
				got[e.attrs["name"]] = append(got[e.attrs["name"]], e.attrs["value"])
			}
		}
		if want := map[string][]string{"session": {"s1", "s2"}, "action": {"end_others", "password"}, "client_id": {"photo", "plain"}}; !reflect.DeepEqual(got, want) {
			t.Errorf("buttons %v, want %v", got, want)
		}
	}
}

func TestAnEmptyModelIsStillAPage(t *testing.T) {
	r := renderer(t)
	for name, m := range models() {
		t.Run(name, func(t *testing.T) {
			html := rendered(t, r, m.write)
			checkInert(t, r, html, name)
			if !strings.Contains(html, `<html lang="en"`) || !strings.Contains(html, "Signet") {
				t.Error("no language or no name")
			}
		})
	}
}

// hostile is text as an attacker would register it.
var hostile = []string{
	`<script>alert(1)</script>`,
	`"><img src=x onerror=alert(1)>`,
	`' autofocus onfocus=alert(1) x='`,
	`</style><script>alert(1)</script>`,
	`javascript:alert(1)`,
	`//evil.example/x`,
	`/\evil.example`,
	`http://evil.example/`,
	`https://user:pass@evil.example/`,
	`data:image/svg+xml,<svg onload=alert(1)>`,
	`{{.CSRF}} {client} %s`,
	"Acme\u202Emoc.live\u202C \u2066bank\u2069",
	"A\u200Bc\u200Dm\u2060e\uFEFF\u00AD \u115F\u3164\u2800",
	"line\r\nSet-Cookie: a=b\x00\x1b[31m",
	"Z\u0310\u0311\u0312\u0313\u0314\u0315\u0316\u0317algo",
	"\xff\xfe not UTF-8",
	strings.Repeat("wide name ", 7000),
	strings.Repeat("\U0001F4A9", 7000),
}

func TestHostileTextComesOutInert(t *testing.T) {
	r := renderer(t)
	for _, lang := range Languages() {
		for name, m := range models() {
			for _, s := range hostile {
				fill(reflect.ValueOf(m.model), s)
				p := reflect.ValueOf(m.model).Elem().FieldByName("Page").Addr().Interface().(*Page)
				p.Lang, p.Action = lang, "/acme/default/x"
				if post, ok := m.model.(*FormPost); ok {
					// What goes to the client goes unchanged, whatever it is.
					post.RedirectURI, post.Fields = "https://client.example/cb", []Field{{"state", "plain"}}
				}
				html := rendered(t, r, m.write)
				checkInert(t, r, html, name)
				checkReadable(t, html, name)
				if t.Failed() {
					t.Fatalf("%s, %s, %.60q", lang, name, s)
				}
			}
		}
	}
}

// checkReadable fails where text deceives the eye or floods the page.
func checkReadable(t *testing.T, html, page string) {
	t.Helper()
	opaque := map[string]bool{"csrf": true, "tx": true, "session": true, "client_id": true, "password": true}
	for _, e := range parse(t, html) {
		texts := []string{e.text}
		for name, value := range e.attrs {
			if name == "value" && (opaque[e.attrs["name"]] || e.attrs["type"] == "hidden") || name == "nonce" {
				continue // never shown
			}
			texts = append(texts, value)
		}
		for _, text := range texts {
			if n := utf8.RuneCountInString(text); n > 500 {
				t.Errorf("%s: <%s> holds %d characters", page, e.name, n)
			}
			for _, c := range text {
				if c != '\n' && (!unicode.IsGraphic(c) || invisible(c)) {
					t.Errorf("%s: <%s> holds %U", page, e.name, c)
				}
			}
		}
	}
}

func TestNamesFromOutsideAreIsolated(t *testing.T) {
	r := renderer(t)
	const mark = "Zebra9"
	for name, m := range models() {
		fill(reflect.ValueOf(m.model), mark)
		reflect.ValueOf(m.model).Elem().FieldByName("Page").Addr().Interface().(*Page).Action = ""
		if post, ok := m.model.(*FormPost); ok {
			post.RedirectURI = "https://client.example/cb"
		}
		seen := false
		for _, e := range parse(t, rendered(t, r, m.write)) {
			if !strings.Contains(e.text, mark) {
				continue
			}
			seen = true
			// A title is no place for tags, a trace id is ours, a user code is ASCII.
			if e.name != "bdi" && e.name != "title" && e.attrs["id"] != "reference" && e.attrs["id"] != "shown-code" {
				t.Errorf("%s: <%s %v> holds the name without <bdi>: %q", name, e.name, e.attrs, e.text)
			}
		}
		if !seen {
			t.Errorf("%s: the name is not on the page", name)
		}
	}
}

func TestAFormNeverLeadsAway(t *testing.T) {
	r := renderer(t)
	for _, action := range []string{"https://evil.example/", "//evil.example", `/\evil.example`, "javascript:alert(1)", "login", "/a b", "/a\nb"} {
		var b strings.Builder
		if err := r.Login(&b, Login{Page: Page{Action: action}}); err == nil || b.Len() != 0 {
			t.Errorf("%q was rendered", action)
		}
	}
	for _, uri := range []string{"javascript:alert(1)", "data:text/html,x", "com.example:/cb", "//evil.example/cb", "https:///cb", "https:cb", "/cb", "://"} {
		var b strings.Builder
		if err := r.FormPost(&b, FormPost{RedirectURI: uri}); err == nil || b.Len() != 0 {
			t.Errorf("form_post to %q was rendered", uri)
		}
	}
}

func TestFormPostSendsTheResponseByteForByte(t *testing.T) {
	r := renderer(t)
	state := "a\"b<c>&d'\u202E \U0001F4A9 =+%20" + strings.Repeat("x", 3000)
	html := rendered(t, r, func(w io.Writer, r *Renderer) error {
		return r.FormPost(w, FormPost{RedirectURI: "https://client.example/cb?a=1&b=%20x", Fields: []Field{{"submit", "1"}, {"state", state}}})
	})
	for _, e := range parse(t, html) {
		switch {
		case e.name == "form" && e.attrs["action"] != "https://client.example/cb?a=1&b=%20x":
			t.Errorf("action %q", e.attrs["action"])
		case e.name == "input" && e.attrs["name"] == "state" && e.attrs["value"] != state:
			t.Errorf("state %q", e.attrs["value"])
		}
	}
}

func TestCausesHaveDistinctTextsAndUnknownOnesAreGeneric(t *testing.T) {
	r := renderer(t)
	write := func(lang string, c ErrorCause) string {
		return rendered(t, r, func(w io.Writer, r *Renderer) error { return r.Error(w, Error{Page: Page{Lang: lang}, Cause: c}) })
	}
	for _, lang := range Languages() {
		seen := make(map[string]ErrorCause)
		for _, c := range Causes() {
			html := write(lang, c)
			if other, found := seen[html]; found {
				t.Errorf("%s: %s and %s say the same", lang, c, other)
			}
			seen[html] = c
		}
		generic := write(lang, CauseGeneric)
		for _, c := range []ErrorCause{"", "no such cause", "expired.text", "<script>"} {
			if write(lang, c) != generic {
				t.Errorf("%s: %q is not generic", lang, c)
			}
		}
	}
	for _, c := range Causes() {
		if s := c.Status(); s < 400 || s > 503 {
			t.Errorf("%s: status %d", c, s)
		}
	}
	if ErrorCause("no such cause").Status() != http.StatusInternalServerError || CauseRedirectURI.Status() != http.StatusBadRequest {
		t.Error("status")
	}
}

func TestALoginThatFailsSaysNothingOfWhy(t *testing.T) {
	r := renderer(t)
	write := func(e LoginError) string {
		return rendered(t, r, func(w io.Writer, r *Renderer) error { return r.Login(w, Login{Error: e}) })
	}
	if write("no such user") != write(LoginRefused) {
		t.Error("an unknown reason is told apart")
	}
	if write(LoginRefused) == write(LoginThrottled) || write(LoginRefused) == write("") {
		t.Error("the reasons look the same")
	}
}

func TestTheBrandColourNeedsANonce(t *testing.T) {
	r := renderer(t)
	write := func(color, nonce string) string {
		return rendered(t, r, func(w io.Writer, r *Renderer) error {
			return r.SignedOut(w, SignedOut{Page: Page{Branding: Branding{Color: color}, Nonce: nonce}})
		})
	}
	if html := write("#0a7d5a", "abc"); !strings.Contains(html, `<style nonce="abc">`) || !strings.Contains(html, "--color-accent: #0a7d5a;") {
		t.Error("the colour is missing")
	}
	for _, c := range [][2]string{{"#0a7d5a", ""}, {"", "abc"}, {"red;}", "abc"}, {"#fff", "abc"}, {"#0A7D5G", "abc"}, {"#+12345", "abc"}} {
		if strings.Contains(write(c[0], c[1]), "<style") {
			t.Errorf("%q made a style", c)
		}
	}
}

func TestOfflineAccessIsToldAsLength(t *testing.T) {
	r := renderer(t)
	write := func(v Consent) string {
		return rendered(t, r, func(w io.Writer, r *Renderer) error { return r.Consent(w, v) })
	}
	session := write(Consent{Scopes: []ScopeView{{Name: "openid", New: true}}, IdleDays: 30})
	if !strings.Contains(session, "Until you sign out") || strings.Contains(session, "30 days") {
		t.Error("access of a session is not told as such")
	}
	for _, v := range []Consent{
		{Scopes: []ScopeView{{Name: "openid", New: true}, {Name: "offline_access"}}, IdleDays: 30},
		{Scopes: []ScopeView{{Name: "openid", New: true}}, OfflineAccess: true, IdleDays: 30},
	} {
		html := write(v)
		if !strings.Contains(html, "Also while you are away") || !strings.Contains(html, "<bdi>30</bdi> days") || strings.Contains(html, "offline_access") {
			t.Error("offline access is not told in words")
		}
	}
}

func TestScopesAlreadyAllowedStandApart(t *testing.T) {
	r := renderer(t)
	html := rendered(t, r, func(w io.Writer, r *Renderer) error {
		return r.Consent(w, Consent{Scopes: []ScopeView{{Name: "openid"}, {Name: "a:b", New: true}}})
	})
	for _, e := range parse(t, html) {
		if e.name != "bdi" || e.inside("li") == nil {
			continue
		}
		known := e.inside("details") != nil
		if e.text == "Recognise you" && !known || e.text == "a:b" && known {
			t.Errorf("%q stands in the wrong list", e.text)
		}
	}
	if !strings.Contains(html, "New this time") {
		t.Error("what is new is not named")
	}
}

func TestAssetsAreThere(t *testing.T) {
	r := renderer(t)
	for _, name := range []string{"pages.css", "form_post.js", "icon.svg"} {
		w := httptest.NewRecorder()
		r.Assets().ServeHTTP(w, httptest.NewRequest(http.MethodGet, r.AssetURL(name), nil))
		if w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
	css := httptest.NewRecorder()
	r.Assets().ServeHTTP(css, httptest.NewRequest(http.MethodGet, r.AssetURL("pages.css"), nil))
	declared := regexp.MustCompile(`(--[a-z0-9-]+):`).FindAllStringSubmatch(css.Body.String(), -1)
	known := make(map[string]bool)
	for _, d := range declared {
		known[d[1]] = true
	}
	for _, use := range regexp.MustCompile(`var\((--[a-z0-9-]+)\)`).FindAllStringSubmatch(css.Body.String(), -1) {
		if !known[use[1]] {
			t.Errorf("pages.css uses %s, which is no token", use[1])
		}
	}
	if strings.Contains(css.Body.String(), "url(") || strings.Contains(css.Body.String(), "@import") {
		t.Error("pages.css loads something")
	}
}
