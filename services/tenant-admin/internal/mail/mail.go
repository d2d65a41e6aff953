// Package mail sends what only the owner of an address may see: the links that
// prove an address and that accept an invitation. It hands messages to the
// operator's own server, by SMTP over TLS (RFC 5321, RFC 3207, RFC 8314).
package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// timeout bounds one delivery: somebody waits for it.
const timeout = 10 * time.Second

// Sender hands messages over to one server. It is safe for concurrent use.
type Sender struct {
	from    string
	host    string
	options []gomail.Option
}

// New reads the address of the server, smtp://user:password@host:587 or
// smtps://host:465, and the address that messages come from. With smtp the server
// must offer STARTTLS, unless it is on this machine. roots are the authorities of
// its certificate, the system's where they are nil.
func New(server, from string, roots *x509.CertPool) (*Sender, error) {
	u, err := url.Parse(server)
	if err != nil {
		return nil, fmt.Errorf("mail: the address of the server cannot be read")
	}
	s := &Sender{from: from, host: u.Hostname()}
	s.options = []gomail.Option{
		gomail.WithTimeout(timeout),
		gomail.WithTLSConfig(&tls.Config{ServerName: s.host, RootCAs: roots, MinVersion: tls.VersionTLS12}),
	}
	if u.Scheme == "smtps" {
		s.options = append(s.options, gomail.WithSSLPort(false))
	} else {
		policy := gomail.TLSMandatory
		if local(s.host) {
			policy = gomail.TLSOpportunistic
		}
		s.options = append(s.options, gomail.WithTLSPortPolicy(policy))
	}
	if port := u.Port(); port != "" {
		n, err := strconv.Atoi(port)
		if err != nil {
			return nil, fmt.Errorf("mail: the port of the server cannot be read")
		}
		s.options = append(s.options, gomail.WithPort(n))
	}
	if u.User != nil {
		password, _ := u.User.Password()
		s.options = append(s.options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover), gomail.WithUsername(u.User.Username()), gomail.WithPassword(password))
	}
	_, err = s.client()
	return s, err
}

func local(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

// client is one connection's: the library's client has a state.
func (s *Sender) client() (*gomail.Client, error) {
	c, err := gomail.NewClient(s.host, s.options...)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return c, nil
}

// Send hands over a message of plain text. An error means that the server did
// not take it.
func (s *Sender) Send(ctx context.Context, to, subject, body string) error {
	m := gomail.NewMsg()
	if err := m.From(s.from); err != nil {
		return fmt.Errorf("mail: the sender: %w", err)
	}
	if err := m.To(to); err != nil {
		return fmt.Errorf("mail: the receiver: %w", err)
	}
	m.Subject(subject)
	m.SetBodyString(gomail.TypeTextPlain, body)
	m.SetDate()
	m.SetMessageID()
	m.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody's absence answers it
	c, err := s.client()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if err := c.DialAndSendWithContext(ctx, m); err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	return nil
}
