package ast

// Inspect calls visit for n and, where it returns true, for the nodes under n
// in the order of the text. Names, columns and types are no nodes of their own.
// A nil n is skipped.
func Inspect(n Node, visit func(Node) bool) {
	if isNil(n) || !visit(n) {
		return
	}
	for _, child := range children(n) {
		Inspect(child, visit)
	}
}

// isNil reports whether n is nil or a nil pointer of one of the types that the
// tree has optional fields of.
func isNil(n Node) bool {
	switch n := n.(type) {
	case nil:
		return true
	case *Pipeline:
		return n == nil
	case *Call:
		return n == nil
	case *Named:
		return n == nil
	case *TypeOf:
		return n == nil
	case *Literal:
		return n == nil
	case *Lambda:
		return n == nil
	}
	return false
}

// children returns the nodes right under n; some may be nil.
func children(n Node) []Node {
	var c []Node
	add := func(nodes ...Node) { c = append(c, nodes...) }
	switch n := n.(type) {
	case *Query:
		return nodes(n.Statements)
	case *Let:
		add(n.Value)
	case *Set:
		add(n.Value)
	case *DeclareParameters:
		return defaults(n.Params)
	case *DeclarePattern:
		c = defaults(n.Params)
		for _, k := range n.Cases {
			c = append(c, nodes(k.Values)...)
			add(k.Path, k.Body)
		}
	case *AliasDatabase:
		add(n.Value)
	case *Restrict:
		c = append(nodes(n.Entities), values(n.With)...)
	case *ExprStatement:
		add(n.X)
	case *Unary:
		add(n.X)
	case *Binary:
		add(n.X, n.Y)
	case *In:
		add(n.X)
		c = append(c, nodes(n.List)...)
	case *Between:
		add(n.X, n.Lo, n.Hi)
	case *Call:
		c = values(n.Params)
		for _, a := range n.Args {
			add(a.X)
		}
	case *Path:
		add(n.X)
	case *PathCall:
		add(n.X, n.Call)
	case *Index:
		add(n.X, n.I)
	case *Paren:
		add(n.X)
	case *Named:
		add(n.X)
	case *Pipeline:
		add(n.Source)
		c = append(c, nodes(n.Ops)...)
	case *DataTable:
		c = append(values(n.Params), nodes(n.Values)...)
	case *ExternalData:
		c = append(values(n.Params), nodes(n.URIs)...)
		c = append(c, values(n.Props)...)
	case *InlineTable:
		for _, x := range n.PartitionBy {
			add(x.X)
		}
		c = append(c, nodes(n.PathFormat)...)
		c = append(c, nodes(n.URIs)...)
		c = append(c, values(n.Props)...)
	case *Lambda:
		c = append(defaults(n.Params), nodes(n.Statements)...)
		add(n.Body)
	case *List:
		return nodes(n.Items)
	case *DataScope:
		add(n.X)
	case *EntityGroup:
		return nodes(n.Items)
	case Operator:
		return append(values(n.Head().Params), operands(n)...)
	}
	return c
}

