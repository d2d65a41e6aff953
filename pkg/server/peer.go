package server

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/signet-authz/signet/pkg/trace"
)

// HeaderPeer is the one header by which the gateway speaks of its caller.
const HeaderPeer = "Signet-Peer"

// Bounds of a seal.
const (
	sealAge       = 30 * time.Second // how long a seal is believed
	sealSkew      = 5 * time.Second  // how far ahead its maker's clock may be
	maxSealBytes  = 32 << 10
	maxChain      = 8
	minPeerKey    = 32
	sealVersion   = "v1"
	sealSeparator = "."
)

// Peer is who sent a request.
type Peer struct {
	IP          netip.Addr
	Scheme      string   // of the connection to the outside: http or https
	Certificate []byte   // the client certificate's DER, nil where none came
	Chain       [][]byte // what the client sent beside it, DER
	TraceID     string   // the id that the gateway gave the request; empty outside a seal
}

// Source is what limits count by: an address, or for IPv6 the network that one
// subscriber has to themself.
func (p Peer) Source() string {
	if p.IP.Is6() {
		if network, err := p.IP.Prefix(64); err == nil {
			return network.String()
		}
	}
	return p.IP.String()
}

// socketPeer is the peer as the connection shows it.
func socketPeer(r *http.Request) Peer {
	p := Peer{IP: socketAddr(r), Scheme: "http"}
	if r.TLS == nil {
		return p
	}
	p.Scheme = "https"
	for i, cert := range r.TLS.PeerCertificates {
		if i == 0 {
			p.Certificate = cert.Raw
			continue
		}
		p.Chain = append(p.Chain, cert.Raw)
	}
	return p
}

func socketAddr(r *http.Request) netip.Addr {
	ap, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	return ap.Addr().Unmap().WithZone("")
}

// Seal makes and opens Signet-Peer headers: a MAC over what the gateway knows
// of its caller, the method and path of the one request it speaks of, and the
// time. A seal for one request says nothing about another. It is safe for
// concurrent use.
type Seal struct {
	now  func() time.Time
	macs sync.Pool
}

// errSeal is all that a caller learns of a seal that does not verify.
var errSeal = errors.New("server: the Signet-Peer seal does not verify")

// NewSeal returns a seal under the key, which must have at least 32 bytes; it
// panics on a shorter one, since a guessable key lets anyone be anyone.
func NewSeal(key []byte, now func() time.Time) *Seal {
	if len(key) < minPeerKey {
		panic("server: the peer key has fewer than 32 bytes")
	}
	s := &Seal{now: now}
	s.macs.New = func() any { return hmac.New(sha256.New, key) }
	return s
}

// Header is the value of Signet-Peer that vouches for p on the request:
// version, milliseconds, trace id, address, scheme, MAC, then certificates.
func (s *Seal) Header(r *http.Request, p Peer) string {
	at := s.now().UnixMilli()
	ip := ""
	if p.IP.IsValid() {
		ip = p.IP.String()
	}
	var b strings.Builder
	b.Grow(160 + 2*len(p.Certificate))
	b.WriteString(sealVersion)
	b.WriteString(sealSeparator)
	b.WriteString(strconv.FormatInt(at, 10))
	b.WriteString(sealSeparator)
	b.WriteString(p.TraceID)
	b.WriteString(sealSeparator)
	// Colons and dots of addresses would need quoting beside the separator.
	b.WriteString(base64.RawURLEncoding.EncodeToString([]byte(ip)))
	b.WriteString(sealSeparator)
	b.WriteString(p.Scheme)
	b.WriteString(sealSeparator)
	mac := s.mac(r, at, ip, p)
	b.WriteString(base64.RawURLEncoding.EncodeToString(mac[:]))
	if p.Certificate != nil {
		b.WriteString(sealSeparator)
		b.WriteString(base64.RawURLEncoding.EncodeToString(p.Certificate))
		for _, c := range p.Chain {
			b.WriteString(sealSeparator)
			b.WriteString(base64.RawURLEncoding.EncodeToString(c))
		}
	}
	return b.String()
}

