package cache

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// clock is a clock that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

var (
	errMissing = errors.New("not found")
	errDown    = errors.New("the source is down")
)

// source answers with how often it was asked, unless it is told to fail.
type source struct {
	mu    sync.Mutex
	loads int
	err   error
	gate  chan struct{} // where given, loads wait for it
}

func (s *source) load(ctx context.Context, _ string) (int, error) {
	s.mu.Lock()
	s.loads++
	n, err, gate := s.loads, s.err, s.gate
	s.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
	return n, err
}

func (s *source) set(err error, gate chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err, s.gate = err, gate
}

func (s *source) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.loads
}

func newCache(c *clock, s *source) *Cache[string, int] {
	return New(Options[string, int]{
		Name: "test", Size: 100, Fresh: 5 * time.Second, Stale: time.Minute, Now: c.Now, Load: s.load,
		Negative: func(err error) bool { return errors.Is(err, errMissing) },
	})
}

// is waits for the value that a load ahead of time brings.
func is(t *testing.T, c *Cache[string, int], want int) {
	t.Helper()
	require.Eventually(t, func() bool {
		got, err := c.Get(t.Context(), "k")
		return err == nil && got == want
	}, 10*time.Second, time.Millisecond)
}

func TestValueIsLoadedOnceWhileFresh(t *testing.T) {
	clock, s := newClock(), &source{}
	c := newCache(clock, s)
	for range 3 {
		got, err := c.Get(t.Context(), "k")
		require.NoError(t, err)
		require.Equal(t, 1, got)
	}
	clock.move(5 * time.Second)
	got, err := c.Get(t.Context(), "k")
	require.NoError(t, err)
	require.Equal(t, 2, got, "a value of that age must not be served while the source works")
}

func TestAgeingValueIsLoadedAheadWithoutWaiting(t *testing.T) {
	clock, s := newClock(), &source{}
	c := newCache(clock, s)
	is(t, c, 1)
	clock.move(4500 * time.Millisecond)
	gate := make(chan struct{})
	s.set(nil, gate)
	for range 10 {
		got, err := c.Get(t.Context(), "k")
		require.NoError(t, err)
		require.Equal(t, 1, got)
	}
	close(gate)
	is(t, c, 2)
	require.Equal(t, 2, s.count(), "one of many loads it anew")
}

func TestManyCallersShareOneLoad(t *testing.T) {
	clock, s := newClock(), &source{}
	gate := make(chan struct{})
	s.set(nil, gate)
	c := newCache(clock, s)
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			got, err := c.Get(t.Context(), "k")
			assert.NoError(t, err)
			assert.Equal(t, 1, got)
		})
	}
	require.Eventually(t, func() bool { return s.count() == 1 }, 10*time.Second, time.Millisecond)
	close(gate)
	all.Wait()
	require.Equal(t, 1, s.count())
}

func TestCallerThatLeavesDoesNotFailTheOthers(t *testing.T) {
	clock, s := newClock(), &source{}
	gate := make(chan struct{})
	s.set(nil, gate)
	c := newCache(clock, s)
	first, leave := context.WithCancel(t.Context())
	left := make(chan error)
	go func() {
		_, err := c.Get(first, "k")
		left <- err
	}()
	require.Eventually(t, func() bool { return s.count() == 1 }, 10*time.Second, time.Millisecond)
	stayed := make(chan error)
	go func() {
		got, err := c.Get(t.Context(), "k")
		if err == nil && got != 1 {
			err = fmt.Errorf("got %d", got)
		}
		stayed <- err
	}()
	leave()
	require.ErrorIs(t, <-left, context.Canceled)
	close(gate)
	require.NoError(t, <-stayed)
	require.Equal(t, 1, s.count())
}

func TestLoadKeepsTheValuesOfItsCallersContext(t *testing.T) {
	type key struct{}
	c := New(Options[string, any]{Now: newClock().Now, Load: func(ctx context.Context, _ string) (any, error) {
		_, bounded := ctx.Deadline()
		assert.True(t, bounded, "nobody would end it")
		return ctx.Value(key{}), nil
	}})
	got, err := c.Get(context.WithValue(t.Context(), key{}, "value"), "k")
	require.NoError(t, err)
	require.Equal(t, "value", got)
}

