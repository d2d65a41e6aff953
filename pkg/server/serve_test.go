package server

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// listening serves h on a loopback port until the test ends.
func listening(t *testing.T, l Listener, s Serving) (addr string, stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	bound := make(chan string, 1)
	l.Name, l.Addr = "test", "127.0.0.1:0"
	s.Listeners = []Listener{l}
	s.Bound = func(_, addr string) { bound <- addr }
	done := make(chan error, 1)
	go func() { done <- Serve(ctx, s) }()
	stop = func() error {
		cancel()
		return <-done
	}
	select {
	case addr = <-bound:
	case err := <-done:
		t.Fatalf("serve: %v", err)
	}
	return addr, stop
}

// raw sends bytes as they are and returns the statuses of all answers until
// the server closes the connection.
func raw(t *testing.T, addr, request string) []int {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	_, err = io.WriteString(conn, request)
	require.NoError(t, err)
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(5*time.Second)))
	var statuses []int
	in := bufio.NewReader(conn)
	for {
		res, err := http.ReadResponse(in, nil)
		if err != nil {
			return statuses
		}
		_, _ = io.Copy(io.Discard, res.Body)
		statuses = append(statuses, res.StatusCode)
		if res.Close {
			_, err := in.ReadByte()
			require.Error(t, err, "a closing answer is the last")
			return statuses
		}
	}
}

const head1 = "POST " + tokenPath + " HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\n"

func TestRequestsWithTwoLengthsAreRefusedAndTheirConnectionEnds(t *testing.T) {
	f := newFixture(nil)
	addr, stop := listening(t, Listener{}, Serving{Handler: f})
	defer func() { require.NoError(t, stop()) }()
	smuggled := "GET /page HTTP/1.1\r\nHost: a\r\n\r\n"
	cases := map[string]string{
		"CL.TE":                 head1 + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled,
		"TE.CL":                 head1 + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n" + smuggled,
		"CL.TE in other case":   head1 + "cOnTeNt-lEnGtH: 5\r\nTransfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n" + smuggled,
		"unknown coding":        head1 + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled,
		"two codings":           head1 + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + smuggled,
		"coding list":           head1 + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + smuggled,
		"space before colon":    head1 + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + smuggled,
		"folded":                head1 + "X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: x\r\n\r\n" + smuggled,
		"two lengths":           head1 + "Content-Length: 3\r\nContent-Length: 4\r\n\r\na=b" + smuggled,
		"negative length":       head1 + "Content-Length: -3\r\n\r\na=b" + smuggled,
		"signed length":         head1 + "Content-Length: +3\r\n\r\na=b" + smuggled,
		"length list":           head1 + "Content-Length: 3, 3\r\n\r\na=b" + smuggled,
		"no host":               "GET /page HTTP/1.1\r\n\r\n" + smuggled,
		"two hosts":             "GET /page HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + smuggled,
		"bad method":            "GE T /page HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled,
		"pipelined and chunked": "GET /page HTTP/1.1\r\nHost: a\r\n\r\n" + head1 + "Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n",
	}
	for name, request := range cases {
		statuses := raw(t, addr, request)
		require.NotEmpty(t, statuses, name)
		if name == "pipelined and chunked" {
			require.Equal(t, []int{200, 400}, statuses)
			continue
		}
		require.Len(t, statuses, 1, name)
		require.Contains(t, []int{400, 501}, statuses[0], name)
	}
}

func TestChunkedRequestsAreServed(t *testing.T) {
	f := newFixture(nil)
	addr, stop := listening(t, Listener{}, Serving{Handler: f})
	defer func() { require.NoError(t, stop()) }()
	chunked := head1 + "Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n"
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	for range 20 {
		_, err = io.WriteString(conn, chunked)
		require.NoError(t, err)
		res, err := http.ReadResponse(in, nil)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.Equal(t, http.StatusOK, res.StatusCode)
		require.JSONEq(t, `{"a":["b"]}`, string(body))
		require.False(t, res.Close, "the connection stays")
	}
}

