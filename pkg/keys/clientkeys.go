package keys

import (
	"bytes"
	"crypto"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/signet-authz/signet/pkg/oauth"
)

// Bounds of a client's JWK set.
const (
	MaxClientKeys      = 20
	MaxClientJWKSBytes = 64 << 10
)

// ErrNoClientKeys says that a JWK set is sound and has no key that could sign: its
// owner has none, or none any more.
var ErrNoClientKeys = errors.New("the JWK set has no key for signatures")

// privateMembers are the members of RFC 7518, section 6, that only a private
// or symmetric key has.
var privateMembers = [...]string{"d", "p", "q", "dp", "dq", "qi", "oth", "k"}

// ClientKeys are the public keys of a client, or of an issuer whose tokens a
// client presents, parsed and found sound.
type ClientKeys struct{ keys []clientKey }

type clientKey struct {
	id     string // the kid, or where there is none the key's thumbprint
	kid    string
	alg    string // empty where the JWK does not say
	public crypto.PublicKey
	// What names a certificate of the key: one in full, or its thumbprint.
	certificate []byte
	expires     time.Time
	thumbprint  string
}

// Values of the member "use" of keys that sign.
const (
	useSignature = "sig"      // RFC 7517, section 4.2
	useJWTSVID   = "jwt-svid" // SPIFFE Trust Domain and Bundle, section 4.2.2
)

// ParseClientKeys reads a client's JWK set (RFC 7591, section 2). It refuses
// sets that hold anything private or symmetric, RSA keys below 2048 bits,
// curves other than P-256, P-384, P-521, Ed25519 and Ed448, points off their
// curve, certificates of other keys, and sets without a key for signatures. Keys for encryption may stand in
// the set and are not used. The error is fit to be shown to whoever registers.
func ParseClientKeys(jwks []byte) (*ClientKeys, error) { return parseClientKeys(jwks, useSignature) }

// ParseBundle reads the JWK set of a SPIFFE trust domain: of its keys, those for
// JWT-SVIDs.
func ParseBundle(jwks []byte) (*ClientKeys, error) { return parseClientKeys(jwks, useJWTSVID) }

func parseClientKeys(jwks []byte, purpose string) (*ClientKeys, error) {
	if len(jwks) > MaxClientJWKSBytes {
		return nil, errors.New("the JWK set is too long")
	}
	set, err := object(jwks)
	if err != nil {
		return nil, errors.New("the JWK set is " + err.Error())
	}
	var raws []json.RawMessage
	if list := bytes.TrimSpace(set["keys"]); len(list) == 0 || list[0] != '[' || json.Unmarshal(list, &raws) != nil {
		return nil, errors.New(`the JWK set has no array "keys"`)
	}
	if len(raws) > MaxClientKeys {
		return nil, fmt.Errorf("the JWK set has more than %d keys", MaxClientKeys)
	}
	c := &ClientKeys{}
	for i, raw := range raws {
		k, signs, err := parseClientKey(raw, purpose)
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", i+1, err)
		}
		if !signs {
			continue
		}
		if k.kid != "" && slices.ContainsFunc(c.keys, func(o clientKey) bool { return o.kid == k.kid }) {
			return nil, fmt.Errorf("key %d: its kid is another key's too", i+1)
		}
		c.keys = append(c.keys, k)
	}
	if len(c.keys) == 0 {
		return nil, ErrNoClientKeys
	}
	return c, nil
}

// parseClientKey reads one key. signs is false for keys that are meant for
// something else than signatures.
func parseClientKey(raw []byte, purpose string) (k clientKey, signs bool, err error) {
	members, err := object(raw)
	if err != nil {
		return clientKey{}, false, errors.New("it is " + err.Error())
	}
	for _, name := range privateMembers {
		if _, present := members[name]; present {
			return clientKey{}, false, errors.New("it has the private member " + name + "; register public keys only")
		}
	}
	var kty, use string
	for name, field := range map[string]*string{"kty": &kty, "use": &use, "kid": &k.kid, "alg": &k.alg} {
		if *field, err = text(members, name); err != nil {
			return clientKey{}, false, err
		}
	}
	switch kty {
	case ktyEC, ktyRSA, ktyOKP:
	case "", ktyOct:
		return clientKey{}, false, errors.New("kty must be EC, RSA or OKP")
	default:
		// A kind that is not known here is no reason to refuse the others (RFC 7517,
		// section 5).
		return clientKey{}, false, nil
	}
	if len(k.kid) > maxKIDBytes {
		return clientKey{}, false, errors.New("kid is too long")
	}
	if signs, err = forSignatures(use, members["key_ops"], purpose); err != nil || !signs {
		return clientKey{}, false, err
	}
	if k.public, err = parseJWK(raw); err != nil {
		return clientKey{}, false, err
	}
	if k.alg != "" && !slices.Contains(clientAlgs(k.public), k.alg) {
		return clientKey{}, false, errors.New("alg does not fit the key")
	}
	if err := k.readCertificate(members); err != nil {
		return clientKey{}, false, err
	}
	if k.id = k.kid; k.id == "" {
		k.id = thumbprint(kty, members)
	}
	return k, true, nil
}

