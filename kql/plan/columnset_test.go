package plan_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/azflow/azflow/kql/plan"
)

func TestAColumnSetIsASet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s plan.ColumnSet
		want := map[plan.ColumnID]bool{}
		for _, id := range rapid.SliceOf(rapid.IntRange(-300, 300)).Draw(t, "ids") {
			if id < 0 { // takes the id out
				s.Remove(plan.ColumnID(-id))
				delete(want, plan.ColumnID(-id))
				continue
			}
			s.Add(plan.ColumnID(id))
			want[plan.ColumnID(id)] = true
		}
		c := s.Clone()
		c.Add(301)
		for id := plan.ColumnID(0); id <= 310; id++ {
			if s.Has(id) != want[id] {
				t.Fatalf("column %d: %v, want %v", id, s.Has(id), want[id])
			}
		}
		if s.Empty() != (len(want) == 0) {
			t.Fatalf("empty: %v of %d", s.Empty(), len(want))
		}
	})
}
