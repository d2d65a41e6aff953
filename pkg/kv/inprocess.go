package kv

import (
	"context"
	"net"
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
		Dialer:   func(context.Context, string, string) (net.Conn, error) { return server.Dial() },
	}
	return open(ctx, c, o, server.Close, follow{server, c.Now})
}

// follow sets the server's clock before each command, so that values expire by
// the clock of the process.
type follow struct {
	server *miniredis.Miniredis
	now    func() time.Time
}

func (f follow) DialHook(next redis.DialHook) redis.DialHook { return next }

func (f follow) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		f.server.SetTime(f.now())
		return next(ctx, cmd)
	}
}

func (f follow) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		f.server.SetTime(f.now())
		return next(ctx, cmds)
	}
}
