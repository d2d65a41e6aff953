package pages

import (
	"encoding/xml"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// show is one page with a filled model.
type show struct {
	name  string
	write func(w io.Writer, r *Renderer) error
}

func renderer(t testing.TB) *Renderer {
	t.Helper()
	r, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func page(lang string) Page {
	return Page{
		Branding: Branding{DisplayName: "Acme", LogoURL: "/acme/default/logo", Color: "#0a7d5a"},
		Lang:     lang, Action: "/acme/default/login", CSRF: "csrf-value", Tx: "tx-value",
		TraceID: "4bf92f3577b34da6a3ce929d0e0e4736", Nonce: "bm9uY2U",
	}
}

func app() ClientView {
	return ClientView{
		Name: "Photo Print", LogoURL: "/acme/default/logo/photo", Domain: "print.example",
		PolicyURI: "https://print.example/privacy", TosURI: "https://print.example/terms", ClientURI: "https://print.example/",
	}
}

func scopes() []ScopeView {
	return []ScopeView{
		{Name: "openid"},
		{Name: "email", New: true},
		{Name: "photos:read", Description: "See your photos and albums", New: true},
		{Name: "prints:order", New: true},
		{Name: "offline_access", New: true},
	}
}

// shows are all pages, each in the states that look different.
func shows(lang string) []show {
	at := time.Date(2026, time.March, 3, 14, 5, 0, 0, time.UTC)
	grants := []GrantView{
		{ClientID: "photo", Client: app(), Scopes: scopes(), OfflineAccess: true, GivenAt: at, LastUsedAt: at.Add(48 * time.Hour)},
		{ClientID: "plain", Client: ClientView{Name: "Notes"}, Scopes: []ScopeView{{Name: "openid"}}},
	}
	sessions := []SessionView{
		{ID: "s1", UserAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", IP: "192.0.2.7", SignedInAt: at, LastSeenAt: at.Add(time.Hour), Current: true},
		{ID: "s2", UserAgent: "unheard of", SignedInAt: at},
	}
	p := page(lang)
	all := []show{
		{"login", func(w io.Writer, r *Renderer) error {
			return r.Login(w, Login{Page: p, ClientName: "Photo Print", ClientLogoURL: "/acme/default/logo/photo", LoginHint: "alice@example.com", Demo: []DemoUser{{"Alice", "alice", "wonder-land-9"}}})
		}},
		{"login_refused", func(w io.Writer, r *Renderer) error {
			return r.Login(w, Login{Page: p, Error: LoginRefused, NoCancel: true})
		}},
		{"consent", func(w io.Writer, r *Renderer) error {
			return r.Consent(w, Consent{Page: p, Client: app(), UserName: "Alice Liddell", Email: "alice@example.com", Scopes: scopes(), IdleDays: 30})
		}},
		{"consent_choice", func(w io.Writer, r *Renderer) error {
			asked := append(scopes(), ScopeView{Name: "profile"})
			asked[0].New = true
			return r.Consent(w, Consent{Page: p, Client: app(), UserName: "Alice Liddell", Email: "alice@example.com", Scopes: asked, IdleDays: 30, Choice: true})
		}},
		{"consent_session", func(w io.Writer, r *Renderer) error {
			return r.Consent(w, Consent{Page: p, Client: ClientView{Name: "Notes", Domain: "127.0.0.1", Local: true}, Email: "alice@example.com", Scopes: []ScopeView{{Name: "openid", New: true}}})
		}},
		{"device", func(w io.Writer, r *Renderer) error {
			return r.Device(w, Device{Page: p, UserCode: "wdjb-mjht", Error: DeviceUnknown})
		}},
		{"device_confirm", func(w io.Writer, r *Renderer) error {
			return r.DeviceConfirm(w, DeviceConfirm{Page: p, Client: app(), UserCode: "WDJB-MJHT", UserName: "Alice Liddell", Scopes: scopes(), IdleDays: 1})
		}},
		{"device_accepted", func(w io.Writer, r *Renderer) error {
			return r.DeviceDone(w, DeviceDone{Page: p, ClientName: "Living room TV", Accepted: true})
		}},
		{"device_denied", func(w io.Writer, r *Renderer) error {
			return r.DeviceDone(w, DeviceDone{Page: p, ClientName: "Living room TV"})
		}},
		{"logout", func(w io.Writer, r *Renderer) error {
			return r.Logout(w, Logout{Page: p, ClientName: "Photo Print", UserName: "Alice Liddell", Email: "alice@example.com"})
		}},
		{"signed_out", func(w io.Writer, r *Renderer) error {
			return r.SignedOut(w, SignedOut{Page: p, LoginURL: "/acme/default/account"})
		}},
		{"signed_out_stayed", func(w io.Writer, r *Renderer) error {
			return r.SignedOut(w, SignedOut{Page: p, Stayed: true})
		}},
		{"account", func(w io.Writer, r *Renderer) error {
			return r.Account(w, Account{Page: p, UserName: "Alice Liddell", Email: "alice@example.com", Notice: NoticeAccessEnded, HasPassword: true, Sessions: sessions, Grants: grants})
		}},
		{"account_empty", func(w io.Writer, r *Renderer) error {
			return r.Account(w, Account{Page: p, Email: "alice@example.com", HasPassword: true, PasswordError: PasswordWrong})
		}},
		{"form_post", func(w io.Writer, r *Renderer) error {
			return r.FormPost(w, FormPost{Page: p, ClientName: "Photo Print", RedirectURI: "https://print.example/cb?a=1&b=2", Fields: []Field{{"code", "abc"}, {"state", "a\"b<c>&d"}}})
		}},
	}
	for _, cause := range Causes() {
		all = append(all, show{"error_" + string(cause), func(w io.Writer, r *Renderer) error {
			p := p
			p.Explanation = "/console/acme/workspaces/default/explain/" + p.TraceID
			return r.Error(w, Error{Page: p, Cause: cause, BackURL: "/acme/default/account"})
		}})
	}
	return all
}

// models are the page models as pointers, with the method that writes each.
func models() map[string]struct {
	model any
	write func(w io.Writer, r *Renderer) error
} {
	var (
		login   Login
		consent Consent
		device  Device
		confirm DeviceConfirm
		done    DeviceDone
		logout  Logout
		signed  SignedOut
		account Account
		failure Error
		post    FormPost
	)
	return map[string]struct {
		model any
		write func(w io.Writer, r *Renderer) error
	}{
		"login":          {&login, func(w io.Writer, r *Renderer) error { return r.Login(w, login) }},
		"consent":        {&consent, func(w io.Writer, r *Renderer) error { return r.Consent(w, consent) }},
		"device":         {&device, func(w io.Writer, r *Renderer) error { return r.Device(w, device) }},
		"device_confirm": {&confirm, func(w io.Writer, r *Renderer) error { return r.DeviceConfirm(w, confirm) }},
		"device_done":    {&done, func(w io.Writer, r *Renderer) error { return r.DeviceDone(w, done) }},
		"logout":         {&logout, func(w io.Writer, r *Renderer) error { return r.Logout(w, logout) }},
		"signed_out":     {&signed, func(w io.Writer, r *Renderer) error { return r.SignedOut(w, signed) }},
		"account":        {&account, func(w io.Writer, r *Renderer) error { return r.Account(w, account) }},
		"error":          {&failure, func(w io.Writer, r *Renderer) error { return r.Error(w, failure) }},
		"form_post":      {&post, func(w io.Writer, r *Renderer) error { return r.FormPost(w, post) }},
	}
}

// fill sets every string, slice, number, flag and time of a model.
func fill(v reflect.Value, s string) {
	switch v.Kind() {
	case reflect.Pointer:
		fill(v.Elem(), s)
	case reflect.String:
		v.SetString(s)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int:
		v.SetInt(7)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), s)
		}
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Date(2026, time.January, 2, 3, 4, 5, 0, time.UTC)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), s)
		}
	}
}

