package pages

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/signet-authz/signet/web"
	"github.com/signet-authz/signet/web/internal/asset"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed assets
var assetFiles embed.FS

// AssetPrefix is the path under which Assets answers.
const AssetPrefix = "/assets/pages"

// product is the name that stands where a workspace has none.
const product = "Signet"

// pageNames are the templates that stand by themselves; each file defines "content".
var pageNames = [...]string{
	"login", "consent", "device", "device_confirm", "device_done", "logout", "signed_out", "account", "error", "form_post",
}

// Renderer holds the parsed templates. It is safe for concurrent use.
type Renderer struct {
	tokens     web.Tokens
	assets     *asset.Set
	catalogues map[string]catalogue
	templates  map[string]*template.Template // language/page
}

// New parses every template in every language. It fails only where the program
// itself is broken.
func New() (*Renderer, error) {
	tokens, err := web.LoadTokens()
	if err != nil {
		return nil, err
	}
	assets, err := loadAssets()
	if err != nil {
		return nil, err
	}
	catalogues, err := loadCatalogues()
	if err != nil {
		return nil, err
	}
	r := &Renderer{tokens: tokens, assets: assets, catalogues: catalogues, templates: make(map[string]*template.Template)}
	for lang, c := range catalogues {
		for _, page := range pageNames {
			t, err := template.New(page).Funcs(r.funcs(c)).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html", "templates/"+page+".html")
			if err != nil {
				return nil, fmt.Errorf("pages: %w", err)
			}
			r.templates[lang+"/"+page] = t
		}
	}
	return r, nil
}

// loadAssets joins the tokens and the pages' own rules: one stylesheet, one request.
func loadAssets() (*asset.Set, error) {
	files := make(map[string][]byte)
	for _, f := range []string{"pages.css", "form_post.js", "icon.svg"} {
		content, err := assetFiles.ReadFile("assets/" + f)
		if err != nil {
			return nil, fmt.Errorf("pages: %w", err)
		}
		files[f] = content
	}
	files["pages.css"] = append(append(bytes.Clone(web.TokensCSS()), '\n'), files["pages.css"]...)
	return asset.New(AssetPrefix, files), nil
}

func (r *Renderer) funcs(c catalogue) template.FuncMap {
	return template.FuncMap{
		"asset":    r.assets.URL,
		"say":      c.say,
		"msg":      c.msg,
		"date":     c.date,
		"name":     name,
		"prose":    prose,
		"hint":     hint,
		"userCode": userCode,
		"initial":  initial,
		"link":     link,
		"own":      own,
		"domain":   domain,
		"machine":  func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
		// dict lets one part of a page take several values.
		"dict": func(pairs ...any) (map[string]any, error) {
			m := make(map[string]any, len(pairs)/2)
			for i := 0; i+1 < len(pairs); i += 2 {
				key, ok := pairs[i].(string)
				if !ok {
					return nil, errors.New("pages: a key is no string")
				}
				m[key] = pairs[i+1]
			}
			return m, nil
		},
	}
}

// Assets serves the hashed files of the pages: mount it at AssetPrefix, the
// path not stripped.
func (r *Renderer) Assets() http.Handler { return r.assets }

// AssetURL is the path of an asset ("pages.css", "form_post.js", "icon.svg"),
// or "" where there is none.
func (r *Renderer) AssetURL(name string) string { return r.assets.URL(name) }

// document is what the layout sees.
type document struct {
	Page
	ID      string // the page, for its styles
	Title   string
	Name    string // of the workspace, cleaned
	Logo    string
	Palette *palette
	Wide    bool
	Body    any
}

// render executes into memory first: a page is sent whole or not at all.
func (r *Renderer) render(w io.Writer, page string, p Page, body any) error {
	if p.Action != "" && own(p.Action) == "" {
		return fmt.Errorf("pages: %s: Action is not a path of this origin", page)
	}
	lang, c := r.language(p.Lang)
	p.Lang = lang
	d := document{Page: p, ID: page, Name: name(p.DisplayName), Logo: own(p.LogoURL), Wide: page == "account", Body: body}
	if d.Name == "" {
		d.Name = product
	}
	d.Title = name(p.Title)
	if d.Title == "" {
		d.Title = c["title."+page]
	}
	if palette, ok := newPalette(p.Color, r.tokens); ok && p.Nonce != "" {
		d.Palette = &palette
	}
	var b bytes.Buffer
	if err := r.templates[lang+"/"+page].ExecuteTemplate(&b, "layout", d); err != nil {
		return fmt.Errorf("pages: %s: %w", page, err)
	}
	_, err := b.WriteTo(w)
	return err
}

