package op

import (
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/bind"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

var projectDoc = Doc{
	Keyword: "project",
	Summary: "Gives the columns listed, in that order; a column may be computed.",
	Syntax:  "T | project [Name =] Expression, …",
	Example: "NTANetAnalytics | project SrcIp, Bytes = BytesSrcToDest + BytesDestToSrc",
}

func bindProject(b *bind.Binder, in *bind.Table, o *ast.Project) *bind.Table {
	p := b.NewProjection()
	windowed := b.WithWindows(in, func() { p.Items(o.Items, bind.ProjectStyle) })
	out := p.Over(in, windowed.Node)
	return out
}

// listed returns the columns that a list of names and wildcards means, each
// once, in the order of the list.
func listed(b *bind.Binder, in *bind.Table, items []ast.Expr) []bind.Column {
	var out []bind.Column
	b.WithRow(in, func() {
		for _, e := range items {
			for _, c := range named(b, in, e) {
				if !slices.ContainsFunc(out, func(x bind.Column) bool { return x.ID == c.ID }) {
					out = append(out, c)
				}
			}
		}
	})
	return out
}

// named returns the columns that one name or wildcard means.
func named(b *bind.Binder, in *bind.Table, e ast.Expr) []bind.Column {
	if w, ok := e.(*ast.Wildcard); ok {
		cols := matching(in, w.Pattern)
		if len(cols) == 0 && !in.Open {
			b.Errorf("KS142", e.Span(), "The name '%s' does not refer to any known column.", w.Pattern)
		}
		return cols
	}
	if _, ok := e.(*ast.Star); ok {
		return in.Columns
	}
	v := b.Scalar(e)
	if !b.CheckColumn(v, e) || v.Column == nil {
		return nil
	}
	return []bind.Column{*v.Column}
}

func matching(in *bind.Table, pattern string) []bind.Column {
	var cols []bind.Column
	for _, c := range in.Columns {
		if bind.Matches(pattern, c.Name) {
			cols = append(cols, c)
		}
	}
	return cols
}

func names(cols []bind.Column) map[string]bool {
	m := make(map[string]bool, len(cols))
	for _, c := range cols {
		m[c.Name] = true
	}
	return m
}

var projectAwayDoc = Doc{
	Keyword: "project-away",
	Summary: "Drops the columns listed; names may have wildcards.",
	Syntax:  "T | project-away NameOrPattern, …",
	Example: "NTANetAnalytics | project-away *PublicIps, _ResourceId",
}

func bindProjectAway(b *bind.Binder, in *bind.Table, o *ast.ProjectAway) *bind.Table {
	away := names(listed(b, in, o.Items))
	return keep(b, in, func(c bind.Column) bool { return !away[c.Name] })
}

var projectKeepDoc = Doc{
	Keyword: "project-keep",
	Summary: "Keeps only the columns listed, in the order of the input.",
	Syntax:  "T | project-keep NameOrPattern, …",
	Example: "NTANetAnalytics | project-keep Src*, DestIp",
}

func bindProjectKeep(b *bind.Binder, in *bind.Table, o *ast.ProjectKeep) *bind.Table {
	kept := names(listed(b, in, o.Items))
	return keep(b, in, func(c bind.Column) bool { return kept[c.Name] })
}

func keep(b *bind.Binder, in *bind.Table, want func(bind.Column) bool) *bind.Table {
	var cols []bind.Column
	for _, c := range in.Columns {
		if want(c) {
			cols = append(cols, c)
		}
	}
	return b.Project(in, cols)
}

var projectRenameDoc = Doc{
	Keyword: "project-rename",
	Summary: "Renames columns; they keep their places.",
	Syntax:  "T | project-rename NewName = Name, …",
	Example: "NTANetAnalytics | project-rename Source = SrcIp",
}

func bindProjectRename(b *bind.Binder, in *bind.Table, o *ast.ProjectRename) *bind.Table {
	p := b.NewProjection()
	b.WithRow(in, func() {
		p.AddColumns(in.Columns, true, true)
		for _, e := range o.Items {
			n, ok := e.(*ast.Named)
			if !ok || len(n.Names) != 1 {
				if _, bad := e.(*ast.Bad); !bad {
					b.Errorf("KS110", e.Span(), "Column rename assignment expected.")
				}
				continue
			}
			v := b.Scalar(n.X)
			if b.CheckColumn(v, n.X) && v.Column != nil {
				p.Rename(v.Column.Name, n.Names[0])
			}
		}
	})
	return p.Over(in, in.Node)
}

var projectReorderDoc = Doc{
	Keyword: "project-reorder",
	Summary: "Puts the columns listed first; the others follow as they are.",
	Syntax:  "T | project-reorder NameOrPattern [asc|desc|granny-asc|granny-desc], …",
	Example: "NTANetAnalytics | project-reorder SrcIp, Dest* asc",
}

func bindProjectReorder(b *bind.Binder, in *bind.Table, o *ast.ProjectReorder) *bind.Table {
	var out []bind.Column
	seen := map[plan.ColumnID]bool{}
	add := func(c bind.Column) {
		if !seen[c.ID] {
			seen[c.ID] = true
			out = append(out, c)
		}
	}
	b.WithRow(in, func() {
		for _, it := range o.Items {
			cols := slices.Clone(named(b, in, it.X))
			order(cols, it.Order)
			for _, c := range cols {
				add(c)
			}
		}
	})
	for _, c := range in.Columns {
		add(c)
	}
	return b.Project(in, out)
}

// order sorts columns by name as project-reorder asks for.
func order(cols []bind.Column, how string) {
	compare := func(x, y string) int { return strings.Compare(strings.ToLower(x), strings.ToLower(y)) }
	switch how {
	case "granny-asc", "granny-desc":
		compare = compareGranny
	case "asc", "desc":
	default:
		return
	}
	slices.SortStableFunc(cols, func(x, y bind.Column) int {
		c := compare(x.Name, y.Name)
		if strings.HasSuffix(how, "desc") {
			return -c
		}
		return c
	})
}

// compareGranny orders names with the numbers in them by their values: a2 goes
// before a10.
func compareGranny(x, y string) int {
	x, y = strings.ToLower(x), strings.ToLower(y)
	for x != "" && y != "" {
		nx, ny := digits(x), digits(y)
		if nx > 0 && ny > 0 {
			a, c := strings.TrimLeft(x[:nx], "0"), strings.TrimLeft(y[:ny], "0")
			if len(a) != len(c) {
				return len(a) - len(c)
			}
			if k := strings.Compare(a, c); k != 0 {
				return k
			}
			x, y = x[nx:], y[ny:]
			continue
		}
		if x[0] != y[0] {
			return int(x[0]) - int(y[0])
		}
		x, y = x[1:], y[1:]
	}
	return len(x) - len(y)
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

var projectByNamesDoc = Doc{
	Keyword: "project-by-names",
	Summary: "Gives the columns whose names are given as strings, patterns or arrays of them.",
	Syntax:  "T | project-by-names NameOrArray, …",
	Example: "NTANetAnalytics | project-by-names \"SrcIp\", \"Dest*\"",
}

func bindProjectByNames(b *bind.Binder, in *bind.Table, o *ast.ProjectByNames) *bind.Table {
	var out []bind.Column
	seen := map[plan.ColumnID]bool{}
	b.WithRow(in, func() {
		for _, e := range o.Items {
			v := b.Scalar(e)
			k, ok := v.Constant()
			if !ok {
				b.CheckConst(v, e)
				continue
			}
			list, isList := k.([]types.Value)
			if !isList {
				list = []types.Value{k}
			}
			for _, x := range list {
				pattern, isString := x.(string)
				if !isString {
					b.Errorf("KS233", e.Span(), "The expression value must be a string or a dynamic array of strings.")
					break
				}
				for _, c := range matching(in, pattern) {
					if !seen[c.ID] {
						seen[c.ID] = true
						out = append(out, c)
					}
				}
			}
		}
	})
	return b.Project(in, out)
}
