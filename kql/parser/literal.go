package parser

import (
	"math"
	"strconv"
	"strings"

	"github.com/azflow/azflow/kql/ast"
	"github.com/azflow/azflow/kql/types"
)

// literalTypes has the type of each kind of literal token.
var literalTypes = map[Kind]types.Type{
	BoolLiteral: types.Bool, IntLiteral: types.Int, LongLiteral: types.Long, RealLiteral: types.Real,
	DecimalLiteral: types.Decimal, TimeSpanLiteral: types.TimeSpan, DateTimeLiteral: types.DateTime,
	GUIDLiteral: types.GUID, BareGUID: types.GUID, StringLiteral: types.String,
}

// literal takes a literal where only literals stand, which may have a sign.
func (p *parser) literal() ast.Expr {
	t := p.tok()
	switch t.Kind {
	case StringLiteral:
		return p.stringExpr()
	case BareGUID:
		p.report("KS214", t.Span, "Raw guid literals are not allowed in this context, use guid(...) instead.", "")
	case BoolLiteral, IntLiteral, LongLiteral, RealLiteral, DecimalLiteral, TimeSpanLiteral, DateTimeLiteral, GUIDLiteral:
	case Punctuation:
		switch t.Text {
		case "+", "-":
			return p.signedLiteral()
		case "{":
			return p.parameterExpr()
		}
		return nil
	case Keyword:
		switch {
		case t.Text == "dynamic":
			return p.dynamic()
		case t.Text == "typeof" && p.at(1).is("("):
			return p.typeOf()
		}
		return nil
	default:
		return nil
	}
	p.next()
	x := &ast.Literal{Pos: ast.Pos(t.Span), Type: literalTypes[t.Kind], Text: t.Text}
	p.evaluate(x, t.Text)
	return x
}

func (p *parser) parameterExpr() ast.Expr { return identOf(p.parameter()) }

// evaluate sets the value that text stands for.
func (p *parser) evaluate(x *ast.Literal, text string) {
	x.Implicit = (x.Type == types.Long || x.Type == types.Real) && !strings.HasSuffix(text, ")")
	value, ok := literalValue(x.Type, text)
	if !ok {
		p.report("KS004", x.Span(), "Malformed literal", "a "+x.Type.String()+" cannot be read from this")
	}
	x.Value = value
}

// literalValue returns what the text of a literal stands for.
func literalValue(t types.Type, text string) (types.Value, bool) {
	body, call := text, false
	if i := strings.IndexByte(text, '('); i >= 0 {
		body, call = strings.TrimSpace(strings.TrimSuffix(text[i+1:], ")")), true
		if body == "null" {
			return nil, true
		}
		body = unquote(body)
	}
	switch t {
	case types.Bool:
		return parseBool(body)
	case types.Int:
		n, ok := parseLong(body)
		if !ok || n < math.MinInt32 || n > math.MaxInt32 {
			return nil, false
		}
		return int32(n), true
	case types.Long:
		return valueIf(parseLong(body))
	case types.Real:
		return parseReal(body)
	case types.Decimal:
		return valueIf(types.ParseDecimal(body))
	case types.DateTime:
		return valueIf(types.ParseInstant(dense(body)))
	case types.GUID:
		return valueIf(types.ParseUUID(body))
	case types.TimeSpan:
		if i, ok := parseUnits(body); ok {
			return i, true
		}
		if call {
			return valueIf(types.ParseInterval(body))
		}
	}
	return nil, false
}

func valueIf[T any](v T, ok bool) (types.Value, bool) {
	if !ok {
		return nil, false
	}
	return v, true
}

// unquote takes the quotes off a body such as that of datetime("2020-01-01").
func unquote(s string) string {
	if len(s) >= 2 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}

// dense brings the forms "2025, 6, 14" and "2025 - 06 - 14", which datetime(…)
// takes too, to that of ISO 8601.
func dense(s string) string {
	s = strings.ReplaceAll(s, " - ", "-")
	if parts := strings.Split(s, ","); len(parts) == 3 {
		for i := range parts {
			parts[i] = strings.TrimSpace(parts[i])
		}
		return strings.Join(parts, "-")
	}
	return s
}

func parseBool(s string) (types.Value, bool) {
	switch strings.ToLower(s) {
	case "true", "1":
		return true, true
	case "false", "0":
		return false, true
	}
	return nil, false
}

