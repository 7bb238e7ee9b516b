// Package service names the service that IANA registered for a port.
package service

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

// Unknown is the name of a port that has no service, as Traffic Analytics
// writes it.
const Unknown = "Unknown"

// services.tsv holds one port a line: number, protocols, lower-case name.
// Source: IANA Service Name and Transport Protocol Port Number Registry, the
// services in common use.
//
//go:embed services.tsv
var text string

// Table gives names to ports. Ids index Names; id 0 is [Unknown].
type Table struct {
	Names []string
	TCP   []uint16 // id by port
	UDP   []uint16
}

// NewTable returns the table of all services known.
func NewTable() (*Table, error) {
	t := &Table{Names: []string{Unknown}, TCP: make([]uint16, 1<<16), UDP: make([]uint16, 1<<16)}
	ids := map[string]uint16{}
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) != 3 {
			return nil, fmt.Errorf("services: %q has %d fields, not 3", line, len(f))
		}
		port, err := strconv.ParseUint(f[0], 10, 16)
		if err != nil {
			return nil, fmt.Errorf("services: %w", err)
		}
		id, ok := ids[f[2]]
		if !ok {
			id = uint16(len(t.Names))
			ids[f[2]] = id
			t.Names = append(t.Names, f[2])
		}
		for proto := range strings.SplitSeq(f[1], "/") {
			switch proto {
			case "tcp":
				t.TCP[port] = id
			case "udp":
				t.UDP[port] = id
			default:
				return nil, fmt.Errorf("services: unknown protocol %q", proto)
			}
		}
	}
	return t, nil
}

// ID returns the id of a port's service for an IANA protocol number.
func (t *Table) ID(protocol uint8, port uint16) uint16 {
	switch protocol {
	case 6:
		return t.TCP[port]
	case 17:
		return t.UDP[port]
	}
	return 0
}
