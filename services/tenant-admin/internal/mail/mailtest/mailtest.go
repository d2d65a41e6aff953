// Package mailtest is a mail server for tests.
package mailtest

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Config is how a server behaves.
type Config struct {
	// Refuse is the answer to every receiver; empty: it takes all.
	Refuse string
	// Certificate is what it speaks TLS with; nil: it does not.
	Certificate *tls.Certificate
	// Implicit begins with TLS (RFC 8314); otherwise STARTTLS does (RFC 3207).
	Implicit bool
}

// Server is as much of RFC 5321 as one delivery needs.
type Server struct {
	net.Listener
	config Config

	mu        sync.Mutex
	received  []string
	overheard []string
}

// Listen starts a server on this machine.
func Listen(t *testing.T, c Config) *Server {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &Server{Listener: ln, config: c}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(t.Context(), func() { _ = c.Close() })
			go s.serve(c)
		}
	}()
	return s
}

func (s *Server) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	if s.config.Implicit {
		c = s.secure(c)
	}
	say(c, "220 mail.example")
	if s.converse(c) {
		s.converse(s.secure(c))
	}
}

func (s *Server) secure(c net.Conn) net.Conn {
	return tls.Server(c, &tls.Config{Certificates: []tls.Certificate{*s.config.Certificate}, MinVersion: tls.VersionTLS12})
}

func say(c net.Conn, lines ...string) { _, _ = c.Write([]byte(strings.Join(lines, "\r\n") + "\r\n")) }

// converse is one side of a conversation until its end, or until it goes on over
// TLS, which it tells.
func (s *Server) converse(c net.Conn) (startTLS bool) {
	_, secure := c.(*tls.Conn)
	lines, message := bufio.NewScanner(c), []string(nil)
	for lines.Scan() {
		line := lines.Text()
		if !secure {
			s.keep(&s.overheard, line)
		}
		switch verb, _, _ := strings.Cut(strings.ToUpper(line), " "); {
		case message != nil && line == ".":
			s.keep(&s.received, strings.Join(message, "\n"))
			message = nil
			say(c, "250 taken")
		case message != nil:
			message = append(message, line)
		case verb == "EHLO" && s.config.Certificate != nil && !secure:
			say(c, "250-mail.example", "250-AUTH PLAIN LOGIN", "250 STARTTLS")
		case verb == "EHLO":
			say(c, "250-mail.example", "250 AUTH PLAIN LOGIN")
		case verb == "STARTTLS":
			say(c, "220 go on")
			return true
		case verb == "AUTH":
			say(c, "235 known")
		case verb == "RCPT" && s.config.Refuse != "":
			say(c, s.config.Refuse)
		case verb == "DATA":
			message = []string{}
			say(c, "354 go on")
		case verb == "QUIT":
			say(c, "221 bye")
			return false
		default:
			say(c, "250 fine")
		}
	}
	return false
}

func (s *Server) keep(in *[]string, text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	*in = append(*in, text)
}

// Messages are those that were taken, with their headers.
func (s *Server) Messages() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.received
}

// Overheard is every line that came in the clear.
func (s *Server) Overheard() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.overheard
}
