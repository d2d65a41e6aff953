package trace

import (
	"crypto/rand"
	"encoding/hex"
	"sync"
	"time"

	"github.com/signet-authz/signet/pkg/oauth"
)

// Results of a check.
const (
	ResultPass = "pass"
	ResultFail = "fail"
	ResultInfo = "info"
)

// Outcomes of a request: it got what it asked for, an error, or a page for its
// user.
const (
	Granted     = "granted"
	Refused     = "refused"
	Interaction = "interaction"
)

// MaxChecks bounds one trace; what comes after is counted only.
const MaxChecks = 64

// Check is one thing that was looked at. Name says what must hold, Expected
// and Actual what that means here, RFC where it is written, Fix what the
// reader can do. Wrong is an Actual that is true only where the check fails.
// Result is set by the method that records the check.
type Check struct {
	Name     string
	Result   string
	Expected string
	Actual   string
	Wrong    string
	RFC      string
	Fix      string
}

// Trace explains one request. It is not safe for concurrent use. The nil Trace
// is valid and records nothing; so does one that a Recorder has taken.
type Trace struct {
	id   string
	body *body
}

// body is the part that is used again: a busy process records some hundred
// thousand checks a second and keeps few of them.
type body struct {
	endpoint string
	at       time.Time
	clientID string
	grant    string
	method   string
	outcome  string
	code     string
	reason   string
	failed   string // the first check that did not hold
	dropped  int
	aside    bool
	checks   []Check
}

// bodies holds memory only, never content: what comes out of it is empty.
var bodies = sync.Pool{New: func() any { return &body{checks: make([]Check, 0, 16)} }}

func (b *body) free() {
	clear(b.checks)
	*b = body{checks: b.checks[:0]}
	bodies.Put(b)
}

// NewID returns a fresh trace id: 128 random bits as 32 hexadecimal digits.
func NewID() string {
	var b [16]byte
	// crypto/rand.Read never returns an error.
	_, _ = rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// ValidID tells whether s is in the form of NewID.
func ValidID(s string) bool {
	if len(s) != 32 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Start begins the explanation of a request to the endpoint. The id comes from
// NewID.
func Start(id, endpoint string, at time.Time) *Trace {
	b := bodies.Get().(*body) //nolint:errcheck // the pool holds nothing else
	b.endpoint, b.at = endpoint, at
	return &Trace{id: id, body: b}
}

// ID is the trace id, empty for the nil Trace.
func (t *Trace) ID() string {
	if t == nil {
		return ""
	}
	return t.id
}

// Client says which client made the request, as far as it is known.
func (t *Trace) Client(id string) {
	if t.live() {
		t.body.clientID = id
	}
}

// Grant says by which grant tokens are asked for: the name of one that there is,
// never what the request says.
func (t *Trace) Grant(name string) {
	if t.live() {
		t.body.grant = name
	}
}

// Proven says by which method the client proved itself.
func (t *Trace) Proven(method string) {
	if t.live() {
		t.body.method = method
	}
}

// Aside sets the request apart from all others: it is explained, and neither
// listed nor counted. So are those of a self-check, which asks what nobody else
// would and says itself how it ended.
func (t *Trace) Aside() {
	if t.live() {
		t.body.aside = true
	}
}

// Pass records a check that held.
func (t *Trace) Pass(name, actual string) {
	t.add(Check{Name: name, Result: ResultPass, Actual: actual})
}

// Info records something worth knowing that is neither right nor wrong.
func (t *Trace) Info(name, actual string) {
	t.add(Check{Name: name, Result: ResultInfo, Actual: actual})
}

// Check records c under the name, as passed if ok holds and as failed
// otherwise, and returns ok. What is wrong and its fix are kept for failures
// only.
func (t *Trace) Check(name string, ok bool, c Check) bool {
	if !t.live() {
		return ok
	}
	c.Name, c.Result = name, ResultPass
	switch {
	case ok:
		c.Fix = ""
	case c.Wrong != "":
		c.Result, c.Actual = ResultFail, c.Wrong
	default:
		c.Result = ResultFail
	}
	t.add(c)
	return ok
}

// Fail records a check that did not hold.
func (t *Trace) Fail(name string, c Check) {
	c.Name, c.Result = name, ResultFail
	t.add(c)
}

// Failed tells whether any check has failed so far.
func (t *Trace) Failed() bool { return t.live() && t.body.failed != "" }

// Finish says how the request ended. err is nil for a success; its wire code
// and its reason become part of the explanation, its cause does not.
func (t *Trace) Finish(outcome string, err *oauth.Error) {
	if !t.live() {
		return
	}
	t.body.outcome = outcome
	if err != nil {
		t.body.code, t.body.reason = err.Code, err.Reason()
	}
}

func (t *Trace) live() bool { return t != nil && t.body != nil }

func (t *Trace) add(c Check) {
	if !t.live() {
		return
	}
	b := t.body
	if c.Result == ResultFail && b.failed == "" {
		b.failed = c.Name
	}
	if len(b.checks) < MaxChecks {
		b.checks = append(b.checks, c)
		return
	}
	b.dropped++
	// A failure explains more than the last of many passes.
	if c.Result == ResultFail && b.checks[MaxChecks-1].Result != ResultFail {
		b.checks[MaxChecks-1] = c
	}
}

// take empties the handle and returns what it held, nil if nothing.
func (t *Trace) take() *body {
	if t == nil {
		return nil
	}
	b := t.body
	t.body = nil
	return b
}
