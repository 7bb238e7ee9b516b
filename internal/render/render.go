// Package render writes result rows in the forms that people and programs read:
// table, line, json, ndjson, csv, tsv and markdown.
package render

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/types"
)

// Options say how a table is drawn; the other forms ignore them.
type Options struct {
	// Width is the terminal's width in cells; 0 means no limit.
	Width int
	// MaxRows is how many rows a table shows: the first and the last half of
	// them. 0 means all.
	MaxRows int
	// ShowTypes adds a row with the columns' types.
	ShowTypes bool
}

// A Writer takes the rows of one result. Write may be called any number of
// times; nothing is complete before Close. An error of the underlying writer is
// returned by whichever call meets it.
type Writer interface {
	// Write writes n rows, column by column. It keeps nothing of cols.
	Write(cols []*types.Vector, n int) error
	// Close writes what is left. It does not close the underlying writer.
	Close() error
}

// formats lists every form by name, in the order of the help text.
var formats = []struct {
	name string
	open func(w *bufio.Writer, cols []plan.Column, o Options) Writer
}{
	{"table", newTable},
	{"line", newLine},
	{"json", newJSON},
	{"ndjson", newNDJSON},
	{"csv", func(w *bufio.Writer, cols []plan.Column, _ Options) Writer { return newCSV(w, cols, ',') }},
	{"tsv", func(w *bufio.Writer, cols []plan.Column, _ Options) Writer { return newCSV(w, cols, '\t') }},
	{"markdown", newMarkdown},
}

// Formats returns the names of the forms.
func Formats() []string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.name
	}
	return names
}

// New returns a Writer of the form called format for rows with the given
// columns.
func New(format string, w io.Writer, cols []plan.Column, o Options) (Writer, error) {
	i := slices.IndexFunc(formats, func(f struct {
		name string
		open func(w *bufio.Writer, cols []plan.Column, o Options) Writer
	},
	) bool {
		return f.name == format
	})
	if i < 0 {
		return nil, fmt.Errorf("no format is called %q: there are %s", format, strings.Join(Formats(), ", "))
	}
	return formats[i].open(bufio.NewWriterSize(w, 64<<10), cols, o), nil
}

// newJSON writes one array of objects.
func newJSON(w *bufio.Writer, cols []plan.Column, _ Options) Writer {
	return &jsonWriter{w: w, keys: keys(cols), open: "[\n  ", between: ",\n  ", end: "\n]\n", empty: "[]\n"}
}

// newNDJSON writes one object a line.
func newNDJSON(w *bufio.Writer, cols []plan.Column, _ Options) Writer {
	return &jsonWriter{w: w, keys: keys(cols), between: "\n", end: "\n"}
}

type jsonWriter struct {
	w                         *bufio.Writer
	keys                      [][]byte
	open, between, end, empty string
	rows                      int
	buf                       []byte
}

// keys returns each column's name as a JSON key with its colon.
func keys(cols []plan.Column) [][]byte {
	ks := make([][]byte, len(cols))
	for i, c := range cols {
		ks[i] = append(types.AppendJSON(nil, c.Name), ':')
	}
	return ks
}

func (j *jsonWriter) Write(cols []*types.Vector, n int) error {
	for row := range n {
		b := j.buf[:0]
		if j.rows == 0 {
			b = append(b, j.open...)
		} else {
			b = append(b, j.between...)
		}
		b = append(b, '{')
		for i, c := range cols {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(b, j.keys[i]...)
			b = appendValue(b, c, row)
		}
		j.buf = append(b, '}')
		j.rows++
		if _, err := j.w.Write(j.buf); err != nil {
			return err
		}
	}
	return nil
}

func (j *jsonWriter) Close() error {
	end := j.end
	if j.rows == 0 {
		end = j.empty
	}
	if _, err := j.w.WriteString(end); err != nil {
		return err
	}
	return j.w.Flush()
}

