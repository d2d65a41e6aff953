package web

import (
	"strings"
	"testing"
)

func TestCommittedCSSIsMadeFromTheTokens(t *testing.T) {
	tokens, err := LoadTokens()
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(TokensCSS()), string(tokens.CSS()); got != want {
		t.Fatal("tokens.css differs from tokens.json; run `go generate` in web/")
	}
}

func TestTokensThatCouldBreakTheStylesheetAreRefused(t *testing.T) {
	for name, raw := range map[string]string{
		"colour is a word":      `{"color":{"light":{"text":"red"},"dark":{"text":"#ffffff"}}}`,
		"colour is upper-case":  `{"color":{"light":{"text":"#FFFFFF"},"dark":{"text":"#ffffff"}}}`,
		"night lacks a colour":  `{"color":{"light":{"text":"#000000"},"dark":{}}}`,
		"value ends its rule":   `{"space":{"1":"1px;} body{display:none"}}`,
		"value closes the tag":  `{"font":{"sans":"</style>"}}`,
		"shadow ends its rule":  `{"shadow":{"light":{"card":"x;y"},"dark":{"card":"none"}}}`,
		"value is empty":        `{"radius":{"sm":""}}`,
		"group is unknown":      `{"colour":{}}`,
		"file is not an object": `[]`,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parseTokens([]byte(raw)); err == nil {
				t.Fatal("accepted")
			}
		})
	}
}

func TestEveryTokenBecomesOneProperty(t *testing.T) {
	tokens, err := LoadTokens()
	if err != nil {
		t.Fatal(err)
	}
	css := string(tokens.CSS())
	for property, times := range map[string]int{"--color-text:": 2, "--shadow-card:": 2, "--space-4:": 1, "--radius-md:": 1, "--font-sans:": 1, "--size-target:": 1} {
		if got := strings.Count(css, property); got != times {
			t.Errorf("%s is declared %d times, want %d", property, got, times)
		}
	}
}
