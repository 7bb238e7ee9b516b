package bind

import (
	"fmt"
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// call binds name(args): what the query declares goes before stored functions,
// and those before the functions of the language.
func (b *Binder) call(e *ast.Call, w want) entity {
	name := e.Name.Text
	if s, ok := b.env.scope.find(name); ok {
		switch s := s.(type) {
		case *lambda:
			return b.callLambda(s, e.Name, e.Args, e.Span(), w)
		case *pattern:
			return b.callPattern(s, e.Name, e.Args, e.Span())
		case *tabular:
			if len(e.Args) == 0 {
				return b.use(s)
			}
		case *Value:
			if s.Column != nil {
				break
			}
			b.Errorf("KS128", e.Name.Span(), "The name '%s' does not refer to a function.", name)
			return &failure{}
		}
	}
	if f := b.storedFunction(name); f != nil {
		return b.callLambda(f.lambda, e.Name, e.Args, e.Span(), w)
	}
	if v, ok := b.special(e); ok {
		return v
	}
	if b.env.aggregates != nil {
		if a, ok := fn.LookupAggregate(name); ok {
			return b.aggregate(e, a)
		}
	}
	if f, ok := fn.LookupScalar(name); ok && !f.Operator {
		return b.function(e, f)
	}
	b.skipArgs(e.Args)
	switch _, isAggregate := fn.LookupAggregate(name); {
	case isAggregate:
		b.Reportf("KS144", e.Name.Span(), "aggregates stand in summarize, make-series and top-nested", "The aggregate function '%s' is not allowed in this context.", name)
	case isPlugin(name):
		b.Reportf("KS126", e.Name.Span(), "plugins are called with evaluate "+name+"(…)", "The plug-in function '%s' is not allowed in this context.", name)
	case b.env.fuzzy && w == wantTable:
		b.Warnf("KS205", e.Span(), "The fuzzy name '%s' does not refer to any known or currently accessible function.", name)
		t := b.FailedTable()
		t.Failed, t.Missing = false, true
		return t
	default:
		b.unknownFunction(e.Name)
		if w == wantTable {
			return b.FailedTable()
		}
	}
	return &failure{}
}

// isPlugin reports whether Kusto has a plugin called name, be it one of
// azflow's or not.
func isPlugin(name string) bool { return slices.Contains(strings.Fields(kustoPlugins), name) }

// kustoPlugins are all of Kusto's plugins. Source: Microsoft's catalogue.
const kustoPlugins = `active_users_count activity_counts_metrics activity_engagement activity_metrics azure_digital_twins_query_request autocluster bag_unpack basket cosmosdb_sql_request csharp dcount_intersect diffpatterns estimate_rows_count execute_show_command execute_query external_datatable funnel_sequence funnel_sequence_completion http_request http_request_post identity identity_v3 infer_storage_schema infer_storage_schema_with_suggestions geo_polygon_lookup geo_line_lookup ipv4_lookup ipv6_lookup narrow new_activity_metrics pivot preview python r rolling_percentile rows_near session_count sequence_detect sliding_window_counts sql_request mysql_request postgresql_request dax_request ai_embed_text ai_chat_completion ai_chat_completion_prompt ai_embeddings`

// skipArgs binds arguments for their own faults.
func (b *Binder) skipArgs(args []ast.Arg) {
	for _, a := range args {
		if _, star := a.X.(*ast.Star); !star {
			b.any(a.X, anything)
		}
	}
}

// special binds the calls that take more than values or give more than one.
func (b *Binder) special(e *ast.Call) (entity, bool) {
	if v, ok := b.graphFunction(e); ok {
		return v, true
	}
	switch e.Name.Text {
	case "toscalar":
		return b.toScalar(e), true
	case "totable":
		return b.toTable(e), true
	case "materialize":
		return b.materialize(e), true
	case "table":
		return b.tableCall(e), true
	case "database":
		return b.databaseCall(e), true
	case "cluster":
		return b.clusterCall(e), true
	case "column_ifexists", "columnifexists":
		return b.columnIfExists(e), true
	case "iscolumnexists":
		return b.isColumnExists(e), true
	case "pack_all":
		return b.packAll(e), true
	case "bag_pack_columns":
		return b.packColumns(e), true
	case "ingestion_time":
		return b.ingestionTime(e), true
	case "column_names_of":
		return b.columnNamesOf(e), true
	}
	return nil, false
}

// function binds a call of a scalar function.
func (b *Binder) function(e *ast.Call, f *fn.Func) entity {
	if starArgs(e) && (f.Name == "pack_array" || f.Name == "estimate_data_size") {
		e = b.expandStar(e)
	}
	args := make([]*Value, len(e.Args))
	saveAgg := b.env.aggregates
	for i, a := range e.Args {
		switch x := b.any(a.X, anything).(type) {
		case *Table:
			if !hasTabular(f.Sigs) {
				b.scalarOf(x, a.X)
			}
			args[i] = unknown()
		default:
			args[i] = b.scalarOf(x, a.X)
		}
		if args[i].IsStar {
			b.Errorf("KS191", a.X.Span(), "The * syntax is not allowed here.")
		}
	}
	b.env.aggregates = saveAgg
	argTypes, consts, allConst := b.signature(args)
	for i, a := range args {
		if len(a.Parts) > 0 && a.Type == types.Unknown {
			argTypes[i] = a.Parts[0].Type
		}
	}
	m, bad := fn.Resolve(f.Sigs, argTypes, consts, false)
	if bad != nil {
		b.mismatch(e, f.Name, bad, argTypes)
		v := unknown()
		if t, ok := onlyReturn(f.Sigs); ok {
			v.Type, v.Expr = t, &plan.Const{T: t}
		}
		return v
	}
	if !b.checkParams(e, args, m.Params) {
		v := unknown()
		if m.Ret != types.Unknown {
			v.Type, v.Expr = m.Ret, &plan.Const{T: m.Ret}
		}
		return v
	}
	if f.Check != nil {
		if err := f.Check(constVectors(args)); err != nil {
			b.Errorf("AZ020", e.Span(), "%s: %v", f.Name, err)
			return unknown()
		}
	}
	switch {
	case f.Context:
		return b.contextFunction(e, f, m.Ret)
	case f.Window:
		return b.window(e, f, args, m.Ret)
	case f.Name == "now":
		return b.now(args)
	case f.Name == "ago":
		return &Value{Type: types.DateTime, IsConst: allConst, Expr: &plan.Call{
			Func: "-", T: types.DateTime, Args: []plan.Expr{b.nowConst(), args[0].Expr},
		}}
	}
	c := &plan.Call{Func: f.Name, T: planType(m.Ret)}
	for i, a := range args {
		c.Args = append(c.Args, b.argument(a, m.Params[i]))
	}
	if f.Name == "bin_auto" {
		c.Args = append(c.Args, b.autoBins()...)
	}
	v := &Value{Expr: c, Type: m.Ret, IsConst: allConst && !f.Volatile}
	if m.Sig.Ret.Rule == fn.Columns {
		b.manyColumns(v, e, f, c)
	}
	v.Shape = resultShape(f.Name)
	if len(args) == 1 && args[0].Column != nil && m.Ret == args[0].Type && isConversion(f.Name) {
		v.same = args[0].Column
	}
	return v
}

// autoBins are the size and the start that `set query_bin_auto_size` and
// `set query_bin_auto_at` give bin_auto.
func (b *Binder) autoBins() []plan.Expr {
	var out []plan.Expr
	for _, name := range []string{"query_bin_auto_size", "query_bin_auto_at"} {
		v, ok := b.options[name]
		if !ok {
			break
		}
		out = append(out, &plan.Const{Value: v, T: typeOf(v)})
	}
	return out
}

// typeOf is the type of a value that is neither null nor dynamic.
func typeOf(v types.Value) types.Type {
	switch v.(type) {
	case bool:
		return types.Bool
	case int32:
		return types.Int
	case int64:
		return types.Long
	case float64:
		return types.Real
	case string:
		return types.String
	case types.Instant:
		return types.DateTime
	case types.Interval:
		return types.TimeSpan
	case types.UUID:
		return types.GUID
	case types.DecimalValue:
		return types.Decimal
	}
	return types.Dynamic
}

// isConversion reports whether function name converts to a type; of a column of
// that type it is the column itself.
func isConversion(name string) bool {
	switch name {
	case "tobool", "todatetime", "todecimal", "todouble", "todynamic", "toguid", "toint", "tolong", "toreal", "tostring", "totime", "totimespan":
		return true
	}
	return false
}

func starArgs(e *ast.Call) bool {
	return slices.ContainsFunc(e.Args, func(a ast.Arg) bool { return isStar(a.X) })
}

// expandStar puts the columns of the input in the place of `*`.
func (b *Binder) expandStar(e *ast.Call) *ast.Call {
	out := *e
	out.Args = nil
	for _, a := range e.Args {
		if !isStar(a.X) || b.env.row == nil {
			out.Args = append(out.Args, a)
			continue
		}
		for _, c := range b.env.row.Columns {
			pos := ast.Pos(a.X.Span())
			out.Args = append(out.Args, ast.Arg{X: &ast.Ident{Pos: pos, Name: ast.Name{Pos: pos, Text: c.Name, Quoted: true}}})
		}
	}
	return &out
}

// manyColumns completes the value of a function that returns several columns.
func (b *Binder) manyColumns(v *Value, e *ast.Call, f *fn.Func, c *plan.Call) {
	c.T = types.Dynamic
	cols := f.Columns
	prefix := f.Prefix
	if prefix == "" {
		prefix = f.Name
	}
	var first string
	if len(e.Args) > 0 {
		first, _ = b.exprName(e.Args[0].X)
	}
	if len(cols) == 0 { // array_sort_asc(a, b): one for each array
		for i := range e.Args {
			if b.isArrayArg(e.Args[i].X) {
				name, _ := b.exprName(e.Args[i].X)
				cols = append(cols, fn.Column{Name: name, Type: types.Dynamic})
			}
		}
		if len(cols) == 1 {
			v.Type = types.Dynamic
			v.Parts = []Part{{Name: cols[0].Name + "_sorted", Type: types.Dynamic, Expr: c}}
			return
		}
		for i, col := range cols {
			v.Parts = append(v.Parts, Part{Name: col.Name + "_sorted", Type: col.Type, Expr: part(c, i, col.Type)})
		}
	} else {
		for i, col := range cols {
			v.Parts = append(v.Parts, Part{Name: prefix + "_" + first + "_" + col.Name, Type: col.Type, Expr: part(c, i, col.Type)})
		}
	}
	v.Expr, v.Type = v.Parts[0].Expr, v.Parts[0].Type
}

// isArrayArg reports whether an argument of array_sort is an array, not the
// order of nulls.
func (b *Binder) isArrayArg(e ast.Expr) bool {
	l, ok := e.(*ast.Literal)
	return !ok || l.Type == types.Dynamic
}

// part is column i of a call that returns several.
func part(c *plan.Call, i int, t types.Type) plan.Expr {
	return &plan.Call{Func: "_column", T: t, Args: []plan.Expr{c, &plan.Const{Value: int64(i), T: types.Long}}}
}

// resultShape is what the dynamic result of a function is known to hold.
func resultShape(name string) Shape {
	switch name {
	case "split", "pack_array", "range", "array_concat", "array_slice", "bag_keys", "extract_all", "series_add", "repeat":
		return ArrayShape
	case "bag_pack", "pack", "bag_merge", "pack_dictionary":
		return BagShape
	}
	return AnyShape
}

func hasTabular(sigs []fn.Sig) bool {
	for _, s := range sigs {
		for _, p := range s.Params {
			if p.Kind == fn.Tabular {
				return true
			}
		}
	}
	return false
}

// onlyReturn returns the type that all signatures return, if it is one.
func onlyReturn(sigs []fn.Sig) (types.Type, bool) {
	t := types.Unknown
	for _, s := range sigs {
		if s.Ret.Rule != fn.Fixed || t != types.Unknown && s.Ret.Type != t {
			return types.Unknown, false
		}
		t = s.Ret.Type
	}
	return t, t != types.Unknown
}

// mustKnow reports that a value has to be known when the query is bound. While
// a function is checked by itself, the values of its parameters are not.
func (b *Binder) mustKnow(code string, e ast.Expr, msg string) {
	if !b.checking {
		b.Errorf(code, e.Span(), "%s", msg)
	}
}

// mismatch reports arguments that fit no signature of a function.
func (b *Binder) mismatch(e *ast.Call, name string, m *fn.Mismatch, args []types.Type) {
	at := e.Name.Span()
	if m.Code == "" {
		switch {
		case m.Min == m.Max && m.Min == 0:
			b.Errorf("KS119", at, "The function '%s' expects no arguments.", name)
		case m.Min == m.Max && m.Min == 1:
			b.Errorf("KS119", at, "The function '%s' expects 1 argument.", name)
		case m.Max >= fn.Unbounded && len(args) >= m.Min:
			b.Errorf("KS121", at, "The function call has an incorrect number of arguments.")
		case len(args) > 0 && m.Min < m.Max && m.Max < fn.Unbounded:
			b.Errorf("KS119", at, "The function '%s' expects between %d and %d arguments.", name, m.Min, m.Max)
		case m.Min == m.Max:
			b.Errorf("KS119", at, "The function '%s' expects %d arguments.", name, m.Max)
		default:
			b.Errorf("KS120", at, "The function '%s' expects between %d and %d arguments.", name, m.Min, m.Max)
		}
		return
	}
	if m.Arg >= 0 && m.Arg < len(e.Args) {
		at = e.Args[m.Arg].X.Span()
		if m.Arg < len(args) && args[m.Arg] == types.Unknown {
			return
		}
	}
	switch m.Code {
	case "KS232":
		b.Errorf("KS232", at, "No common type can be determined from the arguments.")
	case "KS127":
		if anyUnknown(args) {
			return
		}
		s := make([]string, len(args))
		for i, t := range args {
			s[i] = t.String()
		}
		b.Errorf("KS127", at, "The function '%s' is not compatible with arguments (%s)", name, strings.Join(s, ", "))
	default:
		msg, hint := paramFault(m)
		b.Reportf(m.Code, at, hint, "%s", msg)
	}
}

// paramFault is what to say about an argument that a parameter does not accept.
func paramFault(m *fn.Mismatch) (msg, hint string) {
	var want []types.Type
	if m.Param != nil {
		want = m.Param.Types
	}
	if len(want) == 1 {
		if f, ok := conversions[want[0]]; ok {
			hint = "convert it with " + f + "(…)"
		}
	}
	switch m.Code {
	case "KS107":
		return fmt.Sprintf("A value of type %s expected.", typeNames(want)), hint
	case "KS116":
		return "The value of this type is not allowed in this context.", "convert it first, as with tostring(…) or tolong(…)"
	case "KS134":
		return "The expression value must be an integer.", ""
	case "KS136":
		return "The expression value must be an integer or a dynamic array of integers.", ""
	case "KS137":
		return "The expression value must be a number.", "convert it with tolong(…) or todouble(…)"
	case "KS138":
		return "The argument value must be summable: a number, timespan or datetime.", "convert it with tolong(…) or todouble(…)"
	case "KS141":
		return "The expression must have another type.", ""
	case "KS206":
		return "The argument value must be orderable: a number, timespan, datetime, string or boolean.", ""
	case "KS233":
		return "The expression value must be a string or a dynamic array of strings.", ""
	case "KS234":
		return "The expression value must be a dynamic array.", ""
	case "KS235":
		return "The expression must be a dynamic bag.", ""
	}
	return "The arguments do not fit.", ""
}

// conversions are the functions that make a value of a type.
var conversions = map[types.Type]string{
	types.Bool: "tobool", types.DateTime: "todatetime", types.Decimal: "todecimal", types.Dynamic: "todynamic", types.GUID: "toguid",
	types.Int: "toint", types.Long: "tolong", types.Real: "toreal", types.String: "tostring", types.TimeSpan: "totimespan",
}

// checkParams checks what parameters ask beyond types.
func (b *Binder) checkParams(e *ast.Call, args []*Value, params []*fn.Param) bool {
	ok := true
	for i, p := range params {
		if p == nil || i >= len(args) || args[i].Type == types.Unknown {
			continue
		}
		at := e.Args[i].X.Span()
		if a := args[i]; a.Type == types.Dynamic {
			switch {
			case p.Kind == fn.Array && (a.Shape == BagShape || a.Shape == ScalarShape):
				b.Errorf("KS234", at, "The expression value must be a dynamic array.")
				ok = false
			case p.Kind == fn.Bag && (a.Shape == ArrayShape || a.Shape == ScalarShape):
				b.Errorf("KS235", at, "The expression must be a dynamic bag.")
				ok = false
			}
		}
		switch {
		case p.Literal && !args[i].IsLiteral:
			b.Errorf("KS131", at, "The expression must be a literal.")
			ok = false
		case p.Const && !args[i].IsConst:
			b.Errorf("KS129", at, "The expression must be a constant.")
			ok = false
		case len(p.Values) > 0:
			v, known := args[i].Constant()
			s, isString := v.(string)
			if known && isString && !contains(p.Values, s) {
				b.Errorf("KS140", at, "The expression must be one of the values: %s", orList(p.Values))
				ok = false
			}
		}
	}
	return ok
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if strings.EqualFold(x, s) {
			return true
		}
	}
	return false
}

