package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/signet-authz/signet/pkg/domain"
)

// Erasure. Deleting a tenant or workspace makes tombstones and revocations in
// one transaction, after which nothing of it works any more. Its rows follow:
// at once, in as many bounded transactions as erasePatience allows, which is
// all of them but for the largest workspaces, and the rest by Prune. Each
// transaction stays short enough never to meet the statement timeout, and a
// process that dies in between leaves nothing that Prune would not find.
//
// A tombstone's settings say how far this is: "erasing", until Prune has found
// the workspace empty so late that no request can still be under way which
// knew it alive.

const (
	// eraseRows is how many rows of each table one transaction erases.
	eraseRows = 1000
	// erasePatience is how many such transactions a deletion waits for.
	erasePatience = 50
	// eraseSettles is how long a request may go on that began before the
	// deletion, with room to spare.
	eraseSettles = 10 * time.Minute
	// eraseTombstones is how many tombstones one Prune looks at.
	eraseTombstones = 50

	settingsErasing = `{"erasing": true}`
	settingsErased  = `{}`
)

// belongings erase a workspace's rows, at most $2 of each table: children
// before their parents, and parents only once nothing points at them, so that
// no foreign key refuses and no cascade is larger than the bound.
var belongings = []string{
	`DELETE FROM verifications WHERE (workspace_id, token_hash) IN (SELECT workspace_id, token_hash FROM verifications WHERE workspace_id = $1 LIMIT $2)`,
	`DELETE FROM sessions WHERE (workspace_id, id) IN (SELECT workspace_id, id FROM sessions WHERE workspace_id = $1 LIMIT $2)`,
	`DELETE FROM consents WHERE (workspace_id, user_id, client_id) IN (SELECT workspace_id, user_id, client_id FROM consents WHERE workspace_id = $1 LIMIT $2)`,
	`DELETE FROM grants WHERE (workspace_id, id) IN (SELECT workspace_id, id FROM grants WHERE workspace_id = $1 LIMIT $2)`,
	`DELETE FROM signing_keys WHERE (workspace_id, kid) IN (SELECT workspace_id, kid FROM signing_keys WHERE workspace_id = $1 LIMIT $2)`,
	`DELETE FROM credential_usage WHERE (workspace_id, client_id, credential_id) IN
		(SELECT workspace_id, client_id, credential_id FROM credential_usage WHERE workspace_id = $1 LIMIT $2)`,
	`DELETE FROM statistics WHERE (workspace_id, step, begins_at, endpoint, grant_type, auth_method, outcome, error, failed_check) IN
		(SELECT workspace_id, step, begins_at, endpoint, grant_type, auth_method, outcome, error, failed_check FROM statistics WHERE workspace_id = $1 LIMIT $2)`,
	`DELETE FROM client_secrets WHERE (workspace_id, id) IN (SELECT workspace_id, id FROM client_secrets WHERE workspace_id = $1 LIMIT $2)`,
	`DELETE FROM clients WHERE (workspace_id, client_id) IN (SELECT c.workspace_id, c.client_id FROM clients c WHERE c.workspace_id = $1
		AND NOT EXISTS (SELECT 1 FROM client_secrets s WHERE s.workspace_id = c.workspace_id AND s.client_id = c.client_id)
		AND NOT EXISTS (SELECT 1 FROM consents o WHERE o.workspace_id = c.workspace_id AND o.client_id = c.client_id) LIMIT $2)`,
	`DELETE FROM scopes WHERE (workspace_id, name) IN (SELECT workspace_id, name FROM scopes WHERE workspace_id = $1 LIMIT $2)`,
	`DELETE FROM services WHERE (workspace_id, service_id) IN (SELECT v.workspace_id, v.service_id FROM services v WHERE v.workspace_id = $1
		AND NOT EXISTS (SELECT 1 FROM scopes s WHERE s.workspace_id = v.workspace_id AND s.service_id = v.service_id) LIMIT $2)`,
	`DELETE FROM members WHERE (tenant_id, user_id) IN (SELECT tenant_id, user_id FROM members WHERE workspace_id = $1 LIMIT $2)`,
	`DELETE FROM user_logins WHERE (workspace_id, login) IN (SELECT workspace_id, login FROM user_logins WHERE workspace_id = $1 LIMIT $2)`,
	`DELETE FROM users WHERE (workspace_id, user_id) IN (SELECT u.workspace_id, u.user_id FROM users u WHERE u.workspace_id = $1
		AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.workspace_id = u.workspace_id AND s.user_id = u.user_id)
		AND NOT EXISTS (SELECT 1 FROM consents o WHERE o.workspace_id = u.workspace_id AND o.user_id = u.user_id)
		AND NOT EXISTS (SELECT 1 FROM verifications v WHERE v.workspace_id = u.workspace_id AND v.user_id = u.user_id)
		AND NOT EXISTS (SELECT 1 FROM user_logins l WHERE l.workspace_id = u.workspace_id AND l.user_id = u.user_id) LIMIT $2)`,
}

