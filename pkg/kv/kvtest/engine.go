package kvtest

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/signet-authz/signet/pkg/kv"
	"github.com/signet-authz/signet/pkg/tenancy"
	"github.com/stretchr/testify/require"
)

// Engine is one kind of Redis.
type Engine struct {
	Name string
	// URL is a server that no other engine of this process uses.
	URL string
	// FollowsClock says that values expire by the injected clock; elsewhere
	// they expire by the server's, or by the injected one on being read.
	FollowsClock bool
	// Flush empties the server behind the store; nil where that is not possible.
	Flush func(t *testing.T)
}

// Open opens a store on the engine for the length of the test.
func (e Engine) Open(t *testing.T, c kv.Config) *kv.Store {
	t.Helper()
	c.URL = e.URL
	// A busy test machine is not what the time limit is for.
	c.Timeout = 10 * time.Second
	s, err := kv.Open(t.Context(), c)
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Engines are those that this machine has.
func Engines(t *testing.T) []Engine {
	t.Helper()
	engines := []Engine{{Name: "in-process", URL: kv.InProcessURL, FollowsClock: true}}
	if _, err := exec.LookPath("redis-server"); err == nil {
		master := Server(t)
		engines = append(engines, remote("server", Server(t)), remote("cluster", Cluster(t)),
			Engine{Name: "sentinel", URL: Sentinel(t, master), Flush: remote("", master).Flush})
	}
	if named := os.Getenv("REDIS_URL"); named != "" {
		u, err := url.Parse(named)
		require.NoError(t, err, "REDIS_URL")
		u.Path = "/9"
		engines = append(engines, remote("REDIS_URL", u.String()))
	}
	if named := os.Getenv("REDIS_CLUSTER_URL"); named != "" {
		engines = append(engines, remote("REDIS_CLUSTER_URL", named))
	}
	return engines
}

func remote(name, at string) Engine {
	return Engine{Name: name, URL: at, Flush: func(t *testing.T) {
		t.Helper()
		ctx := t.Context()
		hosts, clustered := strings.CutPrefix(at, "redis+cluster://")
		if clustered {
			c := redis.NewClusterClient(&redis.ClusterOptions{Addrs: strings.Split(strings.TrimRight(hosts, "/"), ",")})
			defer c.Close()
			require.NoError(t, c.ForEachMaster(ctx, func(ctx context.Context, node *redis.Client) error { return node.FlushDB(ctx).Err() }))
			return
		}
		o, err := redis.ParseURL(at)
		require.NoError(t, err)
		c := redis.NewClient(o)
		defer c.Close()
		require.NoError(t, c.FlushDB(ctx).Err())
	}}
}

// Server starts a private Redis for the length of the test and returns its URL.
func Server(t *testing.T, args ...string) string {
	t.Helper()
	return "redis://" + start(t, append([]string{"--save", "", "--appendonly", "no"}, args...)...)
}

// start runs the program on a free port until the test ends.
func start(t *testing.T, args ...string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr = l.Addr().String()
	_, port, err := net.SplitHostPort(addr)
	require.NoError(t, err)
	require.NoError(t, l.Close())
	server := exec.Command("redis-server", append(args, "--port", port, "--bind", "127.0.0.1", "--dir", t.TempDir())...)
	require.NoError(t, server.Start())
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	c := redis.NewClient(&redis.Options{Addr: addr})
	defer c.Close()
	require.Eventually(t, func() bool { return c.Ping(t.Context()).Err() == nil }, 10*time.Second, 10*time.Millisecond, "redis-server does not start")
	return addr
}

// Cluster starts a private cluster of one node, which is as strict about slots
// as a large one.
func Cluster(t *testing.T) string {
	t.Helper()
	at := Server(t, "--cluster-enabled", "yes")
	addr := strings.TrimPrefix(at, "redis://")
	c := redis.NewClient(&redis.Options{Addr: addr})
	defer c.Close()
	ctx := t.Context()
	require.NoError(t, c.ClusterAddSlotsRange(ctx, 0, 16383).Err())
	require.Eventually(t, func() bool {
		info, err := c.ClusterInfo(ctx).Result()
		return err == nil && strings.Contains(info, "cluster_state:ok")
	}, 10*time.Second, 10*time.Millisecond, "the cluster does not form")
	return "redis+cluster://" + addr
}

// Sentinel starts a private Sentinel that watches the server and returns the
// URL by which both are found.
func Sentinel(t *testing.T, master string) string {
	t.Helper()
	host, port, err := net.SplitHostPort(strings.TrimPrefix(master, "redis://"))
	require.NoError(t, err)
	config := filepath.Join(t.TempDir(), "sentinel.conf")
	require.NoError(t, os.WriteFile(config, fmt.Appendf(nil, "sentinel monitor main %s %s 1\n", host, port), 0o600))
	addr := start(t, config, "--sentinel")
	c := redis.NewSentinelClient(&redis.Options{Addr: addr})
	defer c.Close()
	require.Eventually(t, func() bool { return c.GetMasterAddrByName(t.Context(), "main").Err() == nil }, 10*time.Second, 10*time.Millisecond, "the Sentinel knows no master")
	return "redis+sentinel://" + addr + "/main"
}

// Clock is a clock that tests move.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock starts at the present second.
func NewClock() *Clock { return &Clock{now: time.Now().Truncate(time.Second).UTC()} }

// Now is the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Move turns the clock on.
func (c *Clock) Move(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// NewWorkspace resolves a workspace that no other test has.
func NewWorkspace(t testing.TB) tenancy.Workspace {
	t.Helper()
	w, err := tenancy.NewResolver(directory{}, "https://id.example").Workspace(t.Context(), "acme", "default")
	require.NoError(t, err)
	return w
}

type directory struct{}

func (directory) FindTenant(context.Context, string) (domain.Tenant, error) {
	return domain.Tenant{}, tenancy.ErrNotFound
}

func (directory) FindWorkspace(_ context.Context, tid, aid string) (domain.Tenant, domain.Workspace, error) {
	t := domain.Tenant{ID: uuid.New(), TID: tid, State: domain.StateActive}
	return t, domain.Workspace{ID: uuid.New(), TenantID: t.ID, AID: aid, State: domain.StateActive}, nil
}
