package fn

import (
	"math"
	"slices"
	"sort"

	"github.com/azflow/azflow/kql/types"
)

// newState makes the state of one group.
type newState func(args []*types.Vector, types []types.Type) State

// countState counts rows; with a predicate, those for which it is true.
type countState struct {
	predicate int // the argument, or -1
	n         int64
}

func (s *countState) Add(args []*types.Vector, i int) error {
	if s.predicate < 0 || holds(args[s.predicate], i) {
		s.n++
	}
	return nil
}

func (s *countState) Result() []types.Value { return []types.Value{s.n} }

// count counts all rows whatever its argument is (emulator).
func count([]*types.Vector, []types.Type) State { return &countState{predicate: -1} }

func countIf([]*types.Vector, []types.Type) State { return &countState{} }

// ifState passes on the rows for which argument predicate is true, and of their
// arguments all but that one.
type ifState struct {
	inner     State
	predicate int
	args      []*types.Vector
}

func (s *ifState) Add(args []*types.Vector, i int) error {
	if !holds(args[s.predicate], i) {
		return nil
	}
	s.args = append(append(s.args[:0], args[:s.predicate]...), args[s.predicate+1:]...)
	return s.inner.Add(s.args, i)
}

func (s *ifState) Result() []types.Value { return s.inner.Result() }

// onlyIf makes the …if() form of an aggregate, the predicate being the given
// argument.
func onlyIf(inner newState, predicate int) newState {
	return func(args []*types.Vector, ts []types.Type) State {
		return &ifState{predicate: predicate, inner: inner(slices.Delete(slices.Clone(args), predicate, predicate+1), slices.Delete(slices.Clone(ts), predicate, predicate+1))}
	}
}

// sumState adds up; nothing adds up to 0 (emulator).
type sumState struct {
	t       types.Type
	long    int64
	real    float64
	decimal types.DecimalValue
}

func sum(_ []*types.Vector, ts []types.Type) State { return &sumState{t: ts[0]} }

func (s *sumState) Add(args []*types.Vector, i int) error {
	v := args[0]
	if v.IsNull(i) {
		return nil
	}
	switch x := v.Value(i).(type) {
	case float64:
		s.real += x
	case types.DecimalValue:
		s.decimal, _ = s.decimal.Add(x)
	default:
		n, _ := toLong(x)
		s.long += n
	}
	return nil
}

func (s *sumState) Result() []types.Value {
	switch s.t {
	case types.Real:
		return []types.Value{s.real}
	case types.Decimal:
		return []types.Value{s.decimal}
	case types.TimeSpan:
		return []types.Value{types.Interval(s.long)}
	case types.DateTime:
		return []types.Value{types.Instant(s.long)}
	}
	return []types.Value{s.long}
}

// avgState is the mean; that of nothing is NaN, or null where there is no NaN.
type avgState struct {
	sum sumState
	n   int64
}

func avg(_ []*types.Vector, ts []types.Type) State { return &avgState{sum: sumState{t: ts[0]}} }

func (s *avgState) Add(args []*types.Vector, i int) error {
	if !args[0].IsNull(i) {
		s.n++
	}
	return s.sum.Add(args, i)
}

func (s *avgState) Result() []types.Value {
	switch s.sum.t {
	case types.Decimal:
		if q, ok := s.sum.decimal.Quo(types.NewDecimal(s.n)); ok {
			return []types.Value{q}
		}
		return []types.Value{nil}
	case types.TimeSpan, types.DateTime:
		if s.n == 0 {
			return []types.Value{nil}
		}
		s.sum.long /= s.n
		return s.sum.Result()
	}
	return []types.Value{(s.sum.real + float64(s.sum.long)) / float64(s.n)}
}

// extremeState is min and max: nulls are passed over and NaN wins (emulator).
type extremeState struct {
	sign int
	best types.Value
	nan  bool
}

func extreme(sign int) newState {
	return func([]*types.Vector, []types.Type) State { return &extremeState{sign: sign} }
}

// beats reports whether v takes the place of the best value so far.
func (s *extremeState) beats(v types.Value) bool {
	if v == nil || s.nan {
		return false
	}
	if x, ok := v.(float64); ok && x != x {
		s.nan = true
		return true
	}
	return s.best == nil || s.sign*types.Compare(v, s.best) > 0
}

func (s *extremeState) Add(args []*types.Vector, i int) error {
	if v := args[0].Value(i); s.beats(v) {
		s.best = v
	}
	return nil
}

func (s *extremeState) Result() []types.Value { return []types.Value{s.best} }

// argState is arg_max and arg_min: the first row of the best value. If all
// values are null it is the first row.
type argState struct {
	extremeState
	row []types.Value
}

func argExtreme(sign int) newState {
	return func([]*types.Vector, []types.Type) State { return &argState{extremeState: extremeState{sign: sign}} }
}

func (s *argState) Add(args []*types.Vector, i int) error {
	v := args[0].Value(i)
	if !s.beats(v) && s.row != nil {
		return nil
	}
	s.best = v
	s.row = make([]types.Value, len(args))
	for k, a := range args {
		s.row[k] = a.Value(i)
	}
	return nil
}

