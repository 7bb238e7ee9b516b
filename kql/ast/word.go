package ast

// Word returns the keyword that the operator was written with.
func (o *Op) Word() Name { return o.Keyword }
