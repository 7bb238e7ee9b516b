package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"runtime"
	"slices"
	"time"

	"github.com/azflow/azflow/internal/attribution"
	"github.com/azflow/azflow/internal/inventory"
)

// The estate of owners: windows of addresses, one after the other on each.
const (
	ownerWindows   = 200_000
	ownerAddresses = 2_000
	ownerFar       = 100_000 // public addresses
)

// owners measures what it costs to tell who owned both ends of a tuple: flows
// of NICs of one network, whose addresses pass from one to the next all month.
func (b *bench) owners() error {
	windows := min(ownerWindows, b.tuples/50)
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	month := 30 * 24 * time.Hour
	const group = "/subscriptions/3f8c2a4e-5b1d-4c7a-9e60-2d71b8a4f019/resourcegroups/rg/providers/microsoft."
	network := group + "network/virtualnetworks/net"
	all := []inventory.Observation{{
		Time: start, Kind: inventory.List, Type: "virtualnetworks", ID: network, Source: "vnets",
		Body: `{"location":"westeurope","addressSpace":{"addressPrefixes":["10.0.0.0/8"]},"subnets":[{"id":"` + network + `/subnets/all","addressPrefix":"10.0.0.0/9"}]}`,
	}}
	address := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}) }
	each := windows / ownerAddresses
	for i := range windows {
		at := start.Add(month * time.Duration(i%each) / time.Duration(each))
		nic := fmt.Sprintf("%snetwork/networkinterfaces/nic%d", group, i)
		all = append(all, inventory.Observation{
			Time: at, Kind: inventory.Write, Type: "networkinterfaces", ID: nic, Source: "activity",
			Body: fmt.Sprintf(`{"macAddress":"60-00-00-%02X-%02X-%02X","location":"westeurope","virtualMachine":{"id":"%scompute/virtualmachines/vm%d"},"ipConfigurations":[{"id":"%s/ipconfigurations/c","privateIPAddress":"%s","subnet":{"id":"%s/subnets/all"}}]}`,
				byte(i>>16), byte(i>>8), byte(i), group, i, nic, address(i/each), network),
		})
	}
	before := heap()
	began := time.Now()
	x, err := attribution.Of(all)
	if err != nil {
		return err
	}
	took := time.Since(began)
	all = nil
	index := float64(heap()-before) / 1e6
	fmt.Printf("  %d windows: index made in %.1f s, %.0f MB\n", windows, took.Seconds(), index)

	// As logs are: for a NIC and an hour its tuples, by time, to some peers of its
	// network and to some of the internet.
	addrs := make([]netip.Addr, 0, ownerAddresses+ownerFar)
	for i := range ownerAddresses {
		addrs = append(addrs, address(i))
	}
	for i := range ownerFar {
		addrs = append(addrs, netip.AddrFrom4([4]byte{byte(20 + i%40), byte(i >> 16), byte(i >> 8), byte(i)}))
	}
	r := rand.New(rand.NewPCG(1, 1))
	const perLog = 1_000
	type log struct {
		mac  string
		near uint32
		from int64
	}
	logs := make([]log, (b.tuples+perLog-1)/perLog)
	picked := make([]int, len(logs))
	for k := range picked {
		picked[k] = r.IntN(windows)
	}
	// Logs are read by hour.
	slices.SortFunc(picked, func(v, w int) int { return cmp.Compare(v%each, w%each) })
	peers := make([]uint32, len(logs)*perLog)
	for k := range logs {
		w := picked[k]
		logs[k] = log{fmt.Sprintf("600000%02X%02X%02X", byte(w>>16), byte(w>>8), byte(w)), uint32(w / each), start.Add(month * time.Duration(w%each) / time.Duration(each)).UnixMicro()}
		var few [64]uint32
		for i := range few {
			if few[i] = uint32(r.IntN(ownerAddresses)); i%2 == 0 {
				few[i] = uint32(ownerAddresses + r.IntN(ownerFar))
			}
		}
		for i := range perLog {
			peers[k*perLog+i] = few[r.IntN(len(few))]
		}
	}
	step := min(month/time.Duration(each), time.Hour).Microseconds() / perLog
	found := 0
	times, err := race([]way{{name: "azflow", result: func() (string, error) { return "", nil }, run: func() error {
		who := attribution.NewResolver(x, func(id uint32) netip.Addr { return addrs[id] })
		found = 0
		for k := range logs {
			l := &logs[k]
			who.Log(l.mac, network)
			for i, peer := range peers[k*perLog : (k+1)*perLog] {
				if t := who.Tuple(l.from+int64(i)*step, l.near, peer, true); t.Role == attribution.Initiator {
					found++
				}
			}
			if k%2500 == 2499 {
				who.Reset() // as a worker does after 100,000 addresses
			}
		}
		return nil
	}}}, b.runs)
	if err != nil {
		return err
	}
	if found != len(peers) {
		return fmt.Errorf("%d of %d tuples have their NIC as owner", found, len(peers))
	}
	ns := float64(times[0].cpu) / float64(len(peers))
	fmt.Printf("  %d tuples: %.1f ns each, both ends\n", len(peers), ns)
	b.limit(fmt.Sprintf("owners of both ends of a tuple, %d windows", windows), ns, 20, "ns", true)
	b.limit("index of owners, for 200,000 windows", index*float64(ownerWindows)/float64(windows), 512, "MB", false)
	return nil
}

// heap returns the bytes of the heap in use.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
