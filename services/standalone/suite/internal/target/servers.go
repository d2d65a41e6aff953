package target

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// FreshDatabase makes an empty database beside the one of the URL. drop removes
// it.
func FreshDatabase(ctx context.Context, databaseURL string) (fresh string, drop func() error, err error) {
	name := "signet_suite_" + strings.ToLower(rand.Text()[:12])
	run := func(statement string) error {
		conn, err := pgx.Connect(context.WithoutCancel(ctx), databaseURL)
		if err != nil {
			return err
		}
		defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
		_, err = conn.Exec(context.WithoutCancel(ctx), statement)
		return err
	}
	if err := run("CREATE DATABASE " + name); err != nil {
		return "", nil, fmt.Errorf("fresh database: %w", err)
	}
	u, err := url.Parse(databaseURL)
	if err != nil {
		return "", nil, err
	}
	u.Path = "/" + name
	return u.String(), func() error { return run("DROP DATABASE " + name + " WITH (FORCE)") }, nil
}

// Server is a Postgres or a Redis of the test's own, to be stopped and started
// at will. It listens on loopback and keeps its port.
type Server struct {
	// URL is where it answers.
	URL string

	addr      string
	directory string
	command   []string
	account   *syscall.Credential
	stop      syscall.Signal
	process   *Process
}

// StartPostgres makes a database cluster and starts it.
func StartPostgres(ctx context.Context) (*Server, error) {
	bin, err := newestPostgres()
	if err != nil {
		return nil, err
	}
	s, err := newServer(ctx, "postgres")
	if err != nil {
		return nil, err
	}
	s.stop = syscall.SIGQUIT // at once, as a crash would
	data := filepath.Join(s.directory, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(bin, "initdb"), "--pgdata", data, "--username", "postgres", "--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync")
	initdb.Dir, initdb.SysProcAttr = s.directory, &syscall.SysProcAttr{Credential: s.account}
	if out, err := initdb.CombinedOutput(); err != nil {
		return nil, errors.Join(fmt.Errorf("initdb: %w: %s", err, out), s.Remove())
	}
	_, port, _ := net.SplitHostPort(s.addr)
	s.command = []string{filepath.Join(bin, "postgres"), "-D", data, "-p", port, "-k", s.directory, "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200", "-c", "fsync=off", "-c", "timezone=UTC"}
	s.URL = "postgres://postgres@" + s.addr + "/postgres?sslmode=disable"
	if err := s.Start(ctx); err != nil {
		return nil, errors.Join(err, s.Remove())
	}
	return s, nil
}

// StartRedis starts an empty Redis that forgets everything when it stops.
func StartRedis(ctx context.Context) (*Server, error) {
	s, err := newServer(ctx, "")
	if err != nil {
		return nil, err
	}
	s.stop = syscall.SIGKILL
	_, port, _ := net.SplitHostPort(s.addr)
	s.command = []string{"redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", s.directory}
	s.URL = "redis://" + s.addr + "/0"
	if err := s.Start(ctx); err != nil {
		return nil, errors.Join(err, s.Remove())
	}
	return s, nil
}

func newServer(ctx context.Context, account string) (*Server, error) {
	ports, err := freePorts(ctx, 1)
	if err != nil {
		return nil, err
	}
	directory, err := os.MkdirTemp("", "signet-server-*")
	if err != nil {
		return nil, err
	}
	s := &Server{addr: ports[0], directory: directory}
	if account == "" || os.Geteuid() != 0 {
		return s, nil
	}
	// Postgres refuses to run as root.
	u, err := user.Lookup(account)
	if err != nil {
		return nil, err
	}
	uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
	gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(errUID, errGID); err != nil {
		return nil, err
	}
	s.account = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return s, os.Chown(directory, int(uid), int(gid))
}

// Start starts the server, again where it was stopped, and waits for it. One
// that runs is left alone.
func (s *Server) Start(ctx context.Context) error {
	if s.process != nil {
		return nil
	}
	log := &memory{}
	cmd := exec.Command(s.command[0], s.command[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.directory, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.account, Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return err
	}
	s.process = &Process{cmd: cmd, done: make(chan error, 1)}
	go func() { s.process.done <- cmd.Wait() }()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if s.answers(ctx) {
			return nil
		}
	}
	return fmt.Errorf("%s did not start: %s", s.command[0], tail(log.String()))
}

func (s *Server) answers(ctx context.Context) bool {
	if strings.HasPrefix(s.URL, "postgres") {
		conn, err := pgx.Connect(ctx, s.URL)
		if err != nil {
			return false
		}
		return conn.Close(ctx) == nil
	}
	_, err := s.Redis(ctx, "PING")
	return err == nil
}

// Redis sends one command to a Redis and returns the first line of its answer.
func (s *Server) Redis(ctx context.Context, command string) (string, error) {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", s.addr)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(2 * time.Second)); err != nil {
		return "", err
	}
	if _, err := conn.Write([]byte(command + "\r\n")); err != nil {
		return "", err
	}
	answer := make([]byte, 256)
	n, err := conn.Read(answer)
	return strings.TrimSpace(string(answer[:n])), err
}

// Stop ends the server at once, as a crash would.
func (s *Server) Stop() {
	if s.process == nil {
		return
	}
	_ = s.process.cmd.Process.Signal(s.stop)
	s.process.wait()
	s.process = nil
}

// Remove ends the server and removes its files.
func (s *Server) Remove() error {
	s.Stop()
	return os.RemoveAll(s.directory)
}

func newestPostgres() (string, error) {
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err != nil || len(found) == 0 {
		return "", errors.New("no Postgres server below /usr/lib/postgresql")
	}
	version := func(dir string) int { n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir))); return n }
	return slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) }), nil
}