func parseLong(s string) (int64, bool) {
	digits := strings.TrimLeft(s, "+-")
	if len(digits) > 2 && (digits[:2] == "0x" || digits[:2] == "0X") {
		n, err := strconv.ParseUint(digits[2:], 16, 64)
		if strings.HasPrefix(s, "-") {
			n = -n
		}
		return int64(n), err == nil && len(s)-len(digits) <= 1
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// leastLong is the text of the one bare long that needs its sign.
const leastLong = "9223372036854775808"

func parseReal(s string) (types.Value, bool) {
	switch strings.ToLower(s) {
	case "nan":
		return math.NaN(), true
	case "+inf", "inf":
		return math.Inf(1), true
	case "-inf":
		return math.Inf(-1), true
	}
	if strings.ContainsAny(s, "_xXpPnNiI") {
		return nil, false
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(x, 0) {
		return nil, false
	}
	return x, true
}

// parseUnits reads a timespan such as 1.5h; ticks are cut off towards zero.
func parseUnits(s string) (types.Interval, bool) {
	n := len(s)
	for n > 0 && isLetter(s[n-1]) {
		n--
	}
	unit, ok := unitNames[s[n:]]
	if !ok {
		return 0, false
	}
	if whole, err := strconv.ParseInt(s[:n], 10, 64); err == nil && unit >= 1 {
		ticks := whole * int64(unit)
		return types.Interval(ticks), ticks/int64(unit) == whole
	}
	x, err := strconv.ParseFloat(s[:n], 64)
	if err != nil || math.Abs(x*unit) >= math.MaxInt64 {
		return 0, false
	}
	return types.Interval(x * unit), true
}

// stringExpr takes a string literal; those that stand side by side are one.
func (p *parser) stringExpr() ast.Expr {
	if p.tok().Kind != StringLiteral {
		return nil
	}
	start := p.start()
	x := &ast.Literal{Type: types.String}
	var value strings.Builder
	for p.tok().Kind == StringLiteral {
		t := p.next()
		value.WriteString(stringValue(t))
		x.Hidden = x.Hidden || t.Text[0]|0x20 == 'h'
	}
	x.Pos = p.from(start)
	x.Value, x.Text = value.String(), p.src[x.Start:x.End]
	return x
}

// signedLiteral takes a bare number or timespan with a sign right before it.
func (p *parser) signedLiteral() ast.Expr {
	if !p.startsSignedNumber() {
		return nil
	}
	sign := p.next()
	t := p.next()
	x := &ast.Literal{Pos: p.from(sign.Span.Start), Type: literalTypes[t.Kind], Text: sign.Text + t.Text}
	p.evaluate(x, x.Text)
	return x
}

func (p *parser) startsSignedNumber() bool {
	t, number := p.tok(), p.at(1)
	if !t.is("-") && !t.is("+") || number.spaced {
		return false
	}
	switch number.Kind {
	case LongLiteral, RealLiteral, TimeSpanLiteral:
		return isDigit(number.Text[0])
	}
	return false
}

// dynamic takes dynamic(json).
func (p *parser) dynamic() ast.Expr {
	if !p.at(1).is("(") {
		return nil
	}
	start := p.next().Span.Start
	p.next()
	value, ok := p.json()
	if !ok {
		p.missing("json value")
	}
	p.close(")")
	x := &ast.Literal{Pos: p.from(start), Type: types.Dynamic, Value: value}
	x.Text = p.src[x.Start:x.End]
	return x
}

// json takes a JSON value, in which KQL's own literals may stand too.
func (p *parser) json() (types.Value, bool) {
	defer p.leave()
	if !p.enter() {
		return nil, true
	}
	t := p.tok()
	switch t.Kind {
	case LongLiteral, RealLiteral:
		return p.jsonNumber(), true
	case BoolLiteral, DateTimeLiteral, TimeSpanLiteral, GUIDLiteral, BareGUID, DecimalLiteral, StringLiteral:
		return p.literal().(*ast.Literal).Value, true
	case Keyword:
		switch {
		case p.acceptWord("null"):
			return nil, true
		case t.Text == "dynamic":
			if x, ok := p.dynamic().(*ast.Literal); ok {
				return x.Value, true
			}
		}
	case Punctuation:
		switch t.Text {
		case "-":
			if k := p.at(1).Kind; k == LongLiteral || k == RealLiteral {
				p.next()
				if p.tok().Text == leastLong {
					p.next()
					return int64(math.MinInt64), true
				}
				return negated(p.jsonNumber()), true
			}
		case "[":
			return p.jsonArray(), true
		case "{":
			if _, ok := p.parameter(); ok {
				return nil, true
			}
			return p.jsonObject(), true
		}
	}
	return nil, false
}

// jsonNumber takes a number; a whole one that no long holds is a real.
func (p *parser) jsonNumber() types.Value {
	t := p.tok()
	if t.Kind == LongLiteral {
		if _, ok := parseLong(t.Text); !ok {
			p.next()
			x, _ := parseReal(t.Text)
			return x
		}
	}
	return p.literal().(*ast.Literal).Value
}

func negated(v types.Value) types.Value {
	switch v := v.(type) {
	case int64:
		return -v
	case float64:
		return -v
	}
	return v
}

func (p *parser) jsonArray() types.Value {
	p.next()
	items := commaList(p, list[types.Value]{item: p.json, missing: p.missingJSON, end: p.atListEnd})
	p.close("]")
	if items == nil {
		items = []types.Value{}
	}
	return items
}

func (p *parser) missingJSON() types.Value {
	p.missing("json value")
	return nil
}

// A jsonPair is a property of a JSON object.
type jsonPair struct {
	key   string
	value types.Value
}

func (p *parser) jsonObject() types.Value {
	p.next()
	pairs := commaList(p, list[jsonPair]{
		item: p.jsonProperty,
		missing: func() jsonPair {
			p.missing("json key:value pair")
			return jsonPair{}
		},
		end: p.atListEnd,
	})
	p.close("}")
	bag := types.NewBag(len(pairs))
	for _, x := range pairs {
		bag.Set(x.key, x.value)
	}
	return bag
}

func (p *parser) jsonProperty() (jsonPair, bool) {
	var x jsonPair
	switch t := p.tok(); {
	case t.Kind == StringLiteral:
		x.key = stringValue(p.next())
		p.expect(":")
	case t.is(":"):
		p.missingTokenSaying("Missing string", "KS006")
		p.next()
	default:
		mark := p.mark()
		p.missingTokenSaying("Missing string", "KS006")
		value, ok := p.json()
		if !ok {
			p.reset(mark)
		}
		return jsonPair{"", value}, ok
	}
	value, ok := p.json()
	if !ok {
		value = p.missingJSON()
	}
	x.value = value
	return x, true
}
