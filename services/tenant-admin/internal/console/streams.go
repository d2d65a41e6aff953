package console

import (
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/signet-authz/signet/services/tenant-admin/internal/endpoint"
	"github.com/signet-authz/signet/services/tenant-admin/internal/problem"
)

// How many streams may be open at once. Each asks the store every second.
const (
	maxStreams           = 100
	maxStreamsPerSession = 6
)

// streams counts those that are open in this process.
type streams struct {
	mu        sync.Mutex
	all       int
	bySession map[string]int
}

func newStreams() *streams { return &streams{bySession: map[string]int{}} }

func (s *streams) take(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= maxStreams || s.bySession[id] >= maxStreamsPerSession {
		return false
	}
	s.all++
	s.bySession[id]++
	return true
}

func (s *streams) give(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	if s.bySession[id]--; s.bySession[id] == 0 {
		delete(s.bySession, id)
	}
}

// Bounded stands before OnBehalf where an answer lasts as long as its reader.
func (c *Console) Bounded(next echo.HandlerFunc) echo.HandlerFunc {
	return func(ctx echo.Context) error {
		id, _ := c.cookies.session(ctx.Request())
		if !c.streams.take(id) {
			return endpoint.Fail(ctx, problem.RateLimited.Because("too many streams are open", nil))
		}
		defer c.streams.give(id)
		return next(ctx)
	}
}
