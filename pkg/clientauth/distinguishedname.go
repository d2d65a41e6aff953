package clientauth

import (
	"bytes"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Bounds of a distinguished name.
const (
	maxNameBytes  = 4096
	maxAttributes = 64
)

// A DistinguishedName is the subject of a certificate, as RFC 4514 writes it: the
// most specific part first. Two are the same if they have the same parts in the
// same order, and a part of several attributes the same ones in any order. Types
// are compared by their object identifier, values byte by byte in UTF-8, however
// the certificate encodes them: neither case nor space is folded, since whatever
// would be folded is a second certificate that passes for the first.
type DistinguishedName [][]attribute

// attribute is one type and value. A value that is no text has none but its DER.
type attribute struct {
	oid    string
	text   string
	isText bool
	der    []byte // of the value; nil where it was written as text
}

// attributeNames are the names that stand for object identifiers: those of RFC
// 4514 and RFC 4519, and others in wide use. What has several is written by the
// first.
var attributeNames = []struct{ name, oid string }{
	{"CN", "2.5.4.3"},
	{"SN", "2.5.4.4"},
	{"SERIALNUMBER", "2.5.4.5"},
	{"C", "2.5.4.6"},
	{"L", "2.5.4.7"},
	{"ST", "2.5.4.8"},
	{"STREET", "2.5.4.9"},
	{"O", "2.5.4.10"},
	{"OU", "2.5.4.11"},
	{"TITLE", "2.5.4.12"},
	{"DESCRIPTION", "2.5.4.13"},
	{"BUSINESSCATEGORY", "2.5.4.15"},
	{"POSTALCODE", "2.5.4.17"},
	{"NAME", "2.5.4.41"},
	{"GIVENNAME", "2.5.4.42"},
	{"INITIALS", "2.5.4.43"},
	{"GENERATIONQUALIFIER", "2.5.4.44"},
	{"DNQUALIFIER", "2.5.4.46"},
	{"PSEUDONYM", "2.5.4.65"},
	{"ORGANIZATIONIDENTIFIER", "2.5.4.97"},
	{"UID", "0.9.2342.19200300.100.1.1"},
	{"DC", "0.9.2342.19200300.100.1.25"},
	{"EMAILADDRESS", "1.2.840.113549.1.9.1"},
	{"S", "2.5.4.8"},
	{"SURNAME", "2.5.4.4"},
	{"GN", "2.5.4.42"},
	{"E", "1.2.840.113549.1.9.1"},
	{"USERID", "0.9.2342.19200300.100.1.1"},
	{"COMMONNAME", "2.5.4.3"},
	{"COUNTRYNAME", "2.5.4.6"},
	{"LOCALITYNAME", "2.5.4.7"},
	{"STATEORPROVINCENAME", "2.5.4.8"},
	{"STREETADDRESS", "2.5.4.9"},
	{"ORGANIZATIONNAME", "2.5.4.10"},
	{"ORGANIZATIONALUNITNAME", "2.5.4.11"},
	{"DOMAINCOMPONENT", "0.9.2342.19200300.100.1.25"},
}

// Equal tells whether both name the same subject.
func (n DistinguishedName) Equal(o DistinguishedName) bool {
	return slices.EqualFunc(n, o, func(a, b []attribute) bool {
		if len(a) != len(b) {
			return false
		}
		left := slices.Clone(b)
		for _, x := range a {
			i := slices.IndexFunc(left, x.equal)
			if i < 0 {
				return false
			}
			left = slices.Delete(left, i, i+1)
		}
		return true
	})
}

// equal compares the encodings where both are known and the texts where both are
// texts: what was registered has one of the two, what a certificate has both.
func (a attribute) equal(b attribute) bool {
	switch {
	case a.oid != b.oid:
		return false
	case a.isText && b.isText:
		return a.text == b.text
	default:
		return a.der != nil && bytes.Equal(a.der, b.der)
	}
}

// String writes the name so that ParseDistinguishedName reads the same again.
func (n DistinguishedName) String() string {
	var b strings.Builder
	for i, part := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		for j, a := range part {
			if j > 0 {
				b.WriteByte('+')
			}
			a.write(&b)
		}
	}
	return b.String()
}