func (b *Binder) nowConst() plan.Expr { return &plan.Const{Value: b.opts.Now, T: types.DateTime} }

func (b *Binder) now(args []*Value) entity {
	v := &Value{Expr: b.nowConst(), Type: types.DateTime, IsConst: true}
	if len(args) == 1 {
		v.IsConst = args[0].IsConst
		v.Expr = &plan.Call{Func: "+", T: types.DateTime, Args: []plan.Expr{b.nowConst(), args[0].Expr}}
	}
	return v
}

// windows are the window functions of one operator, in layers: those of a layer
// read only columns of the input and of layers before it.
type windows struct {
	input  *Table
	layers [][]plan.WindowItem
	level  map[plan.ColumnID]int
}

// window binds a call of a window function: its value is a column that a Window
// below the operator adds.
func (b *Binder) window(e *ast.Call, f *fn.Func, args []*Value, ret types.Type) entity {
	if b.env.windows == nil || b.env.windows.input == nil {
		b.Errorf("AZ030", e.Name.Span(), "%s is not possible here: it needs the rows of a serialized input", f.Name)
		return unknown()
	}
	w := b.env.windows
	if !w.input.Serialized && !w.input.Failed {
		b.Reportf("AZ031", e.Name.Span(), "sort the rows first, or keep them as they are with serialize", "%s needs serialized rows", f.Name)
		return unknown()
	}
	if f.Name == "prev" || f.Name == "next" {
		for i := 1; i < len(args); i++ {
			if !b.CheckConst(args[i], e.Args[i].X) {
				return &Value{Expr: &plan.Const{T: planType(ret)}, Type: ret}
			}
		}
	}
	item := plan.WindowItem{Func: f.Name}
	level := 0
	for _, a := range args {
		item.Args = append(item.Args, a.Expr)
		plan.WalkExpr(a.Expr, func(e plan.Expr) bool {
			if r, ok := e.(*plan.Ref); ok {
				if l, ok := w.level[r.Column]; ok {
					level = max(level, l+1)
				}
			}
			return true
		})
	}
	c := b.NewColumn(f.Name, ret)
	item.Column = c.Plan()
	for len(w.layers) <= level {
		w.layers = append(w.layers, nil)
	}
	w.layers[level] = append(w.layers[level], item)
	w.level[c.ID] = level
	return &Value{Expr: c.Ref(), Type: ret}
}