func (s *argState) Result() []types.Value { return s.row }

// anyState is take_any: of one column the first value that is not null, of
// several the first row.
type anyState struct{ row []types.Value }

func takeAny([]*types.Vector, []types.Type) State { return &anyState{} }

func (s *anyState) Add(args []*types.Vector, i int) error {
	if s.row != nil && (len(args) > 1 || !isEmpty(s.row[0])) {
		return nil
	}
	if s.row != nil && args[0].IsNull(i) {
		return nil
	}
	s.row = make([]types.Value, len(args))
	for k, a := range args {
		s.row[k] = a.Value(i)
	}
	return nil
}

func (s *anyState) Result() []types.Value { return s.row }

// constLong returns the constant argument k, or def if there is none.
func constLong(args []*types.Vector, k int, def int64) int64 {
	if k < len(args) && args[k] != nil {
		if n, ok := toLong(args[k].Value(0)); ok {
			return n
		}
	}
	return def
}

// listState is make_list: at most limit values, nulls only if asked for.
type listState struct {
	limit int64
	nulls bool
	list  []types.Value
}

func makeList(nulls bool) newState {
	return func(args []*types.Vector, _ []types.Type) State {
		return &listState{limit: constLong(args, 1, maxArray), nulls: nulls, list: []types.Value{}}
	}
}

func (s *listState) Add(args []*types.Vector, i int) error {
	// Arrays stand for what they hold, and a dynamic null is kept (emulator).
	nulls := s.nulls || args[0].Type == types.Dynamic
	for _, v := range elements(Cast(args[0].Value(i), args[0].Type, types.Dynamic), args[0].Type) {
		if (v != nil || nulls) && int64(len(s.list)) < s.limit {
			s.list = append(s.list, v)
		}
	}
	return nil
}

func (s *listState) Result() []types.Value { return []types.Value{s.list} }

// setState is make_set and the exact counts of distinct values. Arrays stand
// for what they hold.
type setState struct {
	set     *set
	limit   int64
	flatten bool
	count   bool
}

func makeSet(args []*types.Vector, _ []types.Type) State {
	return &setState{set: newSet(), limit: constLong(args, 1, maxArray), flatten: true}
}

func countDistinct([]*types.Vector, []types.Type) State {
	return &setState{set: newSet(), limit: math.MaxInt64, count: true}
}

func (s *setState) Add(args []*types.Vector, i int) error {
	v := Cast(args[0].Value(i), args[0].Type, types.Dynamic)
	if v == nil {
		return nil
	}
	if list, ok := v.([]types.Value); ok && s.flatten {
		for _, e := range list {
			if int64(len(s.set.list)) < s.limit {
				s.set.add(e)
			}
		}
		return nil
	}
	if int64(len(s.set.list)) < s.limit {
		s.set.add(v)
	}
	return nil
}

func (s *setState) Result() []types.Value {
	if s.count {
		return []types.Value{int64(len(s.set.list))}
	}
	return []types.Value{s.set.list}
}

// bagState is make_bag: the first value of a key stays.
type bagState struct {
	bag   *types.Bag
	limit int64
}

func makeBag(args []*types.Vector, _ []types.Type) State {
	return &bagState{bag: types.NewBag(8), limit: constLong(args, 1, maxArray)}
}

func (s *bagState) Add(args []*types.Vector, i int) error {
	if b, ok := args[0].Value(i).(*types.Bag); ok && int64(s.bag.Len()) < s.limit {
		mergeBag(s.bag, b)
	}
	return nil
}

func (s *bagState) Result() []types.Value { return []types.Value{s.bag} }

// percentileState is the percentile family, by nearest rank: an actual value.
type percentileState struct {
	t         types.Type
	weighted  bool
	array     bool
	ranks     []float64
	values    []types.Value
	weights   []int64
	allWeight int64
}

// percentiles finds the ranks in the constant arguments from first on; an array
// stands for what it holds.
func percentiles(weighted, array bool) newState {
	first := 1
	if weighted {
		first = 2
	}
	return func(args []*types.Vector, ts []types.Type) State {
		s := &percentileState{t: ts[0], weighted: weighted, array: array}
		for _, a := range args[min(first, len(args)):] {
			if a == nil {
				continue
			}
			for _, e := range elements(a.Value(0), a.Type) {
				if p, ok := toReal(e); ok {
					s.ranks = append(s.ranks, p)
				}
			}
		}
		return s
	}
}

func (s *percentileState) Add(args []*types.Vector, i int) error {
	v := args[0].Value(i)
	if v == nil {
		return nil
	}
	w := int64(1)
	if s.weighted {
		w, _ = toLong(args[1].Value(i))
		if w <= 0 {
			return nil
		}
	}
	s.values = append(s.values, v)
	s.weights = append(s.weights, w)
	s.allWeight += w
	return nil
}

