package keys

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// MaxTokenBytes bounds every token that is made or read here.
const MaxTokenBytes = 16 << 10

// maxHeaderBytes bounds the encoded header of a JWS. Headers that carry a
// certificate chain are longer than ours; nobody needs more than this.
const maxHeaderBytes = 8 << 10

// maxKIDBytes bounds a key id.
const maxKIDBytes = 256

// ErrToken says that a token does not verify or does not open. The text says
// more, for operators only.
var ErrToken = errors.New("keys: the token is not valid")

// Header of a verified JWS (RFC 7515, section 4).
type Header struct {
	Alg string
	Kid string
	Typ string
}

// Verified is a JWS whose signature holds.
type Verified struct {
	Header Header
	Claims []byte // the payload as it was signed
}

// compact is a JWS in compact form (RFC 7515, section 7.1), not yet verified.
type compact struct {
	header  string // encoded
	payload string // encoded
	input   string // what was signed: header "." payload
	sig     []byte
}

// splitCompact takes a token apart. It has exactly three parts, none empty.
func splitCompact(token string) (compact, error) {
	if len(token) > MaxTokenBytes {
		return compact{}, refuse("too long")
	}
	header, rest, ok := strings.Cut(token, ".")
	if !ok {
		return compact{}, refuse("not a compact JWS")
	}
	payload, sig, ok := strings.Cut(rest, ".")
	if !ok || header == "" || payload == "" || sig == "" || strings.Contains(sig, ".") {
		return compact{}, refuse("not a compact JWS")
	}
	if len(header) > maxHeaderBytes {
		return compact{}, refuse("the header is too long")
	}
	raw, err := decodeBase64(sig)
	if err != nil {
		return compact{}, refuse("the signature is not canonical base64url")
	}
	return compact{header: header, payload: payload, input: token[:len(header)+1+len(payload)], sig: raw}, nil
}

// claims decodes the payload.
func (c compact) claims() ([]byte, error) {
	raw, err := decodeBase64(c.payload)
	if err != nil {
		return nil, refuse("the payload is not canonical base64url")
	}
	return raw, nil
}

// parseHeader reads a protected header. What would change how the token is to
// be understood ("crit", "b64", "zip") is refused, as nothing of it is
// supported; a key or a place to fetch one from ("jwk", "jku", "x5u", "x5c")
// is returned in others, and never believed.
func parseHeader(encoded string) (h Header, others []string, err error) {
	raw, err := decodeBase64(encoded)
	if err != nil {
		return Header{}, nil, refuse("the header is not canonical base64url")
	}
	members, err := object(raw)
	if err != nil {
		return Header{}, nil, refuse("the header is " + err.Error())
	}
	for name := range members {
		switch name {
		case "alg", "kid", "typ":
		case "crit", "b64", "zip":
			return Header{}, nil, refuse("the header has " + name)
		default:
			others = append(others, name)
		}
	}
	for name, field := range map[string]*string{"alg": &h.Alg, "kid": &h.Kid, "typ": &h.Typ} {
		if *field, err = text(members, name); err != nil {
			return Header{}, nil, refuse("in the header " + err.Error())
		}
	}
	if h.Alg == "" || len(h.Kid) > maxKIDBytes {
		return Header{}, nil, refuse("the header has no alg or too long a kid")
	}
	return h, others, nil
}

// encodeHeader writes the header of our own tokens, encoded and followed by
// its dot. An empty typ is left out.
func encodeHeader(alg, kid, typ string) string {
	raw, err := json.Marshal(struct {
		Alg string `json:"alg"`
		Kid string `json:"kid"`
		Typ string `json:"typ,omitempty"`
	}{alg, kid, typ})
	if err != nil {
		panic(err) // three strings always marshal
	}
	return b64.EncodeToString(raw) + "."
}

func refuse(reason string) error { return fmt.Errorf("%w: %s", ErrToken, reason) }