// erase removes the rows of deleted workspaces, as many as patience allows.
// That it fails is no failure of the deletion: Prune comes again.
func (t Tenant) erase(ctx context.Context, workspaces ...uuid.UUID) {
	patience := erasePatience
	for _, id := range workspaces {
		for more := true; more; patience-- {
			if patience == 0 {
				return
			}
			var err error
			if _, more, err = t.s.eraseSome(ctx, scope{tenant: t.id, workspace: id}, id, eraseRows); err != nil {
				t.s.cfg.Logger.WarnContext(ctx, "rows of a deleted workspace remain for now", "workspace", id, "error", err)
				return
			}
		}
	}
}

// eraseSome removes up to limit rows of each table. It tells how many went in
// all, and whether some table may have more.
func (s *Store) eraseSome(ctx context.Context, sc scope, workspace uuid.UUID, limit int) (n int, more bool, err error) {
	b := &batch{}
	b.within(sc)
	counts := make([]int64, len(belongings))
	for i, sql := range belongings {
		b.count(&counts[i], sql, workspace, limit)
	}
	if err := s.run(ctx, b); err != nil {
		return 0, true, fmt.Errorf("store: erasing a workspace: %w", err)
	}
	return total(counts), slices.Contains(counts, int64(limit)), nil
}

func total(counts []int64) int {
	var n int64
	for _, c := range counts {
		n += c
	}
	return int(n)
}

// eraseTombs goes on with the tombstones that are not known to be empty, the
// oldest first.
func (p Platform) eraseTombs(ctx context.Context, limit int) (int, error) {
	type tomb struct {
		id   uuid.UUID
		made instant
	}
	var tombs []tomb
	b := &batch{}
	b.within(scope{platform: true})
	b.query(func(r row) error {
		var t tomb
		err := r.Scan(&t.id, &t.made)
		tombs = append(tombs, t)
		return err
	}, "SELECT id, updated_at FROM workspaces WHERE state = 'deleted' AND settings <> '"+settingsErased+"' ORDER BY updated_at, id LIMIT $1", eraseTombstones)
	if err := p.s.run(ctx, b); err != nil {
		return 0, fmt.Errorf("store: looking for tombstones: %w", err)
	}
	sum := 0
	for _, t := range tombs {
		n, more, err := p.s.eraseSome(ctx, scope{platform: true}, t.id, limit)
		if err != nil {
			return sum, err
		}
		if sum += n; more || t.made > at(p.s.now().Add(-eraseSettles)) {
			continue
		}
		done := &batch{}
		done.within(scope{platform: true})
		done.exec("UPDATE workspaces SET settings = '"+settingsErased+"' WHERE id = $1 AND state = 'deleted'", t.id)
		if err := p.s.run(ctx, done); err != nil {
			return sum, fmt.Errorf("store: closing a tombstone: %w", err)
		}
		sum++
	}
	return sum, nil
}

// expired delete what nobody can use any more, at most $2 rows of each table.
// A grant goes only a code's longest life after its absolute end, which is at
// once where it has no refresh tokens: until then its code_hash is what refuses
// the code a second time.
var expired = []string{
	`DELETE FROM sessions WHERE (workspace_id, id) IN (SELECT workspace_id, id FROM sessions WHERE max_ends_at < $1 LIMIT $2)`,
	`DELETE FROM grants WHERE (workspace_id, id) IN (SELECT workspace_id, id FROM grants WHERE max_ends_at < $1 LIMIT $2)`,
	`DELETE FROM verifications WHERE (workspace_id, token_hash) IN (SELECT workspace_id, token_hash FROM verifications WHERE expires_at < $1 LIMIT $2)`,
	`DELETE FROM invitations WHERE (tenant_id, id) IN (SELECT tenant_id, id FROM invitations WHERE expires_at < $1 LIMIT $2)`,
}

const expiredRevocations = `DELETE FROM revocations WHERE id IN (SELECT id FROM revocations WHERE expires_at < $1 LIMIT $2)`

// Prune deletes sessions, grants, verifications, invitations and revocations
// that ended before the moment, and what deleted workspaces have left: at most
// limit rows of each table. It tells how much it did; call it until that is 0.
// Running it twice, or in two processes, does no harm.
func (p Platform) Prune(ctx context.Context, before time.Time, limit int) (int, error) {
	limit = min(max(limit, 1), eraseRows)
	b := &batch{}
	b.within(scope{platform: true})
	counts := make([]int64, len(expired)+1)
	for i, sql := range expired {
		b.count(&counts[i], sql, at(before.Add(-domain.MaxCodeTTL)), limit)
	}
	b.count(&counts[len(expired)], expiredRevocations, at(before), limit)
	if err := p.s.run(ctx, b); err != nil {
		return 0, fmt.Errorf("store: pruning: %w", err)
	}
	erased, err := p.eraseTombs(ctx, limit)
	return total(counts) + erased, err
}

// PruneRevocations deletes the facts that have been forgotten everywhere by
// the moment: nothing that they ended can still be alive.
func (p Platform) PruneRevocations(ctx context.Context, before time.Time, limit int) (int, error) {
	b := &batch{}
	b.within(scope{platform: true})
	var n int64
	b.count(&n, expiredRevocations, at(before), min(max(limit, 1), eraseRows))
	if err := p.s.run(ctx, b); err != nil {
		return 0, fmt.Errorf("store: pruning revocations: %w", err)
	}
	return int(n), nil
}
