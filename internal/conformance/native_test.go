package conformance

import (
	"fmt"
	"strings"
	"testing"

	"github.com/azflow/azflow/internal/store/duckdb"
)

// What DuckDB computes by functions of its own must be what the kernels of
// package fn compute, which the interpreter runs.
func TestDuckDBsOwnFunctionsAreTheKernels(t *testing.T) {
	e, err := duckdb.Open(duckdb.Config{Threads: 1, Context: functions})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	same := func(query string) {
		t.Helper()
		want, _, err1 := interpret(query)
		got, _, err2 := ask(e, query)
		if err1 != nil || err2 != nil {
			t.Fatalf("%s\ninterpreter: %v\nduckdb: %v", query, err1, err2)
		}
		if g, w := fmt.Sprint(got.rows), fmt.Sprint(want.rows); g != w {
			t.Errorf("%s\ngot  %s\nwant %s", query, g, w)
		}
	}
	texts := []string{
		"", "a", "A", "10.0.0.1", "10.0.0.10", "x10.0.0.1", "Rule-Allow_HTTPS", "ALLOW https", "éa", "ÉA", "K2", "kelvin K", "İstanbul", "istanbul",
		"straße", "STRASSE", "ſs", "Å", "å", "日本", "🦆a", "e\u0301a", "a b", "web", "swebs", "we-b", "11.2", "1.11.2", "'; --", "%", "_", "a\\nb",
	}
	var table strings.Builder
	table.WriteString("datatable(n:long, s:string)[")
	for i, s := range texts {
		fmt.Fprintf(&table, "%d, %q, ", i, s)
	}
	in := strings.TrimSuffix(table.String(), ", ") + "]"
	for _, needle := range []string{"", "a", "A", "K", "k", "i", "s", "10.0.0.1", "11.", "https", "web", "E", "é", "Å", "🦆", "%", "'", "b"} {
		var items []string
		for _, op := range []string{"=~", "contains", "contains_cs", "startswith", "startswith_cs", "endswith", "endswith_cs", "has", "has_cs", "hasprefix", "hasprefix_cs", "hassuffix", "hassuffix_cs"} {
			not := "!" + op
			if op == "=~" {
				not = "!~"
			}
			items = append(items, fmt.Sprintf("s %s %q, s %s %q", op, needle, not, needle))
		}
		same(in + " | project n, " + strings.Join(items, ", ") + " | sort by n asc")
		same(fmt.Sprintf("%s | where s has %q or s contains %q | project n | sort by n asc", in, needle, needle))
	}
	same(in + " | project n, strlen(s), string_size(s) | sort by n asc")

	const numbers = `datatable(a:long, b:long, i:int)[1, 2, 3, 9223372036854775807, 1, 2147483647, -9223372036854775808, -1, -2147483648,
		long(null), 5, 1, 7, long(null), int(null), 4611686018427387904, 4, 2147483647]`
	for _, x := range []string{"a + b", "a - b", "a * b", "b - a", "a + i", "i * a", "a + 1", "1 - b", "a * 2 + b", "i + i", "i * i"} {
		same(numbers + " | summarize sum(" + x + ")")
		same(numbers + " | summarize n = count() by x = " + x + " | sort by x asc")
		same(numbers + " | where " + x + " > 5 | summarize count(), max(" + x + ")")
		same(numbers + " | project x = " + x + ", r = todouble(a) | sort by x asc, r asc")
		same("union (" + numbers + " | project x = " + x + "), (" + numbers + " | summarize x = sum(" + x + ")) | sort by x asc")
	}
	const times = `datatable(t:datetime, u:datetime, s:timespan)[datetime(2024-02-29 13:45:59.1234567), datetime(2025-01-01), 1d,
		datetime(0001-01-01), datetime(9999-12-31 23:59:59.9999999), -1h, datetime(null), datetime(2024-01-01), timespan(null),
		datetime(9999-12-31), datetime(null), timespan(10675199.02:48:05.4775807), datetime(0001-01-01), datetime(0001-01-02), timespan(-10675199.02:48:05.4775807)]`
	for _, x := range []string{"t + s", "t - s", "s + t", "u - t", "s + s", "s - s", "s * 2", "3 * s", "startofday(t)", "hourofday(t)", "bin(t, 7m)"} {
		same(times + " | summarize n = count() by x = " + x + " | sort by x asc")
		same(times + " | project x = " + x + " | sort by x asc")
		same(times + " | summarize max(" + x + "), min(" + x + ")")
	}
	same(times + " | summarize arg_max(t, *) by d = isnull(u) | sort by d asc")
	same(`datatable(k:string, t:datetime, v:string)["a", datetime(null), "x", "a", datetime(2024-01-01), "y", "b", datetime(null), "z", "a", datetime(2023-01-01), "w"]
		| summarize arg_max(t, v) by k | sort by k asc`)
	same(`datatable(k:string, t:string, v:string, w:string)["a", "1", "x", "1", "a", "2", "y", "2", "b", "", "z", "3"] | summarize arg_max(t, v, w) by k | sort by k asc`)
}
