package duckdb

import (
	"math"
	"strings"

	"github.com/azflow/azflow/kql/sqlast"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
)

// Aggregate implements sqlgen.Dialect.
func (d *Dialect) Aggregate(a sqlgen.Aggregation) ([]sqlast.Expr, bool) {
	base, conditional := a.Func, false
	if b, ok := conditionals[a.Func]; ok {
		base, conditional = b, true
	}
	if b, ok := synonyms[base]; ok {
		base = b
	}
	f, ok := aggregates[base]
	if !ok {
		return nil, false
	}
	c := call{Aggregation: a}
	if conditional {
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
	return f(c)
}

// A call is an aggregation with its condition taken out.
type call struct {
	sqlgen.Aggregation
	filter sqlast.Expr // or nil
}

var conditionals = map[string]string{
	"countif": "count", "sumif": "sum", "avgif": "avg", "minif": "min", "maxif": "max", "dcountif": "dcount", "count_distinctif": "count_distinct",
	"stdevif": "stdev", "varianceif": "variance", "make_list_if": "make_list", "make_set_if": "make_set", "take_anyif": "take_any", "anyif": "take_any",
}

var synonyms = map[string]string{
	"any": "take_any", "makelist": "make_list", "makeset": "make_set", "argmax": "arg_max", "argmin": "arg_min", "count_distinct": "dcount",
}

var aggregates = map[string]func(c call) ([]sqlast.Expr, bool){
	"count":     count,
	"sum":       sum,
	"avg":       avg,
	"min":       extreme("min"),
	"max":       extreme("max"),
	"dcount":    dcount,
	"stdev":     spread("stddev_samp"),
	"stdevp":    spread("stddev_pop"),
	"variance":  spread("var_samp"),
	"variancep": spread("var_pop"),
	"percentile": func(c call) ([]sqlast.Expr, bool) {
		return percentiles(c)
	},
	"percentiles": percentiles,
	"arg_max":     argExtreme("arg_max"),
	"arg_min":     argExtreme("arg_min"),
	"make_list":   makeList(false),
	"make_set":    makeList(true),
	"take_any":    takeAny,
}

func one(x sqlast.Expr) ([]sqlast.Expr, bool) { return []sqlast.Expr{x}, true }

func (c call) agg(name string, args ...sqlast.Expr) sqlast.Aggregate {
	return sqlast.Aggregate{Name: name, Args: args, Filter: c.filter}
}

// where adds a condition to the call's.
func (c call) where(x sqlast.Expr) sqlast.Expr {
	if c.filter == nil {
		return x
	}
	return sqlast.And(c.filter, x)
}

// count counts rows; its argument, which the emulator accepts, does not matter.
func count(c call) ([]sqlast.Expr, bool) { return one(c.agg("count")) }

func sum(c call) ([]sqlast.Expr, bool) {
	if len(c.Args) != 1 {
		return nil, false
	}
	x := c.Args[0].X
	switch c.Args[0].Type {
	case types.Int, types.Long, types.TimeSpan:
		if c.Cols[0] == types.Real {
			return nil, false
		}
		return one(wrap(c.Once(c.agg("sum", x))))
	case types.Real:
		return one(sqlast.Call("coalesce", c.agg("sum", x), sqlast.Real(0)))
	}
	return nil, false
}

// wrap turns a 128-bit sum into the long that Kusto's sum wraps around to; of
// nothing it is 0.
func wrap(sum sqlast.Expr) sqlast.Expr {
	huge := func(s string) sqlast.Expr { return sqlast.Cast{X: sqlast.String(s), Type: sqlast.HugeInt} }
	span := huge("18446744073709551616")
	half := huge("9223372036854775808")
	mod := func(x sqlast.Expr) sqlast.Expr { return sqlast.Infix{Op: "%", L: x, R: span} }
	round := sqlast.Infix{Op: "-", L: mod(sqlast.Infix{Op: "+", L: mod(sqlast.Infix{Op: "+", L: mod(sum), R: half}), R: span}), R: half}
	fits := sqlast.And(
		sqlast.Infix{Op: ">=", L: sum, R: sqlast.Int(math.MinInt64)},
		sqlast.Infix{Op: "<=", L: sum, R: sqlast.Int(math.MaxInt64)})
	return sqlast.Cast{Type: sqlast.BigInt, X: sqlast.Case{
		Whens: []sqlast.When{{If: sqlast.IsNull{X: sum}, Then: sqlast.Int(0)}, {If: fits, Then: sum}},
		Else:  round,
	}}
}

func avg(c call) ([]sqlast.Expr, bool) {
	if len(c.Args) != 1 {
		return nil, false
	}
	x := c.Args[0].X
	switch c.Args[0].Type {
	case types.Int, types.Long, types.Real:
		return one(sqlast.Call("coalesce", c.agg("avg", x), sqlast.Real(math.NaN())))
	case types.DateTime, types.TimeSpan:
		n := sqlast.Call("nullif", c.agg("count", x), sqlast.Int(0))
		return one(sqlast.Cast{X: sqlast.Infix{Op: "//", L: c.agg("sum", x), R: n}, Type: sqlast.BigInt})
	}
	return nil, false
}

func extreme(name string) func(call) ([]sqlast.Expr, bool) {
	return func(c call) ([]sqlast.Expr, bool) {
		if len(c.Args) != 1 || c.Args[0].Type != c.Cols[0] {
			return nil, false
		}
		x := c.Args[0].X
		switch c.Args[0].Type {
		case types.Int, types.Long, types.DateTime, types.TimeSpan:
			return one(c.agg(name, x))
		case types.String:
			return one(sqlast.Call("coalesce", c.agg(name, x), sqlast.String("")))
		case types.Real:
			if name == "max" { // DuckDB's NaN exceeds all, as Kusto's does here
				return one(c.agg(name, x))
			}
			nan := c.agg("bool_or", sqlast.Call("isnan", x))
			return one(sqlast.Case{Whens: []sqlast.When{{If: nan, Then: sqlast.Real(math.NaN())}}, Else: c.agg(name, x)})
		}
		return nil, false
	}
}

func dcount(c call) ([]sqlast.Expr, bool) {
	if len(c.Args) == 0 || c.Args[0].Type == types.Dynamic || c.Args[0].Type == types.Decimal {
		return nil, false
	}
	if c.Func == "count_distinct" || c.Func == "count_distinctif" {
		if len(c.Args) != 1 {
			return nil, false
		}
	}
	a := c.agg("count", c.Args[0].X)
	a.Distinct = true
	return one(a)
}

func spread(name string) func(call) ([]sqlast.Expr, bool) {
	return func(c call) ([]sqlast.Expr, bool) {
		if len(c.Args) != 1 {
			return nil, false
		}
		switch c.Args[0].Type {
		case types.Int, types.Long:
			return one(sqlast.Call("coalesce", c.agg(name, sqlast.Cast{X: c.Args[0].X, Type: sqlast.Double}), sqlast.Real(0)))
		}
		return nil, false
	}
}

// percentiles takes the nearest rank, a value that is there.
func percentiles(c call) ([]sqlast.Expr, bool) {
	if len(c.Args) < 2 || len(c.Args)-1 != len(c.Cols) {
		return nil, false
	}
	switch c.Args[0].Type {
	case types.Int, types.Long, types.DateTime, types.TimeSpan:
	default:
		return nil, false
	}
	var out []sqlast.Expr
	for i, p := range c.Args[1:] {
		var q float64
		switch v := p.Value.(type) {
		case int64:
			q = float64(v)
		case int32:
			q = float64(v)
		case float64:
			q = v
		default:
			return nil, false
		}
		if !p.Const || q < 0 || q > 100 || c.Cols[i] != c.Args[0].Type {
			return nil, false
		}
		out = append(out, c.agg("quantile_disc", c.Args[0].X, sqlast.Real(q/100)))
	}
	return out, true
}

// argExtreme gives the columns of a row with the greatest or least value, of
// any row if no row has a value.
func argExtreme(name string) func(call) ([]sqlast.Expr, bool) {
	return func(c call) ([]sqlast.Expr, bool) {
		if len(c.Args) == 0 || len(c.Cols) != len(c.Args) {
			return nil, false
		}
		switch c.Args[0].Type {
		case types.Int, types.Long, types.DateTime, types.TimeSpan, types.String:
		default:
			return nil, false
		}
		for i, a := range c.Args {
			if a.Type != c.Cols[i] {
				return nil, false
			}
		}
		whole := func(x sqlast.Expr, t types.Type) sqlast.Expr {
			if t == types.String {
				return sqlast.Call("coalesce", x, sqlast.String(""))
			}
			return x
		}
		of := func(x, by sqlast.Expr) sqlast.Expr {
			best := c.agg(name, x, by)
			best.OrderBy = c.Order
			return best
		}
		// A row without a value loses against all others. Where something is less, or
		// greater, than any value, it can stand for none.
		by, never := c.Args[0], true
		key := by.X
		if by.Type == types.DateTime {
			none := sqlast.Int(-1)
			if name == "arg_min" {
				none = math.MaxInt64
			}
			key = sqlast.Call("coalesce", key, none)
		} else if by.Type != types.String {
			never = false
		}
		extreme := sqlast.Expr(c.agg(strings.TrimPrefix(name, "arg_"), by.X))
		var fields []sqlast.Expr
		texts := true // which are never null: arg_max passes over those that are
		for _, a := range c.Args[1:] {
			fields = append(fields, a.X)
			texts = texts && a.Type == types.String
		}
		out := []sqlast.Expr{whole(extreme, by.Type)}
		switch {
		case len(fields) == 0:
			return out, true
		case never && texts && len(fields) <= fewFields && len(c.Order) == 0:
			// Each takes the first row of those that are equal, so they take the same.
			for _, x := range fields {
				out = append(out, whole(of(x, key), types.String))
			}
			return out, true
		}
		row := sqlast.Struct{Fields: fields}
		best := of(row, key)
		if !never {
			first := c.agg("first", row)
			first.OrderBy = c.Order
			best = sqlast.Call("coalesce", best, first)
		}
		out[0] = whole(c.Once(extreme), by.Type)
		chosen := c.Once(best)
		for i := range fields {
			out = append(out, whole(sqlast.Field{Of: chosen, N: i}, c.Cols[i+1]))
		}
		return out, true
	}
}

// fewFields is up to how many columns are chosen one by one: a row value costs
// more than these, less than many.
const fewFields = 4

// maxList is the number of elements that make_list and make_set keep.
// MS Learn: "make_list() (aggregation function)".
const maxList = 1048576

func makeList(distinct bool) func(call) ([]sqlast.Expr, bool) {
	return func(c call) ([]sqlast.Expr, bool) {
		if len(c.Args) == 0 || len(c.Args) > 2 {
			return nil, false
		}
		limit := int64(maxList)
		if len(c.Args) == 2 {
			k, ok := c.Args[1].Value.(int64)
			if !ok || !c.Args[1].Const || k < 0 {
				return nil, false
			}
			limit = min(limit, k)
		}
		if c.Args[0].Type == types.Dynamic {
			return nil, false // the elements of arrays are taken one by one
		}
		x, ok := c.JSON(c.Args[0])
		if !ok {
			return nil, false
		}
		list := c.agg("list", x)
		list.Filter = c.where(sqlast.IsNull{X: c.Args[0].X, Not: true})
		if distinct {
			list.Distinct = true
			list.OrderBy = []sqlast.Order{{By: x}}
		} else {
			list.OrderBy = c.Order
		}
		joined := sqlast.Call("array_to_string", sqlast.Slice{List: list, From: sqlast.Int(1), To: sqlast.Int(limit)}, sqlast.String(","))
		text := sqlast.Infix{Op: "||", L: sqlast.Infix{Op: "||", L: sqlast.String("["), R: sqlast.Call("coalesce", joined, sqlast.String(""))}, R: sqlast.String("]")}
		return one(text)
	}
}

func takeAny(c call) ([]sqlast.Expr, bool) {
	if len(c.Args) != len(c.Cols) {
		return nil, false
	}
	var out []sqlast.Expr
	if len(c.Args) == 1 {
		a := c.agg("any_value", c.Args[0].X)
		a.OrderBy = c.Order
		out = append(out, a)
	} else {
		var fields []sqlast.Expr
		for _, a := range c.Args {
			fields = append(fields, a.X)
		}
		first := c.agg("first", sqlast.Struct{Fields: fields})
		first.OrderBy = c.Order
		row := c.Once(first)
		for i := range c.Args {
			out = append(out, sqlast.Field{Of: row, N: i})
		}
	}
	for i, t := range c.Cols {
		if t != c.Args[i].Type {
			return nil, false
		}
		if t == types.String {
			out[i] = sqlast.Call("coalesce", out[i], sqlast.String(""))
		}
	}
	return out, true
}
