package keys

import (
	"bytes"
	"cmp"
	"crypto"
	"crypto/cipher"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/tenancy"
	"golang.org/x/crypto/chacha20poly1305"
)

// SealKey makes a signing key of a workspace out of fresh material: a random
// kid, the public JWK, and the private key sealed for this row alone. created
// is when it is first published, activates when it first signs. The first key
// of a workspace may do both at once, as nobody has cached its JWKS yet; for a
// key that stands by use SealNext.
func (r *Root) SealKey(workspaceID uuid.UUID, m Material, created, activates time.Time) (domain.SigningKey, error) {
	if m.private == nil {
		return domain.SigningKey{}, errors.New("keys: the material is empty")
	}
	k := domain.SigningKey{KID: newKID(), Alg: m.alg.name, CreatedAt: created, ActivatesAt: activates}
	var err error
	if k.PublicJWK, err = encodeJWK(k.KID, m.alg, m.private.Public()); err != nil {
		return domain.SigningKey{}, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(m.private)
	if err != nil {
		return domain.SigningKey{}, fmt.Errorf("keys: encoding a private key: %w", err)
	}
	defer clear(der)
	if k.Sealed, err = r.Seal(der, keyAAD(workspaceID, k)); err != nil {
		return domain.SigningKey{}, err
	}
	return k, nil
}

// SealNext makes the key that stands by, published from now on: it signs after
// RotationPeriod, or when Rotate calls it.
func (r *Root) SealNext(workspaceID uuid.UUID, m Material, now time.Time) (domain.SigningKey, error) {
	return r.SealKey(workspaceID, m, now, now.Add(RotationPeriod))
}

func keyAAD(workspaceID uuid.UUID, k domain.SigningKey) []byte {
	return AAD(workspaceID.String(), "signing_keys", k.KID, k.Alg)
}

// Ring is what one workspace signs, seals and verifies with. It is parsed and
// opened once and is safe for concurrent use. What it does depends on the
// moment it is asked about: keys take turns without the ring being loaded anew.
type Ring struct {
	keys    []*ringKey
	byKID   map[string]*ringKey
	headers map[string]known // the encoded headers of our own tokens
	records []domain.SigningKey
	first   []string // algorithms whose keys lead the JWKS

	tokens  map[byte]cipher.AEAD
	current byte
	aad     []byte

	view atomic.Pointer[view]
}

type ringKey struct {
	domain.SigningKey
	alg     algorithm
	public  crypto.PublicKey
	private crypto.Signer // nil for keys that will not sign again
	jwk     []byte
	headers map[string]string // by typ; with the trailing dot
}

type known struct {
	key *ringKey
	typ string
}

// Types of the tokens whose headers are written ahead; others work as well.
const (
	typAccessToken = "at+jwt"
	typJWT         = "JWT"
)

// OpenRing parses and opens a workspace's signing keys. It fails if any of
// them is damaged, or belongs to another workspace.
func (r *Root) OpenRing(w tenancy.Workspace, ks []domain.SigningKey) (*Ring, error) {
	settings := w.Settings()
	g := &Ring{
		byKID:   make(map[string]*ringKey, len(ks)),
		headers: make(map[string]known, 2*len(ks)),
		records: slices.Clone(ks),
		first:   []string{settings.IDTokenAlg(&domain.Client{}), settings.AccessTokenSigningAlg},
		tokens:  make(map[byte]cipher.AEAD, len(r.secrets)),
		current: r.current,
		aad:     AAD(w.Key(), "access_token"),
	}
	signs := mayStillSign(ks)
	for i, record := range ks {
		k, err := r.openKey(w.ID(), record, signs[i])
		if err != nil {
			return nil, fmt.Errorf("keys: key %q of workspace %s: %w", record.KID, w.Key(), err)
		}
		if err := g.add(k); err != nil {
			return nil, err
		}
	}
	for version := range r.secrets {
		// 192-bit nonces may be drawn at random for as many tokens as there will
		// ever be; those of AES-GCM may not.
		aead, err := chacha20poly1305.NewX(r.subkey(version, purposeToken, w.ID()))
		if err != nil {
			return nil, err
		}
		g.tokens[version] = aead
	}
	return g, nil
}

func (g *Ring) add(k *ringKey) error {
	if _, twice := g.byKID[k.KID]; twice || k.KID == "" || len(k.KID) > maxKIDBytes {
		return fmt.Errorf("keys: the kid %q is empty, too long or used twice", k.KID)
	}
	g.keys, g.byKID[k.KID] = append(g.keys, k), k
	k.headers = make(map[string]string, 2)
	for _, typ := range []string{typAccessToken, typJWT} {
		h := encodeHeader(k.Alg, k.KID, typ)
		k.headers[typ], g.headers[h[:len(h)-1]] = h, known{k, typ}
	}
	return nil
}

// mayStillSign picks the keys whose private half is opened: those without a
// retirement, and per algorithm the newest with one, for a process whose clock
// is a moment behind that of the one which rotated.
func mayStillSign(ks []domain.SigningKey) []bool {
	out := make([]bool, len(ks))
	newest := map[string]int{}
	for i, k := range ks {
		switch {
		case !k.RevokedAt.IsZero():
		case k.RetiresAt.IsZero():
			out[i] = true
		default:
			if j, seen := newest[k.Alg]; !seen || laterKey(k, ks[j]) {
				newest[k.Alg] = i
			}
		}
	}
	for _, i := range newest {
		out[i] = true
	}
	return out
}

func (r *Root) openKey(workspaceID uuid.UUID, record domain.SigningKey, signs bool) (*ringKey, error) {
	a, ok := algorithmOf(record.Alg)
	if !ok {
		return nil, ErrAlg
	}
	k := &ringKey{SigningKey: record, alg: a}
	var err error
	if k.public, err = parseJWK(record.PublicJWK); err != nil {
		return nil, err
	}
	// What is published is written anew: a record with more in it than it
	// should have does not leak.
	if k.jwk, err = encodeJWK(k.KID, a, k.public); err != nil {
		return nil, err
	}
	if !signs {
		return k, nil
	}
	der, err := r.Open(record.Sealed, keyAAD(workspaceID, record))
	if err != nil {
		return nil, err
	}
	defer clear(der)
	private, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, errors.New("the private key cannot be read")
	}
	if k.private, ok = private.(crypto.Signer); !ok {
		return nil, ErrAlg
	}
	own, err := encodeJWK(k.KID, a, k.private.Public())
	if err != nil || !bytes.Equal(own, k.jwk) {
		return nil, errors.New("the public key is not that of the private key")
	}
	return k, nil
}

