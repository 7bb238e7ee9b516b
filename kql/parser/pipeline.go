package parser

import (
	"strings"

	"github.com/azflow/azflow/kql/ast"
)

// pipeline takes a query: a source and what is piped out of it, or a lone
// expression. closer is what ends it: "" for the text or a semicolon. What
// stands before the closer and is not part of the query is reported and
// skipped, and the query goes on at the next pipe.
func (p *parser) pipeline(closer string) ast.Expr {
	defer p.leave()
	if !p.enter() {
		return nil
	}
	start := p.start()
	var source ast.Expr
	var first ast.Operator
	if p.startsOperator() {
		if first = p.operator(); first == nil {
			source = p.expr()
		}
	} else if source = p.expr(); source == nil {
		first = p.operator()
	}
	if source == nil && first == nil {
		return nil
	}
	if ops := p.operatorsAfter(first, closer); len(ops) > 0 {
		return &ast.Pipeline{Pos: p.from(start), Source: source, Ops: ops}
	}
	return source
}

// subpipeline takes operators that work on rows from outside, without a source:
// the inner part of mv-apply, partition and the like.
func (p *parser) subpipeline(closer string) *ast.Pipeline {
	defer p.leave()
	if !p.enter() {
		return &ast.Pipeline{Pos: p.from(p.lastEnd())}
	}
	start := p.start()
	ops := p.operatorsAfter(p.needOperator(), closer)
	return &ast.Pipeline{Pos: p.from(start), Ops: ops}
}

// operatorsAfter takes the operators after first, which may be nil.
func (p *parser) operatorsAfter(first ast.Operator, closer string) []ast.Operator {
	var ops []ast.Operator
	if first != nil {
		ops = append(ops, first)
	}
	for {
		_, bad := first.(*ast.BadOperator)
		if !p.resume(closer, bad) {
			return ops
		}
		p.next() // the pipe
		first = p.needOperator()
		ops = append(ops, first)
	}
}

// resume reports whether the pipeline goes on here: whether a pipe stands here,
// or after text that does not belong to the query. It reports such text, unless
// a fault just before it explains it.
func (p *parser) resume(closer string, explained bool) bool {
	t := p.tok()
	switch {
	case t.is("|"):
		return true
	case t.Kind == EndOfText, t.is(";"), closer != "" && t.is(closer):
		return false
	case closer == "," && t.is("]"):
		return false
	case closer == "" && !explained && p.startsStatement() && t.newline:
		return false // a statement that lacks only its semicolon
	case explained, p.pos == p.mended:
	default:
		p.reportLeftover(closer)
	}
	p.skipTo(closer)
	return p.tok().is("|")
}

// reportLeftover reports that the text here belongs to nothing.
func (p *parser) reportLeftover(closer string) {
	t := p.tok()
	switch {
	case p.scanParameter(0) > 0:
		p.parameterAs("KS198", "The incomplete fragment is unexpected.")
	case p.placeholder() != nil:
	case closer == ",":
		p.missingToken("]")
	case closer != "":
		p.missingToken(closer)
		p.lost = p.depth - 1
	case p.startsStatement():
		p.missingToken(";")
	case t.Kind == BadText: // has been reported
	default:
		p.report("KS198", t.Span, "The incomplete fragment is unexpected.", "")
	}
}

// skipTo skips to the next pipe, semicolon, closing sign of an outer
// parenthesis or the given closer, taking parentheses as wholes, and reports
// whether it got to a pipe or to the closer.
func (p *parser) skipTo(closer string) bool {
	depth := 0
	for {
		t := p.tok()
		switch t.Kind {
		case EndOfText:
			p.mended = p.pos
			return false
		case Punctuation:
			switch t.Text {
			case "(", "[", "{":
				depth++
			case ")", "]", "}":
				if depth == 0 && closer != "" {
					p.mended = p.pos
					return t.Text == closer
				}
				depth = max(0, depth-1)
			case "|":
				if depth == 0 {
					p.mended = p.pos
					return true
				}
			case ";":
				if depth == 0 {
					p.mended = p.pos
					return false
				}
			}
		}
		p.next()
	}
}

