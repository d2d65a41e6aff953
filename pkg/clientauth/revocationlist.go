package clientauth

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"
)

// revocationList is what one authority has revoked (RFC 5280, section 5).
type revocationList struct {
	*x509.RevocationList
	serials map[string]struct{} // the bytes of their numbers
	// signer is the hash of the certificate under which the signature was right
	// before, so that it is not computed for every request.
	signer atomic.Pointer[[sha256.Size]byte]
}

// CheckRevocationLists tells what is wrong with the lists that a workspace is to
// follow from now on, in words for whoever sets them.
func CheckRevocationLists(text string, now time.Time) error {
	lists, err := parseRevocationLists(text)
	if err != nil {
		return err
	}
	for i, l := range lists {
		if !l.current(now) {
			return fmt.Errorf("%s is not current: it holds from %s to %s", ordinal("list", i), l.ThisUpdate.UTC().Format(time.RFC3339), l.NextUpdate.UTC().Format(time.RFC3339))
		}
	}
	return nil
}

func parseRevocationLists(text string) ([]*revocationList, error) {
	if text == "" {
		return nil, nil
	}
	blocks, err := pemBlocks(text, "X509 CRL", maxRevocationLists)
	if err != nil {
		return nil, err
	}
	var out []*revocationList
	for i, der := range blocks {
		l, err := parseRevocationList(der)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", ordinal("list", i), err)
		}
		out = append(out, l)
	}
	return out, nil
}

// parseRevocationList refuses what could not be followed to the letter: a list
// that is a difference to another, speaks for several authorities, or has any
// other critical extension.
func parseRevocationList(der []byte) (*revocationList, error) {
	parsed, err := x509.ParseRevocationList(der)
	if err != nil {
		return nil, errors.New("it is malformed: " + err.Error())
	}
	if insecure(parsed.SignatureAlgorithm) {
		return nil, errors.New("it is signed with " + parsed.SignatureAlgorithm.String() + ", which can be forged")
	}
	if parsed.NextUpdate.IsZero() {
		return nil, errors.New("it does not say when the next one is due")
	}
	for _, e := range parsed.Extensions {
		if e.Critical {
			return nil, errors.New("it has a critical extension that is not understood: " + e.Id.String())
		}
	}
	l := &revocationList{RevocationList: parsed, serials: make(map[string]struct{}, len(parsed.RevokedCertificateEntries))}
	for _, entry := range parsed.RevokedCertificateEntries {
		for _, e := range entry.Extensions {
			if e.Critical {
				return nil, errors.New("an entry of it has a critical extension that is not understood: " + e.Id.String())
			}
		}
		l.serials[string(entry.SerialNumber.Bytes())] = struct{}{}
	}
	// The numbers are all that is needed of the entries.
	l.RevokedCertificateEntries = nil
	return l, nil
}

func (l *revocationList) current(now time.Time) bool {
	return !now.Before(l.ThisUpdate) && now.Before(l.NextUpdate)
}

// of tells whether the list is one of the authority, by its name and, where both
// say which, by its key.
func (l *revocationList) of(authority *x509.Certificate) bool {
	return bytes.Equal(l.RawIssuer, authority.RawSubject) &&
		(len(l.AuthorityKeyId) == 0 || len(authority.SubjectKeyId) == 0 || bytes.Equal(l.AuthorityKeyId, authority.SubjectKeyId))
}

func (l *revocationList) signedBy(authority *x509.Certificate) bool {
	sum := sha256.Sum256(authority.Raw)
	if before := l.signer.Load(); before != nil && *before == sum {
		return true
	}
	if l.CheckSignatureFrom(authority) != nil {
		return false
	}
	l.signer.Store(&sum)
	return true
}

// revoked tells what speaks against a verified chain: that one of its
// certificates is on a list of its authority, or that the lists of an authority do
// not let that be known. It is empty where nothing does, and for authorities
// without a list.
func (a *authorities) revoked(chain []*x509.Certificate, now time.Time) string {
	for i, cert := range chain[:len(chain)-1] {
		if against := a.revokedBy(chain[i+1], cert, now); against != "" {
			return against
		}
	}
	return ""
}

func (a *authorities) revokedBy(authority, cert *x509.Certificate, now time.Time) string {
	var named, signed, current bool
	var due time.Time
	for _, l := range a.lists {
		if !l.of(authority) {
			continue
		}
		named = true
		if !l.signedBy(authority) {
			continue
		}
		signed = true
		if _, listed := l.serials[string(cert.SerialNumber.Bytes())]; listed {
			return "revoked: the number " + hexadecimal(cert.SerialNumber.Bytes()) + " is on the list of its authority"
		}
		current = current || l.current(now)
		if l.NextUpdate.After(due) {
			due = l.NextUpdate
		}
	}
	name := strings.Join(subject(authority), "")
	switch {
	case named && !signed:
		return "not known: the list in the name of " + name + " is not signed by it"
	case named && !current:
		return "not known: the list of " + name + " is out of date; the next one was due " + momentOf(due).against(now)
	default:
		return ""
	}
}