// element is one tag of a page, with the texts directly inside it.
type element struct {
	name   string
	attrs  map[string]string
	parent *element
	text   string
}

func (e *element) inside(name string) *element {
	for p := e; p != nil; p = p.parent {
		if p.name == name {
			return p
		}
	}
	return nil
}

// parse reads a page strictly enough that a tag left open fails.
func parse(t testing.TB, html string) []*element {
	t.Helper()
	// XML knows no control characters; a private one stands for them, so that the
	// tests still see that something was there.
	d := xml.NewDecoder(strings.NewReader(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' && r != '\r' || r == utf8.RuneError {
			return 0xE000
		}
		return r
	}, html)))
	d.Strict = false
	d.AutoClose = xml.HTMLAutoClose
	d.Entity = xml.HTMLEntity
	var all []*element
	var open *element
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well formed: %v\n%s", err, html)
		}
		switch token := token.(type) {
		case xml.StartElement:
			e := &element{name: token.Name.Local, attrs: make(map[string]string), parent: open}
			for _, a := range token.Attr {
				e.attrs[a.Name.Local] = a.Value
			}
			all = append(all, e)
			open = e
		case xml.EndElement:
			if open == nil || open.name != token.Name.Local {
				t.Fatalf("</%s> closes nothing\n%s", token.Name.Local, html)
			}
			open = open.parent
		case xml.CharData:
			if open != nil {
				open.text += string(token)
			}
		}
	}
	if open != nil {
		t.Fatalf("<%s> is never closed", open.name)
	}
	return all
}

func rendered(t testing.TB, r *Renderer, write func(io.Writer, *Renderer) error) string {
	t.Helper()
	var b strings.Builder
	if err := write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
