package keys

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/sha512"
	"errors"
	"fmt"
	"math/bits"

	"github.com/cloudflare/circl/sign/ed448"
	"github.com/signet-authz/signet/pkg/oauth"
)

// ErrAlg says that a signing algorithm is unknown here.
var ErrAlg = errors.New("keys: unknown signing algorithm")

// rsaBits is the size of the RSA keys made here.
const rsaBits = 2048

// scheme is the mathematics behind a JWS algorithm.
type scheme int

const (
	schemeECDSA scheme = iota
	schemePKCS1v15
	schemePSS
	schemeEd25519
	schemeEd448
)

// algorithm is one row of the table of JWS algorithms.
type algorithm struct {
	name   string
	kty    string
	scheme scheme
	hash   crypto.Hash
	curve  elliptic.Curve // of ECDSA
	octets int            // length of r and of s in an ECDSA signature (RFC 7518, section 3.4)
}

// algorithmOf finds an algorithm by its JOSE name. There is no "none" and
// nothing symmetric in the table, so neither can ever be selected.
func algorithmOf(name string) (algorithm, bool) {
	switch name {
	case oauth.ES256:
		return algorithm{name: name, kty: ktyEC, scheme: schemeECDSA, hash: crypto.SHA256, curve: elliptic.P256(), octets: 32}, true
	case oauth.ES384:
		return algorithm{name: name, kty: ktyEC, scheme: schemeECDSA, hash: crypto.SHA384, curve: elliptic.P384(), octets: 48}, true
	case oauth.ES512:
		return algorithm{name: name, kty: ktyEC, scheme: schemeECDSA, hash: crypto.SHA512, curve: elliptic.P521(), octets: 66}, true
	case oauth.RS256:
		return algorithm{name: name, kty: ktyRSA, scheme: schemePKCS1v15, hash: crypto.SHA256}, true
	case oauth.RS384:
		return algorithm{name: name, kty: ktyRSA, scheme: schemePKCS1v15, hash: crypto.SHA384}, true
	case oauth.RS512:
		return algorithm{name: name, kty: ktyRSA, scheme: schemePKCS1v15, hash: crypto.SHA512}, true
	case oauth.PS256:
		return algorithm{name: name, kty: ktyRSA, scheme: schemePSS, hash: crypto.SHA256}, true
	case oauth.PS384:
		return algorithm{name: name, kty: ktyRSA, scheme: schemePSS, hash: crypto.SHA384}, true
	case oauth.PS512:
		return algorithm{name: name, kty: ktyRSA, scheme: schemePSS, hash: crypto.SHA512}, true
	case oauth.Ed25519:
		return algorithm{name: name, kty: ktyOKP, scheme: schemeEd25519}, true
	case oauth.Ed448:
		return algorithm{name: name, kty: ktyOKP, scheme: schemeEd448}, true
	default:
		return algorithm{}, false
	}
}

// generate makes a fresh private key for the algorithm.
func (a algorithm) generate() (crypto.Signer, error) {
	switch a.scheme {
	case schemeECDSA:
		return ecdsa.GenerateKey(a.curve, rand.Reader)
	case schemePKCS1v15, schemePSS:
		return rsa.GenerateKey(rand.Reader, rsaBits)
	case schemeEd25519:
		_, private, err := ed25519.GenerateKey(rand.Reader)
		return private, err
	default:
		return nil, ErrAlg
	}
}

// fits tells whether a public key is of the algorithm's kind.
func (a algorithm) fits(public crypto.PublicKey) bool {
	switch k := public.(type) {
	case *ecdsa.PublicKey:
		return a.scheme == schemeECDSA && k.Curve == a.curve
	case *rsa.PublicKey:
		return a.scheme == schemePKCS1v15 || a.scheme == schemePSS
	case ed25519.PublicKey:
		return a.scheme == schemeEd25519
	case ed448.PublicKey:
		return a.scheme == schemeEd448
	default:
		return false
	}
}

// digest appends the hash of the signing input; EdDSA signs the input itself.
func (a algorithm) digest(dst, input []byte) []byte {
	switch a.hash {
	case crypto.SHA256:
		sum := sha256.Sum256(input)
		return append(dst, sum[:]...)
	case crypto.SHA384:
		sum := sha512.Sum384(input)
		return append(dst, sum[:]...)
	case crypto.SHA512:
		sum := sha512.Sum512(input)
		return append(dst, sum[:]...)
	default:
		return append(dst, input...)
	}
}

