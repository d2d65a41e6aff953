package clientauth

import (
	"bytes"
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/maypok86/otter/v2"
	"github.com/signet-authz/signet/pkg/egress"
	"github.com/signet-authz/signet/pkg/keys"
	"github.com/signet-authz/signet/pkg/tenancy"
)

// KeySet names where the keys of a client, or of an issuer that it trusts, are.
type KeySet struct {
	Workspace tenancy.Workspace
	ClientID  string
	Version   int64  // of the client's registration
	Name      string // of the federated credential; empty for the client's own
	JWKS      []byte // inline
	URI       string // or to be fetched
	Issuer    string // or to be found by discovery
	Bundle    bool   // the set is a SPIFFE trust bundle
}

// KeySource has the keys that assertions are verified with. Sets that stand in a
// registration are parsed once for as long as they stay the same; others are
// fetched and kept:
//
//   - A set is fresh for as long as its source says, from a minute to an hour. It
//     is fetched anew a little before that ends, so that requests need not wait.
//   - While the source fails, what it last said is used for up to a day.
//   - Keys that verify nothing are asked for once more, at most once a minute: a
//     key that was just exchanged is found, and signatures of anyone's making
//     cannot be turned into a flood of fetches.
//   - One fetch of a set is under way at a time, few requests wait for it, and
//     none beyond its own end. After a failure there is a growing pause.
type KeySource struct {
	deps   KeySourceDeps
	inline *otter.Cache[setName, *inlineSet]
	remote *otter.Cache[setOrigin, *remoteSet]
}

// KeySourceDeps are what a KeySource needs. Refused may be nil.
type KeySourceDeps struct {
	Egress *egress.Client
	// Refused is told that a client's keys were to be fetched from where nothing
	// may be fetched, at most once a minute for each set. It must not block.
	Refused func(w tenancy.Workspace, clientID, reason string)
	Now     func() time.Time
}

// Bounds of what is kept, in bytes of the documents that it came from; parsed
// keys are about as large.
const (
	inlineBytes = 32 << 20
	remoteBytes = 32 << 20
	setOverhead = 512
)

// setName names a set within the process.
type setName struct {
	workspace          uuid.UUID
	client, credential string
}

// setOrigin is where a set comes from besides. A client that is registered
// anew with another source has nothing of its former one.
type setOrigin struct {
	setName
	uri, issuer string
	bundle      bool
}

// NewKeySource returns a KeySource with nothing in it. It panics where a
// dependency is missing.
func NewKeySource(d KeySourceDeps) *KeySource {
	if d.Egress == nil || d.Now == nil {
		panic("clientauth: a key source needs a way out and a clock")
	}
	if d.Refused == nil {
		d.Refused = func(tenancy.Workspace, string, string) {}
	}
	return &KeySource{
		deps: d,
		inline: otter.Must(&otter.Options[setName, *inlineSet]{
			MaximumWeight: inlineBytes,
			Weigher:       func(_ setName, s *inlineSet) uint32 { return setOverhead + uint32(len(s.jwks)) },
		}),
		remote: otter.Must(&otter.Options[setOrigin, *remoteSet]{
			MaximumWeight: remoteBytes,
			Weigher:       func(_ setOrigin, r *remoteSet) uint32 { return setOverhead + r.size.Load() },
		}),
	}
}

// errNoKeys says that a registration names no keys and no place to find them.
var errNoKeys = errors.New("none are registered")

// Keys returns the keys of a set. The error is fit for an explanation.
func (s *KeySource) Keys(ctx context.Context, set KeySet) (*keys.ClientKeys, error) {
	switch {
	case len(set.JWKS) > 0:
		return s.parsed(set)
	case !set.fetched():
		return nil, errNoKeys
	}
	return s.of(set).get(ctx, set.Version)
}

// Newer asks the source of a set again, where it is other than what is at hand.
func (s *KeySource) Newer(ctx context.Context, set KeySet, than *keys.ClientKeys) (*keys.ClientKeys, bool) {
	if !set.fetched() {
		return nil, false
	}
	return s.of(set).newer(ctx, set.Version, than)
}

// fetched tells whether the set is to be fetched. A trust domain has no
// discovery document.
func (k *KeySet) fetched() bool {
	return len(k.JWKS) == 0 && (k.URI != "" || k.Issuer != "" && !k.Bundle)
}

// parse reads a document as what the set must be.
func (k *KeySet) parse(document []byte) (*keys.ClientKeys, error) {
	if k.Bundle {
		return keys.ParseBundle(document)
	}
	return keys.ParseClientKeys(document)
}

func (k *KeySet) name() setName {
	return setName{workspace: k.Workspace.ID(), client: k.ClientID, credential: k.Name}
}

// inlineSet is a set that stands in a registration, with what came of parsing it.
type inlineSet struct {
	jwks   []byte
	bundle bool
	keys   *keys.ClientKeys
	err    error
}

// parsed compares the set with the one that was parsed, byte for byte: a client
// that was deleted and registered anew under its id and version must never be
// proven by its predecessor's keys.
func (s *KeySource) parsed(set KeySet) (*keys.ClientKeys, error) {
	name := set.name()
	known, ok := s.inline.GetIfPresent(name)
	if !ok || known.bundle != set.Bundle || !bytes.Equal(known.jwks, set.JWKS) {
		known = &inlineSet{jwks: set.JWKS, bundle: set.Bundle}
		known.keys, known.err = set.parse(set.JWKS)
		s.inline.Set(name, known)
	}
	return known.keys, known.err
}

// of finds a set that is fetched, or begins one.
func (s *KeySource) of(set KeySet) *remoteSet {
	origin := setOrigin{setName: set.name(), uri: set.URI, issuer: set.Issuer, bundle: set.Bundle}
	if r, ok := s.remote.GetIfPresent(origin); ok {
		return r
	}
	r, _ := s.remote.SetIfAbsent(origin, &remoteSet{source: s, origin: origin, set: set})
	return r
}
