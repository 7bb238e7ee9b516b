package inventory

import (
	"net/netip"
	"strings"
)

// An object is a JSON object of a resource. Tools spell its keys in their own
// ways (privateIPAddress, private_ip_address, PrivateIpAddress), and some lay
// what ARM keeps under "properties" flat beside it; get finds them all.
type object map[string]any

// fold returns a key as all tools would spell it.
func fold(key string) string {
	return strings.ToLower(strings.ReplaceAll(strings.ReplaceAll(key, "_", ""), "-", ""))
}

// spells reports whether a key as some tool spells it is key, as fold has that.
func spells(k, key string) bool {
	at := 0
	for i := range len(k) {
		c := k[i]
		if c == '_' || c == '-' {
			continue
		}
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if at == len(key) || c != key[at] {
			return false
		}
		at++
	}
	return at == len(key)
}

// get returns the value of a key, given as fold has it; nil if there is none, or
// none but "".
func (o object) get(key string) any {
	for k, v := range o {
		if v != nil && v != "" && spells(k, key) {
			return v
		}
	}
	if key != "properties" {
		if p, ok := o.get("properties").(map[string]any); ok {
			return object(p).get(key)
		}
	}
	return nil
}

// text returns a string, or the value of ARM's {value, localizedValue}; "" for
// anything else.
func (o object) text(key string) string {
	switch v := o.get(key).(type) {
	case string:
		return v
	case map[string]any:
		if s, ok := object(v).get("value").(string); ok {
			return s
		}
	}
	return ""
}

// first returns the first text of some keys that is not empty.
func (o object) first(keys ...string) string {
	for _, key := range keys {
		if s := o.text(key); s != "" {
			return s
		}
	}
	return ""
}

// nested returns an object that may be written as JSON within a string.
func (o object) nested(key string) object {
	if s, ok := o.get(key).(string); ok {
		return parse(s)
	}
	return o.object(key)
}

func (o object) object(key string) object {
	m, _ := o.get(key).(map[string]any)
	return m
}

// list returns the objects of an array, or one that stands alone: PowerShell
// writes an array of one element so.
func (o object) list(key string) []object {
	switch v := o.get(key).(type) {
	case map[string]any:
		return []object{v}
	case []any:
		var all []object
		for _, e := range v {
			if m, ok := e.(map[string]any); ok {
				all = append(all, m)
			}
		}
		return all
	}
	return nil
}

// texts returns the strings of an array, or one that stands alone.
func (o object) texts(key string) []string {
	switch v := o.get(key).(type) {
	case string:
		if v != "" {
			return []string{v}
		}
	case []any:
		var all []string
		for _, e := range v {
			if s, ok := e.(string); ok && s != "" {
				all = append(all, s)
			}
		}
		return all
	}
	return nil
}

// truth returns a boolean; known is false if there is none.
func (o object) truth(key string) (value, known bool) {
	value, known = o.get(key).(bool)
	return value, known
}

// number returns a whole number, which some tools write as text.
func (o object) number(key string) (int64, bool) {
	switch v := o.get(key).(type) {
	case float64:
		return int64(v), true
	case string:
		var n int64
		for _, c := range v {
			if c < '0' || c > '9' || n > 1<<52 {
				return 0, false
			}
			n = n*10 + int64(c-'0')
		}
		return n, v != ""
	}
	return 0, false
}

// ref returns the ID, in lower case, of the resource that a key refers to.
func (o object) ref(key string) string {
	if s, ok := o.get(key).(string); ok {
		return strings.ToLower(s)
	}
	return strings.ToLower(o.object(key).text("id"))
}

// refs returns the IDs, in lower case, that an array refers to.
func (o object) refs(key string) []string {
	var ids []string
	for _, e := range o.list(key) {
		if id := e.text("id"); id != "" {
			ids = append(ids, strings.ToLower(id))
		}
	}
	return ids
}

// prefixes returns the CIDR blocks of an array of texts; what is none is left out.
func (o object) prefixes(keys ...string) []netip.Prefix {
	var all []netip.Prefix
	for _, key := range keys {
		for _, s := range o.texts(key) {
			if p, err := netip.ParsePrefix(s); err == nil {
				all = append(all, p.Masked())
			}
		}
	}
	return all
}
