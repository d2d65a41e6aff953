package kv_test

import (
	"context"
	"io"
	"net"
	"os/exec"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/kv/kvtest"
	"github.com/stretchr/testify/require"
)

// patient store: the machine that runs the tests may be slower than an outage.
func openAt(t *testing.T, clock *kvtest.Clock, url string, trips *atomic.Int32) *kv.Store {
	t.Helper()
	s, err := kv.Open(t.Context(), kv.Config{URL: url, Now: clock.Now, Timeout: 5 * time.Second, OnRoundTrip: func(context.Context) { trips.Add(1) }})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// fail makes calls until one fails without reaching Redis.
func fail(t *testing.T, w kv.Workspace, trips *atomic.Int32) {
	t.Helper()
	for range 20 {
		before := trips.Load()
		_, err := w.Code(t.Context(), []byte("hash"))
		require.ErrorIs(t, err, kv.ErrUnavailable)
		require.NotErrorIs(t, err, kv.ErrNotFound, "an outage must not read as an unknown code")
		if trips.Load() == before {
			return
		}
	}
	t.Fatal("the circuit never opened")
}

func TestOutageOpensTheCircuitAndRecoveryClosesIt(t *testing.T) {
	server := miniredis.RunT(t)
	clock, trips := kvtest.NewClock(), new(atomic.Int32)
	s := openAt(t, clock, "redis://"+server.Addr(), trips)
	w := s.Workspace(kvtest.NewWorkspace(t))
	_, err := w.Code(t.Context(), []byte("hash"))
	require.ErrorIs(t, err, kv.ErrNotFound)

	server.Close()
	fail(t, w, trips)
	require.ErrorIs(t, s.Ping(t.Context()), kv.ErrUnavailable)
	before := trips.Load()
	clock.Move(time.Second)
	for range 5 {
		_, err = w.Code(t.Context(), []byte("hash"))
		require.ErrorIs(t, err, kv.ErrUnavailable)
	}
	require.Equal(t, before+1, trips.Load(), "after a pause one call tries, and only one")

	require.NoError(t, server.Restart())
	require.Eventually(t, func() bool {
		clock.Move(time.Second)
		_, err := w.CountFailure(t.Context(), "n", "k", time.Minute)
		return err == nil
	}, 20*time.Second, 20*time.Millisecond, "the store does not recover")
}

func TestProbeThatSucceedsClosesTheCircuit(t *testing.T) {
	server := miniredis.RunT(t)
	clock, trips := kvtest.NewClock(), new(atomic.Int32)
	s := openAt(t, clock, "redis://"+server.Addr(), trips)
	w := s.Workspace(kvtest.NewWorkspace(t))
	server.Close()
	fail(t, w, trips)
	require.NoError(t, server.Restart())
	require.Eventually(t, func() bool { return s.Ping(t.Context()) == nil }, 20*time.Second, 20*time.Millisecond)
	_, err := w.Code(t.Context(), []byte("hash"))
	require.ErrorIs(t, err, kv.ErrNotFound)
}

func TestServerThatCannotServeOpensTheCircuit(t *testing.T) {
	for _, refusal := range []string{
		"READONLY You can't write against a read only replica.", "LOADING Redis is loading the dataset in memory", "MASTERDOWN Link with MASTER is down",
		"CLUSTERDOWN The cluster is down", "NOAUTH Authentication required.", "WRONGPASS invalid username-password pair", "NOPERM this user has no permissions",
	} {
		server := miniredis.RunT(t)
		clock, trips := kvtest.NewClock(), new(atomic.Int32)
		s := openAt(t, clock, "redis://"+server.Addr(), trips)
		server.SetError(refusal)
		fail(t, s.Workspace(kvtest.NewWorkspace(t)), trips)
		require.ErrorIs(t, s.Ping(t.Context()), kv.ErrUnavailable, refusal)
	}
}

func TestServerOutOfMemoryStillServesWhatItHas(t *testing.T) {
	server := miniredis.RunT(t)
	clock, trips := kvtest.NewClock(), new(atomic.Int32)
	s := openAt(t, clock, "redis://"+server.Addr(), trips)
	w := s.Workspace(kvtest.NewWorkspace(t))
	server.SetError("OOM command not allowed when used memory > 'maxmemory'.")
	for range 20 {
		require.ErrorIs(t, w.PutTransaction(t.Context(), "tx", kv.Transaction(`{}`), time.Minute), kv.ErrUnavailable)
	}
	require.NoError(t, s.Ping(t.Context()))
	server.SetError("")
	_, err := w.Code(t.Context(), []byte("hash"))
	require.ErrorIs(t, err, kv.ErrNotFound, "refused writes must not keep reads out")
}

func TestSilentServerIsGivenUp(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(io.Discard, c) }() // reads all, answers nothing
		}
	}()
	clock, trips := kvtest.NewClock(), new(atomic.Int32)
	s, err := kv.Open(t.Context(), kv.Config{URL: "redis://" + l.Addr().String(), Now: clock.Now, Timeout: 20 * time.Millisecond, OnRoundTrip: func(context.Context) { trips.Add(1) }})
	require.NoError(t, err, "a store opens before its Redis does")
	t.Cleanup(func() { _ = s.Close() })
	fail(t, s.Workspace(kvtest.NewWorkspace(t)), trips)
}