func (a attribute) write(b *strings.Builder) {
	name := a.oid
	if i := slices.IndexFunc(attributeNames, func(n struct{ name, oid string }) bool { return n.oid == a.oid }); i >= 0 {
		name = attributeNames[i].name
	}
	b.WriteString(name)
	b.WriteByte('=')
	if !a.isText || a.text == "" {
		b.WriteByte('#')
		b.WriteString(hex.EncodeToString(a.der))
		return
	}
	for i := range len(a.text) {
		c := a.text[i]
		switch {
		case c < ' ' || c == 0x7f:
			b.WriteByte('\\')
			b.WriteString(hex.EncodeToString([]byte{c}))
		case strings.IndexByte(`"+,;<>\=`, c) >= 0, i == 0 && (c == '#' || c == ' '), i == len(a.text)-1 && c == ' ':
			b.WriteByte('\\')
			b.WriteByte(c)
		default:
			b.WriteByte(c)
		}
	}
}

// ParseDistinguishedName reads the form of RFC 4514. Spaces around the signs = +
// and the comma are skipped: within a value they would have to be escaped there.
// The error is fit to be shown to whoever registers.
func ParseDistinguishedName(s string) (DistinguishedName, error) {
	if len(s) > maxNameBytes {
		return nil, errors.New("the name is too long")
	}
	if !utf8.ValidString(s) {
		return nil, errors.New("the name is not UTF-8")
	}
	var n DistinguishedName
	var part []attribute
	for count := 1; ; count++ {
		if count > maxAttributes {
			return nil, errors.New("the name has too many parts")
		}
		a, sign, rest, err := parseAttribute(s)
		if err != nil {
			return nil, err
		}
		part = append(part, a)
		if sign != '+' {
			n, part = append(n, part), nil
		}
		if sign == 0 {
			return n, nil
		}
		s = rest
	}
}

// parseAttribute reads one type and value, and the sign after it: a comma, a plus
// or, at the end, 0.
func parseAttribute(s string) (a attribute, sign byte, rest string, err error) {
	kind, value, found := strings.Cut(s, "=")
	if !found {
		return a, 0, "", errors.New("a part of the name is not of the form type=value, as in CN=app,O=Acme,C=DE")
	}
	if a.oid = attributeOID(strings.Trim(kind, " ")); a.oid == "" {
		return a, 0, "", errors.New("the name has a type that is not known; write it as its object identifier, such as 2.5.4.3")
	}
	value = strings.TrimLeft(value, " ")
	if strings.HasPrefix(value, "#") {
		end := strings.IndexAny(value, ",+")
		if end < 0 {
			end = len(value)
		} else {
			sign, rest = value[end], value[end+1:]
		}
		a.der, err = hex.DecodeString(strings.TrimRight(value[1:end], " "))
		var v asn1.RawValue
		if left, e := asn1.Unmarshal(a.der, &v); err != nil || e != nil || len(left) > 0 {
			return a, 0, "", errors.New("a value that begins with # must be DER in hexadecimal")
		}
		a.text, a.isText = directoryText(v)
		return a, sign, rest, nil
	}
	a.isText = true
	a.text, sign, rest, err = parseText(value)
	return a, sign, rest, err
}

// parseText reads a value and takes its escapes off.
func parseText(s string) (value string, sign byte, rest string, err error) {
	var out []byte
	kept := 0 // the length up to which spaces belong to the value
	i := 0
	for ; i < len(s) && s[i] != ',' && s[i] != '+'; i++ {
		switch c := s[i]; c {
		case '"', ';', '<', '>', 0:
			return "", 0, "", errors.New(`within a value the signs " ; < > and the null byte must be escaped with a backslash`)
		case '\\':
			i++
			c, n, ok := unescape(s[i:])
			if !ok {
				return "", 0, "", errors.New("after a backslash there must be a sign to escape, or two hexadecimal digits")
			}
			out, i = append(out, c), i+n-1
			kept = len(out)
		case ' ':
			out = append(out, c)
		default:
			out = append(out, c)
			kept = len(out)
		}
	}
	if i < len(s) {
		sign, rest = s[i], s[i+1:]
	}
	out = out[:kept]
	switch {
	case len(out) == 0:
		return "", 0, "", errors.New("a value of the name is empty")
	case !utf8.Valid(out):
		return "", 0, "", errors.New("the escapes of a value do not make UTF-8")
	}
	return string(out), sign, rest, nil
}

