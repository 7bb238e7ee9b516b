package flowgen

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// RecipeRow is what one row of a recipe's answer must sum up to.
type RecipeRow struct {
	Key []string `json:"key"` // what the recipe groups by
	Answer
}

// recipe is one of the published recipes for virtual network flow logs that
// sum up bytes, as far as it needs no more than who talked to whom.
type recipe struct {
	number string
	where  func(p PairTruth) bool
	by     func(p PairTruth) []string
}

func (d *demoEstate) recipes() []recipe {
	from, to := netip.MustParsePrefix("10.1.1.0/27"), netip.MustParsePrefix("10.1.1.64/27")
	app, _ := d.app1.addr(0)
	between := func(p PairTruth) bool {
		return from.Contains(p.Src) && to.Contains(p.Dest) || to.Contains(p.Src) && from.Contains(p.Dest)
	}
	web := map[netip.Addr]bool{}
	for _, l := range []*loadBalancer{d.webLB, d.webPublicLB} {
		web[l.frontend] = true
		for _, n := range l.pool {
			web[n.ips[0].addr] = true
		}
	}
	balanced := func(p PairTruth) bool { return web[p.Src] || web[p.Dest] }
	protocol := func(p PairTruth) string {
		if p.Protocol == udp {
			return "UDP"
		}
		return "TCP"
	}
	port := func(p PairTruth) string { return strconv.Itoa(int(p.DestPort)) }
	return []recipe{
		{"03", func(p PairTruth) bool { return p.Src == app }, func(p PairTruth) []string { return []string{p.Src.String(), p.Dest.String()} }},
		{"05", func(p PairTruth) bool { return p.Src == app && p.Dest == uploadTarget }, func(p PairTruth) []string { return []string{protocol(p) + port(p), p.Day} }},
		{"06", balanced, func(p PairTruth) []string { return []string{p.Src.String()} }},
		{"07", balanced, func(p PairTruth) []string { return []string{p.Src.String(), p.Day} }},
		{"08", balanced, func(p PairTruth) []string { return []string{p.Dest.String(), p.Day} }},
		{"09", func(p PairTruth) bool { return p.SrcSubnet != "" && p.DestSubnet != "" }, func(p PairTruth) []string { return []string{p.SrcSubnet, p.DestSubnet, protocol(p), port(p)} }},
		{"10", between, func(p PairTruth) []string { return []string{p.Src.String(), p.Dest.String(), protocol(p), port(p)} }},
		{"11", between, func(p PairTruth) []string {
			return []string{p.Src.String() + "-" + p.Dest.String() + "-" + protocol(p) + port(p), p.Day}
		}},
		{"12", func(PairTruth) bool { return true }, func(p PairTruth) []string { return []string{strings.ToLower(p.Target), p.Day} }},
	}
}

// Recipes returns what the recipes that sum up bytes must answer over all days
// of the demo, by their numbers 03 to 12; 04 is 03 by more columns. The key of
// 12 has the whole resource ID of the target, in lower case, where the recipe
// has its name. Denied and uncounted flows make rows of no bytes.
func (d *Demo) Recipes() (map[string][]RecipeRow, error) {
	t, err := d.Truth()
	if err != nil {
		return nil, err
	}
	out := map[string][]RecipeRow{}
	for _, r := range d.estate.recipes() {
		rows := map[string]*RecipeRow{}
		for _, p := range t.Pairs {
			if !r.where(p) {
				continue
			}
			key := r.by(p)
			k := strings.Join(key, "\x00")
			if rows[k] == nil {
				rows[k] = &RecipeRow{Key: key}
			}
			rows[k].Add(p.Answer)
		}
		for _, row := range rows {
			out[r.number] = append(out[r.number], *row)
		}
		slices.SortFunc(out[r.number], func(a, b RecipeRow) int { return slices.CompareFunc(a.Key, b.Key, cmp.Compare[string]) })
	}
	return out, nil
}
