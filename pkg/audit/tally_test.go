package audit_test

import (
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/audit"
	"github.com/signet-authz/signet/pkg/domain"
	"github.com/stretchr/testify/require"
)

func TestRepeatedEventsBecomeOneThatCountsThem(t *testing.T) {
	var passed []domain.AuditEvent
	tally := audit.NewTally(func(ev domain.AuditEvent) { passed = append(passed, ev) })
	w := uuid.New()
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { tally.Record(domain.AuditEvent{WorkspaceID: w, Action: "token.issue", ActorID: "a"}) })
	}
	wg.Wait()
	tally.Record(domain.AuditEvent{WorkspaceID: w, Action: "token.issue", ActorID: "b"})
	tally.Record(domain.AuditEvent{WorkspaceID: uuid.New(), Action: "token.issue", ActorID: "a"})
	tally.Flush()
	require.Len(t, passed, 3)
	for _, ev := range passed {
		if ev.WorkspaceID == w && ev.ActorID == "a" {
			require.Equal(t, "50", ev.Detail["count"])
		} else {
			require.Empty(t, ev.Detail)
		}
	}
	tally.Flush()
	require.Len(t, passed, 3, "what was passed on is not counted again")
}