func TestOldValueIsServedWhileTheSourceFails(t *testing.T) {
	clock, s := newClock(), &source{}
	c := newCache(clock, s)
	is(t, c, 1)
	s.set(errDown, nil)
	clock.move(10 * time.Second)
	for range 10 {
		got, err := c.Get(t.Context(), "k")
		require.NoError(t, err)
		require.Equal(t, 1, got)
	}
	require.Equal(t, 2, s.count(), "a source that fails is not asked by every request")
	clock.move(51 * time.Second)
	_, err := c.Get(t.Context(), "k")
	require.ErrorIs(t, err, errDown, "not for longer than Stale")
	s.set(nil, nil)
	clock.move(time.Second)
	got, err := c.Get(t.Context(), "k")
	require.NoError(t, err)
	require.Greater(t, got, 2)
}

func TestRecoveryIsSeenSoon(t *testing.T) {
	clock, s := newClock(), &source{}
	c := newCache(clock, s)
	is(t, c, 1)
	s.set(errDown, nil)
	clock.move(10 * time.Second)
	_, err := c.Get(t.Context(), "k")
	require.NoError(t, err)
	s.set(nil, nil)
	clock.move(retryPause)
	got, err := c.Get(t.Context(), "k")
	require.NoError(t, err)
	require.Equal(t, 3, got)
}

func TestFaultIsNotKeptAndAnAnswerIs(t *testing.T) {
	clock, s := newClock(), &source{err: errDown}
	c := newCache(clock, s)
	for range 3 {
		_, err := c.Get(t.Context(), "k")
		require.ErrorIs(t, err, errDown)
	}
	require.Equal(t, 3, s.count())
	s.set(errMissing, nil)
	for range 3 {
		_, err := c.Get(t.Context(), "k")
		require.ErrorIs(t, err, errMissing)
	}
	require.Equal(t, 4, s.count())
	s.set(nil, nil)
	c.Forget("k")
	got, err := c.Get(t.Context(), "k")
	require.NoError(t, err, "what did not exist may come to be")
	require.Equal(t, 5, got)
}

func TestForgottenValueIsNeverServedAgain(t *testing.T) {
	clock, s := newClock(), &source{}
	c := newCache(clock, s)
	is(t, c, 1)
	c.Forget("k")
	s.set(errDown, nil)
	_, err := c.Get(t.Context(), "k")
	require.ErrorIs(t, err, errDown, "not even while the source fails")
}

func TestLoadFromBeforeAForgetIsNotStored(t *testing.T) {
	for name, forget := range map[string]func(*Cache[string, int]){
		"Forget":   func(c *Cache[string, int]) { c.Forget("k") },
		"ForgetIf": func(c *Cache[string, int]) { c.ForgetIf(func(k string) bool { return k == "k" }) },
	} {
		t.Run(name, func(t *testing.T) {
			clock, s := newClock(), &source{}
			gate := make(chan struct{})
			s.set(nil, gate)
			c := newCache(clock, s)
			old := make(chan int)
			go func() {
				got, _ := c.Get(t.Context(), "k")
				old <- got
			}()
			require.Eventually(t, func() bool { return s.count() == 1 }, 10*time.Second, time.Millisecond)
			forget(c)
			s.set(nil, nil)
			got, err := c.Get(t.Context(), "k")
			require.NoError(t, err)
			require.Equal(t, 2, got, "who asks after the change must not join a load from before")
			close(gate)
			require.Equal(t, 1, <-old)
			got, err = c.Get(t.Context(), "k")
			require.NoError(t, err)
			require.Equal(t, 2, got)
		})
	}
}

