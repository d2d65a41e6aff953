package pages

import (
	"embed"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed locales/*.json
var localeFiles embed.FS

const (
	fallbackLanguage = "en"
	tagsRead         = 8  // preferences that are looked at; more say nothing
	tagLimit         = 35 // bytes of a language tag (RFC 5646, 4.4.1)
)

// Languages are the tags of the complete catalogues, for ui_locales_supported.
func Languages() []string { return []string{"en", "de"} }

// Match picks the language of the pages. Each argument is a language tag, a
// ui_locales value (tags with spaces between) or an Accept-Language value (with
// weights); earlier arguments win. Only the first eight tags are read, and tags
// over 35 bytes are passed over. Where nothing fits the answer is "en".
func Match(preferred ...string) string {
	left := tagsRead
	for _, list := range preferred {
		var choices []choice
		choices, left = readTags(list, left)
		for _, c := range choices {
			primary, _, _ := strings.Cut(strings.ToLower(c.tag), "-")
			if slices.Contains(Languages(), primary) {
				return primary
			}
		}
	}
	return fallbackLanguage
}

type choice struct {
	tag    string
	weight float64
}

// readTags returns at most left tags of one list, by falling weight, and how
// many may still be read.
func readTags(list string, left int) ([]choice, int) {
	var choices []choice
	separators := ", \t"
	if strings.ContainsAny(list[:min(len(list), tagsRead*tagLimit)], ",;") {
		separators = "," // Accept-Language may hold spaces around its weights
	}
	for list != "" && left > 0 {
		item := list
		if i := strings.IndexAny(list, separators); i >= 0 {
			item, list = list[:i], list[i+1:]
		} else {
			list = ""
		}
		tag, parameter, _ := strings.Cut(item, ";")
		if tag = strings.TrimSpace(tag); tag == "" {
			continue
		}
		left--
		if weight := weightOf(parameter); weight > 0 && len(tag) <= tagLimit {
			choices = append(choices, choice{tag, weight})
		}
	}
	slices.SortStableFunc(choices, func(a, b choice) int {
		switch {
		case a.weight > b.weight:
			return -1
		case a.weight < b.weight:
			return 1
		}
		return 0
	})
	return choices, left
}

// weightOf reads "q=0.8" (RFC 9110, 12.4.2). No weight is 1, a malformed one 0.
func weightOf(parameter string) float64 {
	parameter = strings.TrimSpace(parameter)
	if parameter == "" {
		return 1
	}
	value, found := strings.CutPrefix(strings.ToLower(parameter), "q=")
	if !found || len(value) > 5 {
		return 0
	}
	weight, err := strconv.ParseFloat(value, 64)
	if err != nil || weight < 0 || weight > 1 {
		return 0
	}
	return weight
}

// catalogue is one language's messages by key. {name} marks a value.
type catalogue map[string]string

func loadCatalogues() (map[string]catalogue, error) {
	all := make(map[string]catalogue)
	for _, lang := range Languages() {
		raw, err := localeFiles.ReadFile("locales/" + lang + ".json")
		if err != nil {
			return nil, fmt.Errorf("pages: %w", err)
		}
		var c catalogue
		if err := json.Unmarshal(raw, &c); err != nil {
			return nil, fmt.Errorf("pages: locales/%s.json: %w", lang, err)
		}
		all[lang] = c
	}
	return all, nil
}

// segment is a piece of a message: our own words or a value from outside, which
// the template isolates by <bdi>.
type segment struct {
	Text  string
	Value bool
}

// say splits a message into segments. pairs are names and values; values are
// cleaned as names. A key or value that is missing is a fault of a template.
func (c catalogue) say(key string, pairs ...string) ([]segment, error) {
	rest, found := c[key]
	if !found {
		return nil, fmt.Errorf("pages: no message %q", key)
	}
	var out []segment
	for rest != "" {
		before, after, open := strings.Cut(rest, "{")
		if before != "" {
			out = append(out, segment{Text: before})
		}
		if !open {
			break
		}
		placeholder, tail, _ := strings.Cut(after, "}")
		i := slices.Index(pairs, placeholder)
		if i < 0 || i%2 != 0 || i+1 >= len(pairs) {
			return nil, fmt.Errorf("pages: message %q lacks a value for {%s}", key, placeholder)
		}
		out = append(out, segment{Text: name(pairs[i+1]), Value: true})
		rest = tail
	}
	return out, nil
}

// msg is say as plain text, for titles and attributes, where no <bdi> can stand.
func (c catalogue) msg(key string, pairs ...string) (string, error) {
	segments, err := c.say(key, pairs...)
	var b strings.Builder
	for _, s := range segments {
		b.WriteString(s.Text)
	}
	return b.String(), err
}

// has tells whether there is such a message.
func (c catalogue) has(key string) bool { _, found := c[key]; return found }

// keys are sorted, for tests.
func (c catalogue) keys() []string { return slices.Sorted(maps.Keys(c)) }

// date is a moment in words. The zone is named, since a server does not know
// where its reader is.
func (c catalogue) date(t time.Time) (string, error) {
	t = t.UTC()
	return c.msg("date",
		"day", strconv.Itoa(t.Day()),
		"month", c["month."+strconv.Itoa(int(t.Month()))],
		"year", strconv.Itoa(t.Year()),
		"time", t.Format("15:04"))
}
