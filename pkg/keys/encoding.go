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
// 3.1 with RFC 7515, section 4).
func object(raw []byte) (map[string]json.RawMessage, error) {
	if !utf8.Valid(raw) {
		return nil, errObject
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errObject
	}
	members := make(map[string]json.RawMessage)
	for dec.More() {
		t, err := dec.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil, errObject
		}
		if _, twice := members[name]; twice {
			return nil, errObject
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, errObject
		}
		members[name] = value
	}
	if _, err := dec.Token(); err != nil {
		return nil, errObject
	}
	if len(bytes.TrimLeft(raw[dec.InputOffset():], " \t\r\n")) != 0 {
		return nil, errObject
	}
	return members, nil
}

// text is the string value of a member; an absent member is the empty string,
// any other kind of value is refused.
func text(members map[string]json.RawMessage, name string) (string, error) {
	raw, present := members[name]
	if !present {
		return "", nil
	}
	if len(raw) == 0 || raw[0] != '"' {
		return "", errors.New(name + " is not a string")
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return "", errors.New(name + " is not a string")
	}
	return s, nil
}