func TestForgetIfDropsWhatItNamesOnly(t *testing.T) {
	clock, s := newClock(), &source{}
	c := newCache(clock, s)
	for i := range 10 {
		_, err := c.Get(t.Context(), fmt.Sprint(i))
		require.NoError(t, err)
	}
	c.ForgetIf(func(k string) bool { return k >= "5" })
	for i := range 10 {
		_, err := c.Get(t.Context(), fmt.Sprint(i))
		require.NoError(t, err)
	}
	require.Equal(t, 15, s.count())
}

func TestLapseMakesEverythingDueAndKeepsItForNeed(t *testing.T) {
	clock, s := newClock(), &source{}
	c := newCache(clock, s)
	is(t, c, 1)
	c.Lapse()
	got, err := c.Get(t.Context(), "k")
	require.NoError(t, err)
	require.Equal(t, 2, got)
	clock.move(time.Millisecond)
	c.Lapse()
	s.set(errDown, nil)
	got, err = c.Get(t.Context(), "k")
	require.NoError(t, err)
	require.Equal(t, 2, got)
}

func TestClockThatIsSetBackServesNothingTooOld(t *testing.T) {
	clock, s := newClock(), &source{}
	c := newCache(clock, s)
	is(t, c, 1)
	clock.move(-time.Hour)
	got, err := c.Get(t.Context(), "k")
	require.NoError(t, err)
	require.Equal(t, 2, got)
}

func TestKeysOfAnAttackersChoosingNeitherGrowItNorPushOutWhatIsUsed(t *testing.T) {
	clock := newClock()
	var hot atomic.Int32
	c := New(Options[string, int]{
		Size: 200, Fresh: time.Hour, Now: clock.Now, Negative: func(error) bool { return true },
		Load: func(_ context.Context, k string) (int, error) {
			if k[0] != 'h' {
				return 0, errMissing
			}
			hot.Add(1)
			return 1, nil
		},
	})
	for i := range 20_000 {
		_, err := c.Get(t.Context(), fmt.Sprint(i))
		require.ErrorIs(t, err, errMissing)
		_, err = c.Get(t.Context(), fmt.Sprint("h", i%20))
		require.NoError(t, err)
	}
	require.LessOrEqual(t, c.Len(), 200)
	require.Less(t, hot.Load(), int32(200), "twenty values in constant use were loaded again and again")
}

func TestLoadsAtOnceAreBounded(t *testing.T) {
	clock, s := newClock(), &source{}
	gate := make(chan struct{})
	s.set(nil, gate)
	c := newCache(clock, s)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	busy := 0
	for i := range maxLoads + 10 { // callers that do not stay must not leave ever more work behind
		if _, err := c.Get(gone, fmt.Sprint(i)); errors.Is(err, ErrBusy) {
			busy++
		}
	}
	require.Equal(t, 10, busy)
	close(gate)
}

func TestPanicOfALoadIsAnError(t *testing.T) {
	c := New(Options[string, int]{Name: "test", Now: newClock().Now, Load: func(context.Context, string) (int, error) { panic("boom") }})
	_, err := c.Get(t.Context(), "k")
	require.ErrorContains(t, err, "boom")
}

func TestCacheNeedsAClock(t *testing.T) {
	require.Panics(t, func() { New(Options[string, int]{}) })
}

func TestConcurrentUseIsSafe(t *testing.T) {
	clock, s := newClock(), &source{}
	c := newCache(clock, s)
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 500 {
				k := fmt.Sprint((g + i) % 150)
				switch i % 50 {
				case 7:
					c.Forget(k)
				case 17:
					c.ForgetIf(func(k string) bool { return len(k) == 1 })
				case 27:
					c.Lapse()
				case 37:
					clock.move(time.Second)
				default:
					_, err := c.Get(t.Context(), k)
					assert.NoError(t, err)
				}
			}
		})
	}
	all.Wait()
	require.LessOrEqual(t, c.Len(), 100)
}

func BenchmarkGet(b *testing.B) {
	c := newCache(newClock(), &source{})
	b.ReportAllocs()
	for b.Loop() {
		_, _ = c.Get(b.Context(), "k")
	}
}