// thumbprint names a key by what it is (RFC 7638). The members are sound.
func thumbprint(kty string, members map[string]json.RawMessage) string {
	var required []string
	switch kty {
	case ktyEC:
		required = []string{"crv", "kty", "x", "y"}
	case ktyRSA:
		required = []string{"e", "kty", "n"}
	default:
		required = []string{"crv", "kty", "x"}
	}
	out := []byte{'{'}
	for i, name := range required {
		if i > 0 {
			out = append(out, ',')
		}
		value, _ := text(members, name)
		out = append(out, `"`+name+`":"`+value+`"`...)
	}
	sum := sha256.Sum256(append(out, '}'))
	return b64.EncodeToString(sum[:])
}

// forSignatures reads use and key_ops (RFC 7517, sections 4.2 and 4.3).
func forSignatures(use string, ops json.RawMessage, purpose string) (bool, error) {
	if use != "" && use != purpose {
		return false, nil
	}
	if ops == nil {
		return true, nil
	}
	var list []string
	if err := json.Unmarshal(ops, &list); err != nil {
		return false, errors.New("key_ops is not an array of strings")
	}
	return slices.Contains(list, "verify"), nil
}

// clientAlgs lists the algorithms that a client may sign with using the key.
func clientAlgs(public crypto.PublicKey) []string {
	var algs []string
	for _, name := range oauth.KeyAlgs() {
		if a, ok := algorithmOf(modernAlg(name)); ok && a.fits(public) {
			algs = append(algs, name)
		}
	}
	return algs
}

// Len is the number of keys that can verify.
func (c *ClientKeys) Len() int { return len(c.keys) }

// Algs lists the algorithms that the keys can verify, without repetition.
func (c *ClientKeys) Algs() []string {
	var algs []string
	for _, k := range c.keys {
		for _, alg := range clientAlgs(k.public) {
			if (k.alg == "" || modernAlg(k.alg) == modernAlg(alg)) && !slices.Contains(algs, alg) {
				algs = append(algs, alg)
			}
		}
	}
	return algs
}

// IDs names the keys: each by its kid or, where it has none, by its thumbprint
// (RFC 7638).
func (c *ClientKeys) IDs() []string {
	ids := make([]string, len(c.keys))
	for i, k := range c.keys {
		ids[i] = k.id
	}
	return ids
}

// Verify checks the signature of a JWT that the client made, such as a client
// assertion. allowed are the algorithms that it may use; EdDSA and Ed25519 name
// the same. Where the header has a kid only keys of that kid, or without one, are
// tried, else every key that fits. What a header says of keys ("jwk", "jku",
// "x5c", "x5u") is never believed. The result names the key, as IDs does. The
// error is ErrToken.
func (c *ClientKeys) Verify(u Unverified, allowed []string) (string, error) {
	h := u.Header
	name := modernAlg(h.Alg)
	a, ok := algorithmOf(name)
	if !ok || !slices.ContainsFunc(allowed, func(alg string) bool { return modernAlg(alg) == name }) {
		return "", refuse("alg is not allowed")
	}
	for _, k := range c.keys {
		if h.Kid != "" && k.kid != "" && h.Kid != k.kid || k.alg != "" && modernAlg(k.alg) != name {
			continue
		}
		if a.verify(k.public, []byte(u.parts.input), u.parts.sig) {
			return k.id, nil
		}
	}
	return "", refuse("no key of the client verifies the signature")
}

// modernAlg is the fully specified name of an algorithm (RFC 9864).
func modernAlg(alg string) string {
	if alg == oauth.EdDSA {
		return oauth.Ed25519
	}
	return alg
}
