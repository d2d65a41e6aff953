package store

import (
	"context"
	"time"

	"github.com/signet-authz/signet/pkg/domain"
)

// SelfCheckParties are the ids of the clients and users that self-checks of the
// workspace made before the moment and have not removed, in one round trip.
func (w Workspace) SelfCheckParties(ctx context.Context, before time.Time) (clientIDs, userIDs []string, err error) {
	b := w.batch()
	b.query(collectIDs(&clientIDs), `SELECT c.client_id FROM clients c
		WHERE c.workspace_id = $1 AND c.built_in AND c.client_id LIKE $2 ESCAPE '\' AND c.created_at < $3 ORDER BY c.client_id`,
		w.id, beginning(domain.SelfCheckClientPrefix), at(before))
	b.query(collectIDs(&userIDs), `SELECT u.user_id FROM users u
		WHERE u.workspace_id = $1 AND u.user_id LIKE $2 ESCAPE '\' AND u.created_at < $3 ORDER BY u.user_id`,
		w.id, beginning(domain.SelfCheckUserPrefix), at(before))
	err = w.s.run(ctx, b)
	return clientIDs, userIDs, err
}

func collectIDs(into *[]string) func(row) error {
	return func(r row) error {
		var id string
		err := r.Scan(&id)
		*into = append(*into, id)
		return err
	}
}
