package web

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

//go:generate go run ./internal/gentokens

//go:embed tokens.json
var tokensJSON []byte

//go:embed tokens.css
var tokensCSS []byte

// Modes holds one scale in its two forms: by day and by night.
type Modes struct {
	Light map[string]string `json:"light"`
	Dark  map[string]string `json:"dark"`
}

// Scale maps a step ("sm", "4") to a CSS value.
type Scale map[string]string

// Tokens is tokens.json. Colours are #rrggbb, so that contrast can be computed.
type Tokens struct {
	Color    Modes `json:"color"`
	Shadow   Modes `json:"shadow"`
	Font     Scale `json:"font"`
	Text     Scale `json:"text"`
	Leading  Scale `json:"leading"`
	Weight   Scale `json:"weight"`
	Space    Scale `json:"space"`
	Radius   Scale `json:"radius"`
	Size     Scale `json:"size"`
	Duration Scale `json:"duration"`
}

// TokensCSS is the committed stylesheet of custom properties. The caller must
// not change it.
func TokensCSS() []byte { return tokensCSS }

// LoadTokens reads tokens.json. It fails where a colour is not #rrggbb, where a
// value could end its declaration, or where day and night differ in their names.
func LoadTokens() (Tokens, error) { return parseTokens(tokensJSON) }

func parseTokens(raw []byte) (Tokens, error) {
	var t Tokens
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		return Tokens{}, fmt.Errorf("web: tokens.json: %w", err)
	}
	hex := regexp.MustCompile(`^#[0-9a-f]{6}$`)
	for _, m := range []Modes{t.Color, t.Shadow} {
		if !slices.Equal(steps(m.Light), steps(m.Dark)) {
			return Tokens{}, fmt.Errorf("web: tokens.json: light and dark name different tokens")
		}
	}
	for _, mode := range []map[string]string{t.Color.Light, t.Color.Dark} {
		for name, v := range mode {
			if !hex.MatchString(v) {
				return Tokens{}, fmt.Errorf("web: tokens.json: colour %s is %q, not #rrggbb", name, v)
			}
		}
	}
	for _, s := range append(t.flat(), group{"shadow", t.Shadow.Light}, group{"shadow", t.Shadow.Dark}) {
		for name, v := range s.values {
			if v == "" || strings.ContainsAny(v, ";{}<>\\\n") {
				return Tokens{}, fmt.Errorf("web: tokens.json: %s-%s is no plain CSS value", s.name, name)
			}
		}
	}
	return t, nil
}

// group is one block of declarations: every property is --name-step.
type group struct {
	name   string
	values map[string]string
}

// flat lists the scales that are the same by day and by night.
func (t Tokens) flat() []group {
	return []group{
		{"font", t.Font},
		{"text", t.Text},
		{"leading", t.Leading},
		{"weight", t.Weight},
		{"space", t.Space},
		{"radius", t.Radius},
		{"size", t.Size},
		{"duration", t.Duration},
	}
}

// CSS writes the tokens as custom properties, --color-text and so on. The order
// is by name, so equal tokens give equal bytes.
func (t Tokens) CSS() []byte {
	var b bytes.Buffer
	b.WriteString("/* Made from tokens.json by `go generate`. Change the tokens, not this file. */\n:root {\n  color-scheme: light dark;\n")
	for _, g := range append([]group{{"color", t.Color.Light}, {"shadow", t.Shadow.Light}}, t.flat()...) {
		declare(&b, "  ", g)
	}
	b.WriteString("}\n\n@media (prefers-color-scheme: dark) {\n  :root {\n")
	for _, g := range []group{{"color", t.Color.Dark}, {"shadow", t.Shadow.Dark}} {
		declare(&b, "    ", g)
	}
	b.WriteString("  }\n}\n")
	return b.Bytes()
}

func declare(b *bytes.Buffer, indent string, g group) {
	for _, step := range steps(g.values) {
		fmt.Fprintf(b, "%s--%s-%s: %s;\n", indent, g.name, step, g.values[step])
	}
}

func steps(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
