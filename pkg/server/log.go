package server

import (
	"io"
	"log/slog"
	"strings"
)

// NewLogger returns a logger that writes to w, as JSON or, where format is
// "text", for people. Both escape control characters, and the values of
// attributes that are named like a secret are replaced.
func NewLogger(w io.Writer, format string, level slog.Leveler) *slog.Logger {
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: Redact}
	if format == "text" {
		return slog.New(slog.NewTextHandler(w, options))
	}
	return slog.New(slog.NewJSONHandler(w, options))
}

// Redacted stands in a log where a secret would have stood.
const Redacted = "[redacted]"

// secretKeys are names of attributes whose values never reach a log, in lower
// case with underscores.
var secretKeys = []string{
	"assertion", "authorization", "client_assertion", "client_secret", "code", "code_verifier", "cookie", "set_cookie", "credential",
	"device_code", "dpop", "id_token", "id_token_hint", "access_token", "refresh_token", "key", "root", "mac", "passphrase", "passwd",
	"password", "pepper", "private_key", "registration_access_token", "request_uri", "secret", "session", "signet_peer", "subject_token", "token",
	"user_code", "database_url", "redis_url", "dsn", "query", "body", "form",
}

// Redact replaces the value of an attribute that is named like a secret. It is
// a slog.HandlerOptions.ReplaceAttr, so it sees attributes within groups too.
func Redact(_ []string, a slog.Attr) slog.Attr {
	if namesSecret(a.Key) {
		return slog.String(a.Key, Redacted)
	}
	return a
}

func namesSecret(key string) bool {
	for _, s := range secretKeys {
		if len(s) == len(key) && equalName(s, key) {
			return true
		}
	}
	n := len(key)
	return n > 7 && equalName("_secret", key[n-7:]) || n > 9 && equalName("_password", key[n-9:])
}

// equalName compares a name of the list with a key, whose case does not matter
// and whose dashes are underscores.
func equalName(name, key string) bool {
	if strings.IndexByte(key, '-') < 0 {
		return strings.EqualFold(name, key)
	}
	return strings.EqualFold(name, strings.ReplaceAll(key, "-", "_"))
}
