package event

import (
	"testing"

	"github.com/azflow/azflow/flowlog"
	"github.com/azflow/azflow/flowlog/internal/wiretest"
)

func newDecoder() flowlog.ColumnDecoder { return NewDecoder() }

func TestGolden(t *testing.T) { wiretest.Golden(t, newDecoder) }
