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
		ids := rapid.OneOf(rapid.IntRange(-300, 300), rapid.SampledFrom([]int{16383, 16384, -16384, 1 << 20, -1 << 20}))
		for _, id := range rapid.SliceOf(ids).Draw(t, "ids") {
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
		c.Add(1<<20 + 1)
		check := func(id plan.ColumnID) {
			if s.Has(id) != want[id] {
				t.Fatalf("column %d: %v, want %v", id, s.Has(id), want[id])
			}
		}
		for id := range plan.ColumnID(310) {
			check(id)
			check(16384 - 155 + id)
		}
		check(1 << 20)
		check(1<<20 + 1)
		if s.Empty() != (len(want) == 0) {
			t.Fatalf("empty: %v of %d", s.Empty(), len(want))
		}
	})
}