// WithWindows runs f with the columns of in in scope and window functions
// allowed, and returns in with the window columns that f needs.
func (b *Binder) WithWindows(in *Table, f func()) *Table {
	save := b.env.windows
	w := &windows{input: in, level: map[plan.ColumnID]int{}}
	b.env.windows = w
	b.WithRow(in, f)
	b.env.windows = save
	node := in.Node
	for _, items := range w.layers {
		node = &plan.Window{Input: node, Items: items}
	}
	if node == in.Node {
		return in
	}
	return in.WithNode(node)
}

// pathCall binds x.f(args): database("d").table("T").
func (b *Binder) pathCall(e *ast.PathCall, w want) entity {
	switch x := b.any(e.X, anything).(type) {
	case *cluster:
		if e.Call.Name.Text == "database" {
			return b.databaseCall(e.Call)
		}
	case *database:
		save := b.env
		b.env.scope = newScope(nil)
		v := b.call(e.Call, wantTable)
		b.env = save
		return v
	case *elsewhere:
		b.skipArgs(e.Call.Args)
		return b.tableElsewhere(x)
	case *failure:
		return x
	case *Value:
		if x.Type == types.Unknown {
			return unknown()
		}
	}
	b.skipArgs(e.Call.Args)
	b.unknownFunction(e.Call.Name)
	return &failure{}
}