// needOperator takes an operator or reports that it is missing.
func (p *parser) needOperator() ast.Operator {
	if op := p.operator(); op != nil {
		return op
	}
	const msg = "Query operator expected."
	t := p.tok()
	if t.Kind == Identifier {
		p.next()
		hint := ""
		if len(p.diags) < maxGuesses {
			hint = didYouMean(t.Text)
		}
		p.report("KS176", t.Span, msg, hint)
		return &ast.BadOperator{Op: ast.Op{Pos: ast.Pos(t.Span), Keyword: ast.Name{Pos: ast.Pos(t.Span), Text: t.Text}}}
	}
	if t.is("|") && !t.spaced {
		p.missingHinting("KS176", msg, "KQL says or")
		p.next() // what follows is the other operand
	} else {
		p.missingSaying("KS176", msg)
	}
	return &ast.BadOperator{Op: ast.Op{Pos: p.from(p.lastEnd())}}
}

// otherLanguages has words of SQL, SPL and ES|QL, and the operator that does
// the same.
var otherLanguages = map[string]string{
	"select": "project", "fields": "project", "keep": "project", "drop": "project-away", "rename": "project-rename",
	"eval": "extend", "groupby": "summarize … by", "group": "summarize … by", "stats": "summarize",
	"orderby": "sort by", "having": "where", "head": "take", "dedup": "distinct", "unique": "distinct",
	"except": "join kind=leftanti", "with": "let", "from": "the table first, then | and its operators",
}

// maxGuesses bounds for how many faults a better word is looked for.
const maxGuesses = 20

// didYouMean names the operator that is written most like word, if one is.
func didYouMean(word string) string {
	if op, ok := otherLanguages[strings.ToLower(word)]; ok {
		return "KQL says " + op
	}
	best, least := "", len(word)/2+1
	for _, op := range operatorWords {
		if d := distance(strings.ToLower(word), op); d < least {
			best, least = op, d
		}
	}
	if best == "" {
		return ""
	}
	return "did you mean '" + best + "'?"
}

