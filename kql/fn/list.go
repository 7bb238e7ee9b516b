package fn

import (
	"slices"
	"sync"
)

// lists are the functions and their index, built when first asked for and not
// changed after.
type lists struct {
	scalars    []*Func
	aggregates []*Aggregate
	byName     map[string]*Func
	aggByName  map[string]*Aggregate
}

var index = sync.OnceValue(func() *lists {
	l := &lists{byName: map[string]*Func{}, aggByName: map[string]*Aggregate{}}
	fs := slices.Concat(
		operators(), condFuncs(), convFuncs(), stringFuncs(), regexFuncs(), parseFuncs(), encodeFuncs(), ipFuncs(), datetimeFuncs(),
		mathFuncs(), arrayFuncs(), bagFuncs(), sketchFuncs(), seriesFuncs(), geoFuncs(), windowFuncs(), contextFuncs(),
	)
	for i := range fs {
		l.scalars = append(l.scalars, &fs[i])
		l.byName[fs[i].Name] = &fs[i]
	}
	as := aggregateFuncs()
	for i := range as {
		l.aggregates = append(l.aggregates, &as[i])
		l.aggByName[as[i].Name] = &as[i]
	}
	return l
})

// Scalars returns all scalar functions and operators, by family. The caller
// must not change them.
func Scalars() []*Func { return slices.Clone(index().scalars) }

// Aggregates returns all aggregation functions. The caller must not change them.
func Aggregates() []*Aggregate { return slices.Clone(index().aggregates) }

// LookupScalar returns the scalar function or operator of that name. Names are
// case-sensitive.
func LookupScalar(name string) (*Func, bool) {
	f, ok := index().byName[name]
	return f, ok
}

// LookupAggregate returns the aggregation function of that name.
func LookupAggregate(name string) (*Aggregate, bool) {
	a, ok := index().aggByName[name]
	return a, ok
}
