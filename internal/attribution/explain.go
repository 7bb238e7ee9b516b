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
	k := slot{net, a}
	if len(x.fronts[k]) > 0 {
		return true
	}
	from, to := s.First.UnixMicro(), s.Last.UnixMicro()
	n, _ := x.nicAt(s.MAC, from)
	if n == nil {
		return false
	}
	if f, _ := n.forwards(from); f {
		return true
	}
	if p, w := at(x.held[k], from); p != nil && p.nic == n.ID {
		for p != nil && p.nic == n.ID && w.to <= to {
			p, w = at(x.held[k], w.to)
		}
		return p != nil && p.nic == n.ID && p.end.VM != ""
	}
	subnet, _ := x.nets[net].subnets.Find(a)
	return !slices.Contains(n.subnets, subnet)
}
