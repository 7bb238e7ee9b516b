package wire

// Sniff reports whether the first record in head has the given body.
func Sniff(head []byte, body Body) bool {
	r := Reader{Scanner: Scanner{b: head}}
	i, more := r.Enter(r.between(0), '{')
	for more {
		var key []byte
		key, i = r.Key(i)
		switch {
		case body.matches(key):
			return body.Inner == "" || r.has(i, body.Inner)
		case string(key) == "records" && r.At(i) == '[':
			i, more = r.Enter(r.between(i), '{')
			continue
		}
		i, more = r.Next(r.Skip(i), '{')
	}
	return false
}

// has reports whether the object at i has the key, or may have it where the
// text is cut short.
func (r *Reader) has(i int, inner string) bool {
	i, more := r.Enter(i, '{')
	for more {
		var key []byte
		if key, i = r.Key(i); string(key) == inner {
			return true
		}
		i, more = r.Next(r.Skip(i), '{')
	}
	return r.reason != "" && r.failed >= len(r.b)
}
