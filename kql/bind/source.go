package bind

import (
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/diag"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// Declared returns the columns of a schema such as (a:long, b:string); a name
// that is written twice is reported.
func (b *Binder) Declared(decls []ast.ColumnDecl) []Column {
	var cols []Column
	seen := map[string]bool{}
	for _, d := range decls {
		if seen[d.Name.Text] {
			b.Errorf("KS171", d.Name.Span(), "A column with the name '%s' is already declared.", d.Name.Text)
			continue
		}
		seen[d.Name.Text] = true
		cols = append(cols, b.NewColumn(d.Name.Text, d.Type))
	}
	return cols
}

// CheckTypeOf reports typeof(t) if t is the name of no type.
func (b *Binder) CheckTypeOf(t *ast.TypeOf) {
	if t.Type == types.Unknown && t.Name.Text != "" && len(t.Columns) == 0 {
		b.Reportf("KS160", t.Name.Span(), "the types are bool, datetime, decimal, dynamic, guid, int, long, real, string and timespan",
			"The name '%s' is not a valid type name that can be used here.", t.Name.Text)
	}
}

// dataTable binds datatable(…) […].
func (b *Binder) dataTable(e *ast.DataTable) entity {
	cols := b.Declared(e.Columns)
	n := len(cols)
	if n > 0 && len(e.Values)%n != 0 {
		at := e.Span()
		if len(e.Values) > 0 {
			at.Start, at.End = e.Values[0].Span().Start, e.Values[len(e.Values)-1].Span().End
		}
		b.Errorf("KS173", at, "Incorrect number of data values. The values should appear in multiples of %d.", n)
	}
	values := &plan.Values{Cols: planColumns(cols)}
	b.WithoutRow(func() {
		for i, x := range e.Values {
			v := b.Scalar(x)
			if n == 0 {
				continue
			}
			if i%n == 0 {
				values.Rows = append(values.Rows, make([]types.Value, n))
			}
			k, ok := v.Constant()
			if !ok && v.Type != types.Unknown {
				b.mustKnow("AZ040", x, "the values of a datatable must be constants")
			}
			cell, fits := convertConst(k, v.Type, planType(cols[i%n].Type))
			if ok && !fits && v.Type != types.Unknown {
				b.Errorf("AZ041", x.Span(), "a value of type %v cannot stand in column %s, which is %v", v.Type, cols[i%n].Name, cols[i%n].Type)
			}
			values.Rows[i/n][i%n] = cell
		}
	})
	return &Table{Node: values, Columns: cols}
}

// convertConst returns constant v of type from as a value of type to.
func convertConst(v types.Value, from, to types.Type) (types.Value, bool) {
	if from == to {
		if v == nil && to == types.String {
			return "", true
		}
		return v, true
	}
	if to == types.Dynamic {
		if n, ok := v.(int32); ok {
			return int64(n), true
		}
		return v, true
	}
	if v == nil {
		if to == types.String {
			return "", true
		}
		return nil, true
	}
	name := conversions[to]
	if to == types.Dynamic || name == "" {
		return nil, false
	}
	return fold(&plan.Call{Func: name, T: to, Args: []plan.Expr{&plan.Const{Value: v, T: from}}})
}

// externalData binds externaldata(…) […] with (…).
func (b *Binder) externalData(e *ast.ExternalData) entity {
	cols := b.Declared(e.Columns)
	x := &plan.External{Cols: planColumns(cols), Props: b.externalProps(e.Props), URIs: b.addresses(e.URIs)}
	x.Format, _ = x.Props["format"].(string)
	if x.Format == "" {
		x.Format = formatOf(x.URIs)
	}
	b.checkExternal(e.Span(), "externaldata")
	return &Table{Node: x, Columns: cols}
}

// checkExternal reports external data where it is not allowed.
func (b *Binder) checkExternal(at diag.Span, what string) {
	if !b.opts.ExternalData {
		b.Reportf("AZ043", at, "allow it and the hosts it may ask in the configuration", "%s is not allowed", what)
	}
}

// addresses binds the addresses of external data, which have to be constants.
func (b *Binder) addresses(list []ast.Expr) []string {
	var out []string
	for _, u := range list {
		v := b.Scalar(u)
		b.CheckType(v, u, types.String)
		if k, ok := v.Constant(); ok {
			if s, isString := k.(string); isString {
				out = append(out, s)
				continue
			}
		}
		if v.Type != types.Unknown {
			b.mustKnow("AZ042", u, "the address of external data must be a constant string")
		}
	}
	return out
}

// externalProps returns the properties of external data, names in lower case.
func (b *Binder) externalProps(props []ast.Property) map[string]types.Value {
	out := map[string]types.Value{}
	for _, p := range props {
		var v types.Value
		switch l := p.Value.(type) {
		case *ast.Literal:
			v = l.Value
		case *ast.Ident:
			v = l.Name.Text
			switch strings.ToLower(l.Name.Text) {
			case "true":
				v = true
			case "false":
				v = false
			}
		default:
			if p.Value != nil {
				v, _ = b.Scalar(p.Value).Constant()
			}
		}
		out[strings.ToLower(p.Name.Text)] = v
	}
	return out
}

// inlineFormats are the formats of inline_external_table. Source: Microsoft's
// binder.
var inlineFormats = []string{"parquet", "avro", "csv", "tsv", "json", "orc", "txt"}

// inlineTable binds inline_external_table(…): files of storage as externaldata
// reads them. Files below a path are not looked for.
func (b *Binder) inlineTable(e *ast.InlineTable) entity {
	declared := slices.Clone(e.Columns)
	for _, p := range e.PartitionBy {
		if p.X == nil { // a column that only the path has
			declared = append(declared, ast.ColumnDecl{Pos: p.Pos, Name: p.Name, Type: p.Type, TypeName: p.TypeName})
		}
	}
	cols := b.Declared(declared)
	x := &plan.External{Cols: planColumns(cols), Props: b.externalProps(e.Props), Format: strings.ToLower(e.Format.Text)}
	if e.Kind.Text == "delta" {
		x.Format = "delta"
		if len(e.PartitionBy) > 0 {
			b.Errorf("KS270", e.PartitionBy[0].Span(), "Inline external table kind=delta does not support partition by.")
		}
		if len(e.PathFormat) > 0 {
			b.Errorf("KS271", e.PathFormat[0].Span(), "Inline external table kind=delta does not support pathformat.")
		}
		if e.Format.Text != "" {
			b.Errorf("KS269", e.Format.Span(), "Inline external table kind=delta does not support dataformat.")
		}
		if len(e.URIs) > 1 {
			b.Errorf("KS272", e.URIs[1].Span(), "Inline external table kind=delta requires exactly one root URI.")
		}
	} else if e.Format.Text != "" && !slices.Contains(inlineFormats, e.Format.Text) {
		b.Errorf("KS267", e.Format.Span(), "Data stream type %s is not supported by external table", e.Format.Text)
	}
	if len(e.PartitionBy)+len(e.PathFormat) > 0 {
		x.Format = "partitioned " + x.Format
	}
	x.URIs = b.addresses(e.URIs)
	// MS Learn: includeHeaders says which files begin with the names of columns.
	headers, _ := x.Props["includeheaders"].(string)
	x.Props["ignorefirstrecord"] = strings.EqualFold(headers, "All")
	b.checkExternal(e.Span(), "inline_external_table")
	return &Table{Node: x, Columns: cols, Open: !e.HasSchema}
}

// formatOf guesses the format of external data by its address. MS Learn: csv
// where nothing says otherwise.
func formatOf(uris []string) string {
	if len(uris) == 0 {
		return "csv"
	}
	u := uris[0]
	if i := strings.IndexAny(u, "?;"); i >= 0 {
		u = u[:i]
	}
	u = strings.TrimSuffix(strings.ToLower(u), ".gz")
	for _, f := range []string{"json", "multijson", "tsv", "txt", "psv", "scsv", "csv"} {
		if strings.HasSuffix(u, "."+f) {
			return f
		}
	}
	return "csv"
}
