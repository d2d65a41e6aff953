package mail

import (
	"context"
	"net"

	gomail "github.com/wneessen/go-mail"
)

// DialTo leads every connection to the address, whatever the server's name. The
// library leaves TLS from the beginning to whoever dials; STARTTLS is its own.
func (s *Sender) DialTo(address string) {
	s.options = append(s.options, gomail.WithDialContextFunc(func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}))
}
