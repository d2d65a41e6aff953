package kv

import (
	"context"
	"net"
	"sync/atomic"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
)

// inProcessConns is how many goroutines the in-process server serves at once.
const inProcessConns = 16

// openInProcess starts a server that is reached through pipes, without a port.
func openInProcess(ctx context.Context, c Config) (*Store, error) {
	server := miniredis.NewMiniRedis()
	server.SetTime(c.Now())
	server.ClockTTL(true)
	if c.Timeout <= 0 {
		c.Timeout = inProcessTimeout
	}
	o := &redis.UniversalOptions{
		Addrs:    []string{"in-process:6379"},
		PoolSize: inProcessConns,
		Dialer: func(context.Context, string, string) (net.Conn, error) {
			c, err := server.Dial()
			if err != nil {
				return nil, err
			}
			return newPipe(c), nil
		},
	}
	return open(ctx, c, o, server.Close, &follow{server: server, now: c.Now})
}

// tick is how far the server's clock may lag. Whenever it moves, the server goes
// through all that it holds for what has expired; a command that did so each time
// would cost the more the more is remembered.
const tick = 200 * time.Millisecond

// follow sets the server's clock, so that values expire by the clock of the
// process. That they stay a moment longer harms nobody: what must end exactly
// carries its end with it.
type follow struct {
	server *miniredis.Miniredis
	now    func() time.Time
	set    atomic.Int64 // the server's clock, Unix nanoseconds
}

func (f *follow) keepUp() {
	now, set := f.now(), f.set.Load()
	if d := now.UnixNano() - set; d >= 0 && d < int64(tick) || !f.set.CompareAndSwap(set, now.UnixNano()) {
		return
	}
	f.server.SetTime(now)
}

// DialHook changes nothing.
func (f *follow) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook lets the server's clock follow before a command.
func (f *follow) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		f.keepUp()
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook does so before several.
func (f *follow) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		f.keepUp()
		return next(ctx, cmds)
	}
}
