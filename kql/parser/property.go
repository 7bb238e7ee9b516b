package parser

import (
	"strings"

	"github.com/azflow/azflow/kql/ast"
)

// A valueKind says what the value of a property is.
type valueKind uint8

const (
	anyValue    valueKind = iota // a literal or a name, or nothing
	plainValue                   // a literal or a name
	stringKind                   // …, preferably a string
	boolKind                     // …, preferably a bool
	numberKind                   // …, preferably a number
	realKind                     // …; a whole number counts as a real
	exprValue                    // an expression without infix operators
	wordValue                    // one of words
	nameValue                    // a name that is declared
	columnValue                  // a column
	columnsKind                  // columns between commas
)

// A propertySpec describes a property of an operator.
type propertySpec struct {
	value valueKind
	words []string
	bare  bool // whether no equals sign stands between name and value
}

type propertySpecs map[string]propertySpec

// knownProperties has the properties that are taken after every operator, even
// where they mean nothing. Source: the answers of Microsoft's parser.
var knownProperties = propertySpecs{
	"bagexpansion":             {value: wordValue, words: []string{"bag", "array"}},
	"bin_legacy":               {},
	"cycles":                   {value: wordValue, words: []string{"none", "all", "unique_edges"}},
	"decodeblocks":             {value: boolKind},
	"expandoutput":             {},
	"force_remote":             {value: boolKind},
	"hint.concurrency":         hintConcurrency,
	"hint.distribution":        {value: wordValue, words: []string{"single", "per_node", "per_shard", "default"}},
	"hint.materialized":        {value: boolKind},
	"hint.num_partitions":      {value: numberKind},
	"hint.pass_filters":        {},
	"hint.pass_filters_column": {value: columnValue},
	"hint.progressive_top":     {value: boolKind},
	"hint.remote":              {value: wordValue, words: []string{"auto", "local"}},
	"hint.shufflekey":          {value: columnValue},
	"hint.spread":              hintSpread,
	"hint.strategy":            {value: wordValue, words: []string{"auto", "broadcast", "centralized", "shuffle"}},
	"isfuzzy":                  {value: boolKind},
	"kind":                     {value: wordValue},
	"with_itemindex":           {value: nameValue},
	"with_match_id":            {value: nameValue},
	"with_source":              {value: nameValue},
	"with_step_name":           {value: nameValue},
	"withsource":               {value: nameValue},
	"__crossCluster":           {}, "__crossDB": {}, "__id": {}, "__isFuzzy": {value: boolKind}, "__noWithSource": {},
	"__packedColumn": {value: columnValue}, "__sourceColumnIndex": {},
}

var (
	hintConcurrency = propertySpec{value: wordValue, words: []string{"auto", "left", "local", "right", "unresolved"}}
	hintSpread      = propertySpec{value: wordValue, words: []string{"auto", "local"}}
)

// dashedProperties has the known properties that are several tokens.
var dashedProperties = []string{"hint.pass_filters", "hint.pass_filters_column"}

// propertyNames says which names a list of properties takes.
type propertyNames uint8

const (
	declaredOrKnown propertyNames = iota
	knownOnly
	declaredOnly
)

// scanProperty returns the number of tokens of the name of a property at
// offset, 0 if none begins there.
func (p *parser) scanProperty(specs propertySpecs, names propertyNames, needEquals bool, offset int) int {
	t := p.at(offset)
	word := t.Kind == Identifier || t.Kind == Keyword
	if names != knownOnly && word {
		if spec, ok := specs[t.Text]; ok && (spec.bare || !needEquals || p.at(offset+1).is("=")) {
			return 1
		}
	}
	if names == declaredOnly {
		return 0
	}
	n := 0
	if _, known := knownProperties[t.Text]; known && word {
		n = 1
	} else {
		for _, text := range dashedProperties {
			if n = p.matchText(text, offset); n > 0 {
				break
			}
		}
	}
	if n > 0 && needEquals && !p.at(offset+n).is("=") {
		return 0
	}
	return n
}

// properties takes `name = value` pairs without commas.
func (p *parser) properties(specs propertySpecs, names propertyNames, needEquals bool) []ast.Property {
	var props []ast.Property
	for {
		n := p.scanProperty(specs, names, needEquals, 0)
		if n == 0 {
			return props
		}
		props = append(props, p.takeProperty(n, specs))
	}
}

