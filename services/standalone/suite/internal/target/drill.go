package target

import (
	"context"
	"errors"
)

// Drill is a whole deployment of the test's own, whose database and Redis may
// be stopped, emptied and started again.
type Drill struct {
	*Services

	Postgres, Redis *Server
}

// StartDrill starts one from the programs in the directory.
func StartDrill(ctx context.Context, programs string) (*Drill, error) {
	d := &Drill{}
	var err error
	if d.Postgres, err = StartPostgres(ctx); err != nil {
		return nil, err
	}
	if d.Redis, err = StartRedis(ctx); err != nil {
		return nil, errors.Join(err, d.Stop())
	}
	if d.Services, err = StartServices(ctx, programs, d.Postgres.URL, d.Redis.URL); err != nil {
		return nil, errors.Join(err, d.Stop())
	}
	nextSecond()
	return d, nil
}

// Stop ends everything and leaves nothing behind.
func (d *Drill) Stop() error {
	var errs []error
	if d.Services != nil {
		errs = append(errs, d.Services.Stop())
	}
	for _, s := range []*Server{d.Redis, d.Postgres} {
		if s != nil {
			errs = append(errs, s.Remove())
		}
	}
	return errors.Join(errs...)
}
