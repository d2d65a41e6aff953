package keys

import (
	"crypto/sha256"
	"strings"

	"github.com/signet-authz/signet/pkg/domain"
)

// NewBearer returns a fresh bearer value of 256 random bits, 43 characters of
// base64url: codes, session cookies, transactions, invitations.
func NewBearer() string { return b64.EncodeToString(random(32)) }

// HashBearer is what is kept of a bearer value: SHA-256, which is enough for
// values that cannot be guessed.
func HashBearer(s string) []byte {
	sum := sha256.Sum256([]byte(s))
	return sum[:]
}

// NewClientSecret returns a fresh client secret of 64 random bytes, 86
// characters of base64url: long enough to key HS512 with client_secret_jwt.
func NewClientSecret() string { return b64.EncodeToString(random(64)) }

// NewClientID returns a fresh client id of 128 random bits, 22 characters. It
// begins with a letter or digit, so that no command line takes it for an
// option, and never as user ids do.
func NewClientID() string {
	for {
		id := b64.EncodeToString(random(16))
		if id[0] != '-' && id[0] != '_' && !strings.HasPrefix(id, domain.UserIDPrefix) {
			return id
		}
	}
}

// NewUserID returns a fresh user id, "usr_" and 22 characters.
func NewUserID() string { return domain.UserIDPrefix + b64.EncodeToString(random(16)) }

// newKID returns a fresh key id.
func newKID() string { return b64.EncodeToString(random(16)) }