// sign returns the JWS signature over the signing input.
func (a algorithm) sign(private crypto.Signer, input []byte) ([]byte, error) {
	if !a.fits(private.Public()) {
		return nil, fmt.Errorf("%w: the key is not one for %s", ErrAlg, a.name)
	}
	if k, ok := private.(ed25519.PrivateKey); ok {
		return ed25519.Sign(k, input), nil
	}
	var room [sha512.Size]byte
	digest := a.digest(room[:0], input)
	switch k := private.(type) {
	case *ecdsa.PrivateKey:
		der, err := ecdsa.SignASN1(rand.Reader, k, digest)
		if err != nil {
			return nil, err
		}
		return concatFromDER(der, a.octets)
	case *rsa.PrivateKey:
		if a.scheme == schemePSS {
			return rsa.SignPSS(rand.Reader, k, a.hash, digest, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
		}
		return rsa.SignPKCS1v15(nil, k, a.hash, digest)
	default:
		return nil, ErrAlg
	}
}

// verify tells whether sig is the key's JWS signature over the signing input.
func (a algorithm) verify(public crypto.PublicKey, input, sig []byte) bool {
	if !a.fits(public) {
		return false
	}
	switch k := public.(type) {
	case ed25519.PublicKey:
		return len(k) == ed25519.PublicKeySize && ed25519.Verify(k, input, sig)
	case ed448.PublicKey:
		return len(k) == ed448.PublicKeySize && len(sig) == ed448.SignatureSize && ed448.Verify(k, input, sig, "")
	}
	var room [sha512.Size]byte
	digest := a.digest(room[:0], input)
	switch k := public.(type) {
	case *ecdsa.PublicKey:
		if len(sig) != 2*a.octets {
			return false
		}
		var der [144]byte
		return ecdsa.VerifyASN1(k, digest, derFromConcat(der[:0], sig))
	case *rsa.PublicKey:
		if a.scheme == schemePSS {
			return rsa.VerifyPSS(k, a.hash, digest, sig, &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash}) == nil
		}
		return rsa.VerifyPKCS1v15(k, a.hash, digest, sig) == nil
	default:
		return false
	}
}

var errDER = errors.New("keys: the ECDSA signature is malformed")

// concatFromDER turns the ASN.1 form of an ECDSA signature into the fixed
// length r || s of RFC 7518, section 3.4. The input comes from the standard
// library; a form that it never writes is an error all the same.
func concatFromDER(der []byte, octets int) ([]byte, error) {
	body, rest, ok := readTLV(der, 0x30)
	if !ok || len(rest) != 0 {
		return nil, errDER
	}
	r, body, okR := readTLV(body, 0x02)
	s, rest, okS := readTLV(body, 0x02)
	if !okR || !okS || len(rest) != 0 {
		return nil, errDER
	}
	out := make([]byte, 2*octets)
	for i, n := range [][]byte{r, s} {
		if len(n) > 0 && n[0] == 0 {
			n = n[1:]
		}
		if len(n) > octets {
			return nil, errDER
		}
		copy(out[(i+1)*octets-len(n):], n)
	}
	return out, nil
}

// readTLV reads one ASN.1 element of fewer than 256 octets.
func readTLV(b []byte, tag byte) (value, rest []byte, ok bool) {
	if len(b) < 2 || b[0] != tag {
		return nil, nil, false
	}
	size, at := int(b[1]), 2
	if b[1] == 0x81 && len(b) > 2 {
		size, at = int(b[2]), 3
	} else if b[1] >= 0x80 {
		return nil, nil, false
	}
	if len(b)-at < size {
		return nil, nil, false
	}
	return b[at : at+size], b[at+size:], true
}

// derFromConcat appends the ASN.1 form of r || s, which is what the standard
// library verifies.
func derFromConcat(dst, sig []byte) []byte {
	half := len(sig) / 2
	r, s := trimZeros(sig[:half]), trimZeros(sig[half:])
	body := integerLen(r) + integerLen(s)
	dst = append(dst, 0x30)
	if body >= 0x80 {
		dst = append(dst, 0x81)
	}
	dst = append(dst, byte(body))
	return appendInteger(appendInteger(dst, r), s)
}

func trimZeros(b []byte) []byte {
	for len(b) > 1 && b[0] == 0 {
		b = b[1:]
	}
	return b
}

func integerLen(n []byte) int { return 2 + len(n) + signOctet(n) }

// signOctet is 1 where a leading zero must keep the integer positive.
func signOctet(n []byte) int { return bits.Len8(n[0]) / 8 }

func appendInteger(dst, n []byte) []byte {
	dst = append(dst, 0x02, byte(len(n)+signOctet(n)))
	if signOctet(n) == 1 {
		dst = append(dst, 0)
	}
	return append(dst, n...)
}
