package mail_test

import (
	"crypto/tls"
	"crypto/x509"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/pkg/server/servertest"
	"github.com/signet-authz/signet/services/tenant-admin/internal/mail"
	"github.com/signet-authz/signet/services/tenant-admin/internal/mail/mailtest"
)

func TestMessagesAreHandedOver(t *testing.T) {
	s := mailtest.Listen(t, mailtest.Config{})
	m, err := mail.New("smtp://"+s.Addr().String(), "Signet <signet@auth.example>", nil)
	require.NoError(t, err)
	require.NoError(t, m.Send(t.Context(), "olivia@acme.example", "Verify your address", "Open https://auth.example/console/verify?tid=acme#token=x\n"))
	require.Len(t, s.Messages(), 1)
	got := s.Messages()[0]
	for _, want := range []string{
		"From: \"Signet\" <signet@auth.example>", "To: <olivia@acme.example>", "Subject: Verify your address", "Auto-Submitted: auto-generated",
		"https://auth.example/console/verify?tid=3Dacme#token=3Dx",
	} {
		require.Contains(t, got, want)
	}
}

func TestWhatTheServerRefusesIsAnError(t *testing.T) {
	s := mailtest.Listen(t, mailtest.Config{Refuse: "550 no such person"})
	m, err := mail.New("smtp://"+s.Addr().String(), "signet@auth.example", nil)
	require.NoError(t, err)
	require.Error(t, m.Send(t.Context(), "nobody@acme.example", "x", "y"))
	require.Empty(t, s.Messages())
	_ = s.Close()
	require.Error(t, m.Send(t.Context(), "olivia@acme.example", "x", "y"), "nobody listens")
}

func TestHeadersCannotBeForged(t *testing.T) {
	s := mailtest.Listen(t, mailtest.Config{})
	m, err := mail.New("smtp://"+s.Addr().String(), "signet@auth.example", nil)
	require.NoError(t, err)
	require.Error(t, m.Send(t.Context(), "olivia@acme.example\r\nBcc: eve@evil.example", "x", "y"))
	_ = m.Send(t.Context(), "olivia@acme.example", "x\r\nBcc: eve@evil.example", "y")
	for _, got := range s.Messages() {
		require.NotContains(t, got, "\nBcc:")
	}
}

func TestTheAddressOfTheServerIsRead(t *testing.T) {
	for _, address := range []string{"smtp://mail.example:x", "smtp://mail.example:0"} {
		_, err := mail.New(address, "signet@auth.example", nil)
		require.Error(t, err, address)
	}
	_, err := mail.New("smtps://user:secret@mail.example", "signet@auth.example", nil)
	require.NoError(t, err)
}

// A server elsewhere gets nothing in the clear, and neither does whoever stands
// in its place: not the message, not its receiver, not the password.
func TestServersElsewhereProveThemselvesFirst(t *testing.T) {
	authority, strangers := servertest.NewAuthority(t, "mail authority", time.Now()), servertest.NewAuthority(t, "another", time.Now())
	named := func(a *servertest.Authority, host string) *tls.Certificate {
		c := a.Issue(host, func(c *x509.Certificate) { c.DNSNames = []string{host} })
		return &c
	}
	local := func(a *servertest.Authority) *tls.Certificate {
		c := a.Localhost()
		return &c
	}
	right := named(authority, "mail.example")
	for name, tc := range map[string]struct {
		scheme string
		server mailtest.Config
		taken  bool
	}{
		"STARTTLS":                    {"smtp", mailtest.Config{Certificate: right}, true},
		"TLS from the beginning":      {"smtps", mailtest.Config{Certificate: local(authority), Implicit: true}, true},
		"no TLS":                      {"smtp", mailtest.Config{}, false},
		"no TLS where it must begin":  {"smtps", mailtest.Config{}, false},
		"STARTTLS by a stranger":      {"smtp", mailtest.Config{Certificate: named(strangers, "mail.example")}, false},
		"STARTTLS under another name": {"smtp", mailtest.Config{Certificate: named(authority, "evil.example")}, false},
		"TLS by a stranger":           {"smtps", mailtest.Config{Certificate: local(strangers), Implicit: true}, false},
		"TLS under another name":      {"smtps", mailtest.Config{Certificate: right, Implicit: true}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := mailtest.Listen(t, tc.server)
			host := s.Addr().String()
			if tc.scheme == "smtp" {
				host = "mail.example" // what is on this machine need not offer STARTTLS
			}
			m, err := mail.New(tc.scheme+"://postmaster:hunter2@"+host, "signet@auth.example", authority.Pool())
			require.NoError(t, err)
			if tc.scheme == "smtp" {
				m.DialTo(s.Addr().String())
			}
			err = m.Send(t.Context(), "olivia@acme.example", "Verify your address", "the link")
			require.Equal(t, tc.taken, err == nil, "%v", err)
			require.Len(t, s.Messages(), map[bool]int{true: 1}[tc.taken])
			for _, line := range s.Overheard() {
				require.NotRegexp(t, "(?i)auth|mail from|rcpt|olivia|link", line)
			}
		})
	}
}
