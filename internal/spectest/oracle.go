package spectest

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/azflow/azflow/kql/diag"
)

//go:embed oracle.mjs
var oracleScript string

// An Oracle is Microsoft's own KQL parser and binder, the npm package
// @kusto/language-service-next, in one Node process. It is not for use by
// several goroutines at once.
type Oracle struct {
	t   testing.TB
	in  io.Writer
	out *bufio.Scanner
}

// Schema is what an Oracle binds queries against. Columns are written as JSON
// objects {name: type}, whose order counts.
type Schema struct {
	Database  string                     `json:"database,omitempty"`
	Tables    map[string]json.RawMessage `json:"tables,omitempty"`
	Functions []SchemaFunction           `json:"functions,omitempty"`
}

// SchemaFunction is a stored function of a Schema.
type SchemaFunction struct {
	Name   string `json:"name"`
	Params string `json:"params"`
	Body   string `json:"body"`
}

// Answer is what the oracle finds in a query.
type Answer struct {
	SyntaxOK    bool
	Diagnostics []Finding
	Columns     []Column // nil if the query is not tabular
	Scalar      string   // the type of a query that is not tabular
}

// Finding is a diagnostic of the oracle.
type Finding struct {
	Code     string
	Severity string // Error, Warning, Suggestion, Information or Hidden
	Message  string
	Span     diag.Span
}

// Column is a result column of a query.
type Column struct {
	Name string
	Type string
}

// StartOracle starts an oracle for the rest of the test. Without the
// environment variable KUSTO_LS_DIR, which `make test` sets, it skips the test,
// or fails it if CI is set.
func StartOracle(t testing.TB, schema Schema) *Oracle {
	t.Helper()
	dir := os.Getenv("KUSTO_LS_DIR")
	if _, err := os.Stat(dir); dir == "" || err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("KUSTO_LS_DIR names no folder: run `make node-modules`")
		}
		t.Skip("KUSTO_LS_DIR names no folder: run `make node-modules`, then `make test`")
	}
	cmd := exec.Command("node", "--input-type=module", "--eval", oracleScript)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("start node for the KQL oracle: %v", err)
	}
	o := &Oracle{t: t, in: in, out: bufio.NewScanner(out)}
	o.out.Buffer(nil, 64<<20)
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the KQL oracle ended badly: %v", err)
		}
	})
	o.send(schema)
	return o
}

func (o *Oracle) send(v any) {
	o.t.Helper()
	line, err := json.Marshal(v)
	if err != nil {
		o.t.Fatal(err)
	}
	if _, err := o.in.Write(append(line, '\n')); err != nil {
		o.t.Fatalf("the KQL oracle takes no more queries: %v", err)
	}
}

// Check returns what the oracle finds in a query.
func (o *Oracle) Check(query string) Answer {
	o.t.Helper()
	return o.ask(query, nil)
}

// CheckAgainst is Check with a schema of its own.
func (o *Oracle) CheckAgainst(query string, schema Schema) Answer {
	o.t.Helper()
	return o.ask(query, &schema)
}

func (o *Oracle) ask(query string, schema *Schema) Answer {
	o.t.Helper()
	o.send(struct {
		Query  string  `json:"query"`
		Schema *Schema `json:"schema,omitempty"`
	}{query, schema})
	if !o.out.Scan() {
		o.t.Fatalf("the KQL oracle says no more: %v", o.out.Err())
	}
	var reply struct {
		Failure     string
		SyntaxOK    bool
		Diagnostics []struct {
			Code, Severity, Message string
			Start, Length           int
		}
		Columns []Column
		Scalar  string
	}
	if err := json.Unmarshal(o.out.Bytes(), &reply); err != nil {
		o.t.Fatal(err)
	}
	if reply.Failure != "" {
		o.t.Fatalf("the KQL oracle failed on %q: %s", query, reply.Failure)
	}
	a := Answer{SyntaxOK: reply.SyntaxOK, Columns: reply.Columns, Scalar: reply.Scalar}
	for _, d := range reply.Diagnostics {
		a.Diagnostics = append(a.Diagnostics, Finding{
			Code: d.Code, Severity: d.Severity, Message: d.Message,
			Span: diag.Span{Start: byteOffset(query, d.Start), End: byteOffset(query, d.Start+d.Length)},
		})
	}
	return a
}

// byteOffset returns where in s its n-th UTF-16 code unit stands.
func byteOffset(s string, n int) int {
	for i, r := range s {
		if n <= 0 {
			return i
		}
		n -= max(1, utf16.RuneLen(r))
	}
	return len(s)
}

// Error returns the first error in the order of the text, and whether there is
// one.
func (a Answer) Error() (Finding, bool) {
	for _, d := range a.Diagnostics {
		if strings.EqualFold(d.Severity, "error") {
			return d, true
		}
	}
	return Finding{}, false
}