// appendValue appends a value as JSON: longs as numbers, NaN and infinities as
// strings, datetimes with seven digits, timespans as Kusto writes them.
func appendValue(b []byte, c *types.Vector, row int) []byte {
	v := c.Value(row)
	if v == nil {
		return append(b, "null"...)
	}
	switch c.Type {
	case types.Bool, types.Int, types.Long, types.Dynamic:
		return types.AppendJSON(b, v)
	case types.Real:
		if x, ok := v.(float64); ok && !math.IsNaN(x) && !math.IsInf(x, 0) {
			return types.AppendJSON(b, v)
		}
	case types.Unknown, types.DateTime, types.Decimal, types.GUID, types.String, types.TimeSpan:
	}
	return types.AppendJSON(b, types.Text(v, c.Type))
}

// text returns a value as the text forms print it; null is empty.
func text(c *types.Vector, row int) string {
	v := c.Value(row)
	if v == nil {
		return ""
	}
	return types.Text(v, c.Type)
}

type csvWriter struct {
	buf *bufio.Writer
	w   *csv.Writer
	row []string
}

// newCSV writes a header and a line a row, RFC 4180's quotes where needed.
func newCSV(w *bufio.Writer, cols []plan.Column, comma rune) Writer {
	c := &csvWriter{buf: w, w: csv.NewWriter(w)}
	c.w.Comma = comma
	for _, col := range cols {
		c.row = append(c.row, col.Name)
	}
	if err := c.w.Write(c.row); err != nil {
		c.w.Flush() // Close reports it: csv keeps the error
	}
	return c
}

func (c *csvWriter) Write(cols []*types.Vector, n int) error {
	for row := range n {
		for i, col := range cols {
			c.row[i] = text(col, row)
		}
		if err := c.w.Write(c.row); err != nil {
			return err
		}
	}
	return c.w.Error()
}

func (c *csvWriter) Close() error {
	c.w.Flush()
	if err := c.w.Error(); err != nil {
		return err
	}
	return c.buf.Flush()
}

type lineWriter struct {
	w     *bufio.Writer
	names []string
	width int
	rows  int
}

// newLine writes one column a line, an empty line between rows.
func newLine(w *bufio.Writer, cols []plan.Column, _ Options) Writer {
	l := &lineWriter{w: w}
	for _, c := range cols {
		l.names = append(l.names, visible(c.Name))
		l.width = max(l.width, cells(visible(c.Name)))
	}
	return l
}

func (l *lineWriter) Write(cols []*types.Vector, n int) error {
	for row := range n {
		if l.rows++; l.rows > 1 {
			if err := l.w.WriteByte('\n'); err != nil {
				return err
			}
		}
		for i, c := range cols {
			pad := strings.Repeat(" ", l.width-cells(l.names[i]))
			if _, err := fmt.Fprintf(l.w, "%s%s = %s\n", pad, l.names[i], visible(text(c, row))); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *lineWriter) Close() error { return l.w.Flush() }

type markdownWriter struct {
	w *bufio.Writer
}

// newMarkdown writes a pipe table.
func newMarkdown(w *bufio.Writer, cols []plan.Column, _ Options) Writer {
	var head, rule strings.Builder
	for _, c := range cols {
		fmt.Fprintf(&head, "| %s ", markdownCell(c.Name))
		if right(c.Type) {
			rule.WriteString("|---:")
		} else {
			rule.WriteString("|---")
		}
	}
	// An error sticks to the bufio.Writer, and Close returns it.
	_, _ = fmt.Fprintf(w, "%s|\n%s|\n", head.String(), rule.String())
	return &markdownWriter{w}
}

func (m *markdownWriter) Write(cols []*types.Vector, n int) error {
	for row := range n {
		for _, c := range cols {
			if _, err := fmt.Fprintf(m.w, "| %s ", markdownCell(text(c, row))); err != nil {
				return err
			}
		}
		if _, err := m.w.WriteString("|\n"); err != nil {
			return err
		}
	}
	return nil
}

func (m *markdownWriter) Close() error { return m.w.Flush() }

func markdownCell(s string) string {
	return strings.NewReplacer("|", `\|`, "\r\n", "<br>", "\n", "<br>").Replace(s)
}

// right reports whether columns of type t are aligned to the right.
func right(t types.Type) bool { return t.IsNumeric() || t == types.TimeSpan }
