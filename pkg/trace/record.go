package trace

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is written.
const (
	maxValueRunes = 200
	// bearerRunes is the length from which a run of base64url characters is
	// taken for a bearer value. A UUID has 36 characters, a hash or a code 43.
	bearerRunes = 40
)

// Record is a trace as it is kept and shown.
type Record struct {
	TraceID  string        `json:"trace_id"`
	At       time.Time     `json:"at"`
	Endpoint string        `json:"endpoint"`
	ClientID string        `json:"client_id,omitempty"`
	Outcome  string        `json:"outcome"`
	Error    string        `json:"error,omitempty"`
	Reason   string        `json:"reason,omitempty"`
	Checks   []RecordCheck `json:"checks"`
}

// RecordCheck is one check of a Record.
type RecordCheck struct {
	Name     string `json:"name"`
	Result   string `json:"result"`
	Expected string `json:"expected,omitempty"`
	Actual   string `json:"actual,omitempty"`
	RFC      string `json:"rfc,omitempty"`
	Fix      string `json:"fix,omitempty"`
}

// Parse reads what a Recorder wrote.
func Parse(b []byte) (Record, error) {
	var r Record
	if err := json.Unmarshal(b, &r); err != nil {
		return Record{}, errors.New("trace: malformed record")
	}
	return r, nil
}

// record is the cleaned form of a body.
func (b *body) record(id string) Record {
	r := Record{
		TraceID:  clean(id),
		At:       b.at.UTC(),
		Endpoint: clean(b.endpoint),
		ClientID: clean(b.clientID),
		Outcome:  clean(b.outcome),
		Error:    clean(b.code),
		Reason:   clean(b.reason),
		Checks:   make([]RecordCheck, 0, len(b.checks)+1),
	}
	for _, c := range b.checks {
		r.Checks = append(r.Checks, RecordCheck{Name: clean(c.Name), Result: c.Result, Expected: clean(c.Expected), Actual: clean(c.Actual), RFC: clean(c.RFC), Fix: clean(c.Fix)})
	}
	if b.dropped > 0 {
		r.Checks = append(r.Checks, RecordCheck{Name: "checks left out", Result: ResultInfo, Actual: strconv.Itoa(b.dropped)})
	}
	return r
}

// clean makes a value fit to be read by people and kept for days.
func clean(s string) string {
	if s == "" {
		return s
	}
	s = cutURL(s)
	if plain(s) {
		return s
	}
	var out strings.Builder
	runes := 0
	for rest := s; rest != ""; {
		if runes >= maxValueRunes {
			out.WriteString("…")
			break
		}
		if n := bearerRun(rest); n >= bearerRunes {
			out.WriteString("[" + strconv.Itoa(n) + " characters]")
			rest, runes = rest[n:], runes+16
			continue
		} else if n > 0 {
			n = min(n, maxValueRunes-runes)
			out.WriteString(rest[:n])
			rest, runes = rest[n:], runes+n
			continue
		}
		r, size := utf8.DecodeRuneInString(rest)
		rest, runes = rest[size:], runes+1
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
			r = ' '
		}
		out.WriteRune(r)
	}
	return out.String()
}

// plain is the common case: short, printable ASCII without a long run.
func plain(s string) bool {
	if len(s) > maxValueRunes {
		return false
	}
	run := 0
	for i := range len(s) {
		c := s[i]
		if c < 0x20 || c > 0x7e {
			return false
		}
		if !bearerByte(c) {
			run = 0
			continue
		}
		if run++; run >= bearerRunes {
			return false
		}
	}
	return true
}

// cutURL drops the query and fragment of URLs: that is where codes, tokens and
// states travel.
func cutURL(s string) string {
	if !strings.Contains(s, "://") {
		return s
	}
	words := strings.Split(s, " ")
	for i, w := range words {
		if !strings.Contains(w, "://") {
			continue
		}
		if cut := strings.IndexAny(w, "?#"); cut >= 0 {
			words[i] = w[:cut] + "?…"
		}
	}
	return strings.Join(words, " ")
}

func bearerRun(s string) int {
	n := 0
	for n < len(s) && bearerByte(s[n]) {
		n++
	}
	return n
}

func bearerByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_'
}
