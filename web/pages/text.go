package pages

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	nameLimit  = 80  // runes of a client's, user's or workspace's name
	proseLimit = 300 // runes of a description
	hintLimit  = 320 // runes of a login hint: the longest e-mail address
	codeLimit  = 32  // runes of a user code
	urlLimit   = 2048
	markLimit  = 3 // combining marks on one letter; more only serve to paint over other lines
)

// name is a name as it may be shown.
func name(s string) string { return clean(s, nameLimit) }

// prose is a description as it may be shown.
func prose(s string) string { return clean(s, proseLimit) }

// hint is a login hint for a text field, or "" where it cannot be one: half an
// address is of no use to anybody.
func hint(s string) string {
	if len(s) > hintLimit*utf8.UTFMax || utf8.RuneCountInString(s) > hintLimit {
		return ""
	}
	return clean(s, hintLimit)
}

// userCode is a device's user code for a text field (RFC 8628, 6.1), or "".
func userCode(s string) string {
	if len(s) > codeLimit {
		return ""
	}
	for _, r := range s {
		if !alphanumeric(r) && r != '-' && r != ' ' {
			return ""
		}
	}
	return strings.ToUpper(s)
}

// clean drops what can hide, reverse or overprint text, folds white space to
// single spaces and cuts to limit runes. It reads no more of s than it keeps.
func clean(s string, limit int) string {
	var b strings.Builder
	kept, marks, space := 0, 0, false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = kept > 0
			continue
		case r == utf8.RuneError || invisible(r) || !unicode.IsGraphic(r):
			continue
		case unicode.Is(unicode.M, r):
			if marks++; marks > markLimit || kept == 0 {
				continue
			}
		default:
			marks = 0
		}
		if space {
			space = false
			b.WriteByte(' ')
			kept++
		}
		if kept >= limit {
			cut := []rune(b.String())
			return strings.TrimRight(string(cut[:limit-1]), " ") + "…"
		}
		b.WriteRune(r)
		kept++
	}
	return b.String()
}

// invisible names characters that are graphic by category, yet draw nothing.
// Categories Cc and Cf (bidirectional controls, zero-width, tags) are not
// graphic, so clean drops them before it asks.
func invisible(r rune) bool {
	switch {
	case r >= 0xFE00 && r <= 0xFE0F, r >= 0xE0100 && r <= 0xE01EF, r >= 0x180B && r <= 0x180F: // variation selectors
		return true
	case r == 0x034F, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5, r == 0x2800, r == 0x3164, r == 0xFFA0: // joiners and fillers
		return true
	}
	return false
}

// initial is the letter that stands where a logo is missing.
func initial(s string) string {
	for _, r := range name(s) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "•"
}

// link is an https URL that may be followed, or "".
func link(s string) string {
	if s == "" || len(s) > urlLimit || clean(s, urlLimit) != s || strings.ContainsAny(s, " \\") {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Opaque != "" {
		return ""
	}
	return s
}

// domain is a host name in its ASCII form, or "": in any other script it could
// look like somebody else's.
func domain(s string) string {
	if len(s) > 253 {
		return ""
	}
	for _, r := range s {
		if !alphanumeric(r) && r != '-' && r != '.' {
			return ""
		}
	}
	return strings.ToLower(s)
}

// alphanumeric tells whether r is one of the letters and digits of ASCII.
func alphanumeric(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
}

// scopeToken tells whether s has only characters of scopes (RFC 6749, section
// 3.3), none of which can hide or end an attribute of another.
func scopeToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' })
}

// own is a path of this origin, or "". Browsers read "//" and "/\" as hosts.
func own(s string) string {
	if len(s) > urlLimit || !strings.HasPrefix(s, "/") || strings.HasPrefix(s, "//") || strings.Contains(s, `\`) {
		return ""
	}
	for _, r := range s {
		if r <= ' ' || r == 0x7F || r == utf8.RuneError {
			return ""
		}
	}
	return s
}
