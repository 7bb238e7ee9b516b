package render

import (
	"bufio"
	"fmt"
	"strings"
	"unicode"

	"github.com/mattn/go-runewidth"

	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// maxCell is the widest that a cell is drawn when the table does not fit.
const maxCell = 48

// table draws a box. It keeps the rows that it will show until Close, since
// their widths are not known before.
type table struct {
	w          *bufio.Writer
	cols       []plan.Column
	o          Options
	head, tail [][]string // tail is a ring of the last rows
	rows       int
}

func newTable(w *bufio.Writer, cols []plan.Column, o Options) Writer {
	return &table{w: w, cols: cols, o: o}
}

func (t *table) Write(cols []*types.Vector, n int) error {
	half := t.o.MaxRows / 2
	for row := range n {
		line := make([]string, len(cols))
		for i, c := range cols {
			line[i] = visible(text(c, row))
		}
		if t.o.MaxRows == 0 || len(t.head) < t.o.MaxRows-half {
			t.head = append(t.head, line)
		} else if half > 0 {
			if t.tail = append(t.tail, line); len(t.tail) > 2*half {
				t.tail = append(t.tail[:0], t.tail[len(t.tail)-half:]...)
			}
		}
		t.rows++
	}
	return nil
}

func (t *table) Close() error {
	if half := t.o.MaxRows / 2; len(t.tail) > half {
		t.tail = t.tail[len(t.tail)-half:]
	}
	t.draw()
	return t.w.Flush()
}

// draw writes to a bufio.Writer, which keeps the first error for Close.
func (t *table) draw() {
	cols := t.cols
	names := make([]string, len(cols))
	widths := make([]int, len(cols))
	for i, c := range cols {
		names[i] = visible(c.Name)
		widths[i] = max(cells(names[i]), 1)
		if t.o.ShowTypes {
			widths[i] = max(widths[i], len(c.Type.String()))
		}
		for _, rows := range [][][]string{t.head, t.tail} {
			for _, r := range rows {
				widths[i] = max(widths[i], cells(r[i]))
			}
		}
	}
	shown := t.fit(widths)
	rule := func(left, mid, end string) {
		var b strings.Builder
		b.WriteString(left)
		for k, i := range shown {
			if k > 0 {
				b.WriteString(mid)
			}
			if i < 0 {
				b.WriteString("───")
				continue
			}
			b.WriteString(strings.Repeat("─", widths[i]+2))
		}
		_, _ = fmt.Fprintf(t.w, "%s%s\n", b.String(), end)
	}
	line := func(cell func(i int) string, align func(i int) bool) {
		var b strings.Builder
		for _, i := range shown {
			b.WriteString("│ ")
			if i < 0 {
				b.WriteString("… ")
				continue
			}
			s := runewidth.Truncate(cell(i), widths[i], "…")
			pad := strings.Repeat(" ", widths[i]-cells(s))
			if align(i) {
				b.WriteString(pad + s + " ")
			} else {
				b.WriteString(s + pad + " ")
			}
		}
		_, _ = fmt.Fprintf(t.w, "%s│\n", b.String())
	}
	byType := func(i int) bool { return right(cols[i].Type) }
	rule("┌", "┬", "┐")
	line(func(i int) string { return names[i] }, byType)
	if t.o.ShowTypes {
		line(func(i int) string { return cols[i].Type.String() }, byType)
	}
	rule("├", "┼", "┤")
	for _, r := range t.head {
		line(func(i int) string { return r[i] }, byType)
	}
	hidden := t.rows - len(t.head) - len(t.tail)
	if hidden > 0 {
		line(func(int) string { return "·" }, byType)
	}
	for _, r := range t.tail {
		line(func(i int) string { return r[i] }, byType)
	}
	rule("└", "┴", "┘")
	switch {
	case hidden > 0:
		_, _ = fmt.Fprintf(t.w, "%s rows (%d shown; --max-rows 0 shows all)\n", grouped(t.rows), len(t.head)+len(t.tail))
	case t.rows == 1:
		_, _ = fmt.Fprintln(t.w, "1 row")
	default:
		_, _ = fmt.Fprintf(t.w, "%s rows\n", grouped(t.rows))
	}
	if left := len(cols) - countShown(shown); left > 0 {
		_, _ = fmt.Fprintf(t.w, "%d columns do not fit and are left out: use project, a wider terminal or --format line\n", left)
	}
}

// fit narrows widths to the terminal and returns the columns to draw; -1 stands
// for columns left out in the middle.
func (t *table) fit(widths []int) []int {
	shown := make([]int, len(widths))
	for i := range shown {
		shown[i] = i
	}
	total := func(cols []int) int {
		n := 1
		for _, i := range cols {
			if i < 0 {
				n += 4
				continue
			}
			n += widths[i] + 3
		}
		return n
	}
	if t.o.Width <= 0 || total(shown) <= t.o.Width {
		return shown
	}
	for i := range widths {
		widths[i] = min(widths[i], maxCell)
	}
	for len(shown) > 3 && total(shown) > t.o.Width {
		mid := len(shown) / 2
		for k, i := range shown {
			if i < 0 {
				mid = k
			}
		}
		if shown[mid] >= 0 {
			shown[mid] = -1
			continue
		}
		// Take the neighbour of the gap on the longer side.
		if mid >= len(shown)-mid-1 {
			shown = append(shown[:mid-1], shown[mid:]...)
		} else {
			shown = append(shown[:mid+1], shown[mid+2:]...)
		}
	}
	return shown
}

func countShown(shown []int) int {
	n := 0
	for _, i := range shown {
		if i >= 0 {
			n++
		}
	}
	return n
}

// cells returns how many terminal cells s takes.
func cells(s string) int { return runewidth.StringWidth(s) }

// visible returns s with control characters spelled out, so that a value from a
// log cannot steer the terminal.
func visible(s string) string {
	if strings.IndexFunc(s, unprintable) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case unprintable(r):
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func unprintable(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }

// grouped writes n with commas between thousands.
func grouped(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
