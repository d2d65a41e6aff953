package mail_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/signet-authz/signet/services/tenant-admin/internal/mail"
	"github.com/signet-authz/signet/services/tenant-admin/internal/mail/mailtest"
)

func TestMessagesAreHandedOver(t *testing.T) {
	s := mailtest.Listen(t, "")
	m, err := mail.New("smtp://"+s.Addr().String(), "Signet <signet@auth.example>")
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
	s := mailtest.Listen(t, "550 no such person")
	m, err := mail.New("smtp://"+s.Addr().String(), "signet@auth.example")
	require.NoError(t, err)
	require.Error(t, m.Send(t.Context(), "nobody@acme.example", "x", "y"))
	require.Empty(t, s.Messages())
	_ = s.Close()
	require.Error(t, m.Send(t.Context(), "olivia@acme.example", "x", "y"), "nobody listens")
}

func TestHeadersCannotBeForged(t *testing.T) {
	s := mailtest.Listen(t, "")
	m, err := mail.New("smtp://"+s.Addr().String(), "signet@auth.example")
	require.NoError(t, err)
	require.Error(t, m.Send(t.Context(), "olivia@acme.example\r\nBcc: eve@evil.example", "x", "y"))
	_ = m.Send(t.Context(), "olivia@acme.example", "x\r\nBcc: eve@evil.example", "y")
	for _, got := range s.Messages() {
		require.NotContains(t, got, "\nBcc:")
	}
}

// A server elsewhere gets nothing in the clear.
func TestServersElsewhereMustOfferTLS(t *testing.T) {
	for _, address := range []string{"smtp://mail.example:x", "smtp://mail.example:0"} {
		_, err := mail.New(address, "signet@auth.example")
		require.Error(t, err, address)
	}
	_, err := mail.New("smtps://user:secret@mail.example", "signet@auth.example")
	require.NoError(t, err)
}
