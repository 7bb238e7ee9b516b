package clickhouse_test

import (
	"testing"

	"github.com/azflow/azflow/internal/chdbtest"
	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/internal/store/clickhouse"
	"github.com/azflow/azflow/internal/store/storetest"
)

func TestMain(m *testing.M) { chdbtest.Main(m) }

func TestEngine(t *testing.T) {
	client := chdbtest.Open(t) // one process for all
	storetest.Run(t, func(_ *testing.T, _ string, r store.Resolver) store.Engine { return clickhouse.New(client, r) })
}
