package oauth

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Bounds on what one request may carry.
const (
	MaxParams     = MaxScopeValues + 50 // a consent form has a field for each scope
	MaxBodyBytes  = 64 << 10
	MaxParamBytes = 16 << 10
)

// Params are the parameters of one request. No parameter repeats, and an
// empty value counts as omitted (RFC 6749, section 3.1 and 3.2), save for
// "resource", which RFC 8707 allows to repeat.
type Params map[string][]string

// Get returns the value of a parameter, empty where it was omitted.
func (p Params) Get(name string) string {
	if v := p[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

// Has tells whether the parameter came with a value.
func (p Params) Has(name string) bool { return len(p[name]) > 0 }

// All returns every value of a parameter that may repeat.
func (p Params) All(name string) []string { return p[name] }

// repeatable lists the parameters that a standard lets a request repeat.
func repeatable(name string) bool { return name == "resource" || name == "audience" }

// DuplicateError says that a parameter came twice. Params as returned beside
// it hold no value for it, so nothing can rest on either of the two.
type DuplicateError struct{ Name string }

func (e *DuplicateError) Error() string { return fmt.Sprintf("parameter %q is repeated", e.Name) }

// ParseForm reads an application/x-www-form-urlencoded string: a body, or a
// query. It is strict where net/url is lenient: a malformed escape, a
// semicolon, invalid UTF-8 or a control character fails the whole request. On
// a duplicate it returns what remains beside a *DuplicateError.
func ParseForm(s string) (Params, error) {
	if len(s) > MaxBodyBytes {
		return nil, errors.New("the form is too large")
	}
	p := Params{}
	var dup error
	for n := 0; s != ""; n++ {
		if n >= MaxParams {
			return nil, errors.New("too many parameters")
		}
		var pair string
		pair, s, _ = strings.Cut(s, "&")
		if pair == "" {
			continue
		}
		if strings.Contains(pair, ";") {
			return nil, errors.New("a semicolon is not a separator")
		}
		k, v, _ := strings.Cut(pair, "=")
		key, err := url.QueryUnescape(k)
		if err != nil {
			return nil, errors.New("a parameter name is not well encoded")
		}
		value, err := url.QueryUnescape(v)
		if err != nil {
			return nil, errors.New("a parameter value is not well encoded")
		}
		if err := p.add(key, value); err != nil {
			var d *DuplicateError
			if !errors.As(err, &d) {
				return nil, err
			}
			dup = err
		}
	}
	return p.settle(dup)
}

// ParseJSON reads a flat JSON object of strings, which means exactly what the
// same parameters mean as a form. Nested values, other types, a repeated
// member and trailing data fail the request.
func ParseJSON(body []byte) (Params, error) {
	if len(body) > MaxBodyBytes {
		return nil, errors.New("the body is too large")
	}
	if !utf8.Valid(body) {
		return nil, errors.New("the body is not UTF-8")
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	if tok, err := dec.Token(); err != nil || tok != json.Delim('{') {
		return nil, errors.New("the body is not a JSON object")
	}
	p := Params{}
	var dup error
	for n := 0; dec.More(); n++ {
		if n >= MaxParams {
			return nil, errors.New("too many parameters")
		}
		key, err := dec.Token()
		if err != nil {
			return nil, errors.New("the body is not valid JSON")
		}
		value, err := dec.Token()
		if err != nil {
			return nil, errors.New("the body is not valid JSON")
		}
		text, ok := value.(string)
		if !ok {
			return nil, errors.New("every member of the JSON object must be a string")
		}
		name, _ := key.(string)
		if err := p.add(name, text); err != nil {
			var d *DuplicateError
			if !errors.As(err, &d) {
				return nil, err
			}
			dup = err
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, errors.New("the body is not valid JSON")
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("data follows the JSON object")
	}
	return p.settle(dup)
}

// ParseBody reads a request body by its Content-Type: a form, or the flat JSON
// object that means the same.
func ParseBody(contentType string, body []byte) (Params, error) {
	media, args, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil, errors.New("Content-Type is missing or malformed")
	}
	if cs := args["charset"]; cs != "" && !strings.EqualFold(cs, "utf-8") {
		return nil, errors.New("the charset must be UTF-8")
	}
	switch media {
	case "application/x-www-form-urlencoded":
		return ParseForm(string(body))
	case "application/json":
		return ParseJSON(body)
	default:
		return nil, errors.New("Content-Type must be application/x-www-form-urlencoded")
	}
}

func (p Params) add(key, value string) error {
	if len(value) > MaxParamBytes || len(key) > 256 {
		return errors.New("a parameter is too long")
	}
	if !clean(key) || !clean(value) {
		return errors.New("a parameter holds a control character or is not UTF-8")
	}
	if _, seen := p[key]; seen && !repeatable(key) {
		p[key] = nil
		return &DuplicateError{Name: key}
	}
	if value == "" {
		if _, seen := p[key]; !seen {
			p[key] = nil
		}
		return nil
	}
	p[key] = append(p[key], value)
	return nil
}

// settle drops what was omitted or repeated.
func (p Params) settle(dup error) (Params, error) {
	var d *DuplicateError
	if errors.As(dup, &d) {
		p[d.Name] = nil
	}
	for k, v := range p {
		if len(v) == 0 {
			delete(p, k)
		}
	}
	return p, dup
}

func clean(s string) bool {
	if !utf8.ValidString(s) {
		return false
	}
	for i := range len(s) {
		if s[i] < 0x20 || s[i] == 0x7F {
			return false
		}
	}
	return true
}
