package spectest

import (
	"encoding/json"
	"testing"

	"github.com/azflow/azflow/kql/diag"
)

func TestTheOracleBindsAgainstItsSchema(t *testing.T) {
	o := StartOracle(t, Schema{Tables: map[string]json.RawMessage{"T": json.RawMessage(`{"a":"long","b":"string"}`)}})
	a := o.Check("T | extend c = a + 1")
	if len(a.Diagnostics) != 0 || len(a.Columns) != 3 || a.Columns[2] != (Column{"c", "long"}) {
		t.Errorf("got %+v", a)
	}
	a = o.Check("T | where b == 'é' and nix == 1")
	d, ok := a.Error()
	if !ok || d.Code != "KS142" || d.Span != (diag.Span{Start: 24, End: 27}) {
		t.Errorf("got %+v", a)
	}
	if a = o.CheckAgainst("U", Schema{Tables: map[string]json.RawMessage{"U": json.RawMessage(`{"x":"int"}`)}}); len(a.Columns) != 1 {
		t.Errorf("got %+v", a)
	}
}