// withProperties takes the declared properties between commas.
func (p *parser) withProperties(specs propertySpecs, names propertyNames) []ast.Property {
	return commaList(p, list[ast.Property]{
		item: func() (ast.Property, bool) {
			n := p.scanProperty(specs, names, false, 0)
			if n == 0 {
				return ast.Property{}, false
			}
			return p.takeProperty(n, specs), true
		},
		missing: p.missingProperty, end: p.atListEnd,
	})
}

// takeProperty takes a property whose name has n tokens.
func (p *parser) takeProperty(n int, specs propertySpecs) ast.Property {
	start := p.start()
	p.pos += n
	pos := p.from(start)
	name := ast.Name{Pos: pos, Text: p.src[pos.Start:pos.End]}
	p.expect("=")
	spec, ok := specs[name.Text]
	if !ok {
		spec, ok = knownProperties[name.Text]
	}
	if !ok {
		spec.value = plainValue
	}
	value := p.propertyValue(spec, func() bool { return p.propertiesEnd(specs) })
	return ast.Property{Pos: p.from(start), Name: name, Value: value}
}

// property takes the one given property, if it stands here.
func (p *parser) property(name string, spec propertySpec, end func() bool) (ast.Property, bool) {
	n := p.matchText(name, 0)
	if n == 0 || !spec.bare && !p.at(n).is("=") {
		return ast.Property{}, false
	}
	start := p.start()
	p.pos += n
	x := ast.Property{Name: ast.Name{Pos: p.from(start), Text: name}}
	if !spec.bare {
		p.next()
	}
	x.Value = p.propertyValue(spec, end)
	x.Pos = p.from(start)
	return x, true
}

// propertiesEnd reports whether a list of columns that is the value of a
// property ends here, because the next property or nothing follows.
func (p *parser) propertiesEnd(specs propertySpecs) bool {
	if !p.tok().is(",") {
		return p.scanProperty(specs, declaredOrKnown, true, 0) > 0 || p.atListEnd()
	}
	if p.scanProperty(specs, declaredOrKnown, false, 1) > 0 {
		return true
	}
	p.pos++
	defer func() { p.pos-- }()
	return p.atListEnd()
}

// propertyValue takes the value of a property.
func (p *parser) propertyValue(spec propertySpec, end func() bool) ast.Expr {
	switch spec.value {
	case exprValue:
		return p.needValue(p.postfix())
	case nameValue:
		if x := p.nameRef(); x != nil {
			return x
		}
		if x := p.plainValue(); x != nil {
			return x
		}
		return p.needNameRef(nil)
	case columnValue:
		return p.needNameRef(p.plainColumn())
	case columnsKind:
		start := p.start()
		x := &ast.List{Items: commaList(p, list[ast.Expr]{
			item:    orNone(p.wideNameRef),
			missing: func() ast.Expr { return p.needNameRef(nil) },
			end:     end, needOne: true,
		})}
		x.Pos = p.from(start)
		return x
	case wordValue:
		if n, ok := p.acceptText(spec.words...); ok {
			return &ast.Ident{Pos: n.Pos, Name: n}
		}
	}
	if x := p.plainValue(); x != nil {
		return x
	}
	switch spec.value {
	case anyValue:
		return p.bad()
	case stringKind:
		p.missing("string")
	case boolKind:
		p.missing("boolean")
	case numberKind, realKind:
		p.missing("number")
	case wordValue:
		if len(spec.words) > 0 {
			p.missingSaying("KS005", expected(spec.words))
			break
		}
		fallthrough
	default:
		p.missing("value")
	}
	return p.bad()
}

// plainValue takes a literal or a name.
func (p *parser) plainValue() ast.Expr {
	if x := p.literal(); x != nil {
		return x
	}
	return p.nameRef()
}

func (p *parser) plainColumn() ast.Expr {
	if x := p.nameRef(); x != nil {
		return x
	}
	return p.plainValue()
}

// words returns the spec of a property whose value is one of words.
func words(words string) propertySpec {
	return propertySpec{value: wordValue, words: strings.Fields(words)}
}
