// Package mailtest is a mail server for tests.
package mailtest

import (
	"bufio"
	"context"
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Server is as much of RFC 5321 as one delivery needs.
type Server struct {
	net.Listener
	refuse string // the answer to RCPT

	mu       sync.Mutex
	received []string
}

// Listen starts a server on this machine. refuse is what it answers to every
// receiver; empty: it takes all.
func Listen(t *testing.T, refuse string) *Server {
	t.Helper()
	ln, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s := &Server{Listener: ln, refuse: refuse}
	t.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			context.AfterFunc(t.Context(), func() { _ = c.Close() })
			go s.converse(c)
		}
	}()
	return s
}

func (s *Server) converse(c net.Conn) {
	defer func() { _ = c.Close() }()
	say := func(line string) { _, _ = c.Write([]byte(line + "\r\n")) }
	lines, message := bufio.NewScanner(c), []string(nil)
	say("220 mail.example")
	for lines.Scan() {
		line := lines.Text()
		switch verb, _, _ := strings.Cut(strings.ToUpper(line), " "); {
		case message != nil && line == ".":
			s.mu.Lock()
			s.received = append(s.received, strings.Join(message, "\n"))
			s.mu.Unlock()
			message = nil
			say("250 taken")
		case message != nil:
			message = append(message, line)
		case verb == "EHLO":
			say("250 mail.example")
		case verb == "RCPT" && s.refuse != "":
			say(s.refuse)
		case verb == "DATA":
			message = []string{}
			say("354 go on")
		case verb == "QUIT":
			say("221 bye")
			return
		default:
			say("250 fine")
		}
	}
}

// Messages are those that were taken, with their headers.
func (s *Server) Messages() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.received
}
