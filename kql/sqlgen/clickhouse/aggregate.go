package clickhouse

import (
	"math"

	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
)

// call is an aggregation with its condition taken out.
type call struct {
	sqlgen.Aggregation
	filter sqlast.Expr // or nil
}

var conditionals = map[string]string{
	"countif": "count", "sumif": "sum", "avgif": "avg", "minif": "min", "maxif": "max", "dcountif": "dcount",
}

var synonyms = map[string]string{
	"any": "take_any", "makelist": "make_list", "makeset": "make_set", "argmax": "arg_max", "argmin": "arg_min", "count_distinct": "dcount",
}

var aggregates = map[string]func(c call) (sqlast.Expr, bool){
	"count":    func(c call) (sqlast.Expr, bool) { return bigint(c.agg("count")), true },
	"sum":      sum,
	"avg":      avg,
	"min":      extreme("min"),
	"max":      extreme("max"),
	"dcount":   dcount,
	"stdev":    spread("stddevSamp"),
	"variance": spread("varSamp"),
	"make_set": makeSet,
}

// Aggregate implements sqlgen.Dialect.
func (d *Dialect) Aggregate(a sqlgen.Aggregation) ([]sqlast.Expr, bool) {
	c := call{Aggregation: a}
	name := a.Func
	if base, ok := conditionals[name]; ok {
		name = base
		at := 1
		if base == "count" {
			at = 0
		}
		if len(a.Args) <= at || a.Args[at].Type != types.Bool {
			return nil, false
		}
		c.filter = a.Args[at].X
		c.Args = append(append([]sqlgen.Arg(nil), a.Args[:at]...), a.Args[at+1:]...)
	}
	if s, ok := synonyms[name]; ok {
		name = s
	}
	switch name {
	case "percentile", "percentiles":
		return percentiles(c)
	case "arg_max":
		return argExtreme(c, "argMax")
	case "arg_min":
		return argExtreme(c, "argMin")
	}
	f, ok := aggregates[name]
	if !ok || len(a.Cols) != 1 {
		return nil, false
	}
	x, ok := f(c)
	return []sqlast.Expr{x}, ok
}

func (c call) agg(name string, args ...sqlast.Expr) sqlast.Expr {
	return sqlast.Aggregate{Name: name, Args: args, Filter: c.filter}
}

func sum(c call) (sqlast.Expr, bool) {
	if len(c.Args) != 1 {
		return nil, false
	}
	switch x := c.Args[0].X; c.Args[0].Type {
	case types.Int, types.Long, types.TimeSpan: // wraps around, as in Kusto
		return sqlast.Call("ifNull", c.agg("sum", bigint(x)), sqlast.Int(0)), true
	case types.Real:
		return sqlast.Call("ifNull", c.agg("sum", x), sqlast.Real(0)), true
	}
	return nil, false
}

func avg(c call) (sqlast.Expr, bool) {
	if len(c.Args) != 1 || !number(c.Args[0].Type) {
		return nil, false
	}
	return sqlast.Call("ifNull", c.agg("avg", c.Args[0].X), sqlast.Real(math.NaN())), true
}

func extreme(name string) func(call) (sqlast.Expr, bool) {
	return func(c call) (sqlast.Expr, bool) {
		if len(c.Args) != 1 || c.Args[0].Type != c.Cols[0] {
			return nil, false
		}
		switch c.Args[0].Type {
		case types.Int, types.Long, types.DateTime, types.TimeSpan, types.String:
			return c.agg(name, c.Args[0].X), true
		}
		return nil, false
	}
}

func dcount(c call) (sqlast.Expr, bool) {
	if len(c.Args) == 0 {
		return nil, false
	}
	switch c.Args[0].Type {
	case types.Dynamic, types.Decimal, types.Real:
		return nil, false
	}
	return bigint(c.agg("uniqExact", c.Args[0].X)), true
}

func spread(name string) func(call) (sqlast.Expr, bool) {
	return func(c call) (sqlast.Expr, bool) {
		if len(c.Args) != 1 || !integer(c.Args[0].Type) {
			return nil, false
		}
		x := c.agg(name, sqlast.Cast{X: c.Args[0].X, Type: sqlast.Double})
		none := sqlast.Or(sqlast.IsNull{X: x}, sqlast.Call("isNaN", x)) // of fewer than two values
		return sqlast.Case{Whens: []sqlast.When{{If: none, Then: sqlast.Real(0)}}, Else: x}, true
	}
}

// percentiles takes the nearest rank.
func percentiles(c call) ([]sqlast.Expr, bool) {
	if len(c.Args) < 2 || len(c.Args)-1 != len(c.Cols) || !integer(c.Args[0].Type) && !span(c.Args[0].Type) {
		return nil, false
	}
	list := c.Once(sqlast.Call("arraySort", c.agg("groupArray", c.Args[0].X)))
	n := sqlast.Call("length", list)
	var out []sqlast.Expr
	for i, p := range c.Args[1:] {
		var q float64
		switch v := p.Value.(type) {
		case int64:
			q = float64(v)
		case float64:
			q = v
		default:
			return nil, false
		}
		if !p.Const || !(q >= 0 && q <= 100) || c.Cols[i] != c.Args[0].Type {
			return nil, false
		}
		rank := sqlast.Call("greatest", sqlast.Int(1), sqlast.Call("toInt64", sqlast.Call("ceil", op("/", op("*", n, sqlast.Real(q)), sqlast.Int(100)))))
		empty := op("=", n, sqlast.Int(0))
		out = append(out, sqlast.Case{
			Whens: []sqlast.When{{If: empty, Then: bigint(sqlast.Null{})}},
			Else:  sqlast.Element{List: list, At: rank},
		})
	}
	return out, true
}

func argExtreme(c call, name string) ([]sqlast.Expr, bool) {
	if len(c.Args) == 0 || len(c.Args) != len(c.Cols) || len(c.Order) > 0 {
		return nil, false
	}
	by := c.Args[0]
	if !integer(by.Type) && !span(by.Type) && by.Type != types.String {
		return nil, false
	}
	var fields []sqlast.Expr
	for i, a := range c.Args {
		if a.Type != c.Cols[i] {
			return nil, false
		}
		fields = append(fields, a.X)
	}
	row := sqlast.Struct{Fields: fields}
	none := op("=", c.agg("count", by.X), sqlast.Int(0))
	chosen := c.Once(sqlast.Call("if", none, c.agg("any", row), c.agg(name, row, by.X)))
	var out []sqlast.Expr
	for i := range c.Args {
		out = append(out, sqlast.Field{Of: chosen, N: i})
	}
	return out, true
}

// maxSet is the number of elements that make_set keeps.
// MS Learn: "make_set() (aggregation function)".
const maxSet = 1048576

func makeSet(c call) (sqlast.Expr, bool) {
	if len(c.Args) != 1 || c.Args[0].Type != types.String && !integer(c.Args[0].Type) {
		return nil, false
	}
	x := c.Args[0].X
	set := sqlast.Aggregate{Name: "groupUniqArray", Args: []sqlast.Expr{sqlast.Call("assumeNotNull", sqlast.Call("toJSONString", x))}, Filter: sqlast.IsNull{X: x, Not: true}}
	list := sqlast.Slice{List: sqlast.Call("arraySort", set), From: sqlast.Int(1), To: sqlast.Int(maxSet)}
	return sqlast.Call("concat", sqlast.String("["), sqlast.Call("arrayStringConcat", list, sqlast.String(",")), sqlast.String("]")), true
}