func (s *percentileState) Result() []types.Value {
	order := make([]int, len(s.values))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return types.Compare(s.values[order[a]], s.values[order[b]]) < 0 })
	out := make([]types.Value, len(s.ranks))
	for k, p := range s.ranks {
		want := int64(math.Ceil(p / 100 * float64(s.allWeight)))
		seen := int64(0)
		for _, i := range order {
			if seen += s.weights[i]; seen >= max(1, want) {
				v := s.values[i]
				switch s.t {
				case types.Int:
					v = Cast(v, types.Int, types.Long)
				case types.Decimal:
					v = Cast(v, types.Decimal, types.Real)
				}
				out[k] = v
				break
			}
		}
	}
	if s.array {
		return []types.Value{out}
	}
	return out
}

// momentState is stdev and variance, by Welford's method. Of fewer than two
// values both are 0 (emulator).
type momentState struct {
	sample, root bool
	n, mean, m2  float64
}

func moment(sample, root bool) newState {
	return func([]*types.Vector, []types.Type) State { return &momentState{sample: sample, root: root} }
}

func (s *momentState) Add(args []*types.Vector, i int) error {
	x, ok := toReal(args[0].Value(i))
	if !ok {
		return nil
	}
	s.n++
	d := x - s.mean
	s.mean += d / s.n
	s.m2 += d * (x - s.mean)
	return nil
}

func (s *momentState) Result() []types.Value {
	n := s.n
	if s.sample {
		n--
	}
	v := 0.0
	if n > 0 {
		v = s.m2 / n
	}
	if s.root {
		v = math.Sqrt(v)
	}
	return []types.Value{v}
}

// covarianceState is covariance, by Welford's method.
type covarianceState struct {
	sample               bool
	n, meanX, meanY, sum float64
}

func covariance(sample bool) newState {
	return func([]*types.Vector, []types.Type) State { return &covarianceState{sample: sample} }
}

func (s *covarianceState) Add(args []*types.Vector, i int) error {
	x, okX := toReal(args[0].Value(i))
	y, okY := toReal(args[1].Value(i))
	if !okX || !okY {
		return nil
	}
	s.n++
	d := x - s.meanX
	s.meanX += d / s.n
	s.meanY += (y - s.meanY) / s.n
	s.sum += d * (y - s.meanY)
	return nil
}

func (s *covarianceState) Result() []types.Value {
	n := s.n
	if s.sample {
		n--
	}
	if n <= 0 {
		return []types.Value{0.0}
	}
	return []types.Value{s.sum / n}
}

// bitState folds longs bit by bit; null of nothing.
type bitState struct {
	t    types.Type
	fold func(a, b int64) int64
	acc  int64
	any  bool
}

func bitwise(fold func(a, b int64) int64) newState {
	return func(_ []*types.Vector, ts []types.Type) State { return &bitState{t: ts[0], fold: fold} }
}

func (s *bitState) Add(args []*types.Vector, i int) error {
	x, ok := toLong(args[0].Value(i))
	switch {
	case !ok:
	case s.any:
		s.acc = s.fold(s.acc, x)
	default:
		s.acc, s.any = x, true
	}
	return nil
}

func (s *bitState) Result() []types.Value {
	if !s.any {
		return []types.Value{nil}
	}
	return []types.Value{Cast(s.acc, types.Long, s.t)}
}

// schemaState is buildschema.
type schemaState struct{ root schemaNode }

// A schemaNode is the types seen at one place of a dynamic value.
type schemaNode struct {
	simple  []string
	keys    []string
	members map[string]*schemaNode
	element *schemaNode
}

func buildSchema([]*types.Vector, []types.Type) State { return &schemaState{} }

func (s *schemaState) Add(args []*types.Vector, i int) error {
	s.root.add(args[0].Value(i))
	return nil
}

func (n *schemaNode) add(v types.Value) {
	switch x := v.(type) {
	case nil:
	case []types.Value:
		if n.element == nil {
			n.element = &schemaNode{}
		}
		for _, e := range x {
			n.element.add(e)
		}
	case *types.Bag:
		if n.members == nil {
			n.members = map[string]*schemaNode{}
		}
		for _, k := range x.Keys() {
			if n.members[k] == nil {
				n.members[k] = &schemaNode{}
				n.keys = append(n.keys, k)
			}
			e, _ := x.Get(k)
			n.members[k].add(e)
		}
	default:
		if name := kindName(v, types.Dynamic); !slices.Contains(n.simple, name) {
			n.simple = append(n.simple, name)
		}
	}
}

func (n *schemaNode) value() types.Value {
	all := stringArray(n.simple)
	if n.element != nil {
		all = append(all, bagOf("`indexer`", n.element.value()))
	}
	if n.members != nil {
		b := types.NewBag(len(n.keys))
		for _, k := range n.keys {
			b.Set(k, n.members[k].value())
		}
		all = append(all, b)
	}
	if len(all) == 1 {
		return all[0]
	}
	return all
}

func (s *schemaState) Result() []types.Value {
	v := s.root.value()
	if list, ok := v.([]types.Value); ok && len(list) == 0 {
		return []types.Value{nil}
	}
	return []types.Value{v}
}
