package keys

import (
	"crypto/ed25519"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/oauth"
)

// purposeOwnClient separates the keys of the service's own clients.
const purposeOwnClient = "own_client:"

// OwnClient is a client that the service itself is at one of its workspaces.
// Its key pairs are derived from the root secrets, one of each version: nothing
// of them is stored, every process has them, and no two workspaces share one.
type OwnClient struct {
	root      *Root
	workspace uuid.UUID
	clientID  string
}

// OwnClient is the service's own client of that id at the workspace.
func (r *Root) OwnClient(workspace uuid.UUID, clientID string) OwnClient {
	return OwnClient{root: r, workspace: workspace, clientID: clientID}
}

// Alg is the algorithm by which the client signs.
func (OwnClient) Alg() string { return oauth.Ed25519 }

// key is the key pair of one version. HKDF gives a seed, and every seed is a
// key of Ed25519 (RFC 8032, section 5.1.5).
func (c OwnClient) key(version byte) ed25519.PrivateKey {
	return ed25519.NewKeyFromSeed(c.root.subkey(version, purposeOwnClient+c.clientID, c.workspace))
}

func (c OwnClient) kid(version byte) string { return "v" + strconv.Itoa(int(version)) }

// JWKS is what the client registers: the public keys of all versions, the one
// that signs first.
func (c OwnClient) JWKS() ([]byte, error) {
	alg, _ := algorithmOf(c.Alg())
	var set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	for _, version := range c.versions() {
		jwk, err := encodeJWK(c.kid(version), alg, c.key(version).Public())
		if err != nil {
			return nil, err
		}
		set.Keys = append(set.Keys, jwk)
	}
	return json.Marshal(set)
}

// versions are those configured, the current one first.
func (c OwnClient) versions() []byte {
	versions := []byte{c.root.current}
	for v := range c.root.secrets {
		if v != c.root.current {
			versions = append(versions, v)
		}
	}
	slices.Sort(versions[1:])
	return versions
}

// Sign returns the claims as a JWS in compact form, signed with the current key.
func (c OwnClient) Sign(typ string, claims []byte) string {
	input := encodeHeader(c.Alg(), c.kid(c.root.current), typ) + b64.EncodeToString(claims)
	return input + "." + b64.EncodeToString(ed25519.Sign(c.key(c.root.current), []byte(input)))
}

// Serves tells whether a registered JWK set is as it should be: it has the key
// that signs, and none of a root secret that was taken out of use. Keys of later
// versions than ours were registered by a process that is ahead of this one.
func (c OwnClient) Serves(jwks []byte) bool {
	registered, err := ParseClientKeys(jwks)
	if err != nil {
		return false
	}
	current := c.key(c.root.current).Public()
	signs := func(k clientKey) bool {
		public, ok := k.public.(ed25519.PublicKey)
		return ok && public.Equal(current) && k.kid == c.kid(c.root.current)
	}
	return slices.ContainsFunc(registered.keys, signs) && !slices.ContainsFunc(registered.IDs(), c.outOfUse)
}

func (c OwnClient) outOfUse(kid string) bool {
	n, err := strconv.ParseUint(strings.TrimPrefix(kid, "v"), 10, 8)
	if err != nil || c.kid(byte(n)) != kid {
		return true
	}
	_, configured := c.root.secrets[byte(n)]
	return !configured && byte(n) < c.root.current
}