// Open returns the peer that the request's seal vouches for. It fails unless
// there is exactly one seal, in its one canonical spelling, not older than 30
// seconds, made under this key for this method and path.
func (s *Seal) Open(r *http.Request) (Peer, error) {
	values := r.Header[HeaderPeer]
	if len(values) != 1 || len(values[0]) > maxSealBytes {
		return Peer{}, errSeal
	}
	p, at, ip, mac, err := parseSeal(values[0])
	if err != nil {
		return Peer{}, err
	}
	want := s.mac(r, at, ip, p)
	if !hmac.Equal(mac, want[:]) {
		return Peer{}, errSeal
	}
	// Time is compared only after the MAC, so that nobody learns our clock.
	if age := s.now().Sub(time.UnixMilli(at)); age > sealAge || age < -sealSkew {
		return Peer{}, errSeal
	}
	return p, nil
}

func parseSeal(value string) (p Peer, at int64, ip string, mac []byte, err error) {
	var fields [6 + 1 + maxChain]string
	n := 0
	for rest, more := value, true; more; n++ {
		if n == len(fields) {
			return p, 0, "", nil, errSeal
		}
		fields[n], rest, more = strings.Cut(rest, sealSeparator)
	}
	if n < 6 || fields[0] != sealVersion || !trace.ValidID(fields[2]) || fields[4] != "http" && fields[4] != "https" {
		return p, 0, "", nil, errSeal
	}
	at, err = strconv.ParseInt(fields[1], 10, 64)
	if err != nil || strconv.FormatInt(at, 10) != fields[1] {
		return p, 0, "", nil, errSeal
	}
	p.TraceID, p.Scheme = fields[2], fields[4]
	raw, err := decodeField(fields[3])
	if err != nil {
		return p, 0, "", nil, errSeal
	}
	if ip = string(raw); ip != "" {
		if p.IP, err = netip.ParseAddr(ip); err != nil || p.IP.String() != ip {
			return p, 0, "", nil, errSeal
		}
	}
	if mac, err = decodeField(fields[5]); err != nil || len(mac) != sha256.Size {
		return p, 0, "", nil, errSeal
	}
	for i := 6; i < n; i++ {
		der, err := decodeField(fields[i])
		if err != nil || len(der) == 0 {
			return p, 0, "", nil, errSeal
		}
		if i == 6 {
			p.Certificate = der
			continue
		}
		p.Chain = append(p.Chain, der)
	}
	return p, at, ip, mac, nil
}

func decodeField(s string) ([]byte, error) {
	return base64.RawURLEncoding.Strict().DecodeString(s)
}

// mac covers every field with its length before it, so that no two requests
// share an input.
func (s *Seal) mac(r *http.Request, at int64, ip string, p Peer) [sha256.Size]byte {
	h, _ := s.macs.Get().(hash.Hash)
	defer s.macs.Put(h)
	h.Reset()
	buf := make([]byte, 0, 512)
	buf = appendField(buf, "signet-peer-v1")
	buf = binary.BigEndian.AppendUint64(buf, uint64(at))
	buf = appendField(buf, p.TraceID)
	buf = appendField(buf, ip)
	buf = appendField(buf, p.Scheme)
	buf = appendField(buf, r.Method)
	buf = appendField(buf, r.URL.Path)
	h.Write(buf)
	var size [8]byte
	for _, der := range certificates(p) {
		h.Write(binary.BigEndian.AppendUint64(size[:0], uint64(len(der))))
		h.Write(der)
	}
	var out [sha256.Size]byte
	h.Sum(out[:0])
	return out
}

func certificates(p Peer) [][]byte {
	if p.Certificate == nil {
		return nil
	}
	return append([][]byte{p.Certificate}, p.Chain...)
}

func appendField(buf []byte, s string) []byte {
	buf = binary.BigEndian.AppendUint64(buf, uint64(len(s)))
	return append(buf, s...)
}

// fits tells whether the peer's certificates can be carried in a seal.
func (p Peer) fits() bool {
	n := base64.RawURLEncoding.EncodedLen(len(p.Certificate))
	for _, c := range p.Chain {
		n += 1 + base64.RawURLEncoding.EncodedLen(len(c))
	}
	return len(p.Chain) <= maxChain && n <= maxSealBytes-512
}
