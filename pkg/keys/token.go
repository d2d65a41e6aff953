package keys

import (
	"errors"
	"fmt"
	"time"
)

// ErrNoKey says that the workspace has no key that signs with the algorithm.
var ErrNoKey = errors.New("keys: no key signs with this algorithm now")

// signRoom is the size of nearly every token; longer ones take room of their own.
const signRoom = 2048

// Sign returns the claims as a JWS in compact form, signed with the key that is
// active now. The header holds alg, kid and typ; an empty typ is left out. The
// error is ErrNoKey, or says that the token would be too long to be read again.
func (g *Ring) Sign(now time.Time, alg, typ string, claims []byte) (string, error) {
	k := g.at(now).signing[alg]
	if k == nil || k.private == nil {
		return "", fmt.Errorf("%w: %s", ErrNoKey, alg)
	}
	header, ready := k.headers[typ]
	if !ready {
		header = encodeHeader(k.Alg, k.KID, typ)
	}
	var room [signRoom]byte
	buf := append(room[:0], header...)
	buf = b64.AppendEncode(buf, claims)
	sig, err := k.alg.sign(k.private, buf)
	if err != nil {
		return "", fmt.Errorf("keys: signing with %s: %w", alg, err)
	}
	buf = append(buf, '.')
	buf = b64.AppendEncode(buf, sig)
	if len(buf) > MaxTokenBytes {
		return "", errors.New("keys: the claims are too long for a token")
	}
	return string(buf), nil
}

// Verify checks a JWS of the workspace against the keys published now. The
// header names one of them by kid, with exactly its algorithm, and says nothing
// beyond what Sign writes. What the claims say is the caller's to judge, typ
// included. The error is ErrToken.
func (g *Ring) Verify(now time.Time, token string) (Verified, error) {
	c, err := splitCompact(token)
	if err != nil {
		return Verified{}, err
	}
	k, h, err := g.keyFor(c.header)
	if err != nil {
		return Verified{}, err
	}
	if !g.at(now).published[k] {
		return Verified{}, refuse("the key is no longer published")
	}
	if !k.alg.verify(k.public, []byte(c.input), c.sig) {
		return Verified{}, refuse("the signature does not hold")
	}
	claims, err := c.claims()
	if err != nil {
		return Verified{}, err
	}
	return Verified{Header: h, Claims: claims}, nil
}

// keyFor finds the key that a header names. Headers of our own making are
// recognised as they stand; only others are parsed.
func (g *Ring) keyFor(encoded string) (*ringKey, Header, error) {
	if own, ok := g.headers[encoded]; ok {
		return own.key, Header{Alg: own.key.Alg, Kid: own.key.KID, Typ: own.typ}, nil
	}
	h, others, err := parseHeader(encoded)
	if err != nil {
		return nil, Header{}, err
	}
	if len(others) > 0 {
		return nil, Header{}, refuse("the header has more than alg, kid and typ")
	}
	k, ok := g.byKID[h.Kid]
	if !ok {
		return nil, Header{}, refuse("no key has this kid")
	}
	if h.Alg != k.Alg {
		return nil, Header{}, refuse("alg is not that of the key")
	}
	return k, h, nil
}

// SealToken makes an opaque access token: the claims, encrypted under a key of
// this workspace alone.
func (g *Ring) SealToken(claims []byte) (string, error) {
	raw, err := sealWith(g.tokens[g.current], g.current, claims, g.aad)
	if err != nil {
		return "", err
	}
	if b64.EncodedLen(len(raw)) > MaxTokenBytes {
		return "", errors.New("keys: the claims are too long for a token")
	}
	return b64.EncodeToString(raw), nil
}

// OpenToken returns the claims of an opaque access token of this workspace.
// The error is ErrToken.
func (g *Ring) OpenToken(token string) ([]byte, error) {
	if token == "" || len(token) > MaxTokenBytes {
		return nil, refuse("empty or too long")
	}
	raw, err := decodeBase64(token)
	if err != nil {
		return nil, refuse(err.Error())
	}
	claims, err := openWith(g.tokens, raw, g.aad)
	if err != nil {
		return nil, refuse("it was not sealed for this workspace")
	}
	return claims, nil
}
