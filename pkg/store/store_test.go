package store_test

import (
	"testing"

	"github.com/signet-authz/signet/pkg/store/storetest"
)

func TestStore(t *testing.T) { storetest.Run(t) }