// operands returns the nodes right under an operator, its properties aside.
func operands(op Operator) []Node {
	var c []Node
	add := func(nodes ...Node) { c = append(c, nodes...) }
	switch op := op.(type) {
	case *Where:
		add(op.Cond)
	case *Project:
		return nodes(op.Items)
	case *ProjectAway:
		return nodes(op.Items)
	case *ProjectKeep:
		return nodes(op.Items)
	case *ProjectRename:
		return nodes(op.Items)
	case *ProjectReorder:
		for _, i := range op.Items {
			add(i.X)
		}
	case *ProjectByNames:
		return nodes(op.Items)
	case *Extend:
		return nodes(op.Items)
	case *Summarize:
		c = append(nodes(op.Aggregates), nodes(op.By)...)
		add(op.Bin)
	case *Distinct:
		return nodes(op.Items)
	case *Take:
		add(op.N)
	case *Sample:
		add(op.N)
	case *SampleDistinct:
		add(op.N, op.Of)
	case *Sort:
		return keys(op.Keys)
	case *Top:
		add(op.N)
		c = append(c, keys(op.Keys)...)
	case *TopHitters:
		add(op.N, op.Of, op.By)
	case *TopNested:
		for _, l := range op.Levels {
			add(l.N, l.Of, l.Others, l.By)
		}
	case *Join:
		add(op.Right)
		c = append(c, nodes(op.On)...)
		add(op.Where)
	case *Lookup:
		add(op.Right)
		c = append(c, nodes(op.On)...)
	case *Union:
		return nodes(op.Tables)
	case *MvExpand:
		c = mvItems(op.Items)
		add(op.Limit)
	case *MvApply:
		c = mvItems(op.Items)
		add(op.Limit, op.ContextID, op.On)
	case *Parse:
		add(op.X)
		for _, part := range op.Parts {
			add(part.Text)
		}
	case *ParseKV:
		add(op.X)
		c = append(c, values(op.With)...)
	case *MakeSeries:
		for _, a := range op.Aggregates {
			add(a.X, a.Default)
		}
		add(op.On, op.From, op.To, op.Step, op.In)
		c = append(c, nodes(op.By)...)
	case *Range:
		add(op.From, op.To, op.Step)
	case *Print:
		return nodes(op.Items)
	case *Serialize:
		return nodes(op.Items)
	case *Search:
		c = nodes(op.In)
		add(op.Cond)
	case *Find:
		c = nodes(op.In)
		add(op.Cond)
		c = append(c, nodes(op.ProjectItems)...)
		c = append(c, nodes(op.ProjectAway)...)
	case *Evaluate:
		add(op.Call)
	case *Invoke:
		if op.X != nil {
			add(op.X)
		} else {
			add(op.Call)
		}
	case *Render:
		return values(op.With)
	case *Scan:
		c = append(keys(op.OrderBy), nodes(op.PartitionBy)...)
		c = append(c, defaults(op.Declare)...)
		for _, s := range op.Steps {
			add(s.Cond)
			c = append(c, nodes(s.Assign)...)
		}
	case *Partition:
		add(op.By, op.In, op.Sub)
	case *Fork:
		for _, b := range op.Branches {
			add(b.Sub)
		}
	case *Facet:
		c = nodes(op.By)
		add(op.With)
	case *MakeGraph:
		add(op.Source, op.Target)
		for _, t := range op.Nodes {
			add(t.Table, t.On)
		}
		add(op.PartitionBy, op.Sub)
	case *GraphMatch:
		for _, p := range op.Patterns {
			for _, e := range p.Elements {
				add(e.Min, e.Max)
			}
		}
		add(op.Where)
		c = append(c, nodes(op.Project)...)
	case *GraphToTable:
		for _, o := range op.Outputs {
			c = append(c, values(o.Params)...)
		}
	case *GraphWhere:
		add(op.Cond)
	case *Reduce:
		add(op.By)
		c = append(c, values(op.With)...)
	}
	return c
}

func nodes[T Node](all []T) []Node {
	out := make([]Node, len(all), len(all)+4)
	for i, n := range all {
		out[i] = n
	}
	return out
}

func values(props []Property) []Node {
	out := make([]Node, len(props), len(props)+4)
	for i, p := range props {
		out[i] = p.Value
	}
	return out
}

func defaults(params []Param) []Node {
	out := make([]Node, len(params))
	for i, p := range params {
		out[i] = p.Default
	}
	return out
}

func keys(all []SortKey) []Node {
	out := make([]Node, len(all))
	for i, k := range all {
		out[i] = k.X
	}
	return out
}

func mvItems(all []MvItem) []Node {
	var out []Node
	for _, i := range all {
		out = append(out, i.X, i.ToAt)
	}
	return out
}