// Format keeps private keys out of whatever prints a Ring.
func (g *Ring) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("keys.Ring(redacted)")) }

// view is what the ring does between two moments at which a key activates or
// retires.
type view struct {
	from, until time.Time // until is zero where nothing further is planned
	signing     map[string]*ringKey
	algs        []string
	published   map[*ringKey]bool
	body        []byte
	etag        string
}

// at returns the ring's view of the moment. Views follow each other rarely, so
// that the latest is nearly always the right one.
func (g *Ring) at(now time.Time) *view {
	if v := g.view.Load(); v != nil && !now.Before(v.from) && (v.until.IsZero() || now.Before(v.until)) {
		return v
	}
	v := g.look(now)
	g.view.Store(v)
	return v
}

func (g *Ring) look(now time.Time) *view {
	v := &view{signing: map[string]*ringKey{}, published: map[*ringKey]bool{}}
	for _, k := range g.keys {
		for _, t := range []time.Time{k.ActivatesAt, k.RetiresAt} {
			switch {
			case t.IsZero():
			case t.After(now):
				if v.until.IsZero() || t.Before(v.until) {
					v.until = t
				}
			case t.After(v.from):
				v.from = t
			}
		}
		if k.Published(now) {
			v.published[k] = true
		}
		if _, seen := v.signing[k.Alg]; seen {
			continue
		}
		if i := current(g.records, k.Alg, now); i >= 0 {
			v.signing[k.Alg] = g.byKID[g.records[i].KID]
			v.algs = append(v.algs, k.Alg)
		}
	}
	slices.SortFunc(v.algs, func(a, b string) int {
		return cmp.Or(cmp.Compare(g.rank(a), g.rank(b)), cmp.Compare(a, b))
	})
	v.body = g.encodeSet(v, now)
	v.etag = `"` + b64.EncodeToString(HashBearer(string(v.body))[:16]) + `"`
	return v
}

// rank orders algorithms: the workspace's defaults come first.
func (g *Ring) rank(alg string) int {
	if i := slices.Index(g.first, alg); i >= 0 {
		return i
	}
	return len(g.first)
}

// encodeSet writes the JWK set: signing keys first, those of the default
// algorithm before others, since some verifiers read the first key only; then
// what is to come; then what retires.
func (g *Ring) encodeSet(v *view, now time.Time) []byte {
	order := make([]*ringKey, 0, len(v.published))
	for k := range v.published {
		order = append(order, k)
	}
	group := func(k *ringKey) int {
		switch {
		case v.signing[k.Alg] == k:
			return 0
		case k.ActivatesAt.After(now):
			return 1
		default:
			return 2
		}
	}
	slices.SortFunc(order, func(a, b *ringKey) int {
		return cmp.Or(cmp.Compare(group(a), group(b)), cmp.Compare(g.rank(a.Alg), g.rank(b.Alg)), cmp.Compare(a.Alg, b.Alg),
			b.ActivatesAt.Compare(a.ActivatesAt), cmp.Compare(a.KID, b.KID))
	})
	set := struct {
		Keys []json.RawMessage `json:"keys"`
	}{Keys: make([]json.RawMessage, len(order))}
	for i, k := range order {
		set.Keys[i] = k.jwk
	}
	body, err := json.Marshal(set)
	if err != nil {
		panic(err) // its parts were marshalled before
	}
	return body
}

// JWKS is the JWK set to publish now (RFC 7517, section 5) and its strong
// entity tag. Do not change the body.
func (g *Ring) JWKS(now time.Time) (body []byte, etag string) {
	v := g.at(now)
	return v.body, v.etag
}

// Algs lists the algorithms that the workspace signs with now, its default
// first. Do not change the slice.
func (g *Ring) Algs(now time.Time) []string { return g.at(now).algs }

// Has tells whether the workspace can sign with the algorithm now.
func (g *Ring) Has(alg string, now time.Time) bool { return g.at(now).signing[alg] != nil }