// stringArg returns the constant string that is the only or first argument.
func (b *Binder) stringArg(e *ast.Call) (string, bool) {
	if len(e.Args) == 0 {
		return "", false
	}
	v := b.Scalar(e.Args[0].X)
	k, ok := v.Constant()
	s, isString := k.(string)
	return s, ok && isString
}

func (b *Binder) databaseCall(e *ast.Call) entity {
	if len(e.Args) == 0 {
		return &database{}
	}
	name, ok := b.stringArg(e)
	if !ok {
		b.mustKnow("KS129", e.Args[0].X, "The expression must be a constant.")
		return unknown()
	}
	if known, ok := b.aliases[name]; ok {
		return known
	}
	if name != b.opts.Database && name != "*" {
		if b.env.fuzzy {
			b.Warnf("KS205", e.Args[0].X.Span(), "The fuzzy name '%s' does not refer to any known or currently accessible database.", name)
			t := b.FailedTable()
			t.Failed, t.Missing = false, true
			return t
		}
		d := diag.Diagnostic{
			Code: "KS208", Span: e.Args[0].X.Span(), Hint: "the database is " + b.opts.Database,
			Msg: fmt.Sprintf("The name '%s' does not refer to any known database.", name),
		}
		if b.opts.Local || strings.Contains(name, "*") {
			b.Report(d)
			return &failure{}
		}
		d.Severity = diag.Warning
		b.Report(d)
		return &elsewhere{name: name}
	}
	return &database{}
}

