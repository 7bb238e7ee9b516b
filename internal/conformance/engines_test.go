package conformance

import (
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"testing"

	"github.com/azflow/azflow/internal/chdb"
	"github.com/azflow/azflow/internal/chdbtest"
	"github.com/azflow/azflow/internal/store"
	"github.com/azflow/azflow/internal/store/clickhouse"
	"github.com/azflow/azflow/internal/store/duckdb"
	"github.com/azflow/azflow/kql"
	"github.com/azflow/azflow/kql/eval"
	"github.com/azflow/azflow/kql/fn"
	"github.com/azflow/azflow/kql/types"
)

// testEngine runs queries; inSQL says that no tail was left to the interpreter.
type testEngine struct {
	name  string
	run   func(src string) (a answer, inSQL bool, err error)
	store store.Engine // nil for the interpreter
}

func engines(t *testing.T) []testEngine {
	t.Helper()
	duck, err := duckdb.Open(duckdb.Config{Threads: 1, Context: functions})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := duck.Close(); err != nil {
			t.Error(err)
		}
	})
	all := []testEngine{
		{interpreter, interpret, nil},
		{"duckdb", func(src string) (answer, bool, error) { return ask(duck, src) }, duck},
	}
	if os.Getenv(chdb.LibraryEnv) == "" && os.Getenv("CI") != "true" {
		t.Logf("without ClickHouse: %s is not set", chdb.LibraryEnv)
		return all
	}
	click := clickhouse.New(chdbtest.Open(t), nil)
	return append(all, testEngine{"clickhouse", func(src string) (answer, bool, error) { return ask(click, src) }, click})
}

// functions returns what functions know besides their arguments.
func functions() *fn.Ctx { return &fn.Ctx{Now: now, Rand: rand.New(rand.NewPCG(1, 2))} }

// ask compiles a query for an engine and runs its last result.
func ask(e store.Engine, src string) (a answer, inSQL bool, err error) {
	return askWith(e, src, kql.CompileOptions{Catalog: noTables{}})
}

func askWith(e store.Engine, src string, o kql.CompileOptions) (a answer, inSQL bool, err error) {
	p, err := bound(src)
	if err != nil {
		return a, false, err
	}
	st, err := kql.Compile(p, e.Dialect(), o)
	if err != nil {
		return a, false, err
	}
	last := len(st.Results) - 1
	inSQL = st.Results[last].Tail == nil
	ctx, cancel := deadline()
	defer cancel()
	rows, err := store.Run(ctx, e, st, last, store.RunOptions{Fn: functions()})
	if err != nil {
		return a, inSQL, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	a.cols = rows.Columns()
	for {
		b, err := rows.Next()
		if err == io.EOF {
			return a, inSQL, nil
		}
		if err != nil {
			return a, inSQL, err
		}
		for i := range b.Rows {
			r := make([]types.Value, len(b.Columns))
			for j, c := range b.Columns {
				r[j] = c.Value(i)
			}
			a.add(r)
		}
	}
}

// interpret runs a query in the interpreter alone.
func interpret(src string) (a answer, inSQL bool, err error) {
	p, err := bound(src)
	if err != nil {
		return a, false, err
	}
	ctx, cancel := deadline()
	defer cancel()
	rows, err := eval.Run(ctx, p.Results[len(p.Results)-1].Root, eval.Env{Fn: functions()})
	if err != nil {
		return a, false, err
	}
	a.cols = rows.Cols
	for i := range rows.N {
		a.add(rows.Row(i))
	}
	return a, false, nil
}
