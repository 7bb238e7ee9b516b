package plan

// Columns and Inputs of every node.

func (n *Scan) Columns() []Column     { return n.Cols }
func (n *Values) Columns() []Column   { return n.Cols }
func (n *Sequence) Columns() []Column { return []Column{n.Col} }
func (n *Filter) Columns() []Column   { return n.Input.Columns() }

func (n *Project) Columns() []Column { return assigned(n.Items) }

func (n *Aggregate) Columns() []Column {
	cols := assigned(n.By)
	for _, a := range n.Aggs {
		cols = append(cols, a.Cols...)
	}
	return cols
}

func (n *Join) Columns() []Column {
	var cols []Column
	switch n.Kind {
	case LeftSemi, LeftAnti:
		cols = append(cols, n.Left.Columns()...)
	case RightSemi, RightAnti:
		cols = append(cols, n.Right.Columns()...)
	default:
		cols = append(cols, n.Left.Columns()...)
		cols = append(cols, n.Right.Columns()...)
	}
	for i := range cols {
		if i < len(n.Names) {
			cols[i].Name = n.Names[i]
		}
	}
	return cols
}

func (n *Union) Columns() []Column  { return n.Cols }
func (n *Sort) Columns() []Column   { return n.Input.Columns() }
func (n *Limit) Columns() []Column  { return n.Input.Columns() }
func (n *Sample) Columns() []Column { return n.Input.Columns() }

func (n *Window) Columns() []Column {
	cols := append([]Column(nil), n.Input.Columns()...)
	for _, w := range n.Items {
		cols = append(cols, w.Column)
	}
	return cols
}

func (n *Unnest) Columns() []Column { return n.Cols }
func (n *Apply) Columns() []Column  { return n.Cols }

func (n *MakeSeries) Columns() []Column {
	cols := assigned(n.By)
	for _, a := range n.Aggs {
		cols = append(cols, a.Col)
	}
	return append(cols, n.Axis)
}

func (n *Parse) Columns() []Column   { return n.Cols }
func (n *ParseKV) Columns() []Column { return n.Cols }

func (n *TopNested) Columns() []Column {
	var cols []Column
	for _, l := range n.Levels {
		cols = append(cols, l.Of.Column)
		cols = append(cols, l.Agg.Cols...)
	}
	return cols
}

func (n *ScanSteps) Columns() []Column { return n.Cols }
func (n *Plugin) Columns() []Column    { return n.Cols }
func (n *Shared) Columns() []Column    { return n.Input.Columns() }
func (n *SharedRef) Columns() []Column { return n.Cols }
func (n *Leaf) Columns() []Column      { return n.Cols }
func (n *Foreign) Columns() []Column   { return n.Cols }
func (n *External) Columns() []Column  { return n.Cols }

func (n *Scan) Inputs() []Node       { return nil }
func (n *Values) Inputs() []Node     { return nil }
func (n *Sequence) Inputs() []Node   { return nil }
func (n *Filter) Inputs() []Node     { return []Node{n.Input} }
func (n *Project) Inputs() []Node    { return []Node{n.Input} }
func (n *Aggregate) Inputs() []Node  { return []Node{n.Input} }
func (n *Join) Inputs() []Node       { return []Node{n.Left, n.Right} }
func (n *Union) Inputs() []Node      { return n.Ins }
func (n *Sort) Inputs() []Node       { return []Node{n.Input} }
func (n *Limit) Inputs() []Node      { return []Node{n.Input} }
func (n *Sample) Inputs() []Node     { return []Node{n.Input} }
func (n *Window) Inputs() []Node     { return []Node{n.Input} }
func (n *Unnest) Inputs() []Node     { return []Node{n.Input} }
func (n *Apply) Inputs() []Node      { return []Node{n.Input, n.Sub} }
func (n *MakeSeries) Inputs() []Node { return []Node{n.Input} }
func (n *Parse) Inputs() []Node      { return []Node{n.Input} }
func (n *ParseKV) Inputs() []Node    { return []Node{n.Input} }
func (n *TopNested) Inputs() []Node  { return []Node{n.Input} }
func (n *ScanSteps) Inputs() []Node  { return []Node{n.Input} }

func (n *Plugin) Inputs() []Node {
	var ins []Node
	if n.Input != nil {
		ins = append(ins, n.Input)
	}
	for _, a := range n.Args {
		if a.Table != nil {
			ins = append(ins, a.Table)
		}
	}
	return ins
}

func (n *Shared) Inputs() []Node    { return []Node{n.Input} }
func (n *SharedRef) Inputs() []Node { return []Node{n.Of} }
func (n *Leaf) Inputs() []Node      { return nil }
func (n *Foreign) Inputs() []Node   { return nil }
func (n *External) Inputs() []Node  { return nil }

func assigned(items []Assign) []Column {
	cols := make([]Column, len(items))
	for i, a := range items {
		cols[i] = a.Column
	}
	return cols
}