// distance is the number of letters to change, add, take away or swap with
// their neighbour to make b of a.
func distance(a, b string) int {
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

// operatorWords has the words that begin an operator.
var operatorWords = []string{
	"as", "assert-schema", "consume", "count", "distinct", "evaluate", "extend", "facet", "filter", "find", "fork",
	"getschema", "graph-mark-components", "graph-match", "graph-shortest-paths", "graph-to-table", "graph-where-edges",
	"graph-where-nodes", "invoke", "join", "limit", "lookup", "make-graph", "make-series", "mv-apply", "mv-expand", "mvapply", "mvexpand",
	"order", "parse", "parse-kv", "parse-where", "partition", "print", "project", "project-away", "project-by-names",
	"project-keep", "project-rename", "project-reorder", "range", "reduce", "render", "sample", "sample-distinct",
	"scan", "search", "serialize", "sort", "summarize", "take", "top", "top-hitters", "top-nested", "union", "where",
}

// operator takes a tabular operator, or nothing.
func (p *parser) operator() ast.Operator {
	t := p.tok()
	if t.Kind != Keyword {
		return nil
	}
	switch t.Text {
	case "as":
		return p.as()
	case "assert-schema":
		return p.assertSchema()
	case "consume":
		return p.consume()
	case "count":
		return p.count()
	case "distinct":
		return p.distinct()
	case "evaluate":
		return p.evaluatePlugin()
	case "__executeAndCache":
		return p.executeAndCache()
	case "extend":
		return p.extend()
	case "facet":
		return p.facet()
	case "filter", "where":
		return p.where()
	case "find":
		return p.find()
	case "fork":
		return p.fork()
	case "getschema":
		return p.getSchema()
	case "graph-mark-components":
		return p.graphMarkComponents()
	case "graph-match":
		return p.graphMatch(graphMatchProperties)
	case "graph-shortest-paths":
		return p.graphMatch(shortestPathsProperties)
	case "graph-to-table":
		return p.graphToTable()
	case "graph-where-edges", "graph-where-nodes":
		return p.graphWhere()
	case "invoke":
		return p.invoke()
	case "join":
		return p.join()
	case "lookup":
		return p.lookup()
	case "macro-expand":
		return p.macroExpand()
	case "make-graph":
		return p.makeGraph()
	case "make-series":
		return p.makeSeries()
	case "mvapply", "mv-apply":
		return p.mvApply()
	case "mvexpand", "mv-expand":
		return p.mvExpand()
	case "parse", "parse-where":
		return p.parseOperator()
	case "parse-kv":
		return p.parseKV()
	case "partition":
		return p.partition()
	case "print":
		return p.print()
	case "project":
		return p.project()
	case "project-away":
		return p.projectAway()
	case "project-by-names":
		return p.projectByNames()
	case "project-keep":
		return p.projectKeep()
	case "project-rename":
		return p.projectRename()
	case "project-reorder":
		return p.projectReorder()
	case "range":
		return p.rangeOperator()
	case "reduce":
		return p.reduce()
	case "render":
		return p.render()
	case "sample":
		return p.sample()
	case "sample-distinct":
		return p.sampleDistinct()
	case "scan":
		return p.scan()
	case "search":
		return p.search()
	case "serialize":
		return p.serialize()
	case "order", "sort":
		return p.sort()
	case "summarize":
		return p.summarize()
	case "limit", "take":
		return p.take()
	case "top":
		return p.top()
	case "top-hitters":
		return p.topHitters()
	case "top-nested":
		return p.topNested()
	case "union":
		return p.union()
	case "__partitionby":
		return p.opaque()
	}
	return nil
}

// startsOperator reports whether the word here begins an operator and cannot
// be a name.
func (p *parser) startsOperator() bool {
	t := p.tok()
	if t.Kind != Keyword {
		return false
	}
	next := p.at(1)
	switch t.Text {
	case "evaluate":
		return p.scanName(1) > 0 || p.scanProperty(nil, knownOnly, false, 1) > 0
	case "facet":
		return next.isKeyword("by")
	case "partition", "reduce":
		return next.isKeyword("by") || p.scanProperty(nil, knownOnly, false, 1) > 0
	case "range":
		n := p.scanName(1)
		return n > 0 && p.at(1+n).isKeyword("from")
	case "render":
		if next.isName() {
			return true
		}
		for _, chart := range chartTypes {
			if p.matchText(chart, 1) > 0 {
				return true
			}
		}
		return false
	case "as", "assert-schema", "__executeAndCache", "filter", "find", "graph-match", "graph-to-table", "invoke",
		"macro-expand", "make-graph", "graph-mark-components", "make-series", "mv-apply", "mv-expand", "parse-where",
		"parse-kv", "print", "project", "project-away", "project-keep", "project-rename", "project-by-names",
		"project-reorder", "sample", "sample-distinct", "search", "top-hitters", "top-nested", "union", "where":
		return t.use != narrowKeyword
	}
	return false
}

// begin takes the keyword of an operator.
func (p *parser) begin() ast.Op {
	t := p.next()
	return ast.Op{Pos: ast.Pos(t.Span), Keyword: ast.Name{Pos: ast.Pos(t.Span), Text: t.Text}}
}

// end sets where an operator ends.
func (p *parser) end(op *ast.Op) { op.Pos = p.from(op.Start) }

// opaque takes an operator as text.
func (p *parser) opaque() ast.Operator {
	op := &ast.Opaque{Op: p.begin()}
	op.Text = p.skipText(op.Start)
	p.end(&op.Op)
	return op
}

// skipText skips to the end of an operator or statement and returns its text
// from start on.
func (p *parser) skipText(start int) string {
	depth := 0
	for {
		t := p.tok()
		if t.Kind == EndOfText {
			break
		}
		if t.Kind == Punctuation {
			switch t.Text {
			case "(", "[", "{":
				depth++
			case ")", "]", "}":
				depth--
			case "|", ";":
				if depth == 0 {
					return p.src[start:p.lastEnd()]
				}
			}
			if depth < 0 {
				break
			}
		}
		p.next()
	}
	return p.src[start:p.lastEnd()]
}
