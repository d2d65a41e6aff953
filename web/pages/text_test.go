package pages

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestWhatCannotBeSeenIsRemoved(t *testing.T) {
	for in, want := range map[string]string{
		"  Acme \t Photo\n":               "Acme Photo",
		"Acme\u202Egnp":                   "Acmegnp",
		"a\u200Bb\u200Cc\u200Dd\uFEFFe":   "abcde",
		"a\u2028b\u2029c\u00A0d":          "a b c d",
		"\u3164\u115F\u2800":              "",
		"x\u00ADy\U000E0041z":             "xyz",
		"bell\x07\x1b[31m":                "bell[31m",
		"\xffbad":                         "bad",
		"\u0301first":                     "first",
		"e\u0301\u0301\u0301\u0301\u0301": "e\u0301\u0301\u0301",
		"Zoë 東京 עברית":                    "Zoë 東京 עברית",
	} {
		if got := name(in); got != want {
			t.Errorf("name(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestNamesAreCutWithAnEllipsis(t *testing.T) {
	if got := name(strings.Repeat("ä", 80)); got != strings.Repeat("ä", 80) {
		t.Errorf("80 characters became %q", got)
	}
	if got := name(strings.Repeat("ä", 81)); got != strings.Repeat("ä", 79)+"…" {
		t.Errorf("81 characters became %q", got)
	}
	if got := prose(strings.Repeat("word ", 3000)); utf8.RuneCountInString(got) > 300 || !strings.HasSuffix(got, "d…") {
		t.Errorf("prose became %q", got)
	}
}

func TestAHintIsWholeOrNothing(t *testing.T) {
	if got := hint("alice@example.com"); got != "alice@example.com" {
		t.Error(got)
	}
	if got := hint(strings.Repeat("a", 64<<10)); got != "" {
		t.Errorf("%d bytes of a hint are left", len(got))
	}
	if got := hint(strings.Repeat("a", 321)); got != "" {
		t.Errorf("half a hint: %q", got)
	}
}

func TestLinksAreHTTPSOnly(t *testing.T) {
	for _, s := range []string{"https://a.example", "https://a.example/p?q=1#f", "https://a.example:8443/"} {
		if link(s) != s {
			t.Errorf("%q was refused", s)
		}
	}
	for _, s := range []string{
		"", "http://a.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//a.example", "/a", "https:a.example", "https://",
		"https:///x", "https://u@a.example", "https://a.example/\u202E", "https://a.example/ x", `https:\\a.example`, "https://a.example/\n",
		" https://a.example", "vbscript:x", "blob:https://a.example", "https://a.example/" + strings.Repeat("a", 3000),
	} {
		if got := link(s); got != "" {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestOwnPathsStayHere(t *testing.T) {
	for _, s := range []string{"/", "/a/b?c=d", "/acme/default/logo"} {
		if own(s) != s {
			t.Errorf("%q was refused", s)
		}
	}
	for _, s := range []string{"", "a", "//evil.example", `/\evil.example`, "https://evil.example", "/\t/evil.example", "/a\x00", "javascript:1", "/\xff"} {
		if got := own(s); got != "" {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestDomainsAreASCII(t *testing.T) {
	if got := domain("Print.Example"); got != "print.example" {
		t.Error(got)
	}
	for _, s := range []string{"аcme.example", "a b", "a/b", "a@b", "<b>", strings.Repeat("a", 254)} {
		if got := domain(s); got != "" {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func TestUserCodesAreUpperCasedOrDropped(t *testing.T) {
	if got := userCode("wdjb-mjht"); got != "WDJB-MJHT" {
		t.Error(got)
	}
	for _, s := range []string{`"><script>`, strings.Repeat("A", 33), "ＡＢ", "a\u200Bb"} {
		if got := userCode(s); got != "" {
			t.Errorf("%q became %q", s, got)
		}
	}
}

func FuzzCleanTextIsShortVisibleAndStable(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := name(s)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > nameLimit {
			t.Fatalf("%q", got)
		}
		for _, r := range got {
			if !unicode.IsGraphic(r) || invisible(r) || r != ' ' && unicode.IsSpace(r) {
				t.Fatalf("%q holds %U", got, r)
			}
		}
		if name(got) != got {
			t.Fatalf("%q becomes %q when cleaned again", got, name(got))
		}
	})
}

func TestDevicesAreNamedAsTheirOwnersKnowThem(t *testing.T) {
	for agent, want := range map[string][2]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0": {"Edge", "Windows"},
		"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/604.1": {"Safari", "iPhone"},
		"Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":              {"Chrome", "Android"},
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 15.5; rv:140.0) Gecko/20100101 Firefox/140.0":                                       {"Firefox", "Mac"},
		"":                                    {"", ""},
		"<script>Firefox/1":                   {"Firefox", ""},
		strings.Repeat("x", 600) + "Firefox/": {"", ""},
	} {
		if browser, system := device(agent); browser != want[0] || system != want[1] {
			t.Errorf("%.60q is %q on %q", agent, browser, system)
		}
	}
}