func (b *Binder) clusterCall(e *ast.Call) entity {
	name, _ := b.stringArg(e)
	at := e.Name.Span()
	if len(e.Args) > 0 {
		at = e.Args[0].X.Span()
	}
	b.Report(diag.Diagnostic{
		Severity: diag.Warning, Code: "KS207", Span: at,
		Msg: fmt.Sprintf("The name '%s' either does not refer to a reachable cluster or no schema from it is currently available.", name),
	})
	return &cluster{}
}

func (b *Binder) tableCall(e *ast.Call) entity {
	name, ok := b.stringArg(e)
	if !ok {
		if len(e.Args) == 0 {
			b.Errorf("KS120", e.Name.Span(), "The function 'table' expects between 1 and 2 arguments.")
		} else {
			if !b.opts.Local && !b.checking {
				return b.openTable("a table of a computed name")
			}
			b.mustKnow("AZ021", e.Args[0].X, "the name of the table must be a constant string")
		}
		return b.FailedTable()
	}
	at := e.Args[0].X.Span()
	if s, ok := b.env.scope.find(name); ok {
		if t, ok := s.(*tabular); ok {
			return b.use(t)
		}
	}
	if t, ok := b.cat.Table(name); ok {
		return b.scan(t, at)
	}
	if f := b.storedFunction(name); f != nil && f.minArgs() == 0 {
		return b.callLambda(f.lambda, ast.Name{Pos: ast.Pos(at), Text: name}, nil, at, wantTable)
	}
	n := ast.Name{Pos: ast.Pos(at), Text: name, Quoted: true}
	if b.env.fuzzy {
		b.Warnf("KS205", at, "The fuzzy name '%s' does not refer to any known or currently accessible table.", name)
		t := b.FailedTable()
		t.Failed, t.Missing = false, true
		return t
	}
	if !b.opts.Local {
		return b.Elsewhere(Missing{
			At: at, Code: "KS204", Msg: fmt.Sprintf("The name '%s' does not refer to any known table, tabular variable or function.", name),
			What: "the table " + name,
		})
	}
	b.unknownTable(n)
	return b.FailedTable()
}

