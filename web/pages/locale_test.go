package pages

import (
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestBothCataloguesSayTheSameThings(t *testing.T) {
	all, err := loadCatalogues()
	if err != nil {
		t.Fatal(err)
	}
	en, de := all["en"], all["de"]
	if !slices.Equal(en.keys(), de.keys()) {
		for _, k := range en.keys() {
			if !de.has(k) {
				t.Errorf("German lacks %q", k)
			}
		}
		for _, k := range de.keys() {
			if !en.has(k) {
				t.Errorf("English lacks %q", k)
			}
		}
	}
	placeholder := regexp.MustCompile(`\{[a-z]+\}`)
	for _, k := range en.keys() {
		if strings.TrimSpace(en[k]) == "" || strings.TrimSpace(de[k]) == "" {
			t.Errorf("%q is empty", k)
		}
		a, b := placeholder.FindAllString(en[k], -1), placeholder.FindAllString(de[k], -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(slices.Compact(a), slices.Compact(b)) {
			t.Errorf("%q has values %v and %v", k, a, b)
		}
		for _, text := range []string{en[k], de[k]} {
			if rest := placeholder.ReplaceAllString(text, ""); strings.ContainsAny(rest, "{}<>") {
				t.Errorf("%q holds a brace or a tag", k)
			}
		}
	}
}

// TestEveryMessageIsUsed reads the templates: a key is written there in full,
// or it belongs to a family whose last part comes from a model.
func TestEveryMessageIsUsed(t *testing.T) {
	all, err := loadCatalogues()
	if err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	var used strings.Builder
	for _, f := range files {
		raw, err := templateFiles.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		used.Write(raw)
	}
	family := regexp.MustCompile(`^(title|scope|error|login\.error|device\.error|account\.notice|account\.password\.error|month)\.|^(date|app\.unnamed|access\.idle(\.one)?)$`)
	for _, k := range all["en"].keys() {
		if !family.MatchString(k) && !strings.Contains(used.String(), `"`+k+`"`) {
			t.Errorf("%q is on no page", k)
		}
	}
	for _, c := range Causes() {
		for _, part := range []string{"", ".text", ".action"} {
			if k := "error." + string(c) + part; !all["en"].has(k) {
				t.Errorf("no message %q", k)
			}
		}
	}
	for _, p := range pageNames {
		if !all["en"].has("title." + p) {
			t.Errorf("page %s has no title", p)
		}
	}
}

func TestAMessageWithoutItsValueIsAFault(t *testing.T) {
	c := catalogue{"a": "x {client} y"}
	for _, pairs := range [][]string{nil, {"client"}, {"other", "client"}, {"other", "x"}} {
		if _, err := c.say("a", pairs...); err == nil {
			t.Errorf("%v was taken", pairs)
		}
	}
	if _, err := c.msg("b"); err == nil {
		t.Error("an unknown key was taken")
	}
	got, err := c.say("a", "client", "{client}<b>")
	if err != nil || len(got) != 3 || got[1] != (segment{"{client}<b>", true}) {
		t.Errorf("%v %v", got, err)
	}
}

func TestTheLanguageIsNegotiated(t *testing.T) {
	for _, c := range []struct {
		preferred []string
		want      string
	}{
		{nil, "en"},
		{[]string{""}, "en"},
		{[]string{"de"}, "de"},
		{[]string{"de-CH"}, "de"},
		{[]string{"DE-de"}, "de"},
		{[]string{"den"}, "en"},
		{[]string{"fr it de"}, "de"},
		{[]string{"fr", "de"}, "de"},
		{[]string{"en de"}, "en"},
		{[]string{"de en"}, "de"},
		{[]string{"", "de-DE,de;q=0.9,en;q=0.8"}, "de"},
		{[]string{"en", "de"}, "en"},
		{[]string{"de;q=0.5, en;q=0.7"}, "en"},
		{[]string{"de;q=0, fr"}, "en"},
		{[]string{"de; q=0.9 , fr"}, "de"},
		{[]string{"de;q=2"}, "en"},
		{[]string{"de;q=NaN"}, "en"},
		{[]string{"*"}, "en"},
		{[]string{"../../etc/passwd", "%00", "de/../en"}, "en"},
		{[]string{strings.Repeat("fr ", 7) + "de"}, "de"},
		{[]string{strings.Repeat("fr ", 8) + "de"}, "en"},
		{[]string{strings.Repeat("fr,", 8) + "de"}, "en"},
		{[]string{"a", "b", "c", "d", "e", "f", "g", "h", "de"}, "en"},
		{[]string{"de-" + strings.Repeat("x", 32)}, "de"},
		{[]string{"de-" + strings.Repeat("x", 33)}, "en"},
		{[]string{strings.Repeat("x", 1<<20), "de"}, "de"},
	} {
		if got := Match(c.preferred...); got != c.want {
			t.Errorf("Match(%.60q) = %q, want %q", c.preferred, got, c.want)
		}
	}
}

func FuzzMatchAlwaysNamesACatalogue(f *testing.F) {
	f.Add("de-DE,de;q=0.9", "en")
	f.Add("fr de", ";;,,  ;q=")
	f.Fuzz(func(t *testing.T, a, b string) {
		if got := Match(a, b); !slices.Contains(Languages(), got) {
			t.Fatalf("%q", got)
		}
	})
}
