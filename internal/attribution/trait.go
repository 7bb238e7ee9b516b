package attribution

import (
	"slices"
	"strings"

	"github.com/azflow/azflow/internal/inventory"
)

// A trait is something of an end that held for a while.
type trait struct {
	span
	add func(*End)
}

// traits are those that an estate's ends have from something beside their owner.
type traits struct {
	configs map[inventory.ID][]trait // of a NIC's configuration: pools that it was in
	groups  map[inventory.ID][]trait // of a network or subnet: network groups
	gates   map[inventory.ID][]trait // of a subnet: application gateways that stood in it
}

// traitsOf returns the traits of an estate, in an order that goes by names.
func traitsOf(e *inventory.Estate) traits {
	t := traits{map[inventory.ID][]trait{}, map[inventory.ID][]trait{}, map[inventory.ID][]trait{}}
	for _, m := range e.Members {
		t.configs[m.Config] = append(t.configs[m.Config], trait{span{m.Start, m.End}, func(e *End) { e.member(m.Balancer) }})
	}
	for _, g := range e.Groups {
		name := inventory.ShortWithSubscription(g.Group)
		t.groups[g.Of] = append(t.groups[g.Of], trait{span{g.Start, g.End}, func(e *End) {
			e.NetworkGroups = strings.TrimPrefix(e.NetworkGroups+" "+name, " ")
		}})
	}
	for _, g := range e.Gates {
		name := inventory.ShortWithSubscription(g.Gateway)
		t.gates[g.Subnet] = append(t.gates[g.Subnet], trait{span{g.Start, g.End}, func(e *End) {
			switch e.Attribution {
			case "":
				e.ApplicationGateway, e.Attribution, e.Miss = name, ByGateway, ""
			case ByGateway: // of two gateways it can be either's
				e.ApplicationGateway = ""
			}
		}})
	}
	return t
}

// isGateway reports whether what has front ends and pools is an application gateway
// and not a load balancer.
func isGateway(balancer inventory.ID) bool {
	return strings.Contains(balancer, "/applicationgateways/")
}

// front makes the end a front end, and reports whether it is a load balancer's.
func (e *End) front(of inventory.ID) bool {
	if isGateway(of) {
		e.ApplicationGateway = inventory.ShortWithSubscription(of)
		return false
	}
	e.LoadBalancer, e.LoadBalancerRole = inventory.ShortWithSubscription(of), "Frontend"
	return true
}

// member makes the end a member of a pool. Of several of a kind it keeps the first.
func (e *End) member(of inventory.ID) {
	switch {
	case isGateway(of) && e.ApplicationGateway == "":
		e.ApplicationGateway = inventory.ShortWithSubscription(of)
	case !isGateway(of) && e.LoadBalancer == "":
		e.LoadBalancer, e.LoadBalancerRole = inventory.ShortWithSubscription(of), "Backend"
	}
}

// with cuts a piece where a trait begins or ends, and gives each part those that
// hold in it.
func (p piece) with(all []trait) []piece {
	if len(all) == 0 {
		return []piece{p}
	}
	edges := []int64{p.from, p.to}
	for _, t := range all {
		for _, at := range []int64{t.from, t.to} {
			if p.from < at && at < p.to {
				edges = append(edges, at)
			}
		}
	}
	slices.Sort(edges)
	edges = slices.Compact(edges)
	out := make([]piece, 0, len(edges)-1)
	for i := range len(edges) - 1 {
		part := p
		part.from, part.to = edges[i], edges[i+1]
		for _, t := range all {
			if !t.has(part.from) {
				continue
			}
			if part.end == p.end {
				end := *p.end
				part.end = &end
			}
			t.add(&part.end.End)
		}
		out = append(out, part)
	}
	return out
}
