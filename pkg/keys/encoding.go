package keys

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

var (
	b64 = base64.RawURLEncoding

	errBase64 = errors.New("not canonical base64url")
	errObject = errors.New("not a JSON object with distinct member names")
)

// decodeBase64 accepts the one canonical spelling of a value in base64url: no
// padding, no line breaks, no stray trailing bits (RFC 4648, section 3.5). Any
// second spelling would let one token pass for two.
func decodeBase64(s string) ([]byte, error) {
	// The standard decoder skips line breaks even when strict.
	if strings.ContainsAny(s, "\r\n") {
		return nil, errBase64
	}
	out, err := b64.Strict().DecodeString(s)
	if err != nil {
		return nil, errBase64
	}
	return out, nil
}

// object reads one JSON object and nothing after it. A member name that occurs
// twice is refused, as no two parsers agree on what it means (RFC 8725, section
// 3.1 with RFC 7515, section 4). The values are cut from raw as they stand.
func object(raw []byte) (map[string]json.RawMessage, error) {
	// Where the standard library finds valid JSON, the bounds of the values are
	// plain to see.
	if !utf8.Valid(raw) || !json.Valid(raw) {
		return nil, errObject
	}
	rest := bytes.TrimLeft(raw, jsonSpace)
	if rest[0] != '{' {
		return nil, errObject
	}
	members := make(map[string]json.RawMessage, 12)
	for rest = bytes.TrimLeft(rest[1:], jsonSpace); rest[0] != '}'; {
		quoted, after := cutValue(rest)
		name, err := unquote(quoted)
		if err != nil {
			return nil, errObject
		}
		after = bytes.TrimLeft(after, jsonSpace)
		value, after := cutValue(bytes.TrimLeft(after[1:], jsonSpace)) // behind the colon
		if _, twice := members[name]; twice {
			return nil, errObject
		}
		members[name] = value
		rest = bytes.TrimLeft(after, jsonSpace)
		if rest[0] == ',' {
			rest = bytes.TrimLeft(rest[1:], jsonSpace)
		}
	}
	return members, nil
}

const jsonSpace = " \t\r\n"

// cutValue cuts the first value off valid JSON that stands within an object.
func cutValue(b []byte) (value, rest []byte) {
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{', c == '[':
			depth++
		case depth == 0 && (c == ',' || c == '}' || c == ':'), depth == 0 && c <= ' ':
			return b[:i], b[i:]
		case c == '}', c == ']':
			depth--
		}
	}
	return b, nil
}

// unquote is the text of a JSON string.
func unquote(quoted []byte) (string, error) {
	if len(quoted) < 2 || quoted[0] != '"' {
		return "", errObject
	}
	if bytes.IndexByte(quoted, '\\') < 0 {
		return string(quoted[1 : len(quoted)-1]), nil
	}
	var s string
	err := json.Unmarshal(quoted, &s)
	return s, err
}

// text is the string value of a member; an absent member is the empty string,
// any other kind of value is refused.
func text(members map[string]json.RawMessage, name string) (string, error) {
	raw, present := members[name]
	if !present {
		return "", nil
	}
	s, err := unquote(raw)
	if err != nil {
		return "", errors.New(name + " is not a string")
	}
	return s, nil
}
