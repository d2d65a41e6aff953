package egress

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// freshness is for how long an answer says that it may be used (RFC 9111,
// section 4.2): max-age less the age that it came with, the least where it says
// several, none where it asks not to be kept. The second result is false where
// it says nothing.
func freshness(h http.Header) (time.Duration, bool) {
	var least time.Duration
	said := false
	for _, line := range h.Values("Cache-Control") {
		for _, directive := range splitList(line) {
			name, value, _ := strings.Cut(directive, "=")
			var d time.Duration
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "max-age":
				d = deltaSeconds(strings.Trim(strings.TrimSpace(value), `"`))
			case "no-store", "no-cache":
			default:
				continue
			}
			if !said || d < least {
				least = d
			}
			said = true
		}
	}
	if !said {
		return 0, false
	}
	return max(0, least-deltaSeconds(strings.TrimSpace(h.Get("Age")))), true
}

// splitList splits at the commas outside quoted strings (RFC 9110, section
// 5.6.1).
func splitList(line string) []string {
	var list []string
	begin, quoted := 0, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == ',' && !quoted:
			list, begin = append(list, line[begin:i]), i+1
		}
	}
	return append(list, line[begin:])
}

// maxSeconds stands for every greater number of them (RFC 9111, section 1.2.2).
const maxSeconds = 1 << 31

// deltaSeconds reads a whole number of seconds; what is none counts as zero.
func deltaSeconds(s string) time.Duration {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n > maxSeconds {
		n = maxSeconds
	}
	return time.Duration(n) * time.Second
}
