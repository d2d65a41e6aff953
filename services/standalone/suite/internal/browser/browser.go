// Package browser is a small browser written by hand: it keeps cookies, follows
// redirects within one origin, reads forms and sends them as a real one would.
// It runs no script, since no page may need one. It stops where a redirect
// leaves the origin: that is where a client would take over.
package browser

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// maxHops bounds how many redirects one step may take.
const maxHops = 10

// Browser is one person's browser.
type Browser struct {
	origin *url.URL
	client *http.Client
	// Language is sent as Accept-Language.
	Language string
}

// New returns a browser without cookies that stays within the origin.
func New(t testing.TB, origin string) *Browser {
	t.Helper()
	u, err := url.Parse(origin)
	if err != nil {
		t.Fatalf("origin: %v", err)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatalf("cookie jar: %v", err)
	}
	return &Browser{origin: u, client: &http.Client{
		Jar: jar, Timeout: 30 * time.Second,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Cookies are those that the browser would send to the address.
func (b *Browser) Cookies(t testing.TB, address string) []*http.Cookie {
	t.Helper()
	return b.client.Jar.Cookies(parse(t, address))
}

// SetCookies puts cookies in by hand, as for the address.
func (b *Browser) SetCookies(t testing.TB, address string, cookies []*http.Cookie) {
	t.Helper()
	b.client.Jar.SetCookies(parse(t, address), cookies)
}

// Page is what a step led to.
type Page struct {
	Status int
	URL    *url.URL
	Header http.Header
	Body   string
	// Landing is where a redirect left the origin, nil where none did.
	Landing *url.URL
	// Redirects are the statuses of the redirects on the way.
	Redirects []int

	browser *Browser
	doc     *html.Node
}

// Open opens an address.
func (b *Browser) Open(t testing.TB, address string) *Page {
	t.Helper()
	return b.walk(t, http.MethodGet, parse(t, address), "", "none")
}

// Post sends a form that no page of the origin offered, as another site's page
// would make the browser do.
func (b *Browser) Post(t testing.TB, address string, form url.Values, site string) *Page {
	t.Helper()
	return b.walk(t, http.MethodPost, parse(t, address), form.Encode(), site)
}

func (b *Browser) walk(t testing.TB, method string, u *url.URL, body, site string) *Page {
	t.Helper()
	var redirects []int
	for range maxHops {
		res, text := b.send(t, method, u, body, site)
		location := res.Header.Get("Location")
		if location == "" || res.StatusCode < 300 || res.StatusCode >= 400 {
			return b.page(t, res, u, text, nil, redirects)
		}
		redirects = append(redirects, res.StatusCode)
		next, err := u.Parse(location)
		if err != nil {
			t.Fatalf("Location %q is no address: %v", location, err)
		}
		if next.Scheme != b.origin.Scheme || next.Host != b.origin.Host {
			return b.page(t, res, u, text, next, redirects)
		}
		if res.StatusCode != http.StatusTemporaryRedirect && res.StatusCode != http.StatusPermanentRedirect {
			method, body = http.MethodGet, ""
		}
		u = next
	}
	t.Fatalf("more than %d redirects, the last to %s", maxHops, u.Redacted())
	return nil
}

func (b *Browser) send(t testing.TB, method string, u *url.URL, body, site string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, u.String(), strings.NewReader(body))
	if err != nil {
		t.Fatalf("request: %v", err)
	}
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36")
	r.Header.Set("Accept", "text/html,application/xhtml+xml")
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	r.Header.Set("Sec-Fetch-Dest", "document")
	r.Header.Set("Sec-Fetch-Site", site)
	if b.Language != "" {
		r.Header.Set("Accept-Language", b.Language)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		// Our pages ask for no referrer, so their forms come from nowhere.
		r.Header.Set("Origin", "null")
		if site == "cross-site" {
			r.Header.Set("Origin", "https://evil.example")
		}
	}
	res, err := b.client.Do(r)
	if err != nil {
		t.Fatalf("%s %s was not answered: %v", method, u.Redacted(), err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, 4<<20))
	if err != nil {
		t.Fatalf("read %s: %v", u.Redacted(), err)
	}
	return res, string(text)
}

func (b *Browser) page(t testing.TB, res *http.Response, u *url.URL, text string, landing *url.URL, redirects []int) *Page {
	t.Helper()
	doc, err := html.Parse(bytes.NewReader([]byte(text)))
	if err != nil {
		t.Fatalf("the page at %s does not parse: %v", u.Redacted(), err)
	}
	return &Page{Status: res.StatusCode, URL: u, Header: res.Header, Body: text, Landing: landing, Redirects: redirects, browser: b, doc: doc}
}

// Answer are the parameters of the authorization response with which the
// browser left the origin, from the query or the fragment.
func (p *Page) Answer() url.Values {
	if p.Landing == nil {
		return url.Values{}
	}
	if p.Landing.Fragment != "" {
		v, err := url.ParseQuery(p.Landing.EscapedFragment())
		if err == nil {
			return v
		}
	}
	return p.Landing.Query()
}

// Has tells whether an element with the id stands on the page.
func (p *Page) Has(id string) bool { return p.Element(id) != nil }

// Element finds an element by its id, nil where there is none.
func (p *Page) Element(id string) *html.Node {
	return find(p.doc, func(n *html.Node) bool { return attribute(n, "id") == id })
}

// Text is what a person reads on the page.
func (p *Page) Text() string {
	var b strings.Builder
	var collect func(*html.Node)
	collect = func(n *html.Node) {
		if n.Type == html.ElementNode && (n.Data == "style" || n.Data == "script") {
			return
		}
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
			b.WriteByte(' ')
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			collect(c)
		}
	}
	collect(p.doc)
	return strings.Join(strings.Fields(b.String()), " ")
}

// Value is the value of the field of that name in the form around the element.
func (p *Page) Value(t testing.TB, id, name string) string {
	t.Helper()
	values, _, _ := p.form(t, p.button(t, id))
	return values.Get(name)
}

// Press presses the button with the id after it has filled in the fields, given
// as pairs of name and value.
func (p *Page) Press(t testing.TB, id string, fields ...string) *Page {
	t.Helper()
	method, action, values := p.Fill(t, id, fields...)
	return p.send(t, method, action, values)
}

// PressWithout presses the button with the id after it has taken the ticks from
// the boxes of those names.
func (p *Page) PressWithout(t testing.TB, id string, boxes ...string) *Page {
	t.Helper()
	method, action, values := p.Fill(t, id)
	for _, name := range boxes {
		if !values.Has(name) {
			t.Fatalf("the page at %s has no box %q with a tick:\n%s", p.URL.Path, name, p.Text())
		}
		values.Del(name)
	}
	return p.send(t, method, action, values)
}

// PressNamed presses the button with that name and value, for pages that have
// one button for each of many things.
func (p *Page) PressNamed(t testing.TB, name, value string) *Page {
	t.Helper()
	values, method, action := p.form(t, p.named(t, name, value))
	return p.send(t, method, action, values)
}

// FillNamed is what PressNamed would post, for tests that post something else.
func (p *Page) FillNamed(t testing.TB, name, value string) (action string, values url.Values) {
	t.Helper()
	values, _, address := p.form(t, p.named(t, name, value))
	return address.String(), values
}

func (p *Page) named(t testing.TB, name, value string) *html.Node {
	t.Helper()
	button := find(p.doc, func(n *html.Node) bool {
		return n.Data == "button" && attribute(n, "name") == name && attribute(n, "value") == value
	})
	if button == nil {
		t.Fatalf("the page at %s has no button %s=%s:\n%s", p.URL.Path, name, value, p.Text())
	}
	return button
}

// Buttons lists the values of all buttons of that name.
func (p *Page) Buttons(name string) []string {
	var values []string
	var collect func(*html.Node)
	collect = func(n *html.Node) {
		if n.Type == html.ElementNode && n.Data == "button" && attribute(n, "name") == name {
			values = append(values, attribute(n, "value"))
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			collect(c)
		}
	}
	collect(p.doc)
	return values
}

// Fill is what Press would send, for tests that send something else.
func (p *Page) Fill(t testing.TB, id string, fields ...string) (method string, action *url.URL, values url.Values) {
	t.Helper()
	values, method, action = p.form(t, p.button(t, id))
	for i := 0; i+1 < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	return method, action, values
}

func (p *Page) send(t testing.TB, method string, action *url.URL, values url.Values) *Page {
	t.Helper()
	if method == http.MethodGet {
		action.RawQuery = values.Encode()
		return p.browser.walk(t, http.MethodGet, action, "", "same-origin")
	}
	return p.browser.walk(t, http.MethodPost, action, values.Encode(), "same-origin")
}

func (p *Page) button(t testing.TB, id string) *html.Node {
	t.Helper()
	n := p.Element(id)
	if n == nil {
		t.Fatalf("the page at %s (%d) has no element %q:\n%s", p.URL.Path, p.Status, id, p.Text())
	}
	return n
}

// form reads the form around a button: its fields, of boxes those that are
// ticked, the button's own value, the method and the address.
func (p *Page) form(t testing.TB, button *html.Node) (url.Values, string, *url.URL) {
	t.Helper()
	form := button
	for form != nil && form.Data != "form" {
		form = form.Parent
	}
	if form == nil {
		t.Fatalf("the element %q stands in no form", attribute(button, "id"))
	}
	values := url.Values{}
	var collect func(*html.Node)
	collect = func(n *html.Node) {
		if name := attribute(n, "name"); n.Type == html.ElementNode && n.Data == "input" && name != "" {
			kind := attribute(n, "type")
			ticked := slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "checked" })
			if kind != "submit" && (kind != "checkbox" && kind != "radio" || ticked) {
				values.Add(name, attribute(n, "value"))
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			collect(c)
		}
	}
	collect(form)
	if name := attribute(button, "name"); name != "" && button.Data == "button" {
		values.Set(name, attribute(button, "value"))
	}
	action, err := p.URL.Parse(attribute(form, "action"))
	if err != nil {
		t.Fatalf("the form's action is no address: %v", err)
	}
	method := strings.ToUpper(attribute(form, "method"))
	if method == "" {
		method = http.MethodGet
	}
	return values, method, action
}

// Links lists every address on the page: of links, images, scripts and styles.
func (p *Page) Links() []string {
	var links []string
	var collect func(*html.Node)
	collect = func(n *html.Node) {
		for _, name := range []string{"href", "src"} {
			if v := attribute(n, name); v != "" {
				links = append(links, v)
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			collect(c)
		}
	}
	collect(p.doc)
	return links
}

func find(n *html.Node, fits func(*html.Node) bool) *html.Node {
	if n.Type == html.ElementNode && fits(n) {
		return n
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if found := find(c, fits); found != nil {
			return found
		}
	}
	return nil
}

func attribute(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func parse(t testing.TB, address string) *url.URL {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatalf("%q is no address: %v", address, err)
	}
	return u
}
