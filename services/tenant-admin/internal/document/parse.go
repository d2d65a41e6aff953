package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

// Bounds on one body, besides its size.
const (
	maxDepth  = 16
	maxValues = 4096
)

// Object is a JSON object: strings, float64, bool, nil, []any and Object-like
// maps.
type Object = map[string]any

// Parse reads one JSON object. It refuses what readers of JSON differ on or
// that is only sent to do harm: invalid UTF-8, a byte order mark, repeated
// members, numbers beyond the safe integers, control characters in strings (but
// for the line breaks of PEM, in the members that hold it), nesting deeper than 16, more than 4096 values, and anything after the object.
// The error is problem.Malformed.
func Parse(body []byte) (Object, error) {
	if !utf8.Valid(body) {
		return nil, malformed("the body is not UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.UseNumber()
	p := parser{dec: dec}
	token, err := dec.Token()
	if err != nil {
		return nil, malformed("the body is not JSON")
	}
	if token != json.Delim('{') {
		return nil, malformed("the body is not a JSON object")
	}
	object, err := p.object(1)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, malformed("something follows the JSON object")
	}
	return object, nil
}

func malformed(why string) error {
	return problem.Malformed.With(problem.At("", why))
}

type parser struct {
	dec    *json.Decoder
	values int
	lines  bool // the value to come may have line breaks
}

// membersOfLines hold PEM (RFC 7468), which is made of lines.
var membersOfLines = []string{"tls_client_auth_root_cas", "tls_client_auth_crls"}

func (p *parser) object(depth int) (Object, error) {
	out := Object{}
	for p.dec.More() {
		token, err := p.dec.Token()
		if err != nil {
			return nil, malformed("the body is not JSON")
		}
		name, ok := token.(string)
		if !ok {
			return nil, malformed("the body is not JSON")
		}
		if !clean(name) || len(name) > 256 {
			return nil, malformed("the name of a member is too long or holds a control character")
		}
		if _, seen := out[name]; seen {
			return nil, malformed("a member is repeated")
		}
		p.lines = depth == 1 && slices.Contains(membersOfLines, name)
		if out[name], err = p.value(depth); err != nil {
			return nil, err
		}
	}
	return out, p.end()
}

func (p *parser) array(depth int) ([]any, error) {
	out := []any{}
	for p.dec.More() {
		v, err := p.value(depth)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, p.end()
}

func (p *parser) end() error {
	if _, err := p.dec.Token(); err != nil {
		return malformed("the body is not JSON")
	}
	return nil
}

func (p *parser) value(depth int) (any, error) {
	if p.values++; p.values > maxValues {
		return nil, malformed("the body has too many values")
	}
	token, err := p.dec.Token()
	if err != nil {
		return nil, malformed("the body is not JSON")
	}
	switch v := token.(type) {
	case json.Delim:
		if depth >= maxDepth {
			return nil, malformed("the body is nested too deeply")
		}
		if v == '{' {
			return p.object(depth + 1)
		}
		return p.array(depth + 1)
	case json.Number:
		return number(v)
	case string:
		text := v
		if p.lines {
			text = strings.NewReplacer("\r\n", "", "\n", "").Replace(v)
		}
		if !clean(text) {
			return nil, malformed("a text holds a control character")
		}
		return v, nil
	default: // bool, nil
		return v, nil
	}
}

// maxSafe is the greatest integer that every reader of JSON keeps (RFC 7493,
// section 2.2).
const maxSafe = 1<<53 - 1

func number(n json.Number) (any, error) {
	f, err := n.Float64()
	if err != nil || math.IsNaN(f) || math.Abs(f) > maxSafe {
		return nil, malformed("a number is out of range")
	}
	return f, nil
}

// clean tells whether a text has neither control characters nor those that
// turn the direction of what is written, by which names can be forged.
func clean(s string) bool {
	for _, r := range s {
		switch {
		case r < 0x20, r >= 0x7F && r <= 0x9F, r == 0x2028, r == 0x2029:
			return false
		case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069, r == 0x200E, r == 0x200F, r == 0x061C:
			return false
		case r == utf8.RuneError, r == 0xFEFF:
			return false
		}
	}
	return true
}