// toScalar binds toscalar(tabular or scalar).
func (b *Binder) toScalar(e *ast.Call) entity {
	if len(e.Args) != 1 {
		b.Errorf("KS119", e.Name.Span(), "The function 'toscalar' expects 1 argument.")
		return &failure{}
	}
	var out entity
	save := b.env
	b.env.row, b.env.right, b.env.aggregates, b.env.windows = nil, nil, nil, nil
	switch x := b.any(e.Args[0].X, anything).(type) {
	case *Table:
		switch {
		case len(x.Columns) > 0:
			c := x.Columns[0]
			node := x.Node
			if len(x.Columns) > 1 {
				node = b.Project(x, x.Columns[:1]).Node
			}
			if !b.isWhole(node, e.Span()) {
				b.env = save
				return unknown()
			}
			out = &Value{Expr: &plan.Subquery{Input: node, T: planType(c.Type)}, Type: c.Type, IsConst: true}
		case x.Open:
			out = unknown()
		default:
			b.Errorf("KS190", e.Args[0].X.Span(), "The table has no columns")
			out = &failure{}
		}
	case *Value:
		out = &Value{Expr: x.Expr, Type: x.Type, IsConst: true}
	default:
		out = &failure{}
	}
	b.env = save
	return out
}

// isWhole reports a subquery that uses columns of the row around it. The body
// of a function may do so: by the arguments that it is called with.
func (b *Binder) isWhole(n plan.Node, at diag.Span) bool {
	if b.checking || b.diags.HasErrors() || plan.Verify(n) == nil {
		return true
	}
	b.Reportf("AZ024", at, "join the tables, or call the function with constants",
		"a subquery gives the same for all rows: it cannot use the columns of the row that a function is called for")
	return false
}

