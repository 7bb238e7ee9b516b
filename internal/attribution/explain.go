package attribution

import (
	"slices"

	"github.com/azflow/azflow/internal/inventory"
)

// Explains reports whether a NIC's log of an address tells nothing new: the NIC
// held it all the time, as far as inventory knows, or it is of something behind
// the NIC or in front of it.
func (x *Index) Explains(s *inventory.Sighting) bool {
	net, ok := x.netOf[s.Network]
	a := s.Address.Unmap()
	if !ok || !private(a) || a == wireServer {
		return true
	}
	var held []piece
	if of := x.in(slot{net, a}); of != nil {
		if len(of.fronts) > 0 {
			return true
		}
		held = of.held
	}
	from, to := s.First.UnixMicro(), s.Last.UnixMicro()
	n, _ := x.nicAt(s.MAC, from)
	if n == nil {
		return false
	}
	if f, _ := n.forwards(from); f {
		return true
	}
	if p, w := at(held, from); p != nil && p.nic == n.ID {
		for p != nil && p.nic == n.ID && w.to <= to {
			p, w = at(held, w.to)
		}
		return p != nil && p.nic == n.ID && p.end.VM != ""
	}
	subnet, ok := x.nets[net].subnets.Find(a)
	return !ok || !slices.Contains(n.subnets, subnet.id)
}
