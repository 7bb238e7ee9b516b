package op

import (
	"slices"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

var parseDoc = Doc{
	Keyword: "parse",
	Summary: "Cuts columns out of a string by a pattern; rows that do not match keep nulls and empty strings.",
	Syntax:  "T | parse [kind=simple|regex|relaxed] [flags=Flags] Expression with [*] Text Column[:type] Text … [*]",
	Example: "NTANetAnalytics | parse SrcVm with Group:string \"/\" Name:string",
}

var parseWhereDoc = Doc{
	Keyword: "parse-where",
	Summary: "As parse, and drops the rows that do not match.",
	Syntax:  "T | parse-where [kind=simple|regex] [flags=Flags] Expression with [*] Text Column[:type] Text … [*]",
	Example: "NTANetAnalytics | parse-where SrcVm with Group:string \"/\" Name:string",
}

func bindParse(b *bind.Binder, in *bind.Table, o *ast.Parse) *bind.Table {
	n := &plan.Parse{Input: in.Node, Kind: "simple", Where: o.WhereForm}
	if word, _, ok := bind.WordParam(o.Params, "kind"); ok {
		n.Kind = word
	}
	n.Flags, _, _ = bind.WordParam(o.Params, "flags")
	b.WithRow(in, func() { n.X = b.Scalar(o.X).Expr })
	checkPattern(b, o.Parts)
	cols := slices.Clone(in.Columns)
	declared := map[string]bool{}
	for _, p := range o.Parts {
		switch {
		case p.Star:
			n.Parts = append(n.Parts, plan.ParsePart{Star: true})
		case p.Text != nil:
			s, _ := p.Text.Value.(string)
			n.Parts = append(n.Parts, plan.ParsePart{Text: s, IsText: true})
		case p.Capture != nil:
			name := p.Capture.Name
			if declared[name.Text] {
				b.Errorf("KS171", name.Span(), "A column with the name '%s' is already declared.", name.Text)
				continue
			}
			declared[name.Text] = true
			t := p.Capture.Type
			if t == types.Unknown && p.Capture.TypeName.Text == "" {
				t = types.String
			}
			c := b.NewColumn(name.Text, t)
			cols = set(cols, c)
			captured := c.Plan()
			n.Parts = append(n.Parts, plan.ParsePart{Capture: &captured})
		}
	}
	n.Cols = bind.PlanColumns(cols)
	return in.With(n, cols)
}

// set puts c in the place of the column of its name, or last.
func set(cols []bind.Column, c bind.Column) []bind.Column {
	for i := range cols {
		if cols[i].Name == c.Name {
			cols[i] = c
			return cols
		}
	}
	return append(cols, c)
}

// checkPattern reports parts of a pattern that cannot stand where they do.
func checkPattern(b *bind.Binder, parts []ast.ParsePart) {
	for i, p := range parts {
		switch {
		case p.Star:
			if i+1 < len(parts) && parts[i+1].Text == nil {
				b.Errorf("KS102", p.Span(), "A string literal must follow a *")
			}
			if i > 0 {
				if c := parts[i-1].Capture; c != nil && (c.Type == types.String || c.TypeName.Text == "") {
					b.Errorf("KS103", p.Span(), "Using * after parsing a string column is ambiguous.")
				}
			}
		case p.Capture != nil:
			if i > 0 && parts[i-1].Text == nil {
				b.Errorf("KS101", p.Span(), "The column name must follow a string literal")
			}
		}
	}
}

var parseKVDoc = Doc{
	Keyword: "parse-kv",
	Summary: "Cuts the values of keys out of a string such as a=1, b=2.",
	Syntax:  "T | parse-kv Expression as (Key:type, …) [with (pair_delimiter=…, kv_delimiter=…, quote=…, escape=…, greedy=true, regex=…)]",
	Example: "print s = \"src=10.0.0.1 dst=10.0.0.2\" | parse-kv s as (src:string, dst:string) with (pair_delimiter=\" \", kv_delimiter=\"=\")",
}

func bindParseKV(b *bind.Binder, in *bind.Table, o *ast.ParseKV) *bind.Table {
	n := &plan.ParseKV{Input: in.Node, With: map[string]types.Value{}}
	b.WithRow(in, func() { n.X = b.Scalar(o.X).Expr })
	cols := slices.Clone(in.Columns)
	for _, c := range b.Declared(o.Columns) {
		n.Keys = append(n.Keys, plan.Assign{Column: c.Plan(), Expr: &plan.Const{Value: c.Name, T: types.String}})
		cols = set(cols, c)
	}
	for _, p := range o.With {
		n.With[p.Name.Text] = propertyValue(b, p)
	}
	n.Cols = bind.PlanColumns(cols)
	return in.With(n, cols)
}

// propertyValue is the value of a property: a literal, or a word as a string.
func propertyValue(b *bind.Binder, p ast.Property) types.Value {
	switch v := p.Value.(type) {
	case nil:
		return true
	case *ast.Literal:
		return v.Value
	case *ast.Ident:
		switch v.Name.Text {
		case "true":
			return true
		case "false":
			return false
		}
		return v.Name.Text
	}
	k, _ := b.Scalar(p.Value).Constant()
	return k
}
