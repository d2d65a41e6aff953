package keys

import (
	"encoding/binary"
	"math"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/tenancy"
)

const (
	refreshBody  = 16 + 16 + 8 // grant id, salt, generation
	refreshBytes = refreshBody + macBytes
)

// refreshChars is the length of a refresh token, 98 characters.
var refreshChars = b64.EncodedLen(refreshBytes)

// Refresh is what a refresh token says: which grant it belongs to, and which of
// the grant's tokens it is. Its MAC makes it unforgeable, so that a token of a
// past generation proves that it was issued once, and is being used again.
type Refresh struct {
	GrantID    uuid.UUID
	Salt       [16]byte
	Generation int64 // 1 for the first token of a grant
}

// NewRefresh is the first refresh token of a grant.
func NewRefresh(grant uuid.UUID) Refresh {
	return Refresh{GrantID: grant, Salt: [16]byte(random(16)), Generation: 1}
}

// FormatRefresh writes the token: base64url, without a prefix. The same Refresh
// always gives the same token while the root secret stays.
func (r *Root) FormatRefresh(w tenancy.Workspace, t Refresh) string {
	body := make([]byte, 0, refreshBytes)
	body = append(body, t.GrantID[:]...)
	body = append(body, t.Salt[:]...)
	body = binary.BigEndian.AppendUint64(body, uint64(t.Generation))
	mac := r.mac(r.current, purposeRefresh, w.ID(), [][]byte{body})
	return b64.EncodeToString(append(body, mac...))
}

// ParseRefresh reads a refresh token of the workspace. It is false for all
// else: other workspaces' tokens, other spellings, anything changed.
func (r *Root) ParseRefresh(w tenancy.Workspace, s string) (Refresh, bool) {
	if len(s) != refreshChars {
		return Refresh{}, false
	}
	raw, err := decodeBase64(s)
	if err != nil || !r.verifyMAC(raw[refreshBody:], purposeRefresh, w.ID(), [][]byte{raw[:refreshBody]}) {
		return Refresh{}, false
	}
	generation := binary.BigEndian.Uint64(raw[32:refreshBody])
	if generation == 0 || generation > math.MaxInt64 {
		return Refresh{}, false
	}
	return Refresh{GrantID: uuid.UUID(raw[:16]), Salt: [16]byte(raw[16:32]), Generation: int64(generation)}, true
}
