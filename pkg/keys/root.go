package keys

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
)

const (
	rootBytes = 32
	macBytes  = 1 + sha256.Size // version and HMAC-SHA256

	// maxSubkeys bounds the subkeys remembered. Deriving one costs about a
	// microsecond, so that starting over now and then is cheaper than any order
	// of eviction.
	maxSubkeys = 1 << 14
	maxRoots   = 16
)

// Purposes of subkeys. No two uses share a key.
const (
	purposeSeal      = "seal"
	purposeToken     = "token"
	purposeSecret    = "client_secret"
	purposeRefresh   = "refresh_token"
	purposeSelfCheck = "self-check"
	purposeMAC       = "mac:" // followed by the caller's purpose
)

// ErrSealed says that a sealed value does not open: it was changed, is another
// row's, or was sealed under a root secret that is no longer configured.
var ErrSealed = errors.New("keys: the sealed value does not open")

// Root is the key-encryption key of the installation: one or more versioned
// secrets, of which the first makes new values and the others still read old
// ones. It is safe for concurrent use and never shows its secrets.
type Root struct {
	current byte
	secrets map[byte][]byte
	seals   map[byte]cipher.AEAD

	subkeys sync.Map // subkeyName -> []byte
	derived atomic.Int64
}

type subkeyName struct {
	version   byte
	purpose   string
	workspace uuid.UUID // zero for what belongs to no workspace
}

// ParseRoot reads root secrets, each "vN:" with N from 1 to 255 and 32 bytes in
// base64url. The first is the current one. Versions must differ: they are how a
// value says which secret made it.
func ParseRoot(values []string) (*Root, error) {
	if len(values) == 0 || len(values) > maxRoots {
		return nil, fmt.Errorf("keys: 1 to %d root secrets are needed", maxRoots)
	}
	r := &Root{secrets: make(map[byte][]byte, len(values)), seals: make(map[byte]cipher.AEAD, len(values))}
	for i, value := range values {
		version, secret, err := parseRootValue(value)
		if err != nil {
			return nil, fmt.Errorf("keys: root secret %d: %w", i+1, err)
		}
		if _, twice := r.secrets[version]; twice {
			return nil, fmt.Errorf("keys: two root secrets have version %d", version)
		}
		if i == 0 {
			r.current = version
		}
		r.secrets[version] = secret
		if r.seals[version], err = newGCM(deriveSubkey(secret, purposeSeal, uuid.UUID{})); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func parseRootValue(value string) (version byte, secret []byte, err error) {
	name, encoded, found := strings.Cut(value, ":")
	digits, isVersion := strings.CutPrefix(name, "v")
	n, err := strconv.ParseUint(digits, 10, 8)
	if !found || !isVersion || err != nil || n == 0 || strconv.FormatUint(n, 10) != digits {
		return 0, nil, errors.New(`it must begin with its version, such as "v1:"`)
	}
	if secret, err = decodeBase64(strings.TrimRight(encoded, "=")); err != nil || len(secret) != rootBytes {
		return 0, nil, errors.New("it must be 32 bytes in base64url")
	}
	return byte(n), secret, nil
}

// GenerateRoot returns a fresh root secret of version 1, as a configuration
// file holds it. To replace a root secret put a fresh one with a higher version
// in front of it.
func GenerateRoot() string { return "v1:" + b64.EncodeToString(random(rootBytes)) }

// Format keeps secrets out of whatever prints a Root.
func (r *Root) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("keys.Root(redacted)")) }

// Seal encrypts with AES-256-GCM. The associated data binds the value to its
// place; see AAD.
func (r *Root) Seal(plaintext, aad []byte) ([]byte, error) {
	return sealWith(r.seals[r.current], r.current, plaintext, aad)
}

// Open decrypts what Seal made with the same associated data, under any
// configured version. The error is ErrSealed.
func (r *Root) Open(sealed, aad []byte) ([]byte, error) {
	return openWith(r.seals, sealed, aad)
}

