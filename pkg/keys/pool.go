package keys

import (
	"context"
	"crypto"
	"errors"
	"fmt"
	"sync"

	"github.com/signet-authz/signet/pkg/oauth"
)

// ErrPoolClosed says that keys are no longer made.
var ErrPoolClosed = errors.New("keys: the pool is closed")

// Material is a freshly made key pair that no workspace owns yet.
type Material struct {
	alg     algorithm
	private crypto.Signer
}

// Alg is the JWS algorithm that the key is for.
func (m Material) Alg() string { return m.alg.name }

// Format keeps the private key out of whatever prints a Material.
func (m Material) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("keys.Material(redacted)")) }

// Pool has key pairs made ahead, so that a new workspace need not wait for
// them. One background goroutine makes one key at a time, cheap ones first.
// RSA keys, which cost a thousand times as much, are stocked only once somebody
// has asked for one: most installations never do.
type Pool struct {
	stocks []*stock
	closed chan struct{}
	wake   chan struct{}
	// dear bounds RSA keys made on demand, however many ask at once.
	dear chan struct{}
	done sync.WaitGroup
	once sync.Once
}

type stock struct {
	alg    algorithm
	dear   bool
	ready  chan Material
	wanted chan struct{} // closed once the stock is to be kept
	want   sync.Once
}

// DefaultPoolSizes suits one process of an installation.
func DefaultPoolSizes() map[string]int {
	return map[string]int{oauth.ES256: 32, oauth.Ed25519: 4, oauth.RS256: 2, oauth.PS256: 2}
}

// NewPool starts to fill a pool. sizes is how many keys of each algorithm are
// kept ready; it panics on an algorithm that does not exist. Call Close.
func NewPool(sizes map[string]int) *Pool {
	p := &Pool{closed: make(chan struct{}), wake: make(chan struct{}, 1), dear: make(chan struct{}, 1)}
	for name, size := range sizes {
		a, ok := algorithmOf(name)
		if !ok || size < 0 {
			panic(fmt.Sprintf("keys: no pool of %d keys for %q", size, name))
		}
		s := &stock{alg: a, dear: a.kty == ktyRSA, ready: make(chan Material, size), wanted: make(chan struct{})}
		if s.dear {
			p.stocks = append(p.stocks, s)
		} else {
			s.keep()
			p.stocks = append([]*stock{s}, p.stocks...)
		}
	}
	p.done.Add(1)
	go p.fill()
	return p
}

// Take returns a key of the algorithm: at once where one is ready, else made
// on the spot. The error is ErrAlg, ErrPoolClosed or the context's.
func (p *Pool) Take(ctx context.Context, alg string) (Material, error) {
	a, ok := algorithmOf(alg)
	if !ok {
		return Material{}, ErrAlg
	}
	select {
	case <-p.closed:
		return Material{}, ErrPoolClosed
	default:
	}
	for _, s := range p.stocks {
		if s.alg.name != alg {
			continue
		}
		s.keep()
		defer p.nudge()
		select {
		case m := <-s.ready:
			return m, nil
		default:
		}
	}
	return p.generate(ctx, a)
}

// generate makes a key in place. RSA keys are made one at a time.
func (p *Pool) generate(ctx context.Context, a algorithm) (Material, error) {
	if err := ctx.Err(); err != nil {
		return Material{}, err
	}
	if a.kty == ktyRSA {
		select {
		case p.dear <- struct{}{}:
			defer func() { <-p.dear }()
		case <-ctx.Done():
			return Material{}, ctx.Err()
		case <-p.closed:
			return Material{}, ErrPoolClosed
		}
	}
	return newMaterial(a)
}

func newMaterial(a algorithm) (Material, error) {
	private, err := a.generate()
	if err != nil {
		return Material{}, fmt.Errorf("keys: making a key for %s: %w", a.name, err)
	}
	return Material{alg: a, private: private}, nil
}

// Close stops the filling and waits for the key that is being made, at most
// some hundred milliseconds.
func (p *Pool) Close() {
	p.once.Do(func() { close(p.closed) })
	p.done.Wait()
}

// fill keeps the stocks full until the pool is closed.
func (p *Pool) fill() {
	defer p.done.Done()
	for {
		s := p.lacking()
		if s == nil {
			select {
			case <-p.wake:
				continue
			case <-p.closed:
				return
			}
		}
		select {
		case <-p.closed:
			return
		default:
		}
		m, err := newMaterial(s.alg)
		if err != nil {
			return // the machine's randomness is broken: Take reports it
		}
		s.ready <- m // only this goroutine adds, so there is room
	}
}

// lacking is the first stock that is kept and not full.
func (p *Pool) lacking() *stock {
	for _, s := range p.stocks {
		select {
		case <-s.wanted:
			if len(s.ready) < cap(s.ready) {
				return s
			}
		default:
		}
	}
	return nil
}

func (p *Pool) nudge() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (s *stock) keep() { s.want.Do(func() { close(s.wanted) }) }