func (b *Binder) toTable(e *ast.Call) entity {
	if len(e.Args) != 1 {
		b.Errorf("KS119", e.Name.Span(), "The function 'totable' expects 1 argument.")
		return &failure{}
	}
	var t *Table
	b.WithoutRow(func() { t = b.Tabular(e.Args[0].X) })
	return t
}

// materialize binds materialize(tabular): computed once wherever it is used.
func (b *Binder) materialize(e *ast.Call) entity {
	if len(e.Args) != 1 {
		b.Errorf("KS119", e.Name.Span(), "The function 'materialize' expects 1 argument.")
		return &failure{}
	}
	t := b.source(e.Args[0].X)
	if _, ok := t.Node.(*plan.Shared); ok || t.Graph != nil {
		return t
	}
	return t.WithNode(&plan.Shared{Input: t.Node})
}

// columnIfExists binds column_ifexists("name", default).
func (b *Binder) columnIfExists(e *ast.Call) entity {
	if len(e.Args) != 2 {
		b.Errorf("KS119", e.Name.Span(), "The function '%s' expects 2 arguments.", e.Name.Text)
		b.skipArgs(e.Args)
		return &failure{}
	}
	name, ok := b.stringArg(e)
	def := b.Scalar(e.Args[1].X)
	if !ok {
		b.mustKnow("AZ022", e.Args[0].X, "the name of the column must be a constant string")
		out := *def
		out.IsLiteral, out.IsConst, out.Column = false, false, nil
		return &out
	}
	if b.env.row != nil {
		if c, found := b.env.row.Find(name); found {
			return columnValue(c)
		}
	}
	if b.env.right != nil {
		if c, found := b.env.right.Find(name); found {
			return columnValue(c)
		}
	}
	v := *def
	v.IsLiteral, v.Column = false, nil
	return &v
}

func (b *Binder) isColumnExists(e *ast.Call) entity {
	name, ok := b.stringArg(e)
	if !ok {
		b.mustKnow("AZ022", e, "the name of the column must be a constant string")
		return constant(false, types.Bool)
	}
	found := false
	if b.env.row != nil {
		_, found = b.env.row.Find(name)
	}
	return constant(found, types.Bool)
}

// packAll binds pack_all([ignore_null_empty]) as a bag of all columns.
func (b *Binder) packAll(e *ast.Call) entity {
	skip := false
	if len(e.Args) > 0 {
		v := b.Scalar(e.Args[0].X)
		if k, ok := v.Constant(); ok {
			skip, _ = k.(bool)
		}
	}
	var cols []Column
	if b.env.row != nil {
		cols = b.env.row.Columns
	}
	return &Value{Expr: Pack(cols, skip), Type: types.Dynamic, Shape: BagShape}
}

