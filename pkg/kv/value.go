package kv

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Types of values. They stand in the key and in the value.
const (
	typeCode        = "code"
	typeCodeFails   = "code-failures"
	typeTransaction = "transaction"
	typePAR         = "par"
	typePARSpent    = "par-spent"
	typeReplay      = "replay"
	typeEpoch       = "epoch"
	typeLimit       = "limit"
	typeFailures    = "failures"
	typeTrace       = "trace"
	typeTraces      = "traces"
	typeTracesAside = "traces-aside"
	typeIdempotent  = "idempotent"

	typeConsole      = "console"
	typeConsoleHold  = "console-hold"
	typeConsoleLogin = "console-login"
)

// envelope is the form of every value that is read back.
type envelope struct {
	Type      string          `json:"typ"`
	Workspace string          `json:"ws"`
	Expires   int64           `json:"exp"` // Unix milliseconds
	Value     json.RawMessage `json:"v"`
}

// encode wraps a value, which must be JSON.
func encode(typ, workspace string, expires time.Time, value []byte) ([]byte, error) {
	if len(value) > maxValueBytes {
		return nil, fmt.Errorf("kv: a value of %d bytes is too large", len(value))
	}
	b, err := json.Marshal(envelope{Type: typ, Workspace: workspace, Expires: expires.UnixMilli(), Value: value})
	if err != nil {
		return nil, errors.New("kv: the value is not JSON")
	}
	return b, nil
}

// decode unwraps a value. Whatever is not a live value of that type and
// workspace is not found.
func decode(b []byte, typ, workspace string, now time.Time) (json.RawMessage, error) {
	var e envelope
	if err := json.Unmarshal(b, &e); err != nil {
		return nil, ErrNotFound
	}
	if e.Type != typ || e.Workspace != workspace || now.UnixMilli() >= e.Expires || len(e.Value) == 0 {
		return nil, ErrNotFound
	}
	return e.Value, nil
}

// key names a value of the workspace by the hash of what identifies it.
func (w Workspace) key(typ string, hash []byte) string {
	return "{" + w.id + "}:" + typ + ":" + base64.RawURLEncoding.EncodeToString(hash)
}

// digest hashes parts so that no two lists of parts have the same hash.
func digest(parts ...string) []byte {
	h := sha256.New()
	var size [8]byte
	for _, p := range parts {
		binary.BigEndian.PutUint64(size[:], uint64(len(p)))
		h.Write(size[:])
		h.Write([]byte(p))
	}
	return h.Sum(nil)
}

// life is a time to live that Redis accepts.
func life(d time.Duration) time.Duration { return max(d, time.Millisecond) }
