package service

import (
	"strings"
	"testing"
)

func TestPortsHaveTheirIANANames(t *testing.T) {
	table, err := NewTable()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		protocol uint8
		port     uint16
		want     string
	}{
		{6, 443, "https"},
		{6, 80, "http"},
		{17, 53, "domain"},
		{6, 3389, "ms-wbt-server"},
		{17, 123, "ntp"},
		{6, 51234, Unknown},
		{1, 443, Unknown},
		{6, 0, Unknown},
	} {
		if got := table.Names[table.ID(c.protocol, c.port)]; got != c.want {
			t.Errorf("protocol %d port %d: %s, want %s", c.protocol, c.port, got, c.want)
		}
	}
	for _, n := range table.Names[1:] {
		if n != strings.ToLower(n) {
			t.Errorf("%s is not in lower case", n)
		}
	}
}
