package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/api"
	"github.com/signet-authz/signet/pkg/server"
	"github.com/signet-authz/signet/services/tenant-admin/internal/built"
	"github.com/signet-authz/signet/services/tenant-admin/internal/document"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
	"github.com/signet-authz/signet/web"
)

//go:embed docs.html
var docsHTML string

//go:embed notice.html
var noticeHTML string

//go:embed failure.html
var failureHTML string

//go:embed page.css
var pageCSS string

// Pages are rendered once, when the service starts, save the one for failures.
type Pages struct {
	docs, notice []byte
	failure      *template.Template
	style        string
	policy       string
	reference    *built.Site // nil where it was not built in
}

// referencePrefix is where the files of the reference are.
const referencePrefix = "/assets/reference/"

// New renders the pages. reference is the built one of the specifications.
func New(spec *document.Spec, publicURL string, reference fs.FS) (*Pages, error) {
	style := string(web.TokensCSS()) + pageCSS
	sum := sha256.Sum256([]byte(style))
	p := &Pages{
		style:  style,
		policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	}
	data := struct {
		Style     template.CSS
		PublicURL string
		Chapters  []chapter
		Problems  []*problem.Problem
	}{template.CSS(style), publicURL, chapters(spec), problem.Table()} //nolint:gosec // the style is our own, from files of this repository
	var err error
	// The component sets style attributes, which no nonce can allow.
	if p.reference, err = built.Open(reference, referencePrefix, "style-src-attr 'unsafe-inline'"); err != nil {
		return nil, err
	}
	if p.docs, err = render(docsHTML, data); err != nil {
		return nil, err
	}
	if p.notice, err = render(noticeHTML, data); err != nil {
		return nil, err
	}
	if p.failure, err = template.New("failure").Parse(failureHTML); err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return p, nil
}

func render(source string, data any) ([]byte, error) {
	t, err := template.New("page").Funcs(template.FuncMap{"parts": parts}).Parse(source)
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return b.Bytes(), nil
}

// part is a piece of a description; what stood between backticks is code.
type part struct {
	Text string
	Code bool
}

func parts(description string) []part {
	var out []part
	for i, text := range strings.Split(description, "`") {
		out = append(out, part{Text: text, Code: i%2 == 1})
	}
	return out
}

// chapter is one tag of the specification with its operations.
type chapter struct {
	document.Tag
	Anchor     string
	Operations []*document.Operation
}

func chapters(spec *document.Spec) []chapter {
	var out []chapter
	for _, t := range spec.Tags() {
		c := chapter{Tag: t, Anchor: strings.ReplaceAll(strings.ToLower(t.Name), " ", "-")}
		for _, op := range spec.Operations() {
			if op.Tag == t.Name {
				c.Operations = append(c.Operations, op)
			}
		}
		out = append(out, c)
	}
	return out
}

// Mount adds the reference and the specifications.
func (p *Pages) Mount(e *echo.Echo, adminPath string) {
	plain := func(c echo.Context) error { return p.html(c, p.docs) }
	docs := plain
	if p.reference != nil {
		docs = p.reference.Show
		e.GET(referencePrefix+"*", p.reference.Asset)
	}
	e.GET("/docs", docs)
	e.GET("/docs/plain", plain)
	e.GET("/docs/protocol.yaml", specification(api.OAuth()))
	e.GET(adminPath, specification(api.Admin()))
}

// Notice stands where the console is, in a build without it.
func (p *Pages) Notice(c echo.Context) error { return p.html(c, p.notice) }

func (p *Pages) html(c echo.Context, page []byte) error {
	h := c.Response().Header()
	h.Set("Content-Security-Policy", p.policy)
	h.Set("Cache-Control", "no-cache")
	return c.Blob(http.StatusOK, "text/html; charset=utf-8", page)
}

// Failure tells a person that the console's server could not answer. It names
// nothing of the request.
func (p *Pages) Failure(c echo.Context, status int) error {
	var b bytes.Buffer
	data := struct {
		Style          template.CSS
		Title, TraceID string
		Again          bool
	}{template.CSS(p.style), http.StatusText(status), server.TraceID(c), status == http.StatusServiceUnavailable} //nolint:gosec // the style is our own, from files of this repository
	if err := p.failure.Execute(&b, data); err != nil {
		return fmt.Errorf("page: %w", err)
	}
	h := c.Response().Header()
	h.Set("Content-Security-Policy", p.policy)
	h.Set("Cache-Control", "no-store")
	return c.HTMLBlob(status, b.Bytes())
}

// specification answers with an OpenAPI document.
func specification(raw []byte) echo.HandlerFunc {
	sum := sha256.Sum256(raw)
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	return func(c echo.Context) error {
		h := c.Response().Header()
		h.Set("ETag", tag)
		h.Set("Cache-Control", "no-cache")
		if c.Request().Header.Get("If-None-Match") == tag {
			return c.NoContent(http.StatusNotModified)
		}
		return c.Blob(http.StatusOK, "application/yaml", raw)
	}
}
