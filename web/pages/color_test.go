package pages

import (
	"crypto/rand"
	"encoding/json"
	"os"
	"testing"

	"github.com/signet-authz/signet/web"
)

func loadTokens(t testing.TB) web.Tokens {
	t.Helper()
	tokens, err := web.LoadTokens()
	if err != nil {
		t.Fatal(err)
	}
	return tokens
}

func color(t testing.TB, s string) rgb {
	t.Helper()
	c, ok := parseColor(s)
	if !ok {
		t.Fatalf("%q is no colour", s)
	}
	return c
}

func TestAnyBrandColourStaysReadable(t *testing.T) {
	tokens := loadTokens(t)
	colors := []rgb{white, black, {255, 255, 0}, {0, 0, 255}, {118, 118, 118}, {119, 119, 119}, {255, 0, 0}, {0, 255, 0}, {10, 12, 14}, {1, 0, 0}}
	random := make([]byte, 3*4000)
	_, _ = rand.Read(random)
	for i := 0; i < len(random); i += 3 {
		colors = append(colors, rgb{random[i], random[i+1], random[i+2]})
	}
	for r := 0; r < 256; r += 17 {
		for g := 0; g < 256; g += 17 {
			for b := 0; b < 256; b += 17 {
				colors = append(colors, rgb{uint8(r), uint8(g), uint8(b)})
			}
		}
	}
	for _, c := range colors {
		p, ok := newPalette(c.String(), tokens)
		if !ok {
			t.Fatalf("%s was refused", c)
		}
		if _, s, _ := c.hsl(); s >= greySaturation && p.Light.Fill != c.String() {
			t.Errorf("%s: by day the button is %s", c, p.Light.Fill)
		}
		checkAccent(t, c, p.Light, tokens.Color.Light)
		checkAccent(t, c, p.Dark, tokens.Color.Dark)
		if t.Failed() {
			return
		}
	}
}

func TestAGreyBrandIsNoDisabledButton(t *testing.T) {
	tokens := loadTokens(t)
	for _, s := range []string{"#000000", "#1b1c1e", "#777777", "#d8dadd", "#ffffff"} {
		p, _ := newPalette(s, tokens)
		for fill, mode := range map[string]map[string]string{p.Light.Fill: tokens.Color.Light, p.Dark.Fill: tokens.Color.Dark} {
			if got := contrast(color(t, fill), color(t, mode["surface"])); got < greyContrast {
				t.Errorf("%s: the button is %s with contrast %.2f", s, fill, got)
			}
		}
	}
}

// The console shows the same colours before they are saved; its test reads the
// same table.
func TestPalettesAreAsTheConsoleComputesThem(t *testing.T) {
	const file = "testdata/palettes.json"
	tokens := loadTokens(t)
	got := map[string]palette{}
	for _, s := range []string{"#ffffff", "#000000", "#ffff00", "#808080", "#ff0000", "#00ff00", "#0000ff", "#2f4bd0", "#0f766e", "#9d174d", "#b45309", "#111827", "#fffff0", "#767676", "#3c1361"} {
		got[s], _ = newPalette(s, tokens)
	}
	raw, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, append(raw, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(raw)+"\n" != string(want) {
		t.Errorf("%s differs; see `go test -update`", file)
	}
}

func checkAccent(t *testing.T, brand rgb, a accent, mode map[string]string) {
	t.Helper()
	for what, pair := range map[string][2]string{"button": {a.On, a.Fill}, "button under the pointer": {a.On, a.Hover}} {
		if got := contrast(color(t, pair[0]), color(t, pair[1])); got < textContrast {
			t.Errorf("%s: %s has contrast %.2f (%v)", brand, what, got, pair)
		}
	}
	for _, surface := range []string{"canvas", "surface", "sunken"} {
		if got := contrast(color(t, a.Text), color(t, mode[surface])); got < textContrast {
			t.Errorf("%s: text %s on %s has contrast %.2f", brand, a.Text, surface, got)
		}
		if got := contrast(color(t, a.Edge), color(t, mode[surface])); got < edgeContrast {
			t.Errorf("%s: edge %s on %s has contrast %.2f", brand, a.Edge, surface, got)
		}
	}
}

func TestTheTokensThemselvesAreReadable(t *testing.T) {
	tokens := loadTokens(t)
	for name, mode := range map[string]map[string]string{"light": tokens.Color.Light, "dark": tokens.Color.Dark} {
		for _, pair := range [][2]string{
			{"text", "canvas"},
			{"text", "surface"},
			{"text", "sunken"},
			{"text", "border"},
			{"text-muted", "canvas"},
			{"text-muted", "surface"},
			{"text-muted", "sunken"},
			{"accent-text", "canvas"},
			{"accent-text", "surface"},
			{"accent-text", "sunken"},
			{"on-accent", "accent"},
			{"on-accent", "accent-hover"},
			{"danger", "surface"},
			{"danger", "danger-surface"},
			{"success", "success-surface"},
			{"warning", "warning-surface"},
		} {
			if got := contrast(color(t, mode[pair[0]]), color(t, mode[pair[1]])); got < textContrast {
				t.Errorf("%s: %s on %s has contrast %.2f", name, pair[0], pair[1], got)
			}
		}
		for _, edge := range []string{"border-strong", "accent-edge"} {
			if got := contrast(color(t, mode[edge]), color(t, mode["surface"])); got < edgeContrast {
				t.Errorf("%s: %s has contrast %.2f", name, edge, got)
			}
		}
	}
}

func TestContrastIsThatOfWCAG(t *testing.T) {
	if got := contrast(white, black); got < 20.99 || got > 21.01 {
		t.Errorf("white on black is %v", got)
	}
	// The best known pair about the limit: #767676 on white passes, #777777 does not.
	if contrast(rgb{0x76, 0x76, 0x76}, white) < textContrast || contrast(rgb{0x77, 0x77, 0x77}, white) >= textContrast {
		t.Error("the limit is not where it should be")
	}
}

func TestLightnessKeepsTheColour(t *testing.T) {
	for _, s := range []string{"#000000", "#ffffff", "#0a7d5a", "#ff0000", "#123456", "#fedcba", "#808080", "#800080", "#7f7f00"} {
		c := color(t, s)
		_, _, l := c.hsl()
		if got := c.withLightness(l); got != c {
			t.Errorf("%s became %s", c, got)
		}
	}
}
