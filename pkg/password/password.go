package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"

	"golang.org/x/crypto/argon2"
	"golang.org/x/sync/semaphore"
)

// MaxBytes bounds a password. Nobody types more, and a hash takes time in
// proportion.
const MaxBytes = 4096

const (
	saltBytes   = 16
	digestBytes = 32
)

var (
	// ErrBusy says that too many hashes are being computed: answer 503.
	ErrBusy = errors.New("password: too many hashes at once")
	// ErrTooLong says that a password has more than MaxBytes.
	ErrTooLong = errors.New("password: longer than 4096 bytes")
	// ErrFormat says that a kept hash is malformed, of an unknown kind, or asks
	// for more than is allowed.
	ErrFormat = errors.New("password: not a supported hash")
)

// Params are the cost of argon2id.
type Params struct {
	MemoryKiB   uint32
	Iterations  uint32
	Parallelism uint8
}

// DefaultParams are OWASP's for argon2id: 19 MiB, two passes, one lane.
func DefaultParams() Params { return Params{MemoryKiB: 19 << 10, Iterations: 2, Parallelism: 1} }

// Config of a Hasher. Its zero value is good for tests.
type Config struct {
	MaxConcurrent int    // hashes of our own parameters at once; 0: half the processors
	MaxQueued     int    // callers that may wait for a slot; 0: none
	Params        Params // zero: DefaultParams
}

// Hasher makes and checks password hashes, a bounded number at once. It is safe
// for concurrent use.
type Hasher struct {
	params Params
	// decoy is what the passwords of unknown users are checked against.
	decoy argon2id

	slots     *semaphore.Weighted
	width     int64
	queued    atomic.Int64
	maxQueued int64
}

// New returns a Hasher.
func New(c Config) *Hasher {
	if c.Params == (Params{}) {
		c.Params = DefaultParams()
	}
	if c.MaxConcurrent <= 0 {
		c.MaxConcurrent = max(1, runtime.GOMAXPROCS(0)/2)
	}
	return &Hasher{
		params: c.Params,
		// The digest is random and nobody has computed it: no password matches.
		decoy:     argon2id{Params: c.Params, salt: random(saltBytes), digest: random(digestBytes)},
		slots:     semaphore.NewWeighted(int64(c.MaxConcurrent)),
		width:     int64(c.MaxConcurrent),
		maxQueued: int64(c.MaxQueued),
	}
}

// Hash returns the PHC string to keep of a password. The error is ErrTooLong,
// ErrBusy or the context's.
func (h *Hasher) Hash(ctx context.Context, pw string) (phc string, err error) {
	if len(pw) > MaxBytes {
		return "", ErrTooLong
	}
	fresh := argon2id{Params: h.params, salt: random(saltBytes)}
	err = h.run(ctx, 1, func() { fresh.digest = fresh.derive(pw, digestBytes) })
	if err != nil {
		return "", err
	}
	return fresh.String(), nil
}

// Verify tells whether pw is the password behind phc, and whether the hash
// should be renewed while the password is at hand. An empty phc, which is what
// an unknown user has, takes the same work as a hash of the present parameters
// and never matches. The error is ErrBusy, ErrFormat or the context's.
func (h *Hasher) Verify(ctx context.Context, phc, pw string) (ok, rehash bool, err error) {
	var kept hash = h.decoy
	genuine := phc != "" && len(pw) <= MaxBytes
	if genuine {
		if kept, err = parse(phc, h.params); err != nil {
			return false, false, err
		}
	}
	if len(pw) > MaxBytes {
		pw = "" // the decoy's work is the same whatever is hashed
	}
	err = h.run(ctx, h.weight(kept), func() { ok = kept.matches(pw) })
	if err != nil || !genuine || !ok {
		return false, false, err
	}
	return true, kept.weaker(h.params), nil
}

// Check refuses what Verify could not read, for those who import hashes. The
// error is ErrFormat.
func (h *Hasher) Check(phc string) error {
	_, err := parse(phc, h.params)
	return err
}

// weight is how many slots a hash takes: as much memory as that many hashes of
// our own.
func (h *Hasher) weight(kept hash) int64 {
	own := int64(h.params.MemoryKiB)
	return min(h.width, max(1, (kept.memoryKiB()+own-1)/max(1, own)))
}

// run does the work in a slot, waiting in the queue for one. A caller that went
// away leaves the queue.
func (h *Hasher) run(ctx context.Context, weight int64, work func()) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !h.slots.TryAcquire(weight) {
		if h.queued.Add(1) > h.maxQueued {
			h.queued.Add(-1)
			return ErrBusy
		}
		err := h.slots.Acquire(ctx, weight)
		h.queued.Add(-1)
		if err != nil {
			return err
		}
	}
	defer h.slots.Release(weight)
	work()
	return nil
}

// argon2id is a hash of our own kind.
type argon2id struct {
	Params
	salt, digest []byte
}

func (a argon2id) derive(pw string, size int) []byte {
	return argon2.IDKey([]byte(pw), a.salt, a.Iterations, a.MemoryKiB, a.Parallelism, uint32(size))
}

func (a argon2id) matches(pw string) bool {
	return subtle.ConstantTimeCompare(a.derive(pw, len(a.digest)), a.digest) == 1
}

func (a argon2id) memoryKiB() int64 { return int64(a.MemoryKiB) }

// weaker tells whether the hash costs an attacker less than one of p would.
// Stronger hashes are left alone.
func (a argon2id) weaker(p Params) bool {
	return a.MemoryKiB < p.MemoryKiB || a.Iterations < p.Iterations || len(a.salt) < saltBytes || len(a.digest) < digestBytes
}

// String is the PHC string.
func (a argon2id) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, a.MemoryKiB, a.Iterations, a.Parallelism,
		b64.EncodeToString(a.salt), b64.EncodeToString(a.digest))
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}
