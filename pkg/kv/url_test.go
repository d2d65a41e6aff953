package kv

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestURLNamesASingleServerASentinelOrACluster(t *testing.T) {
	o, err := parseURL("redis://localhost")
	require.NoError(t, err)
	require.Equal(t, []string{"localhost:6379"}, o.Addrs)
	require.False(t, o.IsClusterMode)
	require.Nil(t, o.TLSConfig)

	o, err = parseURL("rediss://app:p%40ss%2Fw%3Ard@redis.example:6380/3?pool_size=7&tls_server_name=other.example")
	require.NoError(t, err)
	require.Equal(t, []string{"redis.example:6380"}, o.Addrs)
	require.Equal(t, "app", o.Username)
	require.Equal(t, "p@ss/w:rd", o.Password)
	require.Equal(t, 3, o.DB)
	require.Equal(t, 7, o.PoolSize)
	require.Equal(t, "other.example", o.TLSConfig.ServerName)

	o, err = parseURL("redis+sentinel://:secret@s1,s2:26380,[::1]/mymaster/2?sentinel_username=u&sentinel_password=p")
	require.NoError(t, err)
	require.Equal(t, []string{"s1:26379", "s2:26380", "[::1]:26379"}, o.Addrs)
	require.Equal(t, "mymaster", o.MasterName)
	require.Equal(t, "secret", o.Password)
	require.Equal(t, "u", o.SentinelUsername)
	require.Equal(t, "p", o.SentinelPassword)
	require.Equal(t, 2, o.DB)

	for _, url := range []string{"redis+cluster://n1,n2:7000", "redis://n1,n2:7000/"} {
		o, err = parseURL(url)
		require.NoError(t, err)
		require.Equal(t, []string{"n1:6379", "n2:7000"}, o.Addrs)
		require.True(t, o.IsClusterMode)
	}
	o, err = parseURL("redis+cluster://only")
	require.NoError(t, err)
	require.True(t, o.IsClusterMode)
}

func TestURLThatIsNotUnderstoodIsRefusedWithoutRepeatingIt(t *testing.T) {
	for _, url := range []string{
		"", "localhost:6379", "http://hunter2@h", "redis+raft://hunter2@h", "redis://:hunter2@", "redis://:hunter2@a,,b",
		"redis://:hunter2@h:0", "redis://:hunter2@h:70000", "redis://:hunter2@h:x", "redis://:hunter2@h/x", "redis://:hunter2@h/-1",
		"redis+sentinel://:hunter2@h", "redis+sentinel://:hunter2@h//1", "redis+cluster://:hunter2@h/1", "redis://:hunter2@a,b/1",
		"redis://:hunter2%zz@h", "redis://:hunter2@h?db=1", "redis://:hunter2@h?pool_size=0", "redis://:hunter2@h?tls_server_name=x",
		"redis://:hunter2@h?sentinel_password=x", "redis://:hunter2@[nonsense]", "redis://:hunter2@h?%zz", "redis://:hunter2@a:1:2",
	} {
		_, err := parseURL(url)
		require.Error(t, err, url)
		require.NotContains(t, err.Error(), "hunter2")
	}
}