func (r *Renderer) language(lang string) (string, catalogue) {
	if c, found := r.catalogues[lang]; found {
		return lang, c
	}
	return fallbackLanguage, r.catalogues[fallbackLanguage]
}

// Login writes the login page.
func (r *Renderer) Login(w io.Writer, v Login) error {
	_, c := r.language(v.Lang)
	if v.Error != "" && !c.has("login.error."+string(v.Error)) {
		v.Error = LoginRefused
	}
	return r.render(w, "login", v.Page, v)
}

// Consent writes the consent page.
func (r *Renderer) Consent(w io.Writer, v Consent) error {
	_, c := r.language(v.Lang)
	a, err := newAccess(c, v.Scopes, v.OfflineAccess, v.IdleDays, v.Choice)
	if err != nil {
		return err
	}
	v.Client.Name = appName(c, v.Client.Name)
	return r.render(w, "consent", v.Page, struct {
		Consent
		Access access
	}{v, a})
}

// Device writes the page that asks for a user code.
func (r *Renderer) Device(w io.Writer, v Device) error {
	_, c := r.language(v.Lang)
	if v.Error != "" && !c.has("device.error."+string(v.Error)) {
		v.Error = DeviceUnknown
	}
	return r.render(w, "device", v.Page, v)
}

// DeviceConfirm writes the page that asks whether the device may go on.
func (r *Renderer) DeviceConfirm(w io.Writer, v DeviceConfirm) error {
	_, c := r.language(v.Lang)
	a, err := newAccess(c, v.Scopes, v.OfflineAccess, v.IdleDays, false)
	if err != nil {
		return err
	}
	v.Client.Name = appName(c, v.Client.Name)
	return r.render(w, "device_confirm", v.Page, struct {
		DeviceConfirm
		Access access
	}{v, a})
}

// DeviceDone writes the page after the decision on a device.
func (r *Renderer) DeviceDone(w io.Writer, v DeviceDone) error {
	_, c := r.language(v.Lang)
	v.ClientName = appName(c, v.ClientName)
	return r.render(w, "device_done", v.Page, v)
}

// Logout writes the page that asks whether to sign out.
func (r *Renderer) Logout(w io.Writer, v Logout) error { return r.render(w, "logout", v.Page, v) }

// SignedOut writes the page after signing out.
func (r *Renderer) SignedOut(w io.Writer, v SignedOut) error {
	return r.render(w, "signed_out", v.Page, v)
}

// Account writes the user's own page.
func (r *Renderer) Account(w io.Writer, v Account) error {
	_, c := r.language(v.Lang)
	if !c.has("account.notice." + string(v.Notice)) {
		v.Notice = ""
	}
	if v.PasswordError != "" && !c.has("account.password.error."+string(v.PasswordError)) {
		v.PasswordError = PasswordWrong
	}
	type session struct {
		SessionView
		Browser, System string
	}
	type grant struct {
		GrantView
		Access access
	}
	body := struct {
		Account
		Devices   []session
		Elsewhere bool // the user is signed in elsewhere, too
		Apps      []grant
	}{Account: v}
	for _, s := range v.Sessions {
		browser, system := device(s.UserAgent)
		body.Devices = append(body.Devices, session{s, browser, system})
	}
	isCurrent := func(s SessionView) bool { return s.Current }
	body.Elsewhere = len(v.Sessions) > 1 && slices.ContainsFunc(v.Sessions, isCurrent)
	for _, g := range v.Grants {
		a, err := newAccess(c, g.Scopes, g.OfflineAccess, 0, false)
		if err != nil {
			return err
		}
		g.Client.Name = appName(c, g.Client.Name)
		body.Apps = append(body.Apps, grant{g, a})
	}
	return r.render(w, "account", v.Page, body)
}

// Error writes the error page.
func (r *Renderer) Error(w io.Writer, v Error) error {
	_, c := r.language(v.Lang)
	if !c.has("error." + string(v.Cause) + ".action") {
		v.Cause = CauseGeneric
	}
	return r.render(w, "error", v.Page, v)
}

// FormPost writes the page that carries the response to the client. It fails
// where RedirectURI is neither empty nor an http or https URL.
func (r *Renderer) FormPost(w io.Writer, v FormPost) error {
	u, err := url.Parse(v.RedirectURI)
	if err != nil || v.RedirectURI != "" && (u.Scheme != "https" && u.Scheme != "http" || u.Host == "") {
		return errors.New("pages: form_post: RedirectURI is not an http or https URL")
	}
	_, c := r.language(v.Lang)
	v.ClientName = appName(c, v.ClientName)
	return r.render(w, "form_post", v.Page, v)
}

// appName is a client's name, or words for a client without one.
func appName(c catalogue, s string) string {
	if s = name(s); s != "" {
		return s
	}
	return c["app.unnamed"]
}
