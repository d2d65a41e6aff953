package page

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/services/tenant-admin/internal/document"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
	"github.com/signet-authz/signet/web"
)

//go:embed docs.html
var docsHTML string

//go:embed console.html
var consoleHTML string

//go:embed page.css
var pageCSS string

// Pages are rendered once, when the service starts.
type Pages struct {
	docs, console []byte
	policy        string
	spec          []byte
	specTag       string
}

// New renders the pages. raw is the specification as it is served.
func New(spec *document.Spec, raw []byte, publicURL string) (*Pages, error) {
	style := string(web.TokensCSS()) + pageCSS
	sum := sha256.Sum256([]byte(style))
	p := &Pages{
		spec:   raw,
		policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	}
	tag := sha256.Sum256(raw)
	p.specTag = `"` + base64.RawURLEncoding.EncodeToString(tag[:12]) + `"`
	data := struct {
		Style     template.CSS
		PublicURL string
		Chapters  []chapter
		Problems  []*problem.Problem
	}{template.CSS(style), publicURL, chapters(spec), problem.Table()} //nolint:gosec // the style is our own, from files of this repository
	var err error
	if p.docs, err = render(docsHTML, data); err != nil {
		return nil, err
	}
	if p.console, err = render(consoleHTML, data); err != nil {
		return nil, err
	}
	return p, nil
}

func render(source string, data any) ([]byte, error) {
	t, err := template.New("page").Parse(source)
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return b.Bytes(), nil
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

// Docs is the reference of the admin API.
func (p *Pages) Docs(c echo.Context) error { return p.html(c, p.docs) }

// Console is where the console will be.
func (p *Pages) Console(c echo.Context) error { return p.html(c, p.console) }

func (p *Pages) html(c echo.Context, page []byte) error {
	h := c.Response().Header()
	h.Set("Content-Security-Policy", p.policy)
	h.Set("Cache-Control", "no-cache")
	return c.Blob(http.StatusOK, "text/html; charset=utf-8", page)
}

// Specification is the OpenAPI document of the admin API.
func (p *Pages) Specification(c echo.Context) error {
	h := c.Response().Header()
	h.Set("ETag", p.specTag)
	h.Set("Cache-Control", "no-cache")
	if c.Request().Header.Get("If-None-Match") == p.specTag {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, "application/yaml", p.spec)
}