// AAD joins parts unambiguously: no other list of parts gives the same bytes.
func AAD(parts ...string) []byte {
	size := 0
	for _, p := range parts {
		size += 4 + len(p)
	}
	out := make([]byte, 0, size)
	for _, p := range parts {
		out = binary.BigEndian.AppendUint32(out, uint32(len(p)))
		out = append(out, p...)
	}
	return out
}

// MAC authenticates the parts for a purpose: the version byte and HMAC-SHA256
// under the purpose's own subkey. Parts are framed, so that ("ab", "c") and
// ("a", "bc") differ.
func (r *Root) MAC(purpose string, parts ...[]byte) []byte {
	return r.mac(r.current, purposeMAC+purpose, uuid.UUID{}, parts)
}

// VerifyMAC tells, in constant time, whether mac is the MAC of the parts under
// any configured version.
func (r *Root) VerifyMAC(mac []byte, purpose string, parts ...[]byte) bool {
	return r.verifyMAC(mac, purposeMAC+purpose, uuid.UUID{}, parts)
}

func (r *Root) mac(version byte, purpose string, workspace uuid.UUID, parts [][]byte) []byte {
	h := hmac.New(sha256.New, r.subkey(version, purpose, workspace))
	var size [4]byte
	for _, p := range parts {
		binary.BigEndian.PutUint32(size[:], uint32(len(p)))
		_, _ = h.Write(size[:])
		_, _ = h.Write(p)
	}
	out := make([]byte, 1, macBytes)
	out[0] = version
	return h.Sum(out)
}

// verifyMAC does the same work whether or not the version is known.
func (r *Root) verifyMAC(mac []byte, purpose string, workspace uuid.UUID, parts [][]byte) bool {
	version := r.current
	if len(mac) == macBytes {
		if _, known := r.secrets[mac[0]]; known {
			version = mac[0]
		}
	}
	return hmac.Equal(mac, r.mac(version, purpose, workspace, parts))
}

// subkey derives the key of one purpose, and of one workspace where the
// purpose is a workspace's.
func (r *Root) subkey(version byte, purpose string, workspace uuid.UUID) []byte {
	name := subkeyName{version, purpose, workspace}
	remembered, _ := r.subkeys.Load(name)
	if k, ok := remembered.([]byte); ok {
		return k
	}
	k := deriveSubkey(r.secrets[version], purpose, workspace)
	if r.derived.Add(1) > maxSubkeys {
		r.subkeys.Clear()
		r.derived.Store(1)
	}
	r.subkeys.Store(name, k)
	return k
}

// deriveSubkey is HKDF-SHA256 (RFC 5869). A root secret is uniformly random, so
// that no salt is needed (section 3.1).
func deriveSubkey(secret []byte, purpose string, workspace uuid.UUID) []byte {
	info := AAD("signet", purpose, string(workspace[:]))
	k, err := hkdf.Key(sha256.New, secret, nil, string(info), sha256.Size)
	if err != nil {
		panic(err) // only for lengths far beyond 32 bytes
	}
	return k
}

func newGCM(key []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// sealWith lays a sealed value out as version, nonce, ciphertext. The version
// is authenticated with the rest, since it chooses the key.
func sealWith(aead cipher.AEAD, version byte, plaintext, aad []byte) ([]byte, error) {
	out := make([]byte, 1+aead.NonceSize(), 1+aead.NonceSize()+len(plaintext)+aead.Overhead())
	out[0] = version
	if _, err := rand.Read(out[1:]); err != nil {
		return nil, err
	}
	return aead.Seal(out, out[1:], plaintext, aad), nil //nolint:gosec // the nonce was filled with random bytes just above
}

func openWith(aeads map[byte]cipher.AEAD, sealed, aad []byte) ([]byte, error) {
	if len(sealed) == 0 {
		return nil, ErrSealed
	}
	aead, known := aeads[sealed[0]]
	if !known || len(sealed) < 1+aead.NonceSize()+aead.Overhead() {
		return nil, ErrSealed
	}
	nonce, body := sealed[1:1+aead.NonceSize()], sealed[1+aead.NonceSize():]
	plaintext, err := aead.Open(nil, nonce, body, aad)
	if err != nil {
		return nil, ErrSealed
	}
	return plaintext, nil
}

// random returns n bytes of crypto/rand, which never fails.
func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}