// unescape reads what follows a backslash (RFC 4514, section 3).
func unescape(s string) (c byte, length int, ok bool) {
	if s == "" {
		return 0, 0, false
	}
	if strings.IndexByte(`"+,;<>\ #=`, s[0]) >= 0 {
		return s[0], 1, true
	}
	if len(s) < 2 {
		return 0, 0, false
	}
	b, err := hex.DecodeString(s[:2])
	if err != nil {
		return 0, 0, false
	}
	return b[0], 2, true
}

// attributeOID is the object identifier that a type stands for, empty for none.
// Names count in any case (RFC 4512, section 1.4).
func attributeOID(kind string) string {
	for _, n := range attributeNames {
		if strings.EqualFold(n.name, kind) {
			return n.oid
		}
	}
	kind = strings.TrimPrefix(strings.ToLower(kind), "oid.")
	arcs := strings.Split(kind, ".")
	for _, arc := range arcs {
		if arc == "" || len(arc) > 1 && arc[0] == '0' || strings.Trim(arc, "0123456789") != "" {
			return ""
		}
	}
	if len(arcs) < 2 {
		return ""
	}
	return kind
}

// readDistinguishedName reads the DER of a certificate's name (RFC 5280, section
// 4.1.2.4), whose parts stand the other way round.
func readDistinguishedName(der []byte) (DistinguishedName, error) {
	var parts []asn1.RawValue
	if rest, err := asn1.Unmarshal(der, &parts); err != nil || len(rest) > 0 {
		return nil, errors.New("the name is malformed")
	}
	var n DistinguishedName
	count := 0
	for _, p := range parts {
		var pairs []struct {
			Type  asn1.ObjectIdentifier
			Value asn1.RawValue
		}
		if rest, err := asn1.UnmarshalWithParams(p.FullBytes, &pairs, "set"); err != nil || len(rest) > 0 {
			return nil, errors.New("the name is malformed")
		}
		if count += len(pairs); count > maxAttributes {
			return nil, errors.New("the name has too many parts")
		}
		part := make([]attribute, len(pairs))
		for i, pair := range pairs {
			part[i] = attribute{oid: pair.Type.String(), der: pair.Value.FullBytes}
			part[i].text, part[i].isText = directoryText(pair.Value)
		}
		n = append(n, part)
	}
	slices.Reverse(n)
	return n, nil
}

// directoryText is the text of a value, where it is one of the string types whose
// characters are certain. TeletexString is so for ASCII only.
func directoryText(v asn1.RawValue) (string, bool) {
	if v.Class != asn1.ClassUniversal || v.IsCompound {
		return "", false
	}
	switch v.Tag {
	case asn1.TagUTF8String:
		return string(v.Bytes), utf8.Valid(v.Bytes)
	case asn1.TagPrintableString, asn1.TagIA5String, asn1.TagNumericString, asn1.TagT61String:
		return string(v.Bytes), !slices.ContainsFunc(v.Bytes, func(c byte) bool { return c >= utf8.RuneSelf })
	case asn1.TagBMPString:
		if len(v.Bytes)%2 != 0 {
			return "", false
		}
		units := make([]uint16, len(v.Bytes)/2)
		for i := range units {
			units[i] = uint16(v.Bytes[2*i])<<8 | uint16(v.Bytes[2*i+1])
		}
		if slices.ContainsFunc(units, func(u uint16) bool { return utf16.IsSurrogate(rune(u)) }) {
			return "", false
		}
		return string(utf16.Decode(units)), true
	default:
		return "", false
	}
}
