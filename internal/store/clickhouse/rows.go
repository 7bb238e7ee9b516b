package clickhouse

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/kql/physical"
	"github.com/azflow/azflow/kql/plan"
	"github.com/azflow/azflow/kql/sqlgen"
	"github.com/azflow/azflow/kql/types"
)

// batchRows is how many rows a batch holds at most.
const batchRows = 2048

// rows reads an answer in the format RowBinaryWithNamesAndTypes.
type rows struct {
	b    []byte
	cols []plan.Column
	read []reader
}

// A reader reads one value off the answer; nil is null.
type reader func(r *rows) (types.Value, error)

var errShort = errors.New("the answer ends too early")

func (r *rows) take(n int) ([]byte, error) {
	if n < 0 || len(r.b) < n {
		return nil, errShort
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b, nil
}

func (r *rows) text() (string, error) {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || n > math.MaxInt32 {
		return "", errShort
	}
	r.b = r.b[size:]
	b, err := r.take(int(n))
	return string(b), err
}

// header reads the columns and finds how each is read.
func (r *rows) header(cols []sqlgen.Column) error {
	if len(r.b) == 0 && len(cols) > 0 {
		return nil // no rows and no header
	}
	n, size := binary.Uvarint(r.b)
	if size <= 0 || int(n) < len(cols) {
		return fmt.Errorf("the answer has %d columns, not %d", n, len(cols))
	}
	r.b = r.b[size:]
	kinds := make([]string, n)
	for _, skip := range []bool{true, false} {
		for i := range kinds {
			s, err := r.text()
			if err != nil {
				return err
			}
			if !skip {
				kinds[i] = s
			}
		}
	}
	for i, k := range kinds {
		t, form := types.Unknown, physical.Natural
		if i < len(cols) {
			t, form = cols[i].Type, cols[i].Form
		}
		f, err := readerOf(k, t, form)
		if err != nil {
			return err
		}
		r.read = append(r.read, f)
	}
	return nil
}

// readerOf returns how a column of ClickHouse's type kind is read as type t.
func readerOf(kind string, t types.Type, form physical.Form) (reader, error) {
	if in, ok := wrapped(kind, "Nullable("); ok {
		f, err := readerOf(in, t, form)
		if err != nil {
			return nil, err
		}
		return func(r *rows) (types.Value, error) {
			b, err := r.take(1)
			if err != nil || b[0] != 0 {
				return nil, err
			}
			return f(r)
		}, nil
	}
	if in, ok := wrapped(kind, "LowCardinality("); ok {
		return readerOf(in, t, form)
	}
	if kind == "String" {
		return func(r *rows) (types.Value, error) {
			s, err := r.text()
			if err != nil {
				return nil, err
			}
			return textValue(t, s)
		}, nil
	}
	if kind == "Nothing" { // the type of a bare NULL
		return func(*rows) (types.Value, error) { return nil, nil }, nil
	}
	size, get := number(kind)
	if size == 0 {
		return nil, fmt.Errorf("a column of type %s cannot be read", kind)
	}
	return func(r *rows) (types.Value, error) {
		b, err := r.take(size)
		if err != nil {
			return nil, err
		}
		return numberValue(t, form, get(b))
	}, nil
}

func wrapped(kind, prefix string) (string, bool) {
	if in, ok := strings.CutPrefix(kind, prefix); ok {
		return strings.TrimSuffix(in, ")"), true
	}
	return "", false
}

// number returns how wide a numeric type is and how its bytes are read, as
// int64 or float64.
func number(kind string) (int, func([]byte) any) {
	le := binary.LittleEndian
	switch {
	case kind == "Bool", kind == "UInt8":
		return 1, func(b []byte) any { return int64(b[0]) }
	case kind == "Int8":
		return 1, func(b []byte) any { return int64(int8(b[0])) }
	case kind == "UInt16":
		return 2, func(b []byte) any { return int64(le.Uint16(b)) }
	case kind == "Int16":
		return 2, func(b []byte) any { return int64(int16(le.Uint16(b))) }
	case kind == "UInt32":
		return 4, func(b []byte) any { return int64(le.Uint32(b)) }
	case kind == "Int32":
		return 4, func(b []byte) any { return int64(int32(le.Uint32(b))) }
	case kind == "UInt64", kind == "Int64", strings.HasPrefix(kind, "DateTime64(6"):
		return 8, func(b []byte) any { return int64(le.Uint64(b)) }
	case kind == "Float32":
		return 4, func(b []byte) any { return float64(math.Float32frombits(le.Uint32(b))) }
	case kind == "Float64":
		return 8, func(b []byte) any { return math.Float64frombits(le.Uint64(b)) }
	}
	return 0, nil
}

func numberValue(t types.Type, form physical.Form, x any) (types.Value, error) {
	switch x := x.(type) {
	case int64:
		switch t {
		case types.Bool:
			return x != 0, nil
		case types.Int:
			return int32(x), nil
		case types.Long, types.Unknown:
			return x, nil
		case types.Real:
			return float64(x), nil
		case types.TimeSpan:
			return types.Interval(x), nil
		case types.DateTime:
			if form == physical.Stamp {
				return types.Instant(x*types.TicksPerMicrosecond + types.UnixEpochTicks), nil
			}
			return types.Instant(x), nil
		}
	case float64:
		if t == types.Real || t == types.Unknown {
			return x, nil
		}
	}
	return nil, fmt.Errorf("%v is no %v", x, t)
}

func textValue(t types.Type, s string) (types.Value, error) {
	switch t {
	case types.GUID:
		if u, ok := types.ParseUUID(s); ok {
			return u, nil
		}
		return nil, fmt.Errorf("no guid: %q", s)
	case types.Decimal:
		if d, ok := types.ParseDecimal(s); ok {
			return d, nil
		}
		return nil, fmt.Errorf("no decimal: %q", s)
	case types.Dynamic:
		if v, ok := types.ParseJSON(s); ok {
			return v, nil
		}
		return s, nil
	}
	return s, nil
}

// Next implements store.Rows.
func (r *rows) Next() (store.Batch, error) {
	var b store.Batch
	if len(r.b) == 0 {
		return b, io.EOF
	}
	values := make([][]types.Value, len(r.cols))
	for len(r.b) > 0 && b.Rows < batchRows {
		for i, f := range r.read {
			v, err := f(r)
			if err != nil {
				return b, fmt.Errorf("clickhouse: %w", err)
			}
			if i < len(values) {
				values[i] = append(values[i], v)
			}
		}
		b.Rows++
	}
	for i, c := range r.cols {
		b.Columns = append(b.Columns, types.FromValues(c.Type, values[i]))
	}
	return b, nil
}

// Close implements store.Rows.
func (r *rows) Close() error {
	r.b = nil
	return nil
}