func TestCallerThatGivesUpSaysNothingOfRedis(t *testing.T) {
	server := miniredis.RunT(t)
	clock, trips := kvtest.NewClock(), new(atomic.Int32)
	s := openAt(t, clock, "redis://"+server.Addr(), trips)
	w := s.Workspace(kvtest.NewWorkspace(t))
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for range 20 {
		_, err := w.Code(gone, []byte("hash"))
		require.ErrorIs(t, err, kv.ErrUnavailable)
	}
	_, err := w.Code(t.Context(), []byte("hash"))
	require.ErrorIs(t, err, kv.ErrNotFound)
}

func TestReplayFailsClosed(t *testing.T) {
	server := miniredis.RunT(t)
	clock, trips := kvtest.NewClock(), new(atomic.Int32)
	s := openAt(t, clock, "redis://"+server.Addr(), trips)
	server.Close()
	now := clock.Now()
	require.ErrorIs(t, s.Workspace(kvtest.NewWorkspace(t)).Replay(t.Context(), "dpop", "id", now, now.Add(time.Minute)), kv.ErrUnavailable)
}

func TestSubscriptionComesBackAndSaysThatItMissedSomething(t *testing.T) {
	server := miniredis.RunT(t)
	clock, trips := kvtest.NewClock(), new(atomic.Int32)
	s := openAt(t, clock, "redis://"+server.Addr(), trips)
	ctx, cancel := context.WithCancel(t.Context())
	heard, gaps, ended := make(chan string, 100), make(chan struct{}, 100), make(chan struct{})
	go func() {
		defer close(ended)
		s.Subscribe(ctx, func(b []byte) { heard <- string(b) }, func() { gaps <- struct{}{} })
	}()
	wait := func(c <-chan struct{}, what string) {
		t.Helper()
		select {
		case <-c:
		case <-time.After(30 * time.Second):
			t.Fatal(what)
		}
	}
	wait(gaps, "no first subscription")
	server.Close()
	require.NoError(t, server.Restart())
	wait(gaps, "no second subscription")
	require.Eventually(t, func() bool {
		clock.Move(time.Second)
		return s.Publish(ctx, []byte("after")) == nil
	}, 20*time.Second, 20*time.Millisecond)
	select {
	case got := <-heard:
		require.Equal(t, "after", got)
	case <-time.After(30 * time.Second):
		t.Fatal("nothing is heard after the restart")
	}
	cancel()
	wait(ended, "Subscribe outlives its context")
}

func TestReadonlyReplicaIsUnavailable(t *testing.T) {
	for _, server := range servers(t, "--replicaof", "127.0.0.1 1") {
		clock, trips := kvtest.NewClock(), new(atomic.Int32)
		s := openAt(t, clock, server, trips)
		require.ErrorIs(t, s.Ping(t.Context()), kv.ErrUnavailable)
		w := s.Workspace(kvtest.NewWorkspace(t))
		for range 10 {
			_, err := w.CountFailure(t.Context(), "n", "k", time.Minute)
			require.ErrorIs(t, err, kv.ErrUnavailable)
		}
		before := trips.Load()
		_, err := w.CountFailure(t.Context(), "n", "k", time.Minute)
		require.ErrorIs(t, err, kv.ErrUnavailable)
		require.Equal(t, before, trips.Load(), "a replica must open the circuit")
	}
}

func TestServerThatMayDropOneTimeValuesIsRefused(t *testing.T) {
	for _, policy := range []string{"allkeys-lru", "volatile-lru", "volatile-ttl", "allkeys-random", "noeviction"} {
		for _, server := range servers(t, "--maxmemory-policy", policy) {
			s := openAt(t, kvtest.NewClock(), server, new(atomic.Int32))
			got, err := s.EvictionPolicy(t.Context())
			require.NoError(t, err)
			require.Equal(t, policy, got)
			if err = s.CheckPolicy(t.Context()); policy == "noeviction" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, policy)
			}
		}
	}
	for _, server := range servers(t, "--maxmemory-policy", "allkeys-lfu", "--rename-command", "CONFIG", "") {
		s := openAt(t, kvtest.NewClock(), server, new(atomic.Int32))
		require.ErrorContains(t, s.CheckPolicy(t.Context()), "allkeys-lfu", "where CONFIG is not allowed, INFO tells")
	}
	s, err := kv.OpenInProcess(kvtest.NewClock().Now)
	require.NoError(t, err)
	require.NoError(t, s.CheckPolicy(t.Context()))
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.CheckPolicy(t.Context()), kv.ErrUnavailable)
}

func TestStoreNeedsAClockAndAURL(t *testing.T) {
	_, err := kv.Open(t.Context(), kv.Config{URL: kv.InProcessURL})
	require.Error(t, err)
	_, err = kv.Open(t.Context(), kv.Config{Now: time.Now})
	require.Error(t, err)
}

// servers is one private server, or none where the program is not installed.
func servers(t *testing.T, args ...string) []string {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		return nil
	}
	return []string{kvtest.Server(t, args...)}
}
