package op

import (
	"strconv"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
)

var extendDoc = Doc{
	Keyword: "extend",
	Summary: "Adds computed columns; one whose name exists replaces it in its place.",
	Syntax:  "T | extend [Name =] Expression, …",
	Example: "NTANetAnalytics | extend Bytes = BytesSrcToDest + BytesDestToSrc",
}

func bindExtend(b *bind.Binder, in *bind.Table, o *ast.Extend) *bind.Table {
	p := b.NewProjection()
	windowed := b.WithWindows(in, func() {
		p.AddColumns(in.Columns, false, true)
		p.Items(o.Items, bind.ExtendStyle)
	})
	return p.Over(in, windowed.Node)
}

var serializeDoc = Doc{
	Keyword: "serialize",
	Summary: "Takes the rows in the order they come in, so that window functions may be used, and adds columns.",
	Syntax:  "T | serialize [[Name =] Expression, …]",
	Example: "NTANetAnalytics | serialize rn = row_number()",
}

func bindSerialize(b *bind.Binder, in *bind.Table, o *ast.Serialize) *bind.Table {
	ordered := in.WithNode(in.Node)
	ordered.Serialized = true
	if len(o.Items) == 0 {
		return ordered
	}
	p := b.NewProjection()
	windowed := b.WithWindows(ordered, func() {
		p.AddColumns(in.Columns, false, true)
		p.Items(o.Items, bind.ExtendStyle)
	})
	return p.Over(ordered, windowed.Node)
}

var printDoc = Doc{
	Keyword: "print",
	Summary: "Gives one row of computed values.",
	Syntax:  "print [Name =] Expression, …",
	Example: "print now(), Private = ipv4_is_private(\"10.0.0.1\")",
}

func bindPrint(b *bind.Binder, in *bind.Table, o *ast.Print) *bind.Table {
	b.CheckFirst(in, o.Keyword)
	p := b.NewProjection()
	b.WithoutRow(func() {
		for i, e := range o.Items {
			p.Item(e, bind.PrintStyle, bind.Option{Name: printName(i)})
		}
	})
	return p.Over(&bind.Table{}, bind.OneRow())
}

func printName(i int) string { return "print_" + strconv.Itoa(i) }
