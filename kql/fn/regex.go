package fn

import (
	"errors"
	"regexp"
	"strings"

	"github.com/azflow/azflow/kql/types"
)

// Patterns are RE2's, as Kusto's are.

// typeArg returns the type that argument i names, dynamic if there is none.
func (r *row) typeArg(i int) types.Type {
	if i < len(r.args) {
		if t, ok := types.Parse(r.text(i)); ok {
			return t
		}
	}
	return types.String
}

var extractKernel = rowwise(func(r *row) (types.Value, error) {
	re, err := r.ctx.regexp(r.text(0))
	if err != nil {
		return nil, err
	}
	group, t := r.long(1, 0), r.typeArg(3)
	m := re.FindStringSubmatch(r.text(2))
	if m == nil || group < 0 || group >= int64(len(m)) {
		return Cast(nil, types.String, t), nil
	}
	if t == types.Dynamic {
		return m[group], nil
	}
	return Cast(m[group], types.String, t), nil
}, types.String, types.Long, types.String, types.String)

// checkExtractAll refuses patterns without capture groups (emulator).
func checkExtractAll(args []*types.Vector) error {
	if len(args) == 0 || args[0] == nil {
		return nil
	}
	p, _ := args[0].Value(0).(string)
	re, err := regexp.Compile(p)
	if err != nil {
		return err
	}
	if re.NumSubexp() == 0 {
		return errors.New("extract_all: the pattern has no capture group: put parentheses around what to extract")
	}
	return nil
}

// checkPattern checks the pattern in argument i, if it is constant.
func checkPattern(i int) func(args []*types.Vector) error {
	return func(args []*types.Vector) error {
		if i >= len(args) || args[i] == nil {
			return nil
		}
		p, _ := args[i].Value(0).(string)
		_, err := regexp.Compile(p)
		return err
	}
}

// extractAllKernel gives an array of strings for one group, of arrays for several.
var extractAllKernel = rowwise(func(r *row) (types.Value, error) {
	re, err := r.ctx.regexp(r.text(0))
	if err != nil {
		return nil, err
	}
	if re.NumSubexp() == 0 {
		return nil, errors.New("extract_all: the pattern has no capture group: put parentheses around what to extract")
	}
	source := types.Text(r.args[len(r.args)-1], types.Dynamic)
	var groups []int
	if len(r.args) > 2 {
		list, _ := r.args[1].([]types.Value)
		for _, g := range list {
			switch x := g.(type) {
			case int64:
				groups = append(groups, int(x))
			case string:
				groups = append(groups, re.SubexpIndex(x))
			}
		}
	} else {
		for g := range re.NumSubexp() {
			groups = append(groups, g+1)
		}
	}
	matches := re.FindAllStringSubmatch(source, -1)
	if len(matches) == 0 {
		return nil, nil
	}
	all := make([]types.Value, 0, len(matches))
	for _, m := range matches {
		parts := make([]types.Value, 0, len(groups))
		for _, g := range groups {
			if g >= 0 && g < len(m) {
				parts = append(parts, m[g])
			}
		}
		if len(groups) == 1 && len(parts) == 1 {
			all = append(all, parts[0])
		} else {
			all = append(all, parts)
		}
	}
	return all, nil
}, types.String, types.Unknown, types.Unknown)

// rewriteTemplate turns Kusto's \1 into Go's ${1}.
func rewriteTemplate(s string) string {
	if !strings.ContainsAny(s, `\$`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '$':
			b.WriteString("$$")
		case c == '\\' && i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9':
			i++
			b.WriteString("${" + s[i:i+1] + "}")
		case c == '\\' && i+1 < len(s) && s[i+1] == '\\':
			i++
			b.WriteByte('\\')
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// replaceRegexKernel takes its arguments in the order that at gives: source,
// pattern, rewrite.
func replaceRegexKernel(source, pattern, rewrite int) Kernel {
	return rowwise(func(r *row) (types.Value, error) {
		re, err := r.ctx.regexp(r.text(pattern))
		if err != nil {
			return nil, err
		}
		return re.ReplaceAllString(r.text(source), rewriteTemplate(r.text(rewrite))), nil
	}, types.String)
}

// trimKernel removes one match at the start and one at the end (emulator).
func trimKernel(start, end bool) Kernel {
	return rowwise(func(r *row) (types.Value, error) {
		s, pattern := r.text(1), r.text(0)
		if start {
			re, err := r.ctx.regexp("^(?:" + pattern + ")")
			if err != nil {
				return nil, err
			}
			if m := re.FindStringIndex(s); m != nil {
				s = s[m[1]:]
			}
		}
		if end {
			re, err := r.ctx.regexp("(?:" + pattern + ")$")
			if err != nil {
				return nil, err
			}
			if m := re.FindStringIndex(s); m != nil {
				s = s[:m[0]]
			}
		}
		return s, nil
	}, types.String)
}
