package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	"github.com/cloudflare/circl/sign/ed448"
	"github.com/lestrrat-go/jwx/v2/jwk"
)

// Key types of RFC 7518, section 6.1, and RFC 8037.
const (
	ktyEC  = "EC"
	ktyRSA = "RSA"
	ktyOKP = "OKP"
	ktyOct = "oct" // symmetric
)

// Bounds of RSA keys. A longer modulus buys nothing here and makes every
// verification a burden that the key's owner chose and we carry.
const (
	minRSABits = 2048
	maxRSABits = 8192
)

// publicJWK is what we publish of a signing key. It has no member that could
// hold anything private.
type publicJWK struct {
	Kty string `json:"kty"`
	Use string `json:"use"`
	Alg string `json:"alg"`
	Kid string `json:"kid"`
	Crv string `json:"crv,omitempty"`
	X   string `json:"x,omitempty"`
	Y   string `json:"y,omitempty"`
	N   string `json:"n,omitempty"`
	E   string `json:"e,omitempty"`
}

// encodeJWK writes the public key of a signing key as a JWK (RFC 7517).
func encodeJWK(kid string, a algorithm, public crypto.PublicKey) ([]byte, error) {
	out := publicJWK{Kty: a.kty, Use: "sig", Alg: a.name, Kid: kid}
	if !a.fits(public) {
		return nil, fmt.Errorf("%w: the key is not one for %s", ErrAlg, a.name)
	}
	switch k := public.(type) {
	case *ecdsa.PublicKey:
		point, err := k.Bytes() // 4 || x || y
		if err != nil {
			return nil, err
		}
		half := (len(point) - 1) / 2
		out.Crv, out.X, out.Y = a.curve.Params().Name, b64.EncodeToString(point[1:1+half]), b64.EncodeToString(point[1+half:])
	case *rsa.PublicKey:
		out.N, out.E = b64.EncodeToString(k.N.Bytes()), b64.EncodeToString(big.NewInt(int64(k.E)).Bytes())
	case ed25519.PublicKey:
		out.Crv, out.X = "Ed25519", b64.EncodeToString(k)
	}
	return json.Marshal(out)
}

// parseJWK reads the public key out of a JWK and checks that it is sound.
func parseJWK(raw []byte) (crypto.PublicKey, error) {
	members, err := object(raw)
	if err != nil {
		return nil, errors.New("the JWK is " + err.Error())
	}
	if crv, _ := text(members, "crv"); crv == "Ed448" {
		return parseEd448(members)
	}
	parsed, err := jwk.ParseKey(raw)
	if err != nil {
		return nil, errors.New("the JWK cannot be read")
	}
	var public any
	if err := parsed.Raw(&public); err != nil {
		return nil, errors.New("the JWK cannot be read")
	}
	switch k := public.(type) {
	case *ecdsa.PublicKey:
		if public, err = soundEC(k); err != nil {
			return nil, err
		}
		size := (k.Curve.Params().BitSize + 7) / 8
		return public, hasOctets(members, size, size, "x", "y")
	case *rsa.PublicKey:
		// A longer exponent than Go can hold would be cut short in silence.
		if err := hasOctets(members, 1, 4, "e"); err != nil {
			return nil, err
		}
		if err := hasOctets(members, minRSABits/8, maxRSABits/8+1, "n"); err != nil {
			return nil, err
		}
		return soundRSA(k)
	case ed25519.PublicKey:
		return k, hasOctets(members, ed25519.PublicKeySize, ed25519.PublicKeySize, "x")
	default:
		return nil, errors.New("the key is not a public key for signatures")
	}
}

// parseEd448 reads a key of a curve that the library does not know (RFC 8037,
// section 2).
func parseEd448(members map[string]json.RawMessage) (crypto.PublicKey, error) {
	if kty, err := text(members, "kty"); err != nil || kty != ktyOKP {
		return nil, errors.New("the curve Ed448 is for keys of the type OKP")
	}
	if err := hasOctets(members, ed448.PublicKeySize, ed448.PublicKeySize, "x"); err != nil {
		return nil, err
	}
	x, err := text(members, "x")
	if err != nil {
		return nil, err
	}
	raw, err := decodeBase64(x)
	return ed448.PublicKey(raw), err
}

// hasOctets checks that members are canonical base64url of the length that RFC
// 7518, section 6, asks for; the library reads other spellings as well.
func hasOctets(members map[string]json.RawMessage, least, most int, names ...string) error {
	for _, name := range names {
		encoded, err := text(members, name)
		if err != nil {
			return err
		}
		raw, err := decodeBase64(encoded)
		if err != nil || len(raw) < least || len(raw) > most {
			return fmt.Errorf("%s is not canonical base64url of the right length", name)
		}
	}
	return nil
}

// soundEC refuses unknown curves and points that are not on theirs: with such
// a point a signature proves nothing.
func soundEC(k *ecdsa.PublicKey) (*ecdsa.PublicKey, error) {
	switch k.Curve {
	case elliptic.P256(), elliptic.P384(), elliptic.P521():
	default:
		return nil, errors.New("the curve must be P-256, P-384 or P-521")
	}
	point, err := k.Bytes()
	if err != nil {
		return nil, errors.New("the point is not on the curve")
	}
	sound, err := ecdsa.ParseUncompressedPublicKey(k.Curve, point)
	if err != nil {
		return nil, errors.New("the point is not on the curve")
	}
	return sound, nil
}

func soundRSA(k *rsa.PublicKey) (*rsa.PublicKey, error) {
	switch bits := k.N.BitLen(); {
	case bits < minRSABits:
		return nil, errors.New("an RSA key must have at least 2048 bits")
	case bits > maxRSABits:
		return nil, errors.New("an RSA key may have at most 8192 bits")
	case k.N.Bit(0) == 0:
		return nil, errors.New("the RSA modulus is even")
	case k.E < 3 || k.E&1 == 0:
		return nil, errors.New("the RSA exponent must be odd and at least 3")
	}
	return k, nil
}