func TestOversizedHeadersAreRefused(t *testing.T) {
	addr, stop := listening(t, Listener{}, Serving{Handler: newFixture(nil)})
	defer func() { require.NoError(t, stop()) }()
	require.Equal(t, []int{431}, raw(t, addr, "GET /page HTTP/1.1\r\nHost: a\r\n"+strings.Repeat("Cookie: a=b\r\n", 6000)+"\r\n"))
	require.Equal(t, []int{414}, raw(t, addr, "GET /"+strings.Repeat("a", 20_000)+" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
	require.Equal(t, []int{400}, raw(t, addr, "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
	require.Equal(t, []int{405}, raw(t, addr, "CONNECT a:443 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"))
}

func TestRequestsInFlightEndBeforeTheProgramDoes(t *testing.T) {
	inside, leave := make(chan struct{}), make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		close(inside)
		<-leave
		_, _ = io.WriteString(w, "done")
	})
	d := &Drain{}
	addr, stop := listening(t, Listener{}, Serving{Handler: mux, Drain: d})
	answer := make(chan string, 1)
	go func() {
		res, err := http.Get("http://" + addr + "/")
		if err != nil {
			answer <- err.Error()
			return
		}
		defer func() { _ = res.Body.Close() }()
		body, _ := io.ReadAll(res.Body)
		answer <- string(body)
	}()
	<-inside
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	require.Eventually(t, d.Begun, 5*time.Second, time.Millisecond)
	close(leave)
	require.Equal(t, "done", <-answer)
	require.NoError(t, <-stopped)
	_, err := net.Dial("tcp", addr)
	require.Error(t, err)
}

func TestAListenerThatCannotOpenFailsTheStart(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = ln.Close() }()
	err = Serve(t.Context(), Serving{Handler: http.NotFoundHandler(), Listeners: []Listener{
		{Name: "first", Addr: "127.0.0.1:0"}, {Name: "taken", Addr: ln.Addr().String()},
	}})
	require.ErrorContains(t, err, "taken")
}

func TestOneSourceCannotHoldEveryConnection(t *testing.T) {
	var handled atomic.Int64
	h := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { handled.Add(1) })
	addr, stop := listening(t, Listener{PerSource: 2}, Serving{Handler: h})
	defer func() { require.NoError(t, stop()) }()
	request := []byte("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	open := func() (net.Conn, error) {
		conn, err := net.Dial("tcp", addr)
		require.NoError(t, err)
		_, _ = conn.Write(request)
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err == nil {
			_ = res.Body.Close()
		}
		return conn, err
	}
	one, err := open()
	require.NoError(t, err)
	two, err := open()
	require.NoError(t, err)
	three, err := open()
	require.Error(t, err, "the third is closed unread")
	_ = three.Close()
	_ = one.Close()
	require.Eventually(t, func() bool {
		again, err := open()
		defer func() { _ = again.Close() }()
		return err == nil
	}, 5*time.Second, 5*time.Millisecond)
	_ = two.Close()
}

func TestTLSIsModernAndCarriesTheCertificate(t *testing.T) {
	srv := httptest.NewUnstartedServer(nil)
	srv.StartTLS() // lends its certificate
	defer srv.Close()
	own := srv.TLS.Certificates[0]
	f := newFixture(nil)
	conf := TLSConfig(func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return &own, nil }, true)
	addr, stop := listening(t, Listener{TLS: conf}, Serving{Handler: f})
	defer func() { require.NoError(t, stop()) }()

	_, err := tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS11})
	require.Error(t, err, "TLS 1.1")
	_, err = tls.Dial("tcp", addr, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_RSA_WITH_AES_128_GCM_SHA256}})
	require.Error(t, err, "no forward secrecy")

	for _, proto := range []string{"h2", "http/1.1"} {
		var protocols http.Protocols
		protocols.SetHTTP1(proto == "http/1.1")
		protocols.SetHTTP2(proto == "h2")
		transport := &http.Transport{Protocols: &protocols, TLSClientConfig: &tls.Config{InsecureSkipVerify: true, Certificates: []tls.Certificate{own}}}
		res, err := (&http.Client{Transport: transport}).Get("https://" + addr + "/acme/default/userinfo")
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		_ = res.Body.Close()
		require.Contains(t, string(body), "127.0.0.1 https", proto)
		require.Equal(t, proto == "h2", res.ProtoMajor == 2)
		transport.CloseIdleConnections()
	}
}

func TestSourcesAreIPv4AddressesAndIPv6Networks(t *testing.T) {
	for addr, want := range map[string]string{"192.0.2.1:1": "192.0.2.1/32", "[::ffff:192.0.2.1]:1": "192.0.2.1/32", "[2001:db8:0:1:2::3]:1": "2001:db8:0:1::/64"} {
		require.Equal(t, want, sourceOf(fakeAddr(addr)).String())
	}
	require.False(t, sourceOf(fakeAddr("@")).IsValid())
}

type fakeAddr string

func (fakeAddr) Network() string  { return "tcp" }
func (a fakeAddr) String() string { return string(a) }

func ExampleServe() {
	ctx, cancel := context.WithCancel(context.Background())
	e := New(Config{Name: "example", Now: time.Now})
	err := Serve(ctx, Serving{Handler: e, Listeners: []Listener{{Name: "public", Addr: "127.0.0.1:0"}}, Bound: func(name, _ string) {
		fmt.Println(name, "is open")
		cancel()
	}})
	fmt.Println(err)
	// Output:
	// public is open
	// <nil>
}
