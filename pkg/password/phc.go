package password

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	stdhash "hash"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"
	"golang.org/x/crypto/scrypt"
)

// What an imported hash may ask for. Each bound is far above what is sensible
// and far below what would hurt.
const (
	maxPHCBytes    = 512
	maxMemoryKiB   = 256 << 10
	maxIterations  = 10
	maxParallelism = 16
	maxBcryptCost  = 14
	maxPBKDF2      = 2_000_000
	maxScryptLog2N = 17
	maxScryptR     = 32
	maxScryptWork  = 1 << 22 // N·r·p

	minSaltBytes, maxSaltBytes     = 8, 64
	minDigestBytes, maxDigestBytes = 16, 64

	// bcryptBytes is all that bcrypt reads of a password.
	bcryptBytes = 72
)

var b64 = base64.RawStdEncoding

// hash is one kept password hash.
type hash interface {
	matches(pw string) bool
	// weaker tells whether it should be replaced by an argon2id hash of p.
	weaker(p Params) bool
	memoryKiB() int64
}

// parse reads a kept hash. Parameters up to own are allowed beyond the bounds,
// as an operator who chose them must be able to log in.
func parse(phc string, own Params) (hash, error) {
	if len(phc) > maxPHCBytes || !strings.HasPrefix(phc, "$") {
		return nil, ErrFormat
	}
	fields := strings.Split(phc[1:], "$")
	switch fields[0] {
	case "argon2id":
		return parseArgon2id(fields, own)
	case "2a", "2b", "2y":
		return parseBcrypt(phc, fields)
	case "scrypt":
		return parseScrypt(fields)
	case "pbkdf2-sha256", "pbkdf2-sha512":
		return parsePBKDF2(fields)
	default:
		return nil, fmt.Errorf("%w: unknown kind", ErrFormat)
	}
}

// parseArgon2id reads argon2id$v=19$m=…,t=…,p=…$salt$digest.
func parseArgon2id(fields []string, own Params) (hash, error) {
	if len(fields) != 5 || fields[1] != "v="+strconv.Itoa(argon2.Version) {
		return nil, fmt.Errorf("%w: argon2id needs version 19 and five fields", ErrFormat)
	}
	n, err := numbers(fields[2], "m", "t", "p")
	if err != nil {
		return nil, err
	}
	m, t, p := n[0], n[1], n[2]
	if p < 1 || m < 8*p || t < 1 ||
		m > max(maxMemoryKiB, uint64(own.MemoryKiB)) || t > max(maxIterations, uint64(own.Iterations)) || p > max(maxParallelism, uint64(own.Parallelism)) {
		return nil, fmt.Errorf("%w: argon2id parameters out of bounds", ErrFormat)
	}
	salt, digest, err := saltAndDigest(fields[3], fields[4])
	if err != nil {
		return nil, err
	}
	return argon2id{Params: Params{MemoryKiB: uint32(m), Iterations: uint32(t), Parallelism: uint8(p)}, salt: salt, digest: digest}, nil
}

// bcryptHash is the form $2b$cost$salt-and-digest.
type bcryptHash struct{ encoded string }

func parseBcrypt(phc string, fields []string) (hash, error) {
	if len(fields) != 3 || len(phc) != 60 || len(fields[1]) != 2 {
		return nil, fmt.Errorf("%w: bcrypt has 60 characters", ErrFormat)
	}
	cost, err := bcrypt.Cost([]byte(phc))
	if err != nil || cost > maxBcryptCost || strings.Trim(fields[1], "0123456789") != "" {
		return nil, fmt.Errorf("%w: bcrypt cost out of bounds", ErrFormat)
	}
	for i := range len(fields[2]) {
		c := fields[2][i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '/':
		default:
			return nil, fmt.Errorf("%w: bcrypt alphabet", ErrFormat)
		}
	}
	return bcryptHash{phc}, nil
}

// matches refuses passwords that bcrypt would cut short: any other ending of
// theirs would match as well.
func (b bcryptHash) matches(pw string) bool {
	tooLong := len(pw) > bcryptBytes
	if tooLong {
		pw = pw[:bcryptBytes]
	}
	return bcrypt.CompareHashAndPassword([]byte(b.encoded), []byte(pw)) == nil && !tooLong
}

func (bcryptHash) weaker(Params) bool { return true }
func (bcryptHash) memoryKiB() int64   { return 4 }

// scryptHash is the form $scrypt$ln=…,r=…,p=…$salt$digest.
type scryptHash struct {
	n, r, p      int
	salt, digest []byte
}

