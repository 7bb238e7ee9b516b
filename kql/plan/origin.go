package plan

// Origin returns the table and the column of the catalogue whose values column
// id of n passes on unchanged.
func Origin(n Node, id ColumnID) (table, column string, ok bool) {
	switch n := n.(type) {
	case *Scan:
		for _, c := range n.Cols {
			if c.ID == id {
				return n.Table, c.Name, true
			}
		}
		return "", "", false
	case *Project:
		for _, a := range n.Items {
			if a.Column.ID != id {
				continue
			}
			if ref, ok := a.Expr.(*Ref); ok {
				return Origin(n.Input, ref.Column)
			}
			return "", "", false
		}
		return "", "", false
	case *Union:
		for j, c := range n.Cols {
			if c.ID != id {
				continue
			}
			for i, in := range n.Ins {
				if from := n.Map[i][j]; from != 0 {
					return Origin(in, from)
				}
			}
		}
		return "", "", false
	case *SharedRef:
		for i, c := range n.Cols {
			if all := n.Of.Columns(); c.ID == id && i < len(all) {
				return Origin(n.Of.Input, all[i].ID)
			}
		}
		return "", "", false
	}
	for _, in := range n.Inputs() {
		if table, column, ok = Origin(in, id); ok {
			return table, column, true
		}
	}
	return "", "", false
}