// Pack returns a bag of columns; skip leaves out nulls and empty strings.
func Pack(cols []Column, skip bool) plan.Expr {
	c := &plan.Call{Func: "pack_all", T: types.Dynamic, Args: []plan.Expr{&plan.Const{Value: skip, T: types.Bool}}}
	for _, col := range cols {
		c.Args = append(c.Args, &plan.Const{Value: col.Name, T: types.String}, col.Ref())
	}
	return c
}

// packColumns binds bag_pack_columns(a, b, …) as a bag of those columns.
func (b *Binder) packColumns(e *ast.Call) entity {
	var args []plan.Expr
	for _, a := range e.Args {
		v := b.Scalar(a.X)
		name, _ := b.exprName(a.X)
		if v.Column == nil && v.Type != types.Unknown {
			b.Errorf("KS109", a.X.Span(), "Column name expected.")
		}
		args = append(args, &plan.Const{Value: name, T: types.String}, v.Expr)
	}
	return &Value{Expr: &plan.Call{Func: "bag_pack", Args: args, T: types.Dynamic}, Type: types.Dynamic, Shape: BagShape}
}

// ingestionTime binds ingestion_time(): when the record came to be known, which
// is the table's own column for it, or else null.
func (b *Binder) ingestionTime(e *ast.Call) entity {
	if len(e.Args) > 0 {
		b.Errorf("KS119", e.Name.Span(), "The function 'ingestion_time' expects no arguments.")
	}
	if b.env.row != nil {
		for _, name := range []string{"_TimeReceived", "TimeProcessed"} {
			if c, ok := b.env.row.Find(name); ok && c.Type == types.DateTime {
				return &Value{Expr: c.Ref(), Type: types.DateTime}
			}
		}
	}
	return &Value{Expr: &plan.Const{T: types.DateTime}, Type: types.DateTime}
}

// columnNamesOf binds column_names_of(tabular).
func (b *Binder) columnNamesOf(e *ast.Call) entity {
	if len(e.Args) != 1 {
		b.Errorf("KS119", e.Name.Span(), "The function 'column_names_of' expects 1 argument.")
		return &failure{}
	}
	t := b.Tabular(e.Args[0].X)
	names := make([]types.Value, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = c.Name
	}
	v := constant(names, types.Dynamic)
	v.Shape = ArrayShape
	return v
}

// contextFunction answers the functions whose value is the query's surroundings.
func (b *Binder) contextFunction(e *ast.Call, f *fn.Func, ret types.Type) entity {
	switch f.Name {
	case "current_database":
		return constant(b.opts.Database, types.String)
	case "current_cluster_endpoint", "current_principal":
		return constant("", types.String)
	case "current_principal_details":
		return constant(types.NewBag(0), types.Dynamic)
	case "current_principal_is_member_of":
		return constant(false, types.Bool)
	case "extent_id", "extentid":
		return &Value{Expr: &plan.Const{T: ret}, Type: ret}
	case "extent_tags":
		return &Value{Expr: &plan.Const{Value: []types.Value{}, T: types.Dynamic}, Type: types.Dynamic, Shape: ArrayShape}
	}
	if what, ok := absent[f.Name]; ok {
		name, _ := b.stringArg(e)
		at := e.Name.Span()
		if len(e.Args) > 0 {
			at = e.Args[0].X.Span()
		}
		b.Errorf(what.code, at, "The name '%s' does not refer to any known %s.", name, what.kind)
		return b.FailedTable()
	}
	b.Errorf("AZ023", e.Name.Span(), "%s is not supported: there is nothing here that it could ask", f.Name)
	return unknown()
}

// absent are the functions that name what a catalogue of azflow never has.
var absent = map[string]struct{ code, kind string }{
	"external_table": {"KS209", "external table"}, "materialized_view": {"KS210", "materialized view"}, "entity_group": {"KS247", "entity group"},
	"stored_query_result": {"KS248", "stored query result"}, "graph": {"KS260", "graph model"},
}