func parseScrypt(fields []string) (hash, error) {
	if len(fields) != 4 {
		return nil, fmt.Errorf("%w: scrypt has four fields", ErrFormat)
	}
	v, err := numbers(fields[1], "ln", "r", "p")
	if err != nil {
		return nil, err
	}
	ln, r, p := v[0], v[1], v[2]
	if ln < 1 || ln > maxScryptLog2N || r < 1 || r > maxScryptR || p < 1 || p > maxParallelism || (r*p)<<ln > maxScryptWork || r<<ln > maxMemoryKiB<<3 {
		return nil, fmt.Errorf("%w: scrypt parameters out of bounds", ErrFormat)
	}
	salt, digest, err := saltAndDigest(fields[2], fields[3])
	if err != nil {
		return nil, err
	}
	return scryptHash{n: 1 << ln, r: int(r), p: int(p), salt: salt, digest: digest}, nil
}

func (s scryptHash) matches(pw string) bool {
	derived, err := scrypt.Key([]byte(pw), s.salt, s.n, s.r, s.p, len(s.digest))
	return err == nil && subtle.ConstantTimeCompare(derived, s.digest) == 1
}

func (scryptHash) weaker(Params) bool { return true }

// memoryKiB is 128·N·r bytes (RFC 7914, section 6).
func (s scryptHash) memoryKiB() int64 { return int64(s.n) * int64(s.r) / 8 }

// pbkdf2Hash is the form $pbkdf2-sha256$i=…$salt$digest; "i=" may be missing
// and "l=…" may follow, as the libraries in use differ.
type pbkdf2Hash struct {
	newHash      func() stdhash.Hash
	iterations   int
	salt, digest []byte
}

func parsePBKDF2(fields []string) (hash, error) {
	if len(fields) != 4 {
		return nil, fmt.Errorf("%w: PBKDF2 has four fields", ErrFormat)
	}
	counts, length, hasLength := strings.Cut(fields[1], ",")
	iterations, ok := number(strings.TrimPrefix(counts, "i="))
	if !ok || iterations < 1 || iterations > maxPBKDF2 {
		return nil, fmt.Errorf("%w: PBKDF2 iterations out of bounds", ErrFormat)
	}
	// Some libraries write "." for "+".
	dots := strings.NewReplacer(".", "+")
	salt, digest, err := saltAndDigest(dots.Replace(fields[2]), dots.Replace(fields[3]))
	if err != nil {
		return nil, err
	}
	if hasLength && length != "l="+strconv.Itoa(len(digest)) {
		return nil, fmt.Errorf("%w: PBKDF2 length", ErrFormat)
	}
	k := pbkdf2Hash{newHash: sha256.New, iterations: int(iterations), salt: salt, digest: digest}
	if fields[0] == "pbkdf2-sha512" {
		k.newHash = sha512.New
	}
	return k, nil
}

func (k pbkdf2Hash) matches(pw string) bool {
	derived, err := pbkdf2.Key(k.newHash, pw, k.salt, k.iterations, len(k.digest))
	return err == nil && subtle.ConstantTimeCompare(derived, k.digest) == 1
}

func (pbkdf2Hash) weaker(Params) bool { return true }
func (pbkdf2Hash) memoryKiB() int64   { return 1 }

// numbers reads "a=1,b=2" with exactly these names in this order.
func numbers(field string, names ...string) ([]uint64, error) {
	parts := strings.Split(field, ",")
	if len(parts) != len(names) {
		return nil, fmt.Errorf("%w: parameters", ErrFormat)
	}
	out := make([]uint64, len(names))
	for i, part := range parts {
		value, ok := strings.CutPrefix(part, names[i]+"=")
		if !ok {
			return nil, fmt.Errorf("%w: parameters", ErrFormat)
		}
		if out[i], ok = number(value); !ok {
			return nil, fmt.Errorf("%w: parameters", ErrFormat)
		}
	}
	return out, nil
}

// number reads a decimal in its one canonical spelling.
func number(s string) (uint64, bool) {
	n, err := strconv.ParseUint(s, 10, 32)
	return n, err == nil && strconv.FormatUint(n, 10) == s
}

func saltAndDigest(s, d string) (salt, digest []byte, err error) {
	if salt, err = decode(s, minSaltBytes, maxSaltBytes); err != nil {
		return nil, nil, err
	}
	digest, err = decode(d, minDigestBytes, maxDigestBytes)
	return salt, digest, err
}

func decode(s string, least, most int) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, fmt.Errorf("%w: base64", ErrFormat)
	}
	out, err := b64.Strict().DecodeString(s)
	if err != nil || len(out) < least || len(out) > most {
		return nil, fmt.Errorf("%w: salt or digest", ErrFormat)
	}
	return out, nil
}
